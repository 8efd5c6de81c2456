#!/usr/bin/env node
// Mutated sessions and statements against both emulators, for as long as you like: npm run fuzz -- [seconds] [seed]
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { ensureSetup, explain } from './setup/ensure.mjs';
import { nodeBinary, root } from './setup/workspace.mjs';

const [seconds = '600', seed = String(Date.now() % 2 ** 31)] = process.argv.slice(2);
if (!(Number(seconds) > 0) || !Number.isInteger(Number(seed))) {
  process.stderr.write('npm run fuzz -- [seconds for each part, default 600] [seed]\n');
  process.exit(2);
}
try {
  await ensureSetup({ build: false });
} catch (error) {
  explain(error);
  process.exit(1);
}
process.stdout.write(`fuzzing for ${seconds} s with each part, seed ${seed}\n`);
const args = [
  ...['--runInBand', '--selectProjects', 'azure-sql-emulator', 'redshift-emulator'],
  ...['--testPathPatterns', 'src/.*/fuzz\\.spec'],
];
const child = spawn(nodeBinary, ['--experimental-vm-modules', join(root, 'node_modules', 'jest', 'bin', 'jest.js'), ...args], {
  cwd: root,
  stdio: 'inherit',
  env: { ...process.env, NODE_NO_WARNINGS: '1', NODE_OPTIONS: '', FUZZ_SECONDS: seconds, FUZZ_SEED: seed },
});
for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
process.on('SIGINT', () => undefined);
child.once('exit', (code, signal) => {
  process.exitCode = code ?? (signal === 'SIGINT' ? 130 : 1);
});
