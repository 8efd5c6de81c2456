import type { JournalData, PipelineConfig, Topics } from '@thalamus/contracts';
import type { JournalWriter, Kafka } from '@thalamus/kafka';
import type { ObjectStore } from '@thalamus/object-store';
import { retrying, type Health, type Logger, type Metrics, type Stoppable } from '@thalamus/platform';
import type { RecordWriter } from '../record-writer.js';
import type { SchemaRegistry } from '../schema-registry.js';
import type { StagedSegmentFile } from './membership.js';
import { PartitionStarts, stageGroupId } from './partition-starts.js';
import { rejectedEvents } from './rejected-events.js';
import type { Segment } from './segment.js';
import { uploadSegment } from './segment-uploader.js';
import { StageConsumer } from './stage.consumer.js';

export interface StageDependencies {
  readonly kafka: Kafka;
  readonly config: PipelineConfig;
  readonly topics: Topics;
  readonly store: ObjectStore;
  readonly schemas: SchemaRegistry;
  readonly journal: JournalWriter;
  readonly records: RecordWriter;
  readonly metrics: Metrics;
  readonly health: Health;
  readonly log: Logger;
}

/** The stage role: change events in, gzip CSV in the object store and `file.staged` in the journal out. */
export class StageRunner implements Stoppable {
  private readonly consumer: StageConsumer;

  private constructor(
    private readonly use: StageDependencies,
    private readonly starts: PartitionStarts,
    groupId: string,
  ) {
    const { config } = use;
    this.consumer = new StageConsumer({
      kafka: use.kafka,
      groupId,
      pattern: use.topics.tablePattern,
      starts,
      schemas: use.schemas,
      limits: config.stage,
      log: use.log,
      ports: {
        upload: (segment) => this.upload(segment),
        announce: (files) => this.announce(files),
      },
      onAssigned: (partitions) => use.health.report('stage', true, `${partitions} partitions`),
    });
  }

  static async start(use: StageDependencies): Promise<StageRunner> {
    const groupId = stageGroupId(use.config.name);
    const runner = new StageRunner(use, await PartitionStarts.open(use.kafka, groupId), groupId);
    use.health.report('stage', true, 'waiting for table topics');
    await runner.consumer.start();
    return runner;
  }

  get finished(): Promise<never> {
    return this.consumer.finished;
  }

  async stop(): Promise<void> {
    await this.consumer.stop();
    await this.starts.close();
  }

  private async upload(segment: Segment): Promise<JournalData<'file.staged'>> {
    const { store, config, health, log } = this.use;
    const staged = await retrying(
      () =>
        uploadSegment(segment, {
          store,
          prefix: config.stage.prefix,
          group: config.name,
          gzipLevel: config.stage.gzipLevel,
        }),
      {
        attempts: Infinity,
        baseMs: 100,
        maxMs: 10_000,
        onRetry: (error, attempt) => {
          health.report('object-store', false, error.message);
          log.warn({ err: error, attempt }, 'storing a file failed; trying again');
        },
      },
    );
    health.report('object-store', true);
    return staged;
  }

  private async announce(files: readonly StagedSegmentFile[]): Promise<void> {
    const { journal, records, topics, config, metrics } = this.use;
    const now = new Date().toISOString();
    const rejected = files.flatMap(({ segment }) => rejectedEvents(segment, now));
    await records.write(
      topics.rejected,
      rejected.map((letter) => ({ key: letter.table, value: JSON.stringify(letter) })),
    );
    const entries = files.flatMap(({ segment, staged }) => [
      journal.entry('file.staged', config.name, staged),
      ...(segment.unfit.length === 0
        ? []
        : [
            journal.entry('row.rejected', config.name, {
              table: staged.table,
              batch: staged.batch,
              count: segment.unfit.length,
              reason: segment.unfit[0]?.reason ?? '',
            }),
          ]),
    ]);
    await journal.appendAll(config.name, entries);
    for (const file of files) this.count(file, metrics);
  }

  private count({ segment, staged }: StagedSegmentFile, metrics: Metrics): void {
    const { table } = staged;
    metrics.inc('thalamus_stage_rows_total', { table }, segment.events);
    metrics.inc('thalamus_stage_files_total', { table }, staged.files.length);
    const bytes = staged.files.reduce((sum, file) => sum + file.bytes, 0);
    metrics.inc('thalamus_stage_bytes_total', { table }, bytes);
    if (segment.unfit.length > 0)
      metrics.inc('thalamus_stage_rejected_total', { table }, segment.unfit.length);
    if (Number.isFinite(segment.oldestPublishedMs))
      metrics.observe('thalamus_stage_lag_seconds', {}, (Date.now() - segment.oldestPublishedMs) / 1000);
    this.use.log.debug(
      { table, batch: staged.batch, from: staged.from, to: staged.to, rows: segment.rowCount },
      'staged',
    );
  }
}
