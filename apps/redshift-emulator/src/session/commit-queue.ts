import { setTimeout as delay } from 'node:timers/promises';

/** Delays that make the emulator as slow as a cluster, in milliseconds. */
export interface Latency {
  /** Added to each statement, for planning and compiling. */
  readonly statementMs: number;
  /** Each commit holds the cluster-wide queue so long. */
  readonly commitMs: number;
}

/** No delays. */
export const NO_LATENCY: Latency = { statementMs: 0, commitMs: 0 };
/** About what a small Serverless workgroup takes. */
export const REAL_LATENCY: Latency = { statementMs: 60, commitMs: 250 };

/** Commits of the whole cluster, one after the other. */
export class CommitQueue {
  private last: Promise<unknown> = Promise.resolve();

  constructor(readonly latency: Latency) {}

  /** Waits for what a statement costs before it runs. */
  async statement(): Promise<void> {
    if (this.latency.statementMs > 0) await delay(this.latency.statementMs);
  }

  /** Runs a commit in its turn. */
  async commit<T>(work: () => Promise<T>): Promise<T> {
    if (this.latency.commitMs === 0) return work();
    const turn = this.last.then(async () => {
      await delay(this.latency.commitMs);
      return work();
    });
    this.last = turn.catch(() => undefined);
    return turn;
  }
}
