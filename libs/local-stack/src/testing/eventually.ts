import { setTimeout as delay } from 'node:timers/promises';

/** Waits for a condition of the world outside; for specs. */
export async function eventually(holds: () => boolean, withinMs: number): Promise<void> {
  const deadline = Date.now() + withinMs;
  while (!holds()) {
    if (Date.now() > deadline) throw new Error(`not within ${withinMs} ms: ${holds.toString()}`);
    await delay(20);
  }
}
