import type { SqlType, SqlValue } from '../engine.js';
import type { ByteWriter } from './byte-writer.js';
import { encodeText, wireCollation } from './collation.js';
import { fixedEncoder } from './encode-number.js';
import { temporalEncoder } from './encode-time.js';
import { variantEncoder } from './encode-variant.js';
import { writeGuid } from './guid.js';
import { mismatch, type ValueEncoder } from './value-form.js';
import { TEXT_POINTER } from './stored-text.js';
import { isChunked, isPointed } from './wire-type.js';

function stringOf(type: SqlType, value: SqlValue): string {
  if (typeof value !== 'string') throw mismatch(type, value, 'a string');
  return value;
}

function bytesOf(type: SqlType, value: SqlValue): Buffer {
  if (!Buffer.isBuffer(value)) throw mismatch(type, value, 'a Buffer');
  return value;
}

/** The encoder of a column, chosen once for each result; it writes the value's length too. */
export function valueEncoder(type: SqlType): ValueEncoder {
  const fixed = fixedEncoder(type) ?? temporalEncoder(type);
  if (fixed !== undefined) {
    const { size, write } = fixed;
    return (writer, value) => {
      writer.u8(size);
      write(writer, value);
    };
  }
  if (type.name === 'uniqueidentifier')
    return (writer, value) => {
      writer.u8(16);
      writeGuid(writer, stringOf(type, value));
    };
  if (type.name === 'sql_variant') return variantEncoder(type);
  if (isPointed(type)) return pointedEncoder(type);
  return isChunked(type) ? chunkedEncoder(type) : shortEncoder(type);
}

/** Writes the data of character and binary types without a length. */
function dataWriter(type: SqlType): ValueEncoder {
  switch (type.name) {
    case 'nchar':
    case 'nvarchar':
    case 'ntext':
    case 'xml':
      return (writer, value) => writer.ucs2(stringOf(type, value));
    case 'char':
    case 'varchar':
    case 'text': {
      const { encoding } = wireCollation(type.collation);
      return (writer, value) => writeCodePage(writer, stringOf(type, value), encoding);
    }
    default:
      return (writer, value) => writer.bytes(bytesOf(type, value));
  }
}

/** Most text is ASCII: it is copied as long as it is, and only the rest goes through the code page table. */
function writeCodePage(writer: ByteWriter, text: string, encoding: string): void {
  const at = writer.reserve(text.length);
  const { buffer } = writer;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code > 0x7f) {
      writer.length = at + index;
      return writer.bytes(encodeText(text.slice(index), encoding));
    }
    buffer[at + index] = code;
  }
  writer.length = at + text.length;
}

function shortEncoder(type: SqlType): ValueEncoder {
  const write = dataWriter(type);
  return (writer, value) => {
    writer.u16(0);
    const start = writer.length;
    write(writer, value);
    const size = writer.length - start;
    if (size >= 0xffff) throw new Error(`A ${type.name} value of ${size} bytes does not fit its column.`);
    writer.buffer.writeUInt16LE(size, start - 2);
  };
}

/** PLP with a known total and a single chunk. */
function chunkedEncoder(type: SqlType): ValueEncoder {
  const write = dataWriter(type);
  return (writer, value) => {
    writer.fill(0, 8);
    writer.u32(0);
    const start = writer.length;
    write(writer, value);
    const size = writer.length - start;
    if (size === 0) {
      writer.length = start; // the u32 written already is the terminator
      return;
    }
    writer.buffer.writeUInt32LE(size, start - 12);
    writer.buffer.writeUInt32LE(size, start - 4);
    writer.u32(0);
  };
}

function pointedEncoder(type: SqlType): ValueEncoder {
  const write = dataWriter(type);
  return (writer, value) => {
    writer.bytes(TEXT_POINTER);
    writer.u32(0);
    const start = writer.length;
    write(writer, value);
    writer.buffer.writeUInt32LE(writer.length - start, start - 4);
  };
}

/** Writes NULL in the form of a plain ROW or a RETURNVALUE. */
export function writeNull(writer: ByteWriter, type: SqlType): void {
  if (isChunked(type)) return writer.fill(0xff, 8);
  if (type.name === 'sql_variant') return writer.u32(0);
  switch (type.name) {
    case 'char':
    case 'varchar':
    case 'nchar':
    case 'nvarchar':
    case 'binary':
    case 'varbinary':
    case 'timestamp':
      return writer.u16(0xffff);
    default:
      return writer.u8(0);
  }
}
