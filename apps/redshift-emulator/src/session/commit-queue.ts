import { setTimeout as delay } from 'node:timers/promises';
import type { Plan } from '../language/plan.js';
import type { Latency } from './latency.js';

/** Commits of the whole cluster, one after the other. */
export class CommitQueue {
  private last: Promise<unknown> = Promise.resolve();

  constructor(readonly latency: Latency) {}

  /** Whether a commit waits at all. */
  get takesTime(): boolean {
    return this.latency.commitMs > 0;
  }

  /** Waits for what a statement costs before it runs. */
  async statement(kind: Plan['kind']): Promise<void> {
    const { statementMs, transferMs, definitionMs } = this.latency;
    const more =
      kind === 'copy' || kind === 'unload'
        ? transferMs
        : kind === 'definition' || kind === 'truncate'
          ? definitionMs
          : 0;
    if (statementMs + more > 0) await delay(statementMs + more);
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
