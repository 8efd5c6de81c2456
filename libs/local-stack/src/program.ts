import { guardProcess } from '@thalamus/embedded-postgres';
import { spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { ExitStatus, RunningComponent } from './component.js';
import { StackError } from './local-stack.errors.js';

/** A program of the stack: how it starts, and how one knows that it works. */
export interface Program {
  /** For messages. */
  readonly title: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** Receives standard output and error. */
  readonly logFile: string;
  /** A real request; called until it resolves. */
  readonly probe: (signal: AbortSignal) => Promise<void>;
  /** Default 90 s: a busy machine is slow. */
  readonly readyWithinMs?: number;
  /** From SIGTERM to SIGKILL; default 3.5 s: a whole stack stops within 10. */
  readonly stopWithinMs?: number;
  /** What ends it when this process dies; default SIGTERM. SIGKILL for what ignores that and loses nothing. */
  readonly orphanSignal?: 'TERM' | 'KILL';
}

const PROBE_INTERVAL_MS = 100;
const PROBE_TIMEOUT_MS = 5000;
const LOG_LIMIT_BYTES = 20 * 1024 * 1024;

/** The last lines of a log, for messages. */
export function logTail(file: string, lines = 15): string {
  if (!existsSync(file)) return '(no log)';
  return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-lines).join('\n');
}

/** Opens a log for appending; one that has grown large is set aside first. */
export function openLog(file: string): number {
  mkdirSync(dirname(file), { recursive: true });
  if (existsSync(file) && statSync(file).size > LOG_LIMIT_BYTES) renameSync(file, `${file}.1`);
  return openSync(file, 'a', 0o600);
}

/** The environment a child gets: ours, without what concerns only this process. */
function childEnvironment(extra: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  const { NODE_OPTIONS: _options, JEST_WORKER_ID: _worker, ...inherited } = process.env;
  return { ...inherited, ...extra };
}

/**
 * Starts a program in a group of its own (Ctrl-C reaches this process only, which then stops all in order), guarded so
 * that it does not outlive this process, and waits for its first answer.
 *
 * @throws StackError with the end of its log, when it ends early or does not answer in time
 */
export async function startProgram(program: Program, signal: AbortSignal): Promise<RunningComponent> {
  const log = openLog(program.logFile);
  const child = spawn(program.command, [...program.args], {
    cwd: program.cwd,
    env: childEnvironment(program.env ?? {}),
    detached: true,
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  const { pid } = child;
  const exit = new Promise<ExitStatus>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, exitSignal) => resolve({ code, signal: exitSignal }));
  });
  if (pid === undefined) {
    const cause = await exit.catch((error: unknown) => error);
    throw new StackError(
      `${program.title}: ${program.command} cannot be started; run the set-up (npm run setup).`,
      { cause },
    );
  }
  const guard = guardProcess(pid, program.orphanSignal);
  const exited = exit.then((status) => {
    // What the leader left behind in its group (a JVM below Python, say) must not live on.
    signalGroup(pid, 'SIGKILL');
    guard.release();
    return status;
  });
  const running = runningProgram(pid, exited, program.stopWithinMs ?? 3500);
  try {
    await untilAnswers(program, exited, signal);
    return running;
  } catch (error) {
    await running.kill();
    throw error;
  }
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function runningProgram(pid: number, exited: Promise<ExitStatus>, patienceMs: number): RunningComponent {
  const kill = async (): Promise<void> => {
    signalGroup(pid, 'SIGKILL');
    await exited;
  };
  const stop = async (): Promise<void> => {
    try {
      process.kill(pid, 'SIGTERM');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
    const patience = new AbortController();
    const timedOut = delay(patienceMs, 'late', { signal: patience.signal }).catch(() => 'cancelled');
    const outcome = await Promise.race([exited, timedOut]);
    patience.abort();
    if (outcome === 'late') await kill();
  };
  return { pid, exited, stop, kill };
}

async function untilAnswers(
  program: Program,
  exited: Promise<ExitStatus>,
  signal: AbortSignal,
): Promise<void> {
  const deadline = Date.now() + (program.readyWithinMs ?? 90_000);
  let ended: ExitStatus | undefined;
  void exited.then((status) => (ended = status));
  let lastProblem: unknown;
  for (;;) {
    signal.throwIfAborted();
    if (ended !== undefined) {
      const how = ended.signal ?? `code ${ended.code}`;
      throw new StackError(`${program.title} ended with ${how} while starting:\n${logTail(program.logFile)}`);
    }
    try {
      await program.probe(AbortSignal.any([signal, AbortSignal.timeout(PROBE_TIMEOUT_MS)]));
      if (ended === undefined) return;
    } catch (error) {
      lastProblem = error;
    }
    if (Date.now() > deadline) {
      throw new StackError(
        `${program.title} did not answer in time (${String(lastProblem)}); its log ${program.logFile} ends:\n${logTail(program.logFile)}`,
        { cause: lastProblem },
      );
    }
    await delay(PROBE_INTERVAL_MS);
  }
}
