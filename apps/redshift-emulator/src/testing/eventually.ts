import { setTimeout as delay } from 'node:timers/promises';

const PAUSE_MS = 25;

/** Asks again until the answer is what is wanted. @throws Error with the last answer when it never is */
export async function eventually<T>(
  ask: () => Promise<T>,
  isWanted: (answer: T) => boolean,
  options: { readonly withinMs: number; readonly because: string },
): Promise<T> {
  const deadline = Date.now() + options.withinMs;
  for (;;) {
    const answer = await ask();
    if (isWanted(answer)) return answer;
    if (Date.now() > deadline)
      throw new Error(`${options.because}: still ${JSON.stringify(answer)} after ${options.withinMs} ms`);
    await delay(PAUSE_MS);
  }
}
