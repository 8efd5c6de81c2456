import {
  batchNumber,
  changeVersion,
  generation,
  offset,
  tableId,
  type AnyJournalEntry,
  type ColumnSchema,
  type TableId,
  type TableSchema,
} from '@thalamus/contracts';
import type { SealedBatch, StagedSegment } from './load-state.js';

/** Builders for specs: the least that is valid, with what the test is about on top. */
export const interview: TableId = tableId('dbo', 'Interview');
export const interviewTopic = 'gme.gme.dbo.Interview';

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

export function tableSchema(columns: readonly ColumnSchema[], more: Partial<TableSchema> = {}): TableSchema {
  return {
    id: 1,
    table: interview,
    target: 'interview',
    columns: [...columns],
    omitted: [],
    fingerprint: 'test',
    ...more,
  };
}

export interface SealedOptions {
  readonly ends?: Readonly<Record<string, Readonly<Record<number, number>>>>;
  readonly completed?: readonly [TableId, number][];
  readonly loading?: readonly [TableId, number][];
  readonly schemas?: Readonly<Record<string, number>>;
  readonly rows?: number;
}

export function sealedBatch(batch: number, options: SealedOptions = {}): SealedBatch {
  const pairs = (list: readonly [TableId, number][] = []) =>
    list.map(([table, number]) => ({ table, generation: generation(number) }));
  const ends = Object.entries(options.ends ?? {}).map(([topic, partitions]) => [
    topic,
    Object.fromEntries(Object.entries(partitions).map(([partition, end]) => [partition, offset(end)])),
  ]);
  return {
    batch: batchNumber(batch),
    version: changeVersion(batch * 10),
    previousVersion: changeVersion(batch * 10 - 10),
    rows: options.rows ?? 1,
    bytes: 1,
    offsets: Object.fromEntries(ends) as SealedBatch['offsets'],
    completed: pairs(options.completed),
    loading: pairs(options.loading),
    schemas: options.schemas ?? { [interview]: 1 },
    openedAt: '2026-01-01T00:00:00.000Z',
    committedAt: null,
  };
}

export interface SegmentOptions {
  readonly table?: TableId;
  readonly topic?: string;
  readonly partition?: number;
  readonly generations?: readonly number[];
  readonly schemaId?: number;
}

export function segment(
  batch: number,
  from: number,
  to: number,
  options: SegmentOptions = {},
): StagedSegment {
  const { topic = interviewTopic, partition = 0, generations = [1] } = options;
  return {
    batch: batchNumber(batch),
    table: options.table ?? interview,
    schemaId: options.schemaId ?? 1,
    topic,
    partition,
    from: offset(from),
    to: offset(to),
    files: generations.map((number) => ({
      generation: generation(number),
      key: `g${number}/b${batch}/${topic}-${partition}-${from}-${to}.csv.gz`,
      rows: to - from,
      deletes: 0,
      bytes: 100,
    })),
    coercions: {},
    rejected: 0,
  };
}

export function entry(type: AnyJournalEntry['type'], data: unknown): AnyJournalEntry {
  return {
    specversion: '1.0',
    id: 'x',
    source: '/test',
    type,
    time: '2026-01-01T00:00:00.000Z',
    subject: 'gme',
    data,
  } as AnyJournalEntry;
}
