import { z } from 'zod';
import {
  batchNumberSchema,
  changeVersionSchema,
  generationSchema,
  partitionOffsetsSchema,
  tableIdSchema,
} from './identifiers.js';

/** `(object_id, begin_version)`: changes when a table is truncated, re-created or re-enabled. */
export const incarnationSchema = z.object({ objectId: z.number().int(), beginVersion: changeVersionSchema });
export type Incarnation = z.infer<typeof incarnationSchema>;

export const loadProgressSchema = z.object({
  generation: generationSchema,
  reason: z.string(),
  /** Version read before the first chunk: changes after it belong to this generation too. */
  fromVersion: changeVersionSchema,
  /** Key of the last published row, as the text the server gave for each key column; null before the first chunk. */
  cursor: z.array(z.string().nullable()).nullable(),
  rowsDone: z.number().int().nonnegative(),
  rowsEstimated: z.number().int().nonnegative(),
  /** The last chunk is published; the generation completes when the open batch seals. */
  done: z.boolean(),
});
export type LoadProgress = z.infer<typeof loadProgressSchema>;

export const tableCheckpointSchema = z.object({
  incarnation: incarnationSchema,
  schemaId: z.number().int().positive(),
  fingerprint: z.string(),
  /** Generation that readers see; null until the first load completed. */
  live: generationSchema.nullable(),
  /** History was lost: the live generation stands still until the swap. */
  stale: z.boolean(),
  loading: loadProgressSchema.nullable(),
  /** Highest generation number ever given. */
  lastGeneration: z.number().int().nonnegative(),
  /** Times of automatic reloads, for the cap. */
  reloads: z.array(z.iso.datetime()),
  /** Rows of the live generation's load. */
  rowsLoaded: z.number().int().nonnegative().optional(),
});
export type TableCheckpoint = z.infer<typeof tableCheckpointSchema>;

export const openBatchSchema = z.object({
  batch: batchNumberSchema,
  previousVersion: changeVersionSchema,
  openedAt: z.iso.datetime(),
  rows: z.number().int().nonnegative(),
  bytes: z.number().int().nonnegative(),
  offsets: partitionOffsetsSchema,
  completed: z.array(z.object({ table: tableIdSchema, generation: generationSchema })),
  committedAt: z.iso.datetime().nullable(),
});
export type OpenBatch = z.infer<typeof openBatchSchema>;

/** Capture's position for one sync group: the value on the checkpoints topic, keyed by the group. */
export const checkpointSchema = z.object({
  group: z.string(),
  /** Every change up to here is published. */
  version: changeVersionSchema,
  lastBatch: z.number().int().nonnegative(),
  /** Version of the last sealed batch. */
  sealedVersion: changeVersionSchema,
  openBatch: openBatchSchema.nullable(),
  tables: z.record(z.string(), tableCheckpointSchema),
  /** An operator's pause outlives a restart. */
  paused: z.boolean().default(false),
});
export type Checkpoint = z.infer<typeof checkpointSchema>;

export function parseCheckpoint(json: string): Checkpoint {
  return checkpointSchema.parse(JSON.parse(json));
}

export function formatCheckpoint(checkpoint: Checkpoint): string {
  return JSON.stringify(checkpoint, (_key, value: unknown) =>
    typeof value === 'bigint' ? value.toString() : value,
  );
}
