import type { Signal } from '@thalamus/contracts';

interface Waiting {
  readonly signal: Signal;
  readonly done: () => void;
}

/** Signals on their way from Kafka to the loop, which takes them between two polls. */
export class SignalDesk {
  private waiting: Waiting[] = [];
  private readonly outstanding = new Set<(applied: boolean) => void>();
  private wake: (() => void) | undefined;
  private closed = false;

  /** Resolves with true once the loop says that the signal has its effect, with false when the loop ended before. */
  receive(signal: Signal): Promise<boolean> {
    if (this.closed) return Promise.resolve(false);
    return new Promise((resolve) => {
      this.outstanding.add(resolve);
      const done = (): void => {
        this.outstanding.delete(resolve);
        resolve(true);
      };
      this.waiting.push({ signal, done });
      this.wake?.();
    });
  }

  take(): readonly Waiting[] {
    const taken = this.waiting;
    this.waiting = [];
    return taken;
  }

  /** Resolves after `ms`, when a signal comes in, or when `stop` aborts. */
  async pause(ms: number, stop: AbortSignal): Promise<void> {
    if (this.waiting.length > 0 || stop.aborted || ms <= 0) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = ms === Infinity ? undefined : setTimeout(resolve, ms);
    this.wake = resolve;
    const onStop = (): void => resolve();
    stop.addEventListener('abort', onStop, { once: true });
    await promise;
    clearTimeout(timer);
    stop.removeEventListener('abort', onStop);
    this.wake = undefined;
  }

  /** The loop has ended: whoever waits for a signal's effect waits in vain. */
  close(): void {
    this.closed = true;
    for (const resolve of this.outstanding) resolve(false);
    this.outstanding.clear();
  }
}
