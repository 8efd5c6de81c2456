import { setTimeout as pause } from 'node:timers/promises';
import { isPipelineError, type PipelineError } from '@thalamus/contracts';

export interface RetryPolicy {
  /** Attempts in all; Infinity = until it works or the signal aborts. */
  readonly attempts: number;
  /** First pause, ms; doubled each time up to `maxMs`, each pause drawn between half and all of it. */
  readonly baseMs: number;
  readonly maxMs: number;
  readonly signal?: AbortSignal;
  readonly onRetry?: (error: PipelineError, attempt: number, pauseMs: number) => void;
  readonly random?: () => number;
}

/** Repeats work whose error says `retry`. Any other error, and the last one, goes to the caller. */
export async function retrying<T>(work: (attempt: number) => Promise<T>, policy: RetryPolicy): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work(attempt);
    } catch (error) {
      if (!isPipelineError(error) || error.disposition !== 'retry') throw error;
      if (attempt >= policy.attempts || policy.signal?.aborted) throw error;
      const pauseMs = backoff(attempt, policy);
      policy.onRetry?.(error, attempt, pauseMs);
      await pause(pauseMs, undefined, policy.signal ? { signal: policy.signal } : undefined);
    }
  }
}

function backoff(attempt: number, { baseMs, maxMs, random = Math.random }: RetryPolicy): number {
  const ceiling = Math.min(maxMs, baseMs * 2 ** (attempt - 1));
  return Math.round(ceiling * (0.5 + random() / 2));
}
