#!/usr/bin/env node
// Sets the clone up if need be, then runs one of its programs on the clone's own Node: node tools/run.mjs <program> [arguments]
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { ensureSetup, explain } from './setup/ensure.mjs';
import { root } from './setup/workspace.mjs';

const programs = {
  demo: ['apps/cli/dist/main.js', 'demo'],
  verify: ['apps/cli/dist/main.js', 'verify'],
  stack: ['libs/local-stack/dist/main.js'],
  sample: ['samples/gme/dist/main.js'],
  bench: ['bench/dist/main.js'],
  'azure-sql-emulator': ['apps/azure-sql-emulator/dist/main.js'],
  'redshift-emulator': ['apps/redshift-emulator/dist/main.js'],
};

const [name, ...rest] = process.argv.slice(2);
const program = programs[name];
if (program === undefined) {
  process.stderr.write(`unknown program ${name}; known: ${Object.keys(programs).join(', ')}\n`);
  process.exit(2);
}
try {
  await ensureSetup({ bench: name === 'bench' });
} catch (error) {
  explain(error);
  process.exit(1);
}
const [entry, ...fixed] = program;
// kafkajs 2.2.4 asks for timers in the past when a broker throttles nothing; Node 24 warns of each process that does.
const child = spawn(join(root, 'node_modules', '.bin', 'node'), ['--disable-warning=TimeoutNegativeWarning', join(root, entry), ...fixed, ...rest], {
  cwd: root,
  stdio: 'inherit',
});
// A terminal sends Ctrl-C to the whole group: the program stops by itself, and this process waits for it.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
  process.on(signal, () => {
    if (signal !== 'SIGINT') child.kill(signal);
  });
child.once('error', (error) => {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
});
child.once('exit', (code, signal) => {
  process.exitCode = code ?? (signal === 'SIGINT' ? 130 : 1);
});
