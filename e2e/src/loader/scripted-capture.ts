import { randomUUID } from 'node:crypto';
import {
  batchNumber,
  changeVersion,
  formatJournalEntry,
  generation,
  tableId,
  type ColumnSchema,
  type JournalData,
  type Operation,
  type PartitionOffsets,
  type TableId,
  type TableSchema,
  type Topics,
  type WireRow,
} from '@thalamus/contracts';
import { encodeKey, ensureTopics, journalEntry, partitionOf, type Kafka } from '@thalamus/kafka';
import { eventually } from '../pipeline-under-test.js';

/** One change as a test writes it. */
export interface ScriptedChange {
  readonly table: string;
  readonly op: Operation;
  readonly row: WireRow;
  readonly generation?: readonly number[];
  readonly schemaId?: number;
}

export interface SealOptions {
  readonly completed?: readonly (readonly [string, number])[];
  readonly loading?: readonly (readonly [string, number])[];
}

export function column(name: string, warehouseType: string, more: Partial<ColumnSchema> = {}): ColumnSchema {
  return {
    name,
    target: name.toLowerCase(),
    sourceType: 'test',
    read: '{c}',
    warehouseType,
    nullable: true,
    ...more,
  };
}

/** Writes what capture writes, in transactions as capture does, but what the test says. */
export class ScriptedCapture implements AsyncDisposable {
  batch = 1;
  version = 0;
  private sealedVersion = 0;
  private readonly schemas = new Map<TableId, TableSchema>();
  private offsets: Record<string, Record<string, number>> = {};
  private rows = 0;
  private producer: ReturnType<Kafka['producer']> | undefined;

  constructor(
    private readonly kafka: Kafka,
    private readonly topics: Topics,
    private readonly partitions: number,
    private readonly group: string,
  ) {}

  async publishSchema(table: string, id: number, columns: readonly ColumnSchema[]): Promise<void> {
    const schema: TableSchema = {
      id,
      table: tableId('dbo', table),
      target: table.toLowerCase(),
      columns: [...columns],
      omitted: [],
      fingerprint: String(id),
    };
    const topic = this.topics.table(schema.table);
    const spec = { topic, partitions: this.partitions, replicationFactor: 1 };
    await eventually(() => ensureTopics(this.kafka, [spec]).then(() => true), {
      withinMs: 20_000,
      because: `the topic ${topic} is served`,
    });
    this.schemas.set(schema.table, schema);
    await (
      await this.connected()
    ).send({
      topic: this.topics.schemas,
      messages: [{ key: `${schema.table}#${id}`, value: JSON.stringify(schema) }],
    });
  }

  /** One poll: its changes, and the seal when asked for, in one transaction. */
  async poll(changes: readonly ScriptedChange[], seal?: SealOptions): Promise<void> {
    this.version++;
    const transaction = await (await this.connected()).transaction();
    for (const [topic, records] of Map.groupBy(
      changes.map((change) => this.record(change)),
      (each) => each.topic,
    )) {
      const written = await transaction.send({ topic, messages: records });
      for (const { partition, baseOffset } of written) {
        const count = records.filter((each) => each.partition === partition).length;
        (this.offsets[topic] ??= {})[partition] = Number(baseOffset) + count;
      }
    }
    this.rows += changes.length;
    if (seal) await transaction.send(this.seal(seal));
    await transaction.commit();
  }

  /** Rows that readers of committed data must never see; control records stay in the log. */
  async abortedPoll(changes: readonly ScriptedChange[]): Promise<void> {
    const transaction = await (await this.connected()).transaction();
    for (const change of changes) {
      const { topic, ...message } = this.record(change);
      await transaction.send({ topic, messages: [message] });
    }
    await transaction.abort();
  }

  private record(change: ScriptedChange) {
    const id = tableId('dbo', change.table);
    const schema = this.schemas.get(id);
    if (!schema) throw new Error(`no schema of ${change.table}`);
    const keys = schema.columns.filter((each) => each.keyOrdinal !== undefined);
    const key = encodeKey(keys.map((each) => change.row[each.name] ?? null));
    const deleted = change.op === 'd';
    const value = {
      before: deleted ? change.row : null,
      after: deleted ? null : change.row,
      source: {
        version: '1',
        connector: 'thalamus-sqlserver-ct',
        name: this.group,
        ts_ms: Date.now(),
        snapshot: change.op === 'r' ? 'true' : 'false',
        db: 'gme',
        schema: 'dbo',
        table: change.table,
        change_version: String(this.version),
        batch: this.batch,
        generation: change.generation ?? [1],
        schema_id: change.schemaId ?? schema.id,
      },
      op: change.op,
      ts_ms: Date.now(),
    };
    return {
      topic: this.topics.table(id),
      partition: partitionOf(key, this.partitions),
      key,
      value: JSON.stringify(value),
    };
  }

  private seal({ completed = [], loading = [] }: SealOptions) {
    const pairs = (list: readonly (readonly [string, number])[]) =>
      list.map(([table, number]) => ({ table: tableId('dbo', table), generation: generation(number) }));
    const data: JournalData<'batch.sealed'> = {
      batch: batchNumber(this.batch),
      version: changeVersion(this.version),
      previousVersion: changeVersion(this.sealedVersion),
      rows: this.rows,
      bytes: this.rows * 100,
      offsets: this.offsets as PartitionOffsets,
      completed: pairs(completed),
      loading: pairs(loading),
      schemas: Object.fromEntries([...this.schemas].map(([table, schema]) => [table, schema.id])),
      openedAt: new Date().toISOString(),
      committedAt: new Date().toISOString(),
    };
    const entry = journalEntry('batch.sealed', this.group, data, { source: '/capture/test' });
    this.batch++;
    this.sealedVersion = this.version;
    this.offsets = {};
    this.rows = 0;
    return { topic: this.topics.journal, messages: [{ key: this.group, value: formatJournalEntry(entry) }] };
  }

  private async connected() {
    if (this.producer) return this.producer;
    const producer = this.kafka.producer({
      transactionalId: `test-${randomUUID()}`,
      idempotent: true,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
    });
    await producer.connect();
    return (this.producer = producer);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.producer?.disconnect();
  }
}
