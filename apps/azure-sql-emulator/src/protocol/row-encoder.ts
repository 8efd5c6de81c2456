import type { ResultColumn, SqlValue } from '../engine.js';
import type { ByteWriter } from './byte-writer.js';
import { Token } from './tokens.js';
import { valueEncoder } from './value-encoder.js';

export type RowEncoder = (writer: ByteWriter, row: readonly SqlValue[]) => void;

function hasNull(row: readonly SqlValue[]): boolean {
  for (const value of row) if (value === null) return true;
  return false;
}

/**
 * The encoder of a result's rows. A row with NULLs goes as NBCROW. A row that cannot be encoded leaves nothing behind
 * in the writer, so that the ERROR that follows stands at a token boundary.
 */
export function rowEncoder(columns: readonly ResultColumn[]): RowEncoder {
  const encoders = columns.map((column) => valueEncoder(column.type));
  const bitmapBytes = (columns.length + 7) >>> 3;

  const writeAll = (writer: ByteWriter, row: readonly SqlValue[]): void => {
    const start = writer.length;
    let index = 0;
    try {
      const nulls = hasNull(row);
      writer.u8(nulls ? Token.rowWithNulls : Token.row);
      const bitmap = writer.length;
      if (nulls) writer.fill(0, bitmapBytes);
      for (const encode of encoders) {
        const value = row[index];
        if (value === undefined) throw new Error('the row has no value for it');
        if (value === null) {
          const at = bitmap + (index >>> 3);
          writer.buffer[at] = (writer.buffer[at] ?? 0) | (1 << (index & 7));
        } else encode(writer, value);
        index++;
      }
    } catch (error) {
      writer.length = start;
      const reason = error instanceof Error ? error.message : String(error);
      throw new Error(`Column ${index + 1} ('${columns[index]?.name ?? ''}') cannot be sent: ${reason}`, {
        cause: error,
      });
    }
  };
  return writeAll;
}
