import { StackError } from '../local-stack.errors.js';
import type { StackOptions } from '../local-stack.js';
import { startStack } from '../stack.js';

/**
 * Runs a stack in this process until it is told to stop: by SIGTERM, SIGINT, SIGHUP or `stack:down`.
 *
 * @returns the exit code
 */
export async function supervise(options: Omit<StackOptions, 'signal'>): Promise<number> {
  const abort = new AbortController();
  for (const name of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
    // A second one must not cut the orderly stop short; what hangs is killed after 10 s anyway.
    process.on(name, () => abort.abort(new StackError(`stopped by ${name}`)));
  }
  try {
    const stack = await startStack({ ...options, signal: abort.signal });
    options.log?.('all components answer');
    abort.signal.addEventListener('abort', () => void stack.stop());
    if (abort.signal.aborted) await stack.stop();
    await stack.stopped;
    return 0;
  } catch (error) {
    if (abort.signal.aborted) return 0;
    process.stderr.write(`${error instanceof StackError ? error.message : String((error as Error).stack)}\n`);
    return 1;
  }
}
