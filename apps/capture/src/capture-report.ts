import type { Checkpoint, JournalData } from '@thalamus/contracts';
import type { PollPlan, SealReason, StartedGeneration } from '@thalamus/core/capture';
import type { CaptureTurn } from './capture-turn.js';

/** What a poll did, for logs and metrics. */
export interface PollReport {
  readonly plan: PollPlan;
  readonly started: readonly StartedGeneration[];
  readonly rows: number;
  readonly bytes: number;
  readonly tables: number;
  readonly sealed: JournalData<'batch.sealed'> | undefined;
  readonly sealReason: SealReason | undefined;
  /** Commit time of the newest change, the tighter of the commit table and the previous poll, ms. */
  readonly newestMs: number;
  readonly durationMs: number;
  readonly checkpoint: Checkpoint;
}

/** One line a poll that moved something, and the metrics of every poll. */
export function reportPoll(turn: CaptureTurn, report: PollReport): void {
  const { metrics, log, now } = turn;
  const { plan, rows, bytes, sealed, started } = report;
  const group = { sync_group: report.checkpoint.group };
  const moved = rows > 0 || started.length > 0 || sealed !== undefined;
  metrics.inc('thalamus_capture_polls_total', { ...group, outcome: moved ? 'moved' : 'idle' });
  metrics.set('thalamus_capture_version', group, Number(plan.to));
  metrics.set('thalamus_capture_versions_behind', group, 0);
  const loading = Object.values(report.checkpoint.tables).filter((table) => table.loading).length;
  metrics.set('thalamus_capture_loading_tables', group, loading);
  for (const { table } of started) metrics.inc('thalamus_capture_generations_total', { ...group, table });
  if (sealed) metrics.inc('thalamus_capture_batches_total', group);
  if (rows > 0) {
    metrics.inc('thalamus_capture_bytes_total', group, bytes);
    metrics.observe('thalamus_capture_poll_duration_seconds', group, report.durationMs / 1000);
    metrics.observe('thalamus_capture_lag_seconds', group, (now().getTime() - report.newestMs) / 1000);
  }
  for (const { table, reason, detail } of started) log.info({ table, reason, detail }, 'generation started');
  if (!moved) return;
  log.info(
    {
      from: plan.from.toString(),
      to: plan.to.toString(),
      rows,
      tables: report.tables,
      ms: report.durationMs,
      ...(sealed ? { sealed: sealed.batch, because: report.sealReason, batchRows: sealed.rows } : {}),
    },
    'polled',
  );
}
