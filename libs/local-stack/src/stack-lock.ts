import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { StackError } from './local-stack.errors.js';
import type { StackPaths } from './stack-paths.js';

/** Whether a process of this id exists, whoever owns it. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function holder(paths: StackPaths): number | undefined {
  try {
    return Number(readFileSync(paths.lockFile, 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** A link appears with its content or not at all, so that no reader sees an empty lock. */
function tryLock(paths: StackPaths): boolean {
  const own = `${paths.lockFile}.${process.pid}`;
  writeFileSync(own, String(process.pid));
  try {
    linkSync(own, paths.lockFile);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(own, { force: true });
  }
}

/**
 * Claims a directory for one supervisor.
 *
 * @returns what gives it back
 * @throws StackError when a living process holds it
 */
export function lockStack(paths: StackPaths): () => void {
  mkdirSync(paths.dir, { recursive: true });
  while (!tryLock(paths)) {
    const pid = holder(paths);
    if (pid !== undefined && pid !== process.pid && isAlive(pid)) {
      throw new StackError(
        `a stack already runs in ${paths.dir} (pid ${pid}); stop it with npm run stack:down.`,
      );
    }
    if (pid === process.pid) throw new StackError(`this process already runs a stack in ${paths.dir}.`);
    rmSync(paths.lockFile, { force: true });
  }
  return () => rmSync(paths.lockFile, { force: true });
}
