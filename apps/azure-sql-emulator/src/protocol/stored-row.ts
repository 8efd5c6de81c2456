import type { ResultColumn, SqlType } from '../engine.js';
import { decoderFor } from '../storage/value-codec.js';
import type { ByteWriter } from './byte-writer.js';
import { storedNumberEncoder, type StoredEncoder } from './stored-number.js';
import { storedTextEncoder } from './stored-text.js';
import { Token } from './tokens.js';
import { valueEncoder } from './value-encoder.js';

/** Positions of the stored uuid's bytes in wire order; see the physical form in docs/storage.md. */
const GUID_ORDER = [12, 13, 14, 15, 10, 11, 8, 9, 6, 7, 0, 1, 2, 3, 4, 5];

const guid: StoredEncoder = (writer, from, at) => {
  const to = writer.reserve(17);
  const { buffer } = writer;
  buffer[to] = 16;
  for (let index = 0; index < 16; index++) buffer[to + 1 + index] = from[at + (GUID_ORDER[index] ?? 0)] ?? 0;
  writer.length = to + 17;
};

/** Types without a short cut are decoded to the engine's value, and encoded from that. */
function throughValue(type: SqlType): StoredEncoder {
  const decode = decoderFor(type);
  const encode = valueEncoder(type);
  return (writer, from, at, size) => {
    const value = decode(from.subarray(at, at + size));
    if (value === null) throw new Error('a stored value that is no NULL became one');
    encode(writer, value);
  };
}

export function storedEncoder(type: SqlType): StoredEncoder {
  if (type.name === 'uniqueidentifier') return guid;
  return storedNumberEncoder(type) ?? storedTextEncoder(type) ?? throughValue(type);
}

/** Writes a row from the fields of PostgreSQL's DataRow, whose first length stands at `at`. */
export type StoredRowEncoder = (writer: ByteWriter, from: Buffer, at: number) => void;

const i32 = (from: Buffer, at: number): number =>
  ((from[at] ?? 0) << 24) | ((from[at + 1] ?? 0) << 16) | ((from[at + 2] ?? 0) << 8) | (from[at + 3] ?? 0);

/**
 * The encoder of a result's rows as they are stored: PostgreSQL's bytes become TDS's without a JavaScript value between.
 * A row with NULLs goes as NBCROW. A row that cannot be encoded leaves nothing behind in the writer.
 */
export function storedRowEncoder(columns: readonly ResultColumn[]): StoredRowEncoder {
  const encoders = columns.map(({ type }) => storedEncoder(type));
  const width = encoders.length;
  const bitmapBytes = (width + 7) >>> 3;

  const hasNull = (from: Buffer, at: number): boolean => {
    let field = at;
    for (let index = 0; index < width; index++) {
      const size = i32(from, field);
      if (size < 0) return true;
      field += size + 4;
    }
    return false;
  };

  return (writer, from, at) => {
    const start = writer.length;
    let index = 0;
    try {
      const nulls = hasNull(from, at);
      writer.u8(nulls ? Token.rowWithNulls : Token.row);
      const bitmap = writer.length;
      if (nulls) writer.fill(0, bitmapBytes);
      let field = at;
      for (const encode of encoders) {
        const size = i32(from, field);
        field += 4;
        if (size < 0) {
          const place = bitmap + (index >>> 3);
          writer.buffer[place] = (writer.buffer[place] ?? 0) | (1 << (index & 7));
        } else {
          encode(writer, from, field, size);
          field += size;
        }
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
}
