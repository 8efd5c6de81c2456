import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run, SetupError } from './command.mjs';
import { findPython } from './prerequisites.mjs';
import { folderSize, readableSize, step } from './progress.mjs';
import { fingerprint, runtimeDir } from './workspace.mjs';

const STAMP = '.made-from';

/** Virtual environments, each from a list of pinned and hashed packages. */
export const ENVIRONMENTS = {
  stack: {
    title: 'PySpark, SeaweedFS and pytest',
    folder: join(runtimeDir, 'venv'),
    requirements: 'spark/requirements.txt',
  },
  bench: {
    title: 'peers for the benchmarks',
    folder: join(runtimeDir, 'venv-bench'),
    requirements: 'bench/requirements.txt',
  },
  clients: {
    title: 'SQL Server for Python',
    folder: join(runtimeDir, 'venv-clients'),
    requirements: 'apps/azure-sql-emulator/clients/python/requirements.txt',
  },
  'redshift-clients': {
    title: 'Redshift for Python',
    folder: join(runtimeDir, 'venv-redshift-clients'),
    requirements: 'apps/redshift-emulator/clients/python/requirements.txt',
  },
};

/** The path is part of it: a virtual environment does not survive being moved with its clone. */
const wanted = ({ requirements, folder }) => fingerprint([requirements], folder);

export function environmentIsCurrent(name) {
  const environment = ENVIRONMENTS[name];
  const stamp = join(environment.folder, STAMP);
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted(environment);
}

/**
 * A virtual environment holds its own path, so it cannot be made elsewhere and renamed: the stamp, written last,
 * tells a finished one from an interrupted one.
 */
export async function ensureEnvironment(name) {
  if (environmentIsCurrent(name)) return;
  const environment = ENVIRONMENTS[name];
  const { folder, requirements, title } = environment;
  const python = findPython();
  if (python === undefined) throw new SetupError('no Python with venv found');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(runtimeDir, { recursive: true });
  await step(`Python: ${title}`, async (report) => {
    report(() => readableSize(folderSize(folder)));
    await run(python, ['-m', 'venv', folder]);
    await run(join(folder, 'bin', 'python'), [
      ...['-m', 'pip', 'install', '--disable-pip-version-check', '--no-input', '--quiet'],
      ...['--require-hashes', '-r', requirements],
    ]);
    const size = readableSize(folderSize(folder));
    report(() => size);
  });
  writeFileSync(join(folder, STAMP), wanted(environment));
}
