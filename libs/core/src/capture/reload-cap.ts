import { PipelineError, type ReloadReason, type TableId } from '@thalamus/contracts';

export interface ReloadPolicy {
  readonly onHistoryLost: 'reload' | 'halt';
  /** Automatic reloads of one table within 24 hours. */
  readonly maxReloadsPerDay: number;
}

const dayMs = 24 * 3600 * 1000;
const byIntent: readonly ReloadReason[] = ['initial', 'requested', 'events-lost'];

/** True for reloads that nobody asked for: they are counted and capped. */
export const isAutomatic = (reason: ReloadReason): boolean => !byIntent.includes(reason);

/** Times of reloads that still count. */
export const countedReloads = (reloads: readonly string[], now: Date): string[] =>
  reloads.filter((time) => now.getTime() - Date.parse(time) < dayMs);

/**
 * A table that is truncated every hour, or a retention shorter than the load, must not load for ever.
 * @throws {PipelineError} THAL-S007
 */
export function refuseExcessiveReload(
  table: TableId,
  reason: ReloadReason,
  reloads: readonly string[],
  policy: ReloadPolicy,
  now: Date,
): void {
  if (!isAutomatic(reason)) return;
  const context = { table, reason };
  if (policy.onHistoryLost === 'halt' && reason !== 'schema-changed')
    throw new PipelineError(
      'THAL-S007',
      `${table} must be loaded anew (${reason}), and capture.onHistoryLost is halt`,
      { context },
    );
  const recent = countedReloads(reloads, now).length;
  if (recent >= policy.maxReloadsPerDay)
    throw new PipelineError(
      'THAL-S007',
      `${table} must be loaded anew (${reason}), but was ${recent} times within 24 hours`,
      { context },
    );
}
