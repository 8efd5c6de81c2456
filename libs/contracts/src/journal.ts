import { z } from 'zod';
import {
  batchNumberSchema,
  changeVersionSchema,
  generationSchema,
  offsetSchema,
  partitionOffsetsSchema,
  tableIdSchema,
} from './identifiers.js';
import { coercionKindSchema } from './table-schema.js';

const isoTime = z.iso.datetime();
const reloadReason = z.enum([
  'initial',
  'truncated',
  'recreated',
  'history-expired',
  'database-restored',
  'schema-changed',
  'requested',
  'events-lost',
]);
export type ReloadReason = z.infer<typeof reloadReason>;

const generationOfTable = z.object({ table: tableIdSchema, generation: generationSchema });

/** What each type of journal entry carries in `data`. Versions travel as decimal strings. */
export const journalData = {
  /** Capture closed a batch: a consistent cut of the source at `version`. */
  'batch.sealed': z.object({
    batch: batchNumberSchema,
    version: changeVersionSchema,
    previousVersion: changeVersionSchema,
    rows: z.number().int().nonnegative(),
    bytes: z.number().int().nonnegative(),
    /** End offsets of the partitions this batch touched. */
    offsets: partitionOffsetsSchema,
    /** Generations whose last row is in this batch: they are swapped in with it. */
    completed: z.array(generationOfTable),
    /** Generations still loading after this batch. Empty = the group is consistent. */
    loading: z.array(generationOfTable),
    /** Schema id in force for each table of the group. */
    schemas: z.record(z.string(), z.number().int().positive()),
    openedAt: isoTime,
    /** Commit time of the newest change in the batch, if the source tells it. */
    committedAt: isoTime.nullable(),
  }),
  /** Stage turned the offsets `[from, to)` of a partition into files (none if nothing but tombstones and control records). */
  'file.staged': z.object({
    batch: batchNumberSchema,
    table: tableIdSchema,
    schemaId: z.number().int().positive(),
    topic: z.string(),
    partition: z.number().int().nonnegative(),
    from: offsetSchema,
    to: offsetSchema,
    files: z.array(
      z.object({
        generation: generationSchema,
        key: z.string(),
        rows: z.number().int().nonnegative(),
        deletes: z.number().int().nonnegative(),
        bytes: z.number().int().nonnegative(),
      }),
    ),
    /** `{ column: { kind: count } }`. */
    coercions: z.record(z.string(), z.partialRecord(coercionKindSchema, z.number().int().positive())),
    rejected: z.number().int().nonnegative(),
  }),
  /** Batches `firstBatch`…`batch` are committed in the warehouse. */
  'batch.applied': z.object({
    batch: batchNumberSchema,
    firstBatch: batchNumberSchema,
    version: changeVersionSchema,
    tables: z.array(
      z.object({
        table: tableIdSchema,
        target: z.string(),
        generation: generationSchema,
        upserted: z.number().int().nonnegative(),
        deleted: z.number().int().nonnegative(),
        swapped: z.boolean(),
      }),
    ),
    /** No table is loading: the warehouse is one cut of the source. */
    consistent: z.boolean(),
    durationMs: z.number().nonnegative(),
    committedAt: isoTime.nullable(),
  }),
  'generation.started': z.object({
    table: tableIdSchema,
    generation: generationSchema,
    reason: reloadReason,
    detail: z.string(),
    version: changeVersionSchema,
    rowsEstimated: z.number().int().nonnegative(),
  }),
  'generation.progressed': z.object({
    table: tableIdSchema,
    generation: generationSchema,
    rowsDone: z.number().int().nonnegative(),
    rowsEstimated: z.number().int().nonnegative(),
    done: z.boolean(),
  }),
  'row.rejected': z.object({
    table: tableIdSchema,
    batch: batchNumberSchema,
    count: z.number().int().positive(),
    reason: z.string(),
  }),
  'run.started': z.object({ run: z.string(), models: z.array(z.string()), batch: batchNumberSchema }),
  'run.finished': z.object({
    run: z.string(),
    batch: batchNumberSchema,
    version: changeVersionSchema,
    outcome: z.enum(['succeeded', 'failed']),
    models: z.array(
      z.object({
        model: z.string(),
        rows: z.number().int().nonnegative(),
        durationMs: z.number().nonnegative(),
      }),
    ),
    unloadMs: z.number().nonnegative(),
    computeMs: z.number().nonnegative(),
    publishMs: z.number().nonnegative(),
    error: z.string().nullable(),
    committedAt: isoTime.nullable(),
  }),
  /** A service stopped for good and needs a person. */
  'service.halted': z.object({ service: z.string(), code: z.string(), message: z.string() }),
} as const;

export type JournalType = keyof typeof journalData;
/** Data as code sees it (branded, bigint versions). */
export type JournalData<T extends JournalType = JournalType> = z.infer<(typeof journalData)[T]>;
/** Data as JSON holds it. */
export type JournalWireData<T extends JournalType = JournalType> = z.input<(typeof journalData)[T]>;

const envelope = z.object({
  specversion: z.literal('1.0'),
  id: z.string(),
  /** `/capture/<group>`, `/loader/stage/<instance>`… */
  source: z.string(),
  type: z.string(),
  time: isoTime,
  /** Sync group. */
  subject: z.string(),
  data: z.unknown(),
});

export interface JournalEntry<T extends JournalType = JournalType> {
  readonly specversion: '1.0';
  readonly id: string;
  readonly source: string;
  readonly type: T;
  readonly time: string;
  readonly subject: string;
  readonly data: JournalData<T>;
}
/** A union over types, so that a switch on `type` narrows `data`. */
export type AnyJournalEntry = { [T in JournalType]: JournalEntry<T> }[JournalType];

export function isJournalType(type: string): type is JournalType {
  return Object.hasOwn(journalData, type);
}

/** Reads an entry. Undefined for a type this version does not know: newer services may write more. */
export function parseJournalEntry(json: string): AnyJournalEntry | undefined {
  const entry = envelope.parse(JSON.parse(json));
  if (!isJournalType(entry.type)) return undefined;
  return { ...entry, data: journalData[entry.type].parse(entry.data) } as AnyJournalEntry;
}

/** Writes an entry; bigint versions become decimal strings. */
export function formatJournalEntry(entry: AnyJournalEntry): string {
  return JSON.stringify(entry, (_key, value: unknown) =>
    typeof value === 'bigint' ? value.toString() : value,
  );
}
