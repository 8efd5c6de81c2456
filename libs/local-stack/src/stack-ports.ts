import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/** Below the range from which systems take the ports of outgoing connections, so that a remembered port stays free. */
const LOWEST = 20_000;
const HIGHEST = 32_000;
const ATTEMPTS = 200;

/** Whether this process could listen there now. */
export function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen({ host: '127.0.0.1', port, exclusive: true }, () => probe.close(() => resolve(true)));
  });
}

/** A free port that is none of `taken`. */
export async function choosePort(taken: ReadonlySet<number>): Promise<number> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const port = randomInt(LOWEST, HIGHEST);
    if (!taken.has(port) && (await isFree(port))) return port;
  }
  throw new Error(`no free TCP port between ${LOWEST} and ${HIGHEST} after ${ATTEMPTS} attempts`);
}

/**
 * Gives each name a port: the remembered one when it is still free, so that addresses survive a restart, else another.
 */
export async function assignPorts(
  names: readonly string[],
  remembered: Readonly<Record<string, number>>,
): Promise<Record<string, number>> {
  const ports: Record<string, number> = { ...remembered };
  for (const name of names) {
    const known = ports[name];
    if (known !== undefined && (await isFree(known))) continue;
    ports[name] = await choosePort(new Set(Object.values(ports)));
  }
  return ports;
}

/** Waits until the remembered ports are free: after a crash, what the last stack ran may still be ending. */
export async function untilFree(ports: readonly number[], withinMs: number): Promise<void> {
  const deadline = Date.now() + withinMs;
  for (const port of ports) {
    while (!(await isFree(port)) && Date.now() < deadline) await delay(100);
  }
}
