import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { StackError } from './local-stack.errors.js';
import { isRunning, pidOf, processIdentity } from './process-identity.js';
import type { StackPaths } from './stack-paths.js';

function holder(paths: StackPaths): string | undefined {
  try {
    return readFileSync(paths.lockFile, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** This process, as it is written into files. */
export function ownIdentity(): string {
  return processIdentity(process.pid) ?? String(process.pid);
}

/** A link appears with its content or not at all, so that no reader sees an empty lock. */
function tryLock(paths: StackPaths): boolean {
  const own = `${paths.lockFile}.${process.pid}`;
  writeFileSync(own, ownIdentity());
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

/** A claimed directory. */
export interface StackLock {
  /** The former holder died without giving it back: what it ran may still be ending. */
  readonly inherited: boolean;
  release(): void;
}

/**
 * Claims a directory for one supervisor.
 *
 * @throws StackError when a living process holds it
 */
export function lockStack(paths: StackPaths): StackLock {
  mkdirSync(paths.dir, { recursive: true });
  let inherited = false;
  while (!tryLock(paths)) {
    const other = holder(paths);
    if (other === ownIdentity()) throw new StackError(`this process already runs a stack in ${paths.dir}.`);
    if (other !== undefined && isRunning(other)) {
      throw new StackError(
        `a stack already runs in ${paths.dir} (pid ${pidOf(other)}); stop it with npm run stack:down.`,
      );
    }
    inherited = true;
    rmSync(paths.lockFile, { force: true });
  }
  return { inherited, release: () => rmSync(paths.lockFile, { force: true }) };
}
