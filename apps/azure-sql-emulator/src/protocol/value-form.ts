import type { SqlType, SqlValue } from '../engine.js';
import type { ByteWriter } from './byte-writer.js';

/** Writes one value that is not NULL. */
export type ValueEncoder = (writer: ByteWriter, value: SqlValue) => void;

/** A value that is not in the form `engine.ts` promises for its type. */
export function mismatch(type: SqlType, value: SqlValue, wanted: string): Error {
  return new Error(`A value of type ${type.name} must be ${wanted}; the engine gave ${typeof value}.`);
}
