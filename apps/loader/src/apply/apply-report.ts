import type { ApplyPlan } from '@thalamus/core/load';
import type { ApplyDependencies } from './apply-dependencies.js';
import type { Applied } from './warehouse-applier.js';

/** Metrics and the one log line of an apply. */
export function reportApply(
  { metrics, log, config }: ApplyDependencies,
  plan: ApplyPlan,
  { data, rejected }: Applied,
  durationMs: number,
): void {
  const sync_group = config.name;
  const batches = plan.batch - plan.firstBatch + 1;
  metrics.inc('thalamus_apply_batches_total', { sync_group, outcome: 'applied' }, batches);
  metrics.set('thalamus_apply_batch', { sync_group }, plan.batch);
  metrics.observe('thalamus_apply_duration_seconds', { sync_group }, durationMs / 1000);
  if (plan.committedAt !== null) {
    const lagMs = Date.now() - Date.parse(plan.committedAt);
    metrics.observe('thalamus_apply_lag_seconds', { sync_group }, lagMs / 1000);
  }
  for (const { table, upserted, deleted } of data.tables)
    metrics.inc('thalamus_apply_rows_total', { sync_group, table }, upserted + deleted);
  log.info(
    {
      batch: plan.batch,
      firstBatch: plan.firstBatch,
      version: plan.version.toString(),
      rows: plan.tables.reduce((sum, load) => sum + load.rows, 0),
      tables: plan.tables.length,
      swapped: data.tables.filter((table) => table.swapped).map((table) => table.target),
      rejected: rejected.length,
      consistent: plan.consistent,
      durationMs,
    },
    'applied',
  );
}
