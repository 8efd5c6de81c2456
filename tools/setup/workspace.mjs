import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The clone. */
export const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

/** Everything a run makes: jars, Python, data, logs. */
export const runtimeDir = join(root, '.thalamus');

export const nodeBinary = join(root, 'node_modules', '.bin', 'node');

/** One hash over files and texts; when it is unchanged, so is what was made of them. */
export function fingerprint(files, ...texts) {
  const hash = createHash('sha256');
  for (const file of files) hash.update(readFileSync(join(root, file))).update('\0');
  for (const text of texts) hash.update(text).update('\0');
  return hash.digest('hex');
}
