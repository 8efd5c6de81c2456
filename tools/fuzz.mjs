// npm run fuzz [-- seconds [seed]]: mutated packets and statements against both emulators, for as long as is wanted.
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureSetup, explain } from './setup/ensure.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const [seconds = '300', seed] = process.argv.slice(2);

/** The specs named `fuzz.spec.ts` read how long they have from FUZZ_SECONDS, and where to begin from FUZZ_SEED. */
function fuzz() {
  const { status } = spawnSync(
    join(root, 'node_modules', '.bin', 'node'),
    [
      ...['--experimental-vm-modules', join(root, 'node_modules', 'jest', 'bin', 'jest.js'), '--runInBand', '--verbose'],
      ...['--selectProjects', 'azure-sql-emulator', 'redshift-emulator', '--testPathPatterns', 'fuzz\\.spec\\.ts$'],
    ],
    {
      cwd: root,
      stdio: 'inherit',
      env: { ...process.env, NODE_NO_WARNINGS: '1', FUZZ_SECONDS: seconds, ...(seed && { FUZZ_SEED: seed }) },
    },
  );
  return status ?? 1;
}

try {
  await ensureSetup({ tests: true });
  process.exitCode = fuzz();
} catch (error) {
  explain(error);
  process.exitCode = 1;
}
