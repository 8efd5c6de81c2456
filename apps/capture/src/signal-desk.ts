import type { Signal } from '@thalamus/contracts';

interface Waiting {
  readonly signal: Signal;
  readonly done: () => void;
}

/** Signals on their way from Kafka to the loop, which takes them between two polls. */
export class SignalDesk {
  private waiting: Waiting[] = [];
  private wake: (() => void) | undefined;

  /** Resolves once the loop says that the signal has its effect. */
  receive(signal: Signal): Promise<void> {
    return new Promise((done) => {
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
    await new Promise<void>((resolve) => {
      const timer = ms === Infinity ? undefined : setTimeout(finish, ms);
      const desk = this;
      function finish(): void {
        clearTimeout(timer);
        stop.removeEventListener('abort', finish);
        desk.wake = undefined;
        resolve();
      }
      this.wake = finish;
      stop.addEventListener('abort', finish, { once: true });
    });
  }
}
