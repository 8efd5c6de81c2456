import { z } from 'zod';
import { tableIdSchema } from './identifiers.js';

/** How a value is changed on its way; each change is counted as a coercion. */
export const coercionKindSchema = z.enum([
  'cut-to-length',
  'nul-removed',
  'surrogate-replaced',
  'sub-microsecond-truncated',
  'sentinel-escaped',
]);
export type CoercionKind = z.infer<typeof coercionKindSchema>;

/** One column of a table as it travels: source type, wire form, warehouse type. */
export const columnSchemaSchema = z.object({
  /** Source name; the key in `after`. */
  name: z.string(),
  /** Warehouse name. */
  target: z.string(),
  /** T-SQL type as declared, for people: `nvarchar(50)`, `decimal(9,2)`. */
  sourceType: z.string(),
  /** T-SQL expression that reads the column exactly; `{c}` stands for the quoted column. */
  read: z.string(),
  /** Redshift type as written in DDL. */
  warehouseType: z.string(),
  nullable: z.boolean(),
  /** 1-based position in the primary key; absent for other columns. */
  keyOrdinal: z.number().int().positive().optional(),
  /** Text keys of case-insensitive collations are matched by their lower case form. */
  caseInsensitive: z.boolean().optional(),
  /** What becomes of values: text is cut to `maxChars` characters and `maxBytes` UTF-8 bytes. */
  text: z
    .object({ maxChars: z.number().int().positive().optional(), maxBytes: z.number().int().positive() })
    .optional(),
  /** Fraction digits beyond microseconds are truncated (type scale 7). */
  truncatesFraction: z.boolean().optional(),
});
export type ColumnSchema = z.infer<typeof columnSchemaSchema>;

/** A column of the source that does not travel, and why. */
export const omittedColumnSchema = z.object({ name: z.string(), sourceType: z.string(), reason: z.string() });

/** One version of a table's shape; published to the schemas topic, keyed `<table>#<id>`. */
export const tableSchemaSchema = z.object({
  id: z.number().int().positive(),
  table: tableIdSchema,
  /** Table name in TASTG. */
  target: z.string(),
  columns: z.array(columnSchemaSchema).min(1),
  omitted: z.array(omittedColumnSchema),
  /** Hash of everything above but the id: tells whether the shape changed. */
  fingerprint: z.string(),
  distKey: z.string().optional(),
  sortKey: z.array(z.string()).optional(),
});
export type TableSchema = z.infer<typeof tableSchemaSchema>;
