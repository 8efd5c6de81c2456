import type { SqlType, SqlValue } from '../engine.js';
import type { ByteReader } from './byte-reader.js';
import { decodeText } from './collation.js';

const DAY_TICKS = 864_000_000_000n;
const DAY_UNITS = 25_920_000n;

/** Reads one value of a type, NULL included. */
export type ValueReader = (reader: ByteReader) => SqlValue;

/** Reads `size` data bytes of a number or time type (the length byte has been read). */
export function readSized(type: SqlType, reader: ByteReader, size: number): SqlValue {
  switch (type.name) {
    case 'bit':
      return reader.u8() !== 0;
    case 'tinyint':
      return reader.u8();
    case 'smallint':
      return reader.i16();
    case 'int':
      return reader.i32();
    case 'bigint':
      return reader.i64();
    case 'real':
      return reader.f32();
    case 'float':
      return reader.f64();
    case 'smallmoney':
      return BigInt(reader.i32());
    case 'money':
      return (BigInt(reader.i32()) << 32n) | BigInt(reader.u32());
    case 'decimal':
    case 'numeric':
      return readDecimal(reader, size, type.scale ?? 0);
    case 'uniqueidentifier':
      return readGuid(reader);
    default:
      return readTemporal(type, reader, size);
  }
}

function readTemporal(type: SqlType, reader: ByteReader, size: number): SqlValue {
  const multiplier = 10 ** (7 - (type.scale ?? 7));
  switch (type.name) {
    case 'smalldatetime':
      return reader.u16() * 1440 + reader.u16();
    case 'datetime':
      return BigInt(reader.i32()) * DAY_UNITS + BigInt(reader.u32());
    case 'date':
      return reader.unsigned(3);
    case 'time':
      return reader.unsigned(size) * multiplier;
    case 'datetime2':
      return readTicks(reader, size - 3, multiplier);
    case 'datetimeoffset': {
      const ticks = readTicks(reader, size - 5, multiplier);
      return { ticks, offsetMinutes: reader.i16() };
    }
    default:
      throw new Error(`The type ${type.name} is not read by size.`);
  }
}

function readTicks(reader: ByteReader, size: number, multiplier: number): bigint {
  const time = BigInt(reader.unsigned(size) * multiplier);
  return BigInt(reader.unsigned(3)) * DAY_TICKS + time;
}

function readDecimal(reader: ByteReader, size: number, scale: number): string {
  const negative = reader.u8() === 0;
  // mssql-jdbc sends as many bytes as the number needs, not one of the four sizes that servers send.
  let magnitude = 0n;
  for (const [at, byte] of reader.bytes(size - 1).entries()) magnitude |= BigInt(byte) << BigInt(at * 8);
  const digits = magnitude.toString().padStart(scale + 1, '0');
  const text = scale === 0 ? digits : `${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
  return negative && magnitude !== 0n ? `-${text}` : text;
}

function readGuid(reader: ByteReader): string {
  const bytes = reader.bytes(16);
  const group = (from: number, to: number): string => bytes.toString('hex', from, to);
  const swapped = Buffer.from(bytes.subarray(0, 8));
  swapped.subarray(0, 4).reverse();
  swapped.subarray(4, 6).reverse();
  swapped.subarray(6, 8).reverse();
  const head = swapped.toString('hex');
  return `${head.slice(0, 8)}-${head.slice(8, 12)}-${head.slice(12)}-${group(8, 10)}-${group(10, 16)}`.toUpperCase();
}

/** Turns data bytes of a character or binary type into its value. */
export function fromBytes(type: SqlType, bytes: Buffer, encoding: string): SqlValue {
  switch (type.name) {
    case 'nchar':
    case 'nvarchar':
    case 'ntext':
    case 'xml':
      return bytes.toString('utf16le');
    case 'char':
    case 'varchar':
    case 'text':
      return decodeText(bytes, encoding);
    default:
      return Buffer.from(bytes);
  }
}

const PLP_NULL = 0xffff_ffff_ffff_ffffn;

/** Joined chunks of a PLP value, null for NULL. */
export function readChunks(reader: ByteReader): Buffer | null {
  if (reader.u64() === PLP_NULL) return null;
  const chunks: Buffer[] = [];
  for (let size = reader.u32(); size !== 0; size = reader.u32()) chunks.push(reader.bytes(size));
  return chunks.length === 1 ? (chunks[0] ?? null) : Buffer.concat(chunks);
}

/** Bytes of a text, ntext or image value behind its pointer, null for NULL. */
export function readPointed(reader: ByteReader): Buffer | null {
  const pointer = reader.u8();
  if (pointer === 0) return null;
  reader.bytes(pointer + 8);
  return reader.bytes(reader.u32());
}
