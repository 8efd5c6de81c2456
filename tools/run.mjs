#!/usr/bin/env node
// Sets the clone up if need be, then runs one of its programs on the clone's own Node: node tools/run.mjs <program> [arguments]
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
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

/** What only looks at a running stack, or ends it, must not set anything up first. */
const inspects =
  name === 'stack' && ['status', 'down', 'service'].includes(rest[0]) && existsSync(join(root, program[0]));

/** Ends the program when this process dies in whatever way, kill -9 included: the pipe to this shell closes then. */
function watchOver(pid) {
  const watcher = spawn('/bin/sh', ['-c', `cat >/dev/null; kill -TERM ${pid} 2>/dev/null`], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
    cwd: '/',
  });
  watcher.unref();
  watcher.stdin.unref();
  return () => watcher.kill('SIGKILL');
}

try {
  if (!inspects) await ensureSetup({ bench: name === 'bench' });
} catch (error) {
  explain(error);
  process.exit(1);
}
const [entry, ...fixed] = program;
// kafkajs 2.2.4 asks for timers in the past when a broker throttles nothing; Node 24 warns of each process that does.
const child = spawn(
  join(root, 'node_modules', '.bin', 'node'),
  ['--disable-warning=TimeoutNegativeWarning', join(root, entry), ...fixed, ...rest],
  {
    cwd: root,
    stdio: 'inherit',
  },
);
const release = child.pid === undefined ? () => undefined : watchOver(child.pid);
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
  release();
  process.exitCode = code ?? (signal === 'SIGINT' ? 130 : 1);
});
