import { tableId, type ChangeEvent, type TableId, type TableSchema } from '@thalamus/contracts';
import { RowEncoder } from '@thalamus/core/load';
import type { KafkaMessage } from '@thalamus/kafka';
import { Segment, type SegmentIdentity } from './segment.js';

export interface StageLimits {
  readonly idleMs: number;
  readonly maxFileAgeMs: number;
  readonly maxFileRows: number;
  readonly maxFileBytes: number;
}

/** Encoders are shared by all partitions: one for each schema. */
export class Encoders {
  private readonly encoders = new Map<TableSchema, RowEncoder>();

  of(schema: TableSchema): RowEncoder {
    let encoder = this.encoders.get(schema);
    if (!encoder) this.encoders.set(schema, (encoder = new RowEncoder(schema)));
    return encoder;
  }
}

/** What a stager asks for schemas; both answer for tables and topics that exist. */
export interface Schemas {
  get(table: TableId, id: number): TableSchema | undefined;
  wait(table: TableId, id: number): Promise<TableSchema>;
  tableOf(topic: string): TableId;
}

/**
 * Turns the records of one topic-partition into segments, in order. A segment closes when batch, generations or schema
 * change, when it is full, idle or old.
 */
export class PartitionStager {
  private open: Segment | undefined;
  private lastIdentity: SegmentIdentity | undefined;

  /**
   * @param next the offset at which the next segment starts: where the last one ended
   * @param close told of each closed segment, in order
   */
  constructor(
    readonly topic: string,
    readonly partition: number,
    private next: number,
    private readonly limits: StageLimits,
    private readonly schemas: Schemas,
    private readonly encoders: Encoders,
    private readonly close: (segment: Segment) => void,
  ) {}

  /** Offset up to which records have been taken. */
  get reached(): number {
    return this.open?.to ?? this.next;
  }
  get openBytes(): number {
    return this.open?.bytes ?? 0;
  }

  /** Records from here to `offset` are gone from Kafka: the hole must show in the coverage. */
  skipTo(offset: number): void {
    this.flush();
    this.next = Math.max(this.next, offset);
  }

  /** @param isStale asked after each wait: true stops the work, nothing of it may be used any more */
  async accept(records: readonly KafkaMessage[], nowMs: number, isStale: () => boolean): Promise<void> {
    for (const record of records) {
      const offset = Number(record.offset);
      // A record delivered again after a seek is in a segment already.
      if (offset < this.reached) continue;
      const event = record.value === null ? undefined : parseEvent(record.value);
      if (event === undefined || event instanceof Error) {
        this.takeWithoutRow(record, event, nowMs);
        continue;
      }
      const table = tableId(event.source.schema, event.source.table);
      const schema =
        this.schemas.get(table, event.source.schema_id) ??
        (await this.schemas.wait(table, event.source.schema_id));
      if (isStale()) return;
      this.take(event, table, schema, record, nowMs);
    }
  }

  private take(
    event: ChangeEvent,
    table: TableId,
    schema: TableSchema,
    record: KafkaMessage,
    nowMs: number,
  ): void {
    const { batch, generation, schema_id: schemaId } = event.source;
    const segment = this.segmentFor({ table, batch, generations: generation, schemaId }, nowMs);
    const offset = Number(record.offset);
    try {
      segment.add(event, record.key?.toString('utf8') ?? '', offset, this.encoders.of(schema), nowMs);
    } catch (error) {
      segment.reject(offset, error, record.value?.toString('utf8') ?? '', nowMs);
    }
    if (segment.rowCount >= this.limits.maxFileRows || segment.bytes >= this.limits.maxFileBytes)
      this.flush();
  }

  /** A tombstone, or a record that is no event: it belongs to whatever surrounds it. */
  private takeWithoutRow(record: KafkaMessage, error: Error | undefined, nowMs: number): void {
    const unknown = { batch: 1, generations: [], schemaId: 1 };
    const segment =
      this.open ??
      this.segmentFor(this.lastIdentity ?? { ...unknown, table: this.schemas.tableOf(this.topic) }, nowMs);
    const offset = Number(record.offset);
    if (error) segment.reject(offset, error, record.value?.toString('utf8') ?? '', nowMs);
    else segment.reach(offset, nowMs);
  }

  private segmentFor(identity: SegmentIdentity, nowMs: number): Segment {
    if (this.open && !sameIdentity(this.open.identity, identity)) this.flush();
    this.open ??= new Segment(this.topic, this.partition, this.next, identity, nowMs);
    this.lastIdentity = identity;
    return this.open;
  }

  /** Closes the open segment when it has been quiet or open for long enough. */
  tick(nowMs: number): void {
    const segment = this.open;
    if (!segment) return;
    const idle = nowMs - segment.lastAppendMs >= this.limits.idleMs;
    if (idle || nowMs - segment.openedMs >= this.limits.maxFileAgeMs) this.flush();
  }

  flush(): void {
    const segment = this.open;
    if (!segment) return;
    this.open = undefined;
    this.next = segment.to;
    this.close(segment);
  }
}

function sameIdentity(a: SegmentIdentity, b: SegmentIdentity): boolean {
  return (
    a.batch === b.batch &&
    a.schemaId === b.schemaId &&
    a.table === b.table &&
    a.generations.length === b.generations.length &&
    a.generations.every((generation, at) => generation === b.generations[at])
  );
}

/** The hot path reads the envelope without a schema check; what is not there is told by name. */
function parseEvent(value: Buffer): ChangeEvent | Error {
  let event: Partial<ChangeEvent> | null;
  try {
    event = JSON.parse(value.toString('utf8')) as Partial<ChangeEvent> | null;
  } catch (error) {
    return new Error(`not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  const source = event?.source;
  const whole =
    source !== undefined &&
    typeof source.schema === 'string' &&
    typeof source.table === 'string' &&
    typeof source.change_version === 'string' &&
    Number.isInteger(source.batch) &&
    Number.isInteger(source.schema_id) &&
    Number.isFinite(source.ts_ms) &&
    Array.isArray(source.generation);
  return whole ? (event as ChangeEvent) : new Error('not a change event: source is missing or incomplete');
}
