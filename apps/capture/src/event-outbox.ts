import {
  formatCheckpoint,
  formatJournalEntry,
  PipelineError,
  splitTableId,
  type Checkpoint,
  type JournalData,
  type JournalType,
  type PipelineConfig,
  type TableId,
  type TableSchema,
  type Topics,
} from '@thalamus/contracts';
import { EventShaper } from '@thalamus/core/change';
import { journalEntry, type OutgoingRecord, type TopicSpec } from '@thalamus/kafka';
import { productVersion } from './product-version.js';
import { maxRecordBytes, type Destination } from './row-publisher.js';

/** Where rows and control records of one sync group go, and in what form. */
export class EventOutbox {
  private readonly destinations = new Map<TableId, Destination>();
  private readonly shapers = new Map<string, EventShaper>();

  constructor(
    /** Creates missing topics and tells how many partitions each has. */
    private readonly provideTopics: (specs: readonly TopicSpec[]) => Promise<ReadonlyMap<string, number>>,
    private readonly topics: Topics,
    private readonly config: PipelineConfig,
    /** Partition of the checkpoints topic that holds the group. */
    private readonly checkpointPartition: number,
    private readonly now: () => Date = () => new Date(),
  ) {}

  get group(): string {
    return this.config.name;
  }

  /** Creates the topics of tables that have none yet, and learns how many partitions each has. */
  async prepare(tables: readonly TableId[]): Promise<void> {
    const missing = tables.filter((table) => !this.destinations.has(table));
    if (missing.length === 0) return;
    const { partitions, replicationFactor, retentionHours } = this.config.kafka;
    const specs = missing.map((table) => ({
      topic: this.topics.table(table),
      partitions,
      replicationFactor,
      config: {
        'cleanup.policy': 'delete',
        'retention.ms': String(retentionHours * 3_600_000),
        'max.message.bytes': String(maxRecordBytes),
      },
    }));
    const counts = await this.provideTopics(specs);
    for (const table of missing) {
      const topic = this.topics.table(table);
      this.destinations.set(table, { topic, partitions: counts.get(topic) ?? partitions });
    }
  }

  destination(table: TableId): Destination {
    const destination = this.destinations.get(table);
    if (!destination) throw new PipelineError('THAL-X002', `the topic of ${table} was not prepared`);
    return destination;
  }

  shaper(schema: TableSchema): EventShaper {
    const key = `${schema.table}#${schema.id}`;
    let shaper = this.shapers.get(key);
    if (!shaper) {
      shaper = new EventShaper(schema, {
        version: productVersion,
        name: this.config.name,
        database: this.config.source.database,
        ...splitTableId(schema.table),
      });
      this.shapers.set(key, shaper);
    }
    return shaper;
  }

  checkpointRecord(checkpoint: Checkpoint): OutgoingRecord {
    return {
      topic: this.topics.checkpoints,
      partition: this.checkpointPartition,
      key: this.group,
      value: formatCheckpoint(checkpoint),
    };
  }

  journalRecord<T extends JournalType>(type: T, data: JournalData<T>): OutgoingRecord {
    const entry = journalEntry(type, this.group, data, { source: `/capture/${this.group}`, now: this.now });
    return { topic: this.topics.journal, partition: 0, key: this.group, value: formatJournalEntry(entry) };
  }
}
