import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { resolve as resolvePath } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { ensureCluster, isAlive, spawnIdentity } from './data-directory.js';
import { EmbeddedPostgresError } from './embedded-postgres.errors.js';
import { freePort } from './free-port.js';
import { postgresBinaries, type PostgresBinaries } from './platform-package.js';
import { guardDirectory, guardProcess, type Guard } from './process-reaper.js';
import { serverIdentity, type ServerIdentity } from './server-identity.js';
import { clearStalePid } from './stale-pid.js';

/** How a server is started. */
export interface PostgresOptions {
  /** The cluster's directory; made when absent. One server at a time may use it. */
  readonly dataDir: string;
  /** Give durability up for speed, and remove the directory at stop. Default false. */
  readonly ephemeral?: boolean;
  /** 0 or absent: a free one. */
  readonly port?: number;
  /** Settings as of postgresql.conf, by name; they win over the defaults. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Of user `postgres`. Absent: a random one, kept in the cluster's directory. */
  readonly password?: string;
  /** Receives the server's log, line by line. */
  readonly log?: (line: string) => void;
}

/** A running server; it ends with this process, however that ends. */
export interface PostgresServer extends AsyncDisposable {
  readonly host: '127.0.0.1';
  readonly port: number;
  readonly user: 'postgres';
  readonly password: string;
  /** Of the postmaster. */
  readonly pid: number;
  /** Resolves when the server has ended, asked or not. */
  readonly exited: Promise<void>;
  /** A connection URL; `database` defaults to `postgres`. */
  url(database?: string): string;
  /** Fast shutdown; within 10 s at the longest. May be called again. */
  stop(): Promise<void>;
}

const DEFAULT_SETTINGS: Readonly<Record<string, string>> = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  logging_collector: 'off',
  log_destination: 'stderr',
  log_line_prefix: '%m [%p] ',
  timezone: 'UTC',
  log_timezone: 'UTC',
  max_connections: '200',
};

const EPHEMERAL_SETTINGS: Readonly<Record<string, string>> = {
  fsync: 'off',
  full_page_writes: 'off',
  synchronous_commit: 'off',
  wal_level: 'minimal',
  max_wal_senders: '0',
};

const START_TIMEOUT_MS = 60_000;
const PORT_ATTEMPTS = 5;

/** What one attempt to start the server works with. */
interface Launch {
  readonly dataDir: string;
  readonly port: number;
  readonly binaries: PostgresBinaries;
  readonly identity: ServerIdentity;
  readonly settings: Readonly<Record<string, string>>;
  readonly log: (line: string) => void;
}

interface Postmaster {
  readonly child: ChildProcess;
  readonly pid: number;
  readonly exited: Promise<void>;
  readonly recentLog: readonly string[];
}

/**
 * Starts PostgreSQL from npm's binaries, making the cluster first where there is none, and resolves when it
 * accepts connections.
 *
 * @throws EmbeddedPostgresError with the reason and the remedy
 */
export async function startPostgres(options: PostgresOptions): Promise<PostgresServer> {
  const dataDir = resolvePath(options.dataDir);
  const binaries = postgresBinaries();
  mkdirSync(resolvePath(dataDir, '..'), { recursive: true });
  const identity = serverIdentity(dataDir, binaries.nativeDir);
  const password = await ensureCluster({
    dataDir,
    binaries,
    identity,
    ...(options.password === undefined ? {} : { password: options.password }),
  });
  const directoryGuard = options.ephemeral === true ? guardDirectory(dataDir) : undefined;
  await clearStalePid(dataDir);
  const settings = {
    ...DEFAULT_SETTINGS,
    ...(options.ephemeral === true ? EPHEMERAL_SETTINGS : {}),
    ...options.settings,
  };
  const base = { dataDir, binaries, identity, settings, log: options.log ?? (() => undefined) };
  try {
    const { postmaster, guard, port } = await launchOnFreePort(base, options.port ?? 0);
    return serverHandle({ postmaster, guard, port, password, dataDir, directoryGuard });
  } catch (error) {
    await removeEphemeral(dataDir, directoryGuard);
    throw error;
  }
}

async function launchOnFreePort(
  base: Omit<Launch, 'port'>,
  wanted: number,
): Promise<{ postmaster: Postmaster; guard: Guard; port: number }> {
  for (let attempt = 1; ; attempt += 1) {
    const port = wanted === 0 ? await freePort() : wanted;
    const postmaster = launch({ ...base, port });
    const guard = guardProcess(postmaster.pid, 'INT');
    try {
      await untilReady(postmaster, base.dataDir);
      return { postmaster, guard, port };
    } catch (error) {
      await endProcess(postmaster);
      guard.release();
      const portTaken = postmaster.recentLog.some((line) =>
        /could not bind|could not create any TCP/.test(line),
      );
      if (!portTaken) throw error;
      // Between choosing a port and binding it, another process may take it.
      if (wanted === 0 && attempt < PORT_ATTEMPTS) continue;
      throw new EmbeddedPostgresError(
        `port ${port} of 127.0.0.1 is taken; choose another, or 0 for a free one.`,
        {
          cause: error,
        },
      );
    }
  }
}

function launch({ dataDir, port, binaries, identity, settings, log }: Launch): Postmaster {
  const flags = Object.entries({ ...settings, port: String(port) }).flatMap(([name, value]) => [
    '-c',
    `${name}=${value}`,
  ]);
  const command = [...identity.wrapper, binaries.postgres, '-D', dataDir, ...flags];
  const child = spawn(command[0] ?? '', command.slice(1), {
    ...spawnIdentity(identity),
    cwd: '/',
    env: { PATH: process.env['PATH'], LC_ALL: 'C', TZ: 'UTC' },
    // Its own group: Ctrl-C reaches this process, which then stops the server in order.
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const recentLog: string[] = [];
  createInterface({ input: child.stderr }).on('line', (line) => {
    recentLog.push(line);
    if (recentLog.length > 40) recentLog.shift();
    log(line);
  });
  const exited = new Promise<void>((resolve) => {
    child.once('close', () => resolve());
    child.once('error', (error) => {
      recentLog.push(String(error));
      resolve();
    });
  });
  // A command that cannot be executed has no pid; `error` follows and untilReady reports it.
  return { child, pid: child.pid ?? 0, exited, recentLog };
}

/** Waits as pg_ctl does: the postmaster writes its state into the last line of its pid file. */
async function untilReady(postmaster: Postmaster, dataDir: string): Promise<void> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  let ended = false;
  void postmaster.exited.then(() => (ended = true));
  while (!pidFileSaysReady(dataDir, postmaster.pid)) {
    const problem = ended
      ? 'ended while starting'
      : Date.now() > deadline
        ? 'did not get ready in time'
        : undefined;
    if (problem !== undefined) {
      throw new EmbeddedPostgresError(
        `PostgreSQL in ${dataDir} ${problem}:\n${postmaster.recentLog.join('\n')}`,
      );
    }
    await delay(15);
  }
}

function pidFileSaysReady(dataDir: string, pid: number): boolean {
  try {
    const lines = readFileSync(`${dataDir}/postmaster.pid`, 'utf8').split('\n');
    return Number(lines[0]) === pid && lines[7]?.trim() === 'ready';
  } catch {
    // Not written yet.
    return false;
  }
}

interface Running {
  readonly postmaster: Postmaster;
  readonly guard: Guard;
  readonly port: number;
  readonly password: string;
  readonly dataDir: string;
  readonly directoryGuard: Guard | undefined;
}

function serverHandle({
  postmaster,
  guard,
  port,
  password,
  dataDir,
  directoryGuard,
}: Running): PostgresServer {
  const exited = postmaster.exited.then(() => guard.release());
  let stopping: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    await endProcess(postmaster);
    await exited;
    await removeEphemeral(dataDir, directoryGuard);
  };
  return {
    host: '127.0.0.1',
    port,
    user: 'postgres',
    password,
    pid: postmaster.pid,
    exited,
    url: (database = 'postgres') =>
      `postgres://postgres:${encodeURIComponent(password)}@127.0.0.1:${port}/${encodeURIComponent(database)}`,
    stop: () => (stopping ??= stop()),
    [Symbol.asyncDispose]: () => (stopping ??= stop()),
  };
}

/** SIGINT is PostgreSQL's fast shutdown, SIGQUIT the immediate one. */
async function endProcess({ pid, exited }: Postmaster): Promise<void> {
  for (const [signal, waitMs] of [
    ['SIGINT', 6000],
    ['SIGQUIT', 2000],
    ['SIGKILL', 2000],
  ] as const) {
    if (pid === 0 || !isAlive(pid)) break;
    process.kill(pid, signal);
    const patience = new AbortController();
    await Promise.race([
      exited,
      delay(waitMs, undefined, { signal: patience.signal }).catch(() => undefined),
    ]);
    patience.abort();
  }
  await exited;
}

async function removeEphemeral(dataDir: string, directoryGuard: Guard | undefined): Promise<void> {
  if (directoryGuard === undefined) return;
  await rm(dataDir, { recursive: true, force: true, maxRetries: 3 });
  directoryGuard.release();
}
