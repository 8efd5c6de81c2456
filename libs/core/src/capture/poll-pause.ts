/** Growth of the pause while the source stays quiet. */
const growth = 1.5;
/** A poll of so many rows is not alone: the next one follows at once. */
const manyRows = 1000;

/**
 * Pause before the next poll, ms: none while many rows come, `minPollMs` while few do, and from there up to `maxPollMs`
 * while none come. A poll costs the source, Kafka and capture much the same for one row as for a thousand: without the
 * pause a trickle would be polled several times a second, each time for a transaction of a few rows.
 */
export function nextPause(
  previousMs: number,
  rows: number,
  limits: { readonly minPollMs: number; readonly maxPollMs: number },
): number {
  if (rows >= manyRows) return 0;
  if (rows > 0) return limits.minPollMs;
  return Math.min(limits.maxPollMs, Math.max(limits.minPollMs, previousMs * growth));
}
