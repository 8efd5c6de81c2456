import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StackError } from './local-stack.errors.js';
import { processIdentity } from './process-identity.js';
import { lockStack } from './stack-lock.js';
import { stackPaths } from './stack-paths.js';
import { assignPorts } from './stack-ports.js';
import { readOrMakeState, readState } from './stack-state.js';

const scratch = mkdtempSync(join(tmpdir(), 'thalamus-stack-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

test('ports are remembered, unless somebody else has taken one meanwhile', async () => {
  const first = await assignPorts(['a', 'b', 'c'], {});
  expect(new Set(Object.values(first)).size).toBe(3);
  expect(await assignPorts(['a', 'b', 'c'], first)).toEqual(first);
  const rival = createServer();
  await new Promise<void>((resolve) => rival.listen(first['b'], '127.0.0.1', () => resolve()));
  try {
    const second = await assignPorts(['a', 'b', 'c'], first);
    expect(second).toMatchObject({ a: first['a'], c: first['c'] });
    expect(second['b']).not.toBe(first['b']);
  } finally {
    rival.close();
  }
});

test('secrets are made once, differ between stacks, and only the owner reads them', () => {
  const one = stackPaths(join(scratch, 'one'));
  const made = readOrMakeState(one);
  expect(readOrMakeState(one)).toEqual(made);
  expect(statSync(one.stateFile).mode & 0o777).toBe(0o600);
  const other = readOrMakeState(stackPaths(join(scratch, 'two')));
  const secrets = [...Object.values(made.secrets), ...Object.values(other.secrets)];
  expect(new Set(secrets).size).toBe(secrets.length);
});

test('a damaged stack.json is named with the remedy', () => {
  const paths = stackPaths(join(scratch, 'damaged'));
  readOrMakeState(paths);
  writeFileSync(paths.stateFile, '{"ports":');
  expect(() => readState(paths)).toThrow(/stack\.json cannot be read; remove it/);
});

test('a directory belongs to one living process; a dead one leaves it to the next', () => {
  const paths = stackPaths(join(scratch, 'locked'));
  const lock = lockStack(paths);
  expect(() => lockStack(paths)).toThrow(StackError);
  lock.release();

  const parent = processIdentity(process.ppid);
  writeFileSync(paths.lockFile, parent ?? '');
  expect(() => lockStack(paths)).toThrow(`already runs in ${paths.dir} (pid ${process.ppid})`);

  // The same id, but a process that started at another time: after a reboot, say.
  writeFileSync(paths.lockFile, `${process.ppid} 1`);
  const inherited = lockStack(paths);
  expect(inherited.inherited).toBe(true);
  expect(readFileSync(paths.lockFile, 'utf8')).toBe(processIdentity(process.pid));
  inherited.release();
});
