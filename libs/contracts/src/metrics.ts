/** The metrics catalogue: every metric a service may export, with its type, labels and meaning. Units are in the names. */
export interface MetricDefinition {
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  readonly labels: readonly ('sync_group' | 'table' | 'model' | 'outcome')[];
  /** Upper bounds of a histogram, in the metric's unit. */
  readonly buckets?: readonly number[];
}

const seconds = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30, 60, 120, 300] as const;

export const metricsCatalogue = {
  thalamus_capture_rows_total: {
    type: 'counter',
    help: 'Change events published',
    labels: ['sync_group', 'table'],
  },
  thalamus_capture_bytes_total: {
    type: 'counter',
    help: 'Bytes of change events published',
    labels: ['sync_group'],
  },
  thalamus_capture_polls_total: {
    type: 'counter',
    help: 'Polls of the source',
    labels: ['sync_group', 'outcome'],
  },
  thalamus_capture_poll_duration_seconds: {
    type: 'histogram',
    help: 'Duration of a poll that moved rows',
    labels: ['sync_group'],
    buckets: seconds,
  },
  thalamus_capture_batches_total: { type: 'counter', help: 'Batches sealed', labels: ['sync_group'] },
  thalamus_capture_lag_seconds: {
    type: 'histogram',
    help: 'Source commit to Kafka, by the tighter of the commit table and the previous poll',
    labels: ['sync_group'],
    buckets: seconds,
  },
  thalamus_capture_version: { type: 'gauge', help: 'Change version published', labels: ['sync_group'] },
  thalamus_capture_versions_behind: {
    type: 'gauge',
    help: 'Change versions of the source not yet published',
    labels: ['sync_group'],
  },
  thalamus_capture_loading_tables: {
    type: 'gauge',
    help: 'Tables with a loading generation',
    labels: ['sync_group'],
  },
  thalamus_capture_generations_total: {
    type: 'counter',
    help: 'Generations started',
    labels: ['sync_group', 'table'],
  },
  thalamus_capture_owner: {
    type: 'gauge',
    help: '1 when this replica owns the sync group',
    labels: ['sync_group'],
  },
  thalamus_stage_rows_total: { type: 'counter', help: 'Change events turned into files', labels: ['table'] },
  thalamus_stage_files_total: { type: 'counter', help: 'Files staged', labels: ['table'] },
  thalamus_stage_bytes_total: { type: 'counter', help: 'Compressed bytes staged', labels: ['table'] },
  thalamus_stage_lag_seconds: {
    type: 'histogram',
    help: 'Event published to file staged',
    labels: [],
    buckets: seconds,
  },
  thalamus_stage_rejected_total: {
    type: 'counter',
    help: 'Events that could not be turned into a row',
    labels: ['table'],
  },
  thalamus_apply_rows_total: { type: 'counter', help: 'Rows applied', labels: ['sync_group', 'table'] },
  thalamus_apply_batches_total: {
    type: 'counter',
    help: 'Batches applied',
    labels: ['sync_group', 'outcome'],
  },
  thalamus_apply_duration_seconds: {
    type: 'histogram',
    help: 'Duration of an apply',
    labels: ['sync_group'],
    buckets: seconds,
  },
  thalamus_apply_lag_seconds: {
    type: 'histogram',
    help: 'Source commit to TASTG',
    labels: ['sync_group'],
    buckets: seconds,
  },
  thalamus_apply_retries_total: {
    type: 'counter',
    help: 'Apply transactions repeated',
    labels: ['sync_group'],
  },
  thalamus_apply_batch: { type: 'gauge', help: 'Last batch applied', labels: ['sync_group'] },
  thalamus_apply_pending_batches: {
    type: 'gauge',
    help: 'Batches sealed and not applied',
    labels: ['sync_group'],
  },
  thalamus_transformer_runs_total: { type: 'counter', help: 'Runs', labels: ['sync_group', 'outcome'] },
  thalamus_transformer_run_duration_seconds: {
    type: 'histogram',
    help: 'Duration of a run',
    labels: ['sync_group'],
    buckets: seconds,
  },
  thalamus_transformer_model_rows: {
    type: 'gauge',
    help: 'Rows published by the last run',
    labels: ['model'],
  },
  thalamus_transformer_lag_seconds: {
    type: 'histogram',
    help: 'Source commit to reports',
    labels: ['sync_group'],
    buckets: seconds,
  },
} as const satisfies Record<string, MetricDefinition>;

export type MetricName = keyof typeof metricsCatalogue;
