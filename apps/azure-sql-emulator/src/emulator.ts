import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostgres } from '@thalamus/embedded-postgres';
import { ChangeTrackingAdmin, type PostgresAddress } from './change-tracking/change-tracking-admin.js';
import { createEngine } from './create-engine.js';
import type { TlsMode } from './protocol/prelogin.js';
import { RestorePoints } from './restore-points.js';
import { startServer, type RunningServer } from './server.js';

/** SQL Server looks for expired history this often. */
const CLEANUP_INTERVAL_MS = 30 * 60_000;

export interface EmulatorOptions {
  readonly host?: string;
  /** Default 0: any free port. */
  readonly port?: number;
  /** The embedded PostgreSQL's directory; default: a temporary one, removed at the end. */
  readonly dataDir?: string;
  /** A PostgreSQL 18 to use in place of the embedded one; needs a superuser. */
  readonly postgresUrl?: string;
  /** Fast and not durable; the directory is removed at the end. */
  readonly ephemeral?: boolean;
  /** Default `sa`. */
  readonly user?: string;
  readonly password: string;
  /** Databases that exist from the start; the first is the default one. */
  readonly databases?: readonly string[];
  readonly tls?: TlsMode;
  /** Absent: no control endpoint; 0: any free port. */
  readonly controlPort?: number;
}

/** The whole emulator. */
export interface Emulator extends RunningServer {
  readonly user: string;
  readonly password: string;
  readonly databases: readonly string[];
}

type Cleanup = () => Promise<void>;

/** Starts PostgreSQL, the language and the server; resolves when clients can log in. */
export async function startEmulator(options: EmulatorOptions): Promise<Emulator> {
  const cleanups: Cleanup[] = [];
  const stop = async (): Promise<void> => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  };
  try {
    return await start(options, cleanups, stop);
  } catch (error) {
    await stop();
    throw error;
  }
}

async function start(options: EmulatorOptions, cleanups: Cleanup[], stop: Cleanup): Promise<Emulator> {
  const { user = 'sa', password, databases = ['master'] } = options;
  const postgres = await postgresFor(options, cleanups);
  const engine = await createEngine({ postgres, users: { [user]: password }, databases });
  cleanups.push(() => engine.close());
  const changeTracking = new ChangeTrackingAdmin(postgres, () => engine.databases.list);
  cleanups.push(autoCleanup(changeTracking));
  const { host, port, tls, controlPort } = options;
  const server = await startServer({
    engine,
    ...(host !== undefined && { host }),
    ...(port !== undefined && { port }),
    ...(tls !== undefined && { tls }),
    ...(controlPort !== undefined && {
      control: {
        port: controlPort,
        changeTracking,
        restorePoints: new RestorePoints(engine.databases, changeTracking),
      },
    }),
  });
  server.moods.onReadOnly = (replica) => {
    engine.databases.replica = replica;
  };
  cleanups.push(() => server.stop());
  return { ...server, user, password, databases, stop, [Symbol.asyncDispose]: stop };
}

async function postgresFor(options: EmulatorOptions, cleanups: Cleanup[]): Promise<PostgresAddress> {
  if (options.postgresUrl !== undefined) return addressOf(options.postgresUrl);
  const { dataDir } = options;
  const server = await startPostgres({
    dataDir: dataDir ?? (await mkdtemp(join(tmpdir(), 'azure-sql-emulator-'))),
    // An ephemeral cluster's directory goes with it, even if this process is killed.
    ephemeral: dataDir === undefined || options.ephemeral === true,
    settings: { max_connections: '220', synchronous_commit: 'off', max_wal_size: '2GB' },
  });
  cleanups.push(() => server.stop());
  return { host: server.host, port: server.port, user: server.user, password: server.password };
}

function addressOf(url: string): PostgresAddress {
  const { hostname, port, username, password } = new URL(url);
  return {
    host: hostname,
    port: port === '' ? 5432 : Number(port),
    user: decodeURIComponent(username) || 'postgres',
    password: decodeURIComponent(password),
  };
}

function autoCleanup(changeTracking: ChangeTrackingAdmin): Cleanup {
  let running: Promise<void> = Promise.resolve();
  const timer = setInterval(() => {
    // A failed round is made good by the next one.
    running = changeTracking.cleanupAll().catch(() => undefined);
  }, CLEANUP_INTERVAL_MS);
  timer.unref();
  return async () => {
    clearInterval(timer);
    await running;
  };
}
