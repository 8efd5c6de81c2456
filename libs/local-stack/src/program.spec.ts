import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isRunning, processIdentity } from './process-identity.js';
import { startProgram, type Program } from './program.js';
import { eventually } from './testing/eventually.js';

const scratch = mkdtempSync(join(tmpdir(), 'thalamus-program-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

function shell(name: string, script: string, extra: Partial<Program> = {}): Program {
  return {
    title: name,
    command: '/bin/sh',
    args: ['-c', script],
    cwd: scratch,
    logFile: join(scratch, `${name}.log`),
    probe: () => Promise.resolve(),
    ...extra,
  };
}

const never = new AbortController().signal;

test('output goes to the log, and the first answer counts, not the start', async () => {
  const logFile = join(scratch, 'slow.log');
  const probe = (): Promise<void> =>
    readFileSync(logFile, 'utf8').includes('open') ? Promise.resolve() : Promise.reject(new Error('not yet'));
  const running = await startProgram(
    shell('slow', 'echo starting; sleep 0.3; echo open >&2; exec sleep 60', { probe }),
    never,
  );
  expect(readFileSync(logFile, 'utf8')).toBe('starting\nopen\n');
  await running.stop();
  expect(await running.exited).toEqual({ code: null, signal: 'SIGTERM' });
});

test('a program that ends while starting fails with the end of its log', async () => {
  const probe = (): Promise<void> => Promise.reject(new Error('refused'));
  await expect(startProgram(shell('broken', 'echo no such disk; exit 7', { probe }), never)).rejects.toThrow(
    /broken ended with code 7 while starting:\nno such disk/,
  );
});

test('a program that does not answer in time is ended and fails with the last reason', async () => {
  const probe = (): Promise<void> => Promise.reject(new Error('refused'));
  const program = shell('deaf', 'echo $$; exec sleep 60', { probe, readyWithinMs: 300 });
  await expect(startProgram(program, never)).rejects.toThrow(
    /deaf did not answer in time \(Error: refused\)/,
  );
  expect(processIdentity(Number(readFileSync(program.logFile, 'utf8')))).toBeUndefined();
});

test('a command that does not exist says so', async () => {
  const program = shell('absent', '', { command: join(scratch, 'no-such-program') });
  await expect(startProgram(program, never)).rejects.toThrow(
    /no-such-program cannot be started; run the set-up/,
  );
});

test('one that ignores SIGTERM is killed, with what it left in its group', async () => {
  const program = shell('stubborn', `trap '' TERM; sleep 61 & echo $!; wait; wait`, { stopWithinMs: 200 });
  const running = await startProgram(program, never);
  await eventually(() => /^\d+\n$/.test(readFileSync(program.logFile, 'utf8')), 5000);
  const grandchild = processIdentity(Number(readFileSync(program.logFile, 'utf8'))) ?? '';
  expect(isRunning(grandchild)).toBe(true);
  await running.stop();
  expect(await running.exited).toEqual({ code: null, signal: 'SIGKILL' });
  await eventually(() => !isRunning(grandchild), 5000);
});

test('an aborted start leaves no process', async () => {
  const abort = new AbortController();
  const program = shell('aborted', 'echo $$; exec sleep 60', {
    probe: () => {
      abort.abort(new Error('changed my mind'));
      return Promise.reject(new Error('not yet'));
    },
  });
  await expect(startProgram(program, abort.signal)).rejects.toThrow('changed my mind');
  const pid = Number(readFileSync(program.logFile, 'utf8') || 'NaN');
  expect(Number.isNaN(pid) ? undefined : processIdentity(pid)).toBeUndefined();
});
