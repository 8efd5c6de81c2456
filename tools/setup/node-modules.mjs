import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './command.mjs';
import { folderSize, readableSize, step } from './progress.mjs';
import { nodeBinary, root } from './workspace.mjs';

const modules = join(root, 'node_modules');

function readLock(file) {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).packages : undefined;
}

/**
 * npm writes what it has installed into node_modules/.package-lock.json when it is done: an absent file is an
 * interrupted installation. Optional packages (other platforms' binaries) may be missing.
 */
function isCurrent() {
  const wanted = readLock(join(root, 'package-lock.json'));
  const installed = readLock(join(modules, '.package-lock.json'));
  if (installed === undefined) return false;
  return Object.entries(wanted).every(([path, entry]) => {
    if (!path.startsWith('node_modules/') && !path.includes('/node_modules/')) return true;
    if (entry.link === true) return existsSync(join(root, path, 'package.json'));
    const found = installed[path];
    if (found === undefined)
      return entry.optional === true || entry.devOptional === true || entry.peer === true;
    return found.version === entry.version;
  });
}

function npm(args, options) {
  // Under `npm run`, the same npm; its program is JavaScript.
  const program = process.env.npm_execpath;
  const known = program !== undefined && /npm-cli\.[cm]?js$/.test(program);
  return known ? run(process.execPath, [program, ...args], options) : run('npm', args, options);
}

function nodeWorks() {
  return existsSync(nodeBinary) && spawnSync(nodeBinary, ['--version']).status === 0;
}

export async function ensureNodeModules() {
  if (!isCurrent()) {
    await step('npm packages', async (report) => {
      report(() => readableSize(folderSize(modules)));
      await npm(['ci', '--no-audit', '--no-fund']);
      const size = readableSize(folderSize(modules));
      report(() => size);
    });
  }
  if (!nodeWorks()) {
    // The binary of Node 24 comes by an install script, which npm may have been told to skip.
    await step('Node 24 binary', () =>
      run(process.execPath, ['installArchSpecificPackage.js'], { cwd: join(modules, 'node') }),
    );
    if (!nodeWorks())
      throw new Error(`${nodeBinary} does not run; remove node_modules and repeat the command`);
  }
}
