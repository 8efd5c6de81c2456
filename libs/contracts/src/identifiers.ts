import { z } from 'zod';

declare const brand: unique symbol;
type Branded<T, Name extends string> = T & { readonly [brand]: Name };

/** A change-tracking version of the source database: one for each committed transaction, starting at 0. */
export type ChangeVersion = Branded<bigint, 'ChangeVersion'>;
/** Number of a batch within its sync group: 1, 2, 3 … without gaps. */
export type BatchNumber = Branded<number, 'BatchNumber'>;
/** Number of a full load of a table: 1, 2, 3 … */
export type Generation = Branded<number, 'Generation'>;
/** A Kafka offset. Held as a number: exact up to 2^53, which no partition reaches. */
export type Offset = Branded<number, 'Offset'>;

export const changeVersion = (value: bigint | string | number): ChangeVersion =>
  BigInt(value) as ChangeVersion;
export const batchNumber = (value: number): BatchNumber => value as BatchNumber;
export const generation = (value: number): Generation => value as Generation;
export const offset = (value: number | string): Offset => Number(value) as Offset;

/** On the wire a change version is a decimal string: JSON numbers end at 2^53. */
export const changeVersionSchema = z
  .string()
  .regex(/^\d{1,19}$/)
  .transform((text) => changeVersion(text));
export const batchNumberSchema = z.number().int().positive().transform(batchNumber);
export const generationSchema = z.number().int().positive().transform(generation);
export const offsetSchema = z.number().int().nonnegative().transform(offset);

/** `schema.table` of the source, spelled as the source spells it. */
export type TableId = Branded<string, 'TableId'>;

/** Joins schema and table; a dot inside a name is doubled so that the pair can be taken apart again. */
export function tableId(schema: string, table: string): TableId {
  return `${schema.replaceAll('.', '..')}.${table.replaceAll('.', '..')}` as TableId;
}

export function splitTableId(id: TableId): { schema: string; table: string } {
  const cut = /^((?:[^.]|\.\.)*)\.((?:[^.]|\.\.)*)$/.exec(id);
  if (!cut) throw new TypeError(`not a table id: ${id}`);
  return { schema: (cut[1] ?? '').replaceAll('..', '.'), table: (cut[2] ?? '').replaceAll('..', '.') };
}

export const tableIdSchema = z.string().transform((text) => text as TableId);

/** `{ topic: { partition: end offset } }`, the end being one past the last record. */
export const partitionOffsetsSchema = z.record(z.string(), z.record(z.string(), offsetSchema));
export type PartitionOffsets = z.infer<typeof partitionOffsetsSchema>;
