import { setTimeout as pause } from 'node:timers/promises';
import { isPipelineError, type PipelineError } from '@thalamus/contracts';

export interface RunLoopOptions {
  /** Quiet time after a batch before a run starts, so that batches coalesce. */
  readonly debounceMs: number;
  /** First pause after a failure that may pass; it doubles up to 30 s. Default 1000. */
  readonly retryMs?: number;
  /** One run of whatever is due. */
  readonly run: (signal: AbortSignal) => Promise<void>;
  readonly onFailure: (error: PipelineError | Error, retryInMs: number | undefined) => void;
}

const longestPauseMs = 30_000;
/** However busy the source is, a run starts after this many quiet times. */
const patience = 4;

/**
 * Runs when told to, one run at a time; what is told meanwhile leads to one more run afterwards. A failure that may
 * pass is tried again after a pause; any other waits for the next batch, and the reports keep their last good state.
 */
export class RunLoop {
  private pendingSince: number | undefined;
  private lastToldAt = 0;
  private owner = false;
  private failures = 0;
  private wake: () => void = () => undefined;
  private readonly stopping = new AbortController();
  private current: AbortController | undefined;
  private loop: Promise<void> | undefined;

  constructor(private readonly options: RunLoopOptions) {}

  start(): void {
    this.loop ??= this.work();
  }

  /** Something may be due. */
  tell(): void {
    this.lastToldAt = performance.now();
    this.pendingSince ??= this.lastToldAt;
    this.wake();
  }

  /** Only an owner runs. Losing ownership cancels the run that goes on; gaining it is a reason to look. */
  own(owner: boolean): void {
    if (owner === this.owner) return;
    this.owner = owner;
    if (owner) this.tell();
    else this.current?.abort();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    this.current?.abort();
    this.wake();
    await this.loop;
  }

  private async work(): Promise<void> {
    while (!this.stopping.signal.aborted) {
      if (!this.owner || this.pendingSince === undefined) await this.woken();
      else if (this.quietInMs() > 0) await this.orWoken(this.quietInMs());
      else await this.once();
    }
  }

  private async once(): Promise<void> {
    this.pendingSince = undefined;
    this.current = new AbortController();
    try {
      await this.options.run(this.current.signal);
      this.failures = 0;
    } catch (error) {
      if (!this.current.signal.aborted)
        await this.failed(error instanceof Error ? error : new Error(String(error)));
    } finally {
      this.current = undefined;
    }
  }

  private async failed(error: Error): Promise<void> {
    const passes = isPipelineError(error) && error.disposition === 'retry';
    const retryInMs = passes
      ? Math.min((this.options.retryMs ?? 1000) * 2 ** this.failures++, longestPauseMs)
      : undefined;
    this.options.onFailure(error, retryInMs);
    if (retryInMs === undefined) return;
    await this.orWoken(retryInMs);
    this.tell();
  }

  private quietInMs(): number {
    const { debounceMs } = this.options;
    const since = this.pendingSince ?? 0;
    const due = Math.min(this.lastToldAt + debounceMs, since + patience * debounceMs);
    return Math.ceil(due - performance.now());
  }

  private woken(): Promise<void> {
    return new Promise((resolve) => (this.wake = resolve));
  }

  private async orWoken(ms: number): Promise<void> {
    const enough = new AbortController();
    await Promise.race([
      this.woken(),
      pause(ms, undefined, { signal: enough.signal }).catch(() => undefined),
    ]);
    enough.abort();
  }
}
