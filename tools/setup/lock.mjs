import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { runtimeDir } from './workspace.mjs';

const lockFile = join(runtimeDir, 'setup.lock');

function holder() {
  try {
    return Number(readFileSync(lockFile, 'utf8'));
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/** A link appears with its content or not at all, so that no reader sees an empty lock. */
function tryLock() {
  const own = `${lockFile}.${process.pid}`;
  writeFileSync(own, String(process.pid));
  try {
    linkSync(own, lockFile);
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    return false;
  } finally {
    rmSync(own, { force: true });
  }
}

/** One set-up at a time in this clone; a second one waits for the first. */
export async function withLock(work) {
  mkdirSync(runtimeDir, { recursive: true });
  let said = false;
  while (!tryLock()) {
    const pid = holder();
    if (pid === undefined) continue;
    if (!isAlive(pid)) {
      rmSync(lockFile, { force: true });
      continue;
    }
    if (!said) process.stderr.write(`  another set-up of this clone runs (pid ${pid}); waiting for it\n`);
    said = true;
    await delay(500);
  }
  const release = () => {
    if (holder() === process.pid) rmSync(lockFile, { force: true });
  };
  process.once('exit', release);
  try {
    return await work();
  } finally {
    process.off('exit', release);
    release();
  }
}
