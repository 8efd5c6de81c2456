import type { SqlType } from '../engine.js';
import type { ByteWriter } from './byte-writer.js';
import { encodeText, wireCollation } from './collation.js';
import type { StoredEncoder } from './stored-number.js';
import { isChunked, isPointed } from './wire-type.js';

type DataWriter = (writer: ByteWriter, from: Buffer, at: number, size: number) => void;

/** Longer text is quicker through the runtime than byte by byte. */
const SHORT = 2000;
/** Longer bytes are quicker copied at once. */
const SHORT_COPY = 64;

const continued = (from: Buffer, at: number): number => (from[at] ?? 0) & 0x3f;

/** UTF-8 to UTF-16; PostgreSQL vouches that the sequences are whole. */
const wide: DataWriter = (writer, from, at, size) => {
  if (size > SHORT) return writer.ucs2(from.toString('utf8', at, at + size));
  let to = writer.reserve(size * 2);
  const { buffer } = writer;
  const end = at + size;
  for (let index = at; index < end;) {
    const byte = from[index] ?? 0;
    let code = byte;
    if (byte < 0x80) index += 1;
    else if (byte < 0xe0) {
      code = ((byte & 0x1f) << 6) | continued(from, index + 1);
      index += 2;
    } else if (byte < 0xf0) {
      code = ((byte & 0x0f) << 12) | (continued(from, index + 1) << 6) | continued(from, index + 2);
      index += 3;
    } else {
      const astral =
        (((byte & 0x07) << 18) |
          (continued(from, index + 1) << 12) |
          (continued(from, index + 2) << 6) |
          continued(from, index + 3)) -
        0x10000;
      const high = 0xd800 | (astral >>> 10);
      buffer[to] = high;
      buffer[to + 1] = high >>> 8;
      to += 2;
      code = 0xdc00 | (astral & 0x3ff);
      index += 4;
    }
    buffer[to] = code;
    buffer[to + 1] = code >>> 8;
    to += 2;
  }
  writer.length = to;
};

const copied: DataWriter = (writer, from, at, size) => {
  const to = writer.reserve(size);
  const { buffer } = writer;
  if (size > SHORT_COPY) from.copy(buffer, to, at, at + size);
  else for (let index = 0; index < size; index++) buffer[to + index] = from[at + index] ?? 0;
  writer.length = to + size;
};

/** UTF-8 to a code page: most text is ASCII, and only the rest goes through the table. */
function paged(encoding: string): DataWriter {
  return (writer, from, at, size) => {
    const start = writer.reserve(size);
    const { buffer } = writer;
    for (let index = 0; index < size; index++) {
      const byte = from[at + index] ?? 0;
      if (byte > 0x7f) {
        writer.length = start + index;
        return writer.bytes(encodeText(from.toString('utf8', at + index, at + size), encoding));
      }
      buffer[start + index] = byte;
    }
    writer.length = start + size;
  };
}

function dataWriter(type: SqlType): DataWriter | undefined {
  switch (type.name) {
    case 'nchar':
    case 'nvarchar':
    case 'ntext':
    case 'xml':
      return wide;
    case 'char':
    case 'varchar':
    case 'text': {
      const { encoding } = wireCollation(type.collation);
      return encoding === 'utf8' ? copied : paged(encoding);
    }
    case 'binary':
    case 'varbinary':
    case 'image':
    case 'timestamp':
      return copied;
    default:
      return undefined;
  }
}

/** Clients hand the pointer back only in READTEXT/WRITETEXT, which are refused. */
export const TEXT_POINTER = Buffer.from('\x10emulatortextptr\0stamped\0', 'latin1');

/** The encoder of a character or binary type; undefined for the others. */
export function storedTextEncoder(type: SqlType): StoredEncoder | undefined {
  const write = dataWriter(type);
  if (write === undefined) return undefined;
  if (isPointed(type))
    return (writer, from, at, size) => {
      writer.bytes(TEXT_POINTER);
      writer.u32(0);
      const start = writer.length;
      write(writer, from, at, size);
      writer.setU32(start - 4, writer.length - start);
    };
  if (isChunked(type)) return chunked(write);
  return (writer, from, at, size) => {
    writer.u16(0);
    const start = writer.length;
    write(writer, from, at, size);
    const length = writer.length - start;
    if (length >= 0xffff) throw new Error(`A ${type.name} value of ${length} bytes does not fit its column.`);
    writer.setU16(start - 2, length);
  };
}

/** PLP with a known total and a single chunk. */
function chunked(write: DataWriter): StoredEncoder {
  return (writer, from, at, size) => {
    writer.u32(0);
    writer.u32(0);
    writer.u32(0);
    if (size === 0) return; // the u32 written already is the terminator
    const start = writer.length;
    write(writer, from, at, size);
    const length = writer.length - start;
    writer.setU32(start - 12, length);
    writer.setU32(start - 4, length);
    writer.u32(0);
  };
}
