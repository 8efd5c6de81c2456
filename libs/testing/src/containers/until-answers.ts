import { setTimeout as pause } from 'node:timers/promises';

/** Asks a server that has just been started until it answers; a port that is open is no server that works. */
export async function untilAnswers<T>(what: string, withinMs: number, ask: () => Promise<T>): Promise<T> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (performance.now() > deadline)
        throw new Error(`${what} does not answer within ${withinMs} ms`, { cause: error });
      await pause(250);
    }
  }
}
