/** Growth of the pause while the source stays quiet. */
const growth = 1.5;

/** Pause before the next poll, ms: none while rows keep coming, then from `minPollMs` up to `maxPollMs`. */
export function nextPause(
  previousMs: number,
  moved: boolean,
  limits: { readonly minPollMs: number; readonly maxPollMs: number },
): number {
  if (moved) return 0;
  return Math.min(limits.maxPollMs, Math.max(limits.minPollMs, previousMs * growth));
}
