import { setTimeout as delay } from 'node:timers/promises';
import type { Component, ExitStatus, RunningComponent } from './component.js';

/** `stopped` and `killed` were asked for; `failed` was not, and is no longer tried. */
export type ComponentState =
  'stopped' | 'starting' | 'running' | 'restarting' | 'stopping' | 'killed' | 'failed';

/** One line about a component's life. */
export interface ComponentEvent {
  readonly component: Component;
  readonly state: ComponentState;
  readonly text: string;
}

/** How often and how fast a dead component is started again. */
export interface RestartPolicy {
  readonly attempts: number;
  readonly firstDelayMs: number;
  readonly maxDelayMs: number;
  /** Having run for so long, its next death counts as the first. */
  readonly forgivenAfterMs: number;
}

export const defaultRestartPolicy: RestartPolicy = {
  attempts: 5,
  firstDelayMs: 500,
  maxDelayMs: 10_000,
  forgivenAfterMs: 60_000,
};

/** Exit code by which services say that another start would not help. */
const BAD_CONFIGURATION = 2;

/**
 * Keeps one component as it is wanted.
 *
 *     stopped ── start ──▶ starting ──▶ running ── stop ──▶ stopping ──▶ stopped
 *        ▲                    ▲           │ dies                    kill ──▶ killed
 *        │                    └ backoff ──┴▶ restarting ── too often ──▶ failed
 *
 * Commands follow one another; a restart yields to them.
 */
export class ComponentRunner {
  private current: ComponentState = 'stopped';
  private running: RunningComponent | undefined;
  private ending: RunningComponent | undefined;
  private queue: Promise<void> = Promise.resolve();
  private restart: AbortController | undefined;
  private starting: AbortController | undefined;
  private deaths = 0;
  private problem: string | undefined;

  constructor(
    readonly component: Component,
    private readonly report: (event: ComponentEvent) => void,
    private readonly policy: RestartPolicy = defaultRestartPolicy,
  ) {}

  get state(): ComponentState {
    return this.current;
  }

  get pid(): number | undefined {
    return (this.running ?? this.ending)?.pid;
  }

  /** Why it is not running, when nobody asked for that. */
  get lastProblem(): string | undefined {
    return this.problem;
  }

  /** Starts it unless it runs; resolves when it answers. */
  start(): Promise<void> {
    this.restart?.abort();
    return this.inTurn(async () => {
      if (this.running !== undefined) return;
      this.deaths = 0;
      await this.launch('starting');
    });
  }

  /** As `start`, but a failure is followed by further attempts as a death would be. Never rejects. */
  async startOrRetry(): Promise<void> {
    try {
      await this.start();
    } catch {
      // Reported by launch; a stop that has come meanwhile is not overruled.
      if (this.current === 'failed') void this.restartLater();
    }
  }

  /** Ends it in order. */
  stop(): Promise<void> {
    this.restart?.abort();
    this.starting?.abort();
    return this.inTurn(async () => {
      const running = this.takeOut();
      if (running === undefined && (this.current === 'stopped' || this.current === 'killed')) return;
      this.become('stopping', 'stopping');
      await running?.stop();
      this.ending = undefined;
      this.become('stopped', 'stopped');
    });
  }

  /** SIGKILL; it stays down until it is started. */
  kill(): Promise<void> {
    this.restart?.abort();
    this.starting?.abort();
    return this.inTurn(async () => {
      await this.takeOut()?.kill();
      this.ending = undefined;
      this.become('killed', 'killed');
    });
  }

  /** From here on its end is no surprise. */
  private takeOut(): RunningComponent | undefined {
    this.ending = this.running;
    this.running = undefined;
    return this.ending;
  }

  private inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.queue.then(work);
    this.queue = done.catch(() => undefined);
    return done;
  }

  private become(state: ComponentState, text: string): void {
    this.current = state;
    this.report({ component: this.component, state, text });
  }

  private async launch(state: 'starting' | 'restarting'): Promise<void> {
    this.become(state, state);
    const began = Date.now();
    this.starting = new AbortController();
    try {
      const running = await this.component.start(this.starting.signal);
      this.running = running;
      this.problem = undefined;
      const seconds = ((Date.now() - began) / 1000).toFixed(1);
      this.become('running', `answers at ${this.component.address} after ${seconds} s (pid ${running.pid})`);
      const since = Date.now();
      void running.exited.then((status) => this.onExit(running, status, Date.now() - since));
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      this.problem = message;
      this.become('failed', message);
      throw error;
    } finally {
      this.starting = undefined;
    }
  }

  private onExit(running: RunningComponent, status: ExitStatus, ranMs: number): void {
    // A stop or kill has taken it out already: that end was wanted.
    if (this.running !== running) return;
    this.running = undefined;
    if (ranMs > this.policy.forgivenAfterMs) this.deaths = 0;
    const how = status.signal ?? (status.code === null ? 'an unknown status' : `code ${status.code}`);
    this.problem = `ended with ${how} after ${(ranMs / 1000).toFixed(1)} s`;
    if (status.code === BAD_CONFIGURATION)
      this.become('failed', `${this.problem}: bad configuration, see ${this.component.logFile}`);
    else void this.restartLater();
  }

  private async restartLater(): Promise<void> {
    const abort = new AbortController();
    this.restart = abort;
    for (;;) {
      this.deaths += 1;
      // A service may wait for something that comes later, such as tables in the source: it is tried on and on.
      if (this.component.essential && this.deaths > this.policy.attempts) {
        this.become(
          'failed',
          `${this.problem}; not started again after ${this.policy.attempts} attempts, see ${this.component.logFile}`,
        );
        return;
      }
      const waitMs = Math.min(this.policy.firstDelayMs * 2 ** (this.deaths - 1), this.policy.maxDelayMs);
      this.become('restarting', `${this.problem}; starting it again in ${waitMs} ms`);
      try {
        await delay(waitMs, undefined, { signal: abort.signal });
      } catch {
        // A command has come meanwhile and decides what happens.
        return;
      }
      try {
        await this.inTurn(async () => {
          if (!abort.signal.aborted && this.running === undefined) await this.launch('restarting');
        });
        return;
      } catch {
        // launch has reported it; the next round counts it.
        if (abort.signal.aborted) return;
      }
    }
  }
}
