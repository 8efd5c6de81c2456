import { z } from 'zod';

/** A column value on the wire: see the type map. Exact numbers beyond 2^53, decimals and times are strings. */
export type WireValue = string | number | boolean | null;
export type WireRow = Readonly<Record<string, WireValue>>;

/** `c` insert, `u` update, `d` delete as change tracking reports them; `r` row of an initial load. Consumers upsert on c, u, r. */
export type Operation = 'c' | 'u' | 'd' | 'r';

const wireValue = z.union([z.string(), z.number(), z.boolean(), z.null()]);

/**
 * One row's latest state or its deletion, in Debezium's envelope. Keys inside `before`/`after` are source column names.
 * Hot paths build and read this shape without zod; the schema is its definition and the tests' oracle.
 */
export const changeEventSchema = z.object({
  before: z.record(z.string(), wireValue).nullable(),
  after: z.record(z.string(), wireValue).nullable(),
  source: z.object({
    version: z.string(),
    connector: z.literal('thalamus-sqlserver-ct'),
    name: z.string(),
    /** Commit time of the row's transaction, ms since the epoch, as precise as the source tells it. */
    ts_ms: z.number().int(),
    snapshot: z.enum(['true', 'false', 'last']),
    db: z.string(),
    schema: z.string(),
    table: z.string(),
    /** Decimal string. For a snapshot row: the version its chunk was read at. */
    change_version: z.string(),
    batch: z.number().int().positive(),
    /** Generations the row belongs to: the live one, the loading one, or both. */
    generation: z.array(z.number().int().positive()).min(1),
    schema_id: z.number().int().positive(),
  }),
  op: z.enum(['c', 'u', 'd', 'r']),
  /** When capture published it, ms since the epoch. */
  ts_ms: z.number().int(),
});
export type ChangeEvent = z.infer<typeof changeEventSchema>;
