import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isAlive } from './data-directory.js';
import { EmbeddedPostgresError } from './embedded-postgres.errors.js';

/** As long as the reaper gives a server whose parent died. */
const ORPHAN_WAIT_MS = 12_000;

/**
 * Deals with a pid file left in the cluster: a server that still ends is waited for, and a file whose number now
 * belongs to some other program, which PostgreSQL itself would take for a running server, is removed.
 */
export async function clearStalePid(dataDir: string): Promise<void> {
  const file = join(dataDir, 'postmaster.pid');
  const deadline = Date.now() + ORPHAN_WAIT_MS;
  for (;;) {
    const pid = recordedPid(file);
    if (pid === undefined) return;
    if (!isAlive(pid) || !commandLine(pid).includes(dataDir)) {
      rmSync(file, { force: true });
      return;
    }
    if (Date.now() > deadline) {
      throw new EmbeddedPostgresError(
        `a PostgreSQL server (pid ${pid}) already runs on ${dataDir}; stop it, or choose another directory.`,
      );
    }
    await delay(100);
  }
}

function recordedPid(file: string): number | undefined {
  try {
    const pid = Number.parseInt(readFileSync(file, 'utf8'), 10);
    return Number.isInteger(pid) && pid > 0 ? pid : undefined;
  } catch {
    // No file: the usual case.
    return undefined;
  }
}

function commandLine(pid: number): string {
  try {
    if (process.platform === 'linux')
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
    return execFileSync('ps', ['-o', 'args=', '-ww', '-p', String(pid)], { encoding: 'utf8' });
  } catch {
    // The process has gone meanwhile.
    return '';
  }
}
