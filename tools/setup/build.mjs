import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { run } from './command.mjs';
import { step } from './progress.mjs';
import { nodeBinary, root, runtimeDir } from './workspace.mjs';

const STAMP = join(runtimeDir, 'build.made-from');
const GROUPS = ['libs', 'apps', 'samples', '.'];
const SKIPPED = new Set(['node_modules', 'dist', 'out-tsc', '.thalamus']);

function projects() {
  return GROUPS.flatMap((group) =>
    readdirSync(join(root, group), { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && !SKIPPED.has(entry.name))
      .map((entry) => join(group, entry.name))
      .filter((project) => existsSync(join(root, project, 'tsconfig.lib.json'))),
  );
}

function describe(folder, hash) {
  for (const entry of readdirSync(folder, { withFileTypes: true }).sort((a, b) =>
    a.name < b.name ? -1 : 1,
  )) {
    if (SKIPPED.has(entry.name)) continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) describe(path, hash);
    else if (/\.(ts|json)$/.test(entry.name) && !entry.name.endsWith('.spec.ts')) {
      const { mtimeMs, size } = statSync(path);
      hash.update(`${path} ${mtimeMs} ${size}\n`);
    }
  }
}

/** Names, sizes and times of all sources, and whether their output is there: cheaper than asking tsc. */
function sourceState(names) {
  const hash = createHash('sha256');
  for (const file of ['package-lock.json', 'tsconfig.base.json']) hash.update(readFileSync(join(root, file)));
  for (const name of names) {
    describe(join(root, name), hash);
    hash.update(existsSync(join(root, name, 'dist', 'index.js')) ? 'built' : 'not built');
  }
  return hash.digest('hex');
}

/** Compiles what changed; tests are not part of it. */
export async function ensureBuild() {
  const names = projects();
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === sourceState(names)) return;
  const configs = names.map((name) => join(name, 'tsconfig.lib.json'));
  await step('TypeScript', () =>
    run(nodeBinary, [join('node_modules', 'typescript', 'bin', 'tsc'), '-b', ...configs]),
  );
  mkdirSync(runtimeDir, { recursive: true });
  writeFileSync(STAMP, sourceState(names));
}
