import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const live = process.stderr.isTTY === true && process.env.CI === undefined;
const TICK_MS = 250;
const QUIET_TICK_MS = 10_000;

/** Bytes as people read them. */
export function readableSize(bytes) {
  if (bytes >= 1e9) return `${(bytes / 1e9).toFixed(1)} GB`;
  if (bytes >= 1e6) return `${Math.round(bytes / 1e6)} MB`;
  return `${Math.round(bytes / 1e3)} kB`;
}

/** Size of a folder; what vanishes while it is counted does not count. */
export function folderSize(folder) {
  let bytes = 0;
  try {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) bytes += folderSize(path);
      else if (entry.isFile()) bytes += statSync(path).size;
    }
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
  }
  return bytes;
}

/**
 * Runs one step under a line of progress: what is done, for how long, and what `detail()` says meanwhile.
 * On a terminal the line is redrawn; elsewhere it is repeated seldom, so that logs stay short.
 */
export async function step(title, work) {
  const began = Date.now();
  let detail = () => '';
  const line = (mark) => {
    const seconds = ((Date.now() - began) / 1000).toFixed(0);
    const extra = detail();
    return `  ${mark} ${title}${extra === '' ? '' : `  ${extra}`}  ${seconds} s`;
  };
  const draw = () => process.stderr.write(live ? `\r\x1b[2K${line('…')}` : `${line('…')}\n`);
  if (live) draw();
  const timer = setInterval(draw, live ? TICK_MS : QUIET_TICK_MS);
  const finish = (mark) => process.stderr.write(`${live ? '\r\x1b[2K' : ''}${line(mark)}\n`);
  try {
    await work((next) => (detail = next));
    finish('✓');
  } catch (error) {
    finish('✗');
    throw error;
  } finally {
    clearInterval(timer);
  }
}
