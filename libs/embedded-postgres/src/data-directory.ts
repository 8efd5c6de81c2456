import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { chown, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { EmbeddedPostgresError } from './embedded-postgres.errors.js';
import type { PostgresBinaries } from './platform-package.js';
import type { ServerIdentity } from './server-identity.js';

const PASSWORD_FILE = 'superuser-password';

/** What making a cluster needs to know. */
export interface ClusterPlan {
  readonly dataDir: string;
  readonly binaries: PostgresBinaries;
  readonly identity: ServerIdentity;
  /** Chosen at random when absent. */
  readonly password?: string;
}

/**
 * Makes the cluster if there is none: under another name first, so that an interrupted initdb leaves nothing that
 * looks like a cluster.
 *
 * @returns the password of user `postgres`
 */
export async function ensureCluster(plan: ClusterPlan): Promise<string> {
  const { dataDir } = plan;
  if (existsSync(join(dataDir, 'PG_VERSION'))) return knownPassword(plan);
  if (existsSync(dataDir) && readdirSync(dataDir).length > 0) {
    throw new EmbeddedPostgresError(
      `${dataDir} is neither empty nor a PostgreSQL cluster; choose another directory.`,
    );
  }
  await mkdir(dirname(dataDir), { recursive: true });
  await removeAbandoned(dataDir);
  const password = plan.password ?? randomBytes(18).toString('base64url');
  const temporary = `${dataDir}.init-${process.pid}`;
  await mkdir(temporary, { mode: 0o700 });
  await initialise(plan, temporary, password);
  try {
    await rename(temporary, dataDir);
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    // Another process may have made the cluster meanwhile.
    if (existsSync(join(dataDir, 'PG_VERSION'))) return knownPassword(plan);
    throw error;
  }
  return password;
}

function knownPassword({ dataDir, password }: ClusterPlan): string {
  const file = join(dataDir, PASSWORD_FILE);
  const stored = existsSync(file) ? readFileSync(file, 'utf8') : undefined;
  if (stored !== undefined && password !== undefined && stored !== password) {
    throw new EmbeddedPostgresError(
      `the cluster in ${dataDir} was made with another password; pass that one, or remove the directory.`,
    );
  }
  const known = password ?? stored;
  if (known !== undefined) return known;
  throw new EmbeddedPostgresError(
    `the cluster in ${dataDir} was not made by this library: its password must be passed.`,
  );
}

async function removeAbandoned(dataDir: string): Promise<void> {
  const prefix = `${basename(dataDir)}.init-`;
  for (const name of readdirSync(dirname(dataDir))) {
    if (!name.startsWith(prefix)) continue;
    const pid = Number(name.slice(prefix.length));
    if (pid === process.pid || !isAlive(pid)) {
      await rm(join(dirname(dataDir), name), { recursive: true, force: true });
    }
  }
}

/** Whether a process of this id exists, whoever owns it. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

async function initialise(plan: ClusterPlan, directory: string, password: string): Promise<void> {
  const { uid, gid } = plan.identity;
  const passwordFile = `${directory}.pw`;
  try {
    await writeFile(passwordFile, password, { mode: 0o600 });
    if (uid !== undefined && gid !== undefined) {
      await chown(directory, uid, gid);
      await chown(passwordFile, uid, gid);
    }
    await runInitdb(plan, directory, passwordFile);
    await rename(passwordFile, join(directory, PASSWORD_FILE));
  } catch (error) {
    await rm(directory, { recursive: true, force: true });
    throw error;
  } finally {
    await rm(passwordFile, { force: true });
  }
}

/** `C.UTF-8` of the built-in provider sorts by code point on every system and still knows Unicode's cases. */
function initdbArguments(directory: string, passwordFile: string): string[] {
  return [
    ['-D', directory, '-U', 'postgres', '--auth=scram-sha-256', `--pwfile=${passwordFile}`],
    ['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'],
    ['--no-sync', '--no-instructions'],
  ].flat();
}

function runInitdb(
  { binaries, identity }: ClusterPlan,
  directory: string,
  passwordFile: string,
): Promise<void> {
  const command = [...identity.wrapper, binaries.initdb, ...initdbArguments(directory, passwordFile)];
  return new Promise((resolve, reject) => {
    const child = spawn(command[0] ?? '', command.slice(1), {
      ...spawnIdentity(identity),
      cwd: '/',
      env: { PATH: process.env['PATH'], LC_ALL: 'C', TZ: 'UTC' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    const collect = (chunk: Buffer): void => {
      output = (output + chunk.toString()).slice(-4000);
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    child.once('error', reject);
    child.once('close', (code, signal) => {
      if (code === 0) resolve();
      else
        reject(new EmbeddedPostgresError(`initdb ended with ${signal ?? `code ${code}`}:\n${output.trim()}`));
    });
  });
}

/** The part of the identity that Node's spawn applies itself; the wrapper, if there is one, does it instead. */
export function spawnIdentity({ uid, gid, wrapper }: ServerIdentity): { uid?: number; gid?: number } {
  return wrapper.length === 0 && uid !== undefined && gid !== undefined ? { uid, gid } : {};
}
