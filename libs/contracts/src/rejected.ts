import { z } from 'zod';
import { batchNumberSchema, offsetSchema, tableIdSchema } from './identifiers.js';

/** A row the warehouse or stage refused: the value on the rejected topic, keyed by table. */
export const rejectedSchema = z.object({
  id: z.string(),
  time: z.iso.datetime(),
  table: tableIdSchema,
  batch: batchNumberSchema,
  topic: z.string(),
  partition: z.number().int().nonnegative(),
  offset: offsetSchema,
  /** The vendor's code and text. */
  code: z.string(),
  reason: z.string(),
  column: z.string().nullable(),
  /** The event as it was read, or null when only its place is known. */
  event: z.string().nullable(),
  replay: z.string(),
});
export type Rejected = z.infer<typeof rejectedSchema>;
