import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { findStack, type StackClient, type StackDescription } from '../control-client.js';
import { StackError } from '../local-stack.errors.js';
import { logTail, openLog } from '../program.js';
import { stackPaths } from '../stack-paths.js';

const POLL_MS = 150;

/**
 * Starts the supervisor in the background and waits until every component answers. Interrupted meanwhile, it takes the
 * supervisor down again.
 */
export async function up(
  dir: string,
  superviseArgs: readonly string[],
  say: (line: string) => void,
): Promise<StackDescription> {
  const running = findStack(dir);
  if (running !== undefined) {
    say(`a stack runs already (pid ${running.pid})`);
    return untilRunning(running, undefined, say);
  }
  const logFile = `${stackPaths(dir).logsDir}/supervisor.log`;
  const log = openLog(logFile);
  const main = fileURLToPath(new URL('../main.js', import.meta.url));
  const child = spawn(
    process.execPath,
    [...process.execArgv, main, '--dir', dir, 'supervise', ...superviseArgs],
    {
      detached: true,
      stdio: ['ignore', log, log],
    },
  );
  closeSync(log);
  const interrupted = (): void => void child.kill('SIGTERM');
  process.once('SIGINT', interrupted).once('SIGTERM', interrupted);
  try {
    return await untilRunning(await untilFound(dir, child, logFile), child, say, logFile);
  } finally {
    process.off('SIGINT', interrupted).off('SIGTERM', interrupted);
    child.unref();
  }
}

function throwIfEnded(child: ChildProcess | undefined, logFile: string | undefined): void {
  if (child === undefined || (child.exitCode === null && child.signalCode === null)) return;
  const log = logFile === undefined ? '' : `:\n${logTail(logFile, 30)}`;
  throw new StackError(
    child.exitCode === 0
      ? 'the start was interrupted; nothing is left running.'
      : `the stack did not start${log}`,
  );
}

async function untilFound(dir: string, child: ChildProcess, logFile: string): Promise<StackClient> {
  for (;;) {
    throwIfEnded(child, logFile);
    const client = findStack(dir);
    if (client !== undefined) return client;
    await delay(POLL_MS);
  }
}

async function untilRunning(
  client: StackClient,
  child: ChildProcess | undefined,
  say: (line: string) => void,
  logFile?: string,
): Promise<StackDescription> {
  const told = new Map<string, string>();
  for (;;) {
    throwIfEnded(child, logFile);
    // The supervisor may end between two questions; the next round says why.
    const description = await client.describe().catch((error: unknown) => {
      if (child === undefined) throw error;
      return undefined;
    });
    for (const { name, replica, state, address } of description?.components ?? []) {
      const key = `${name} ${replica}`;
      if (told.get(key) === state || state === 'stopped') continue;
      told.set(key, state);
      say(
        `  ${(replica === 1 ? name : key).padEnd(20)} ${state}${state === 'running' ? ` at ${address}` : ''}`,
      );
    }
    if (description?.phase === 'running') return description;
    await delay(POLL_MS);
  }
}

/** Stops the stack of a directory and waits for its supervisor to end. */
export async function down(dir: string, say: (line: string) => void): Promise<boolean> {
  const client = findStack(dir);
  if (client === undefined) return false;
  await client.requestStop();
  const began = Date.now();
  while (findStack(dir) !== undefined) {
    if (Date.now() - began > 20_000)
      throw new StackError(`the supervisor (pid ${client.pid}) does not end; see ${client.paths.logsDir}.`);
    await delay(50);
  }
  say(`stopped after ${((Date.now() - began) / 1000).toFixed(1)} s`);
  return true;
}
