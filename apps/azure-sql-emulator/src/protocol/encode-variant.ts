import type { SqlType, SqlTypeName, SqlValue } from '../engine.js';
import type { ByteWriter } from './byte-writer.js';
import { encodeText, wireCollation } from './collation.js';
import { fixedEncoder } from './encode-number.js';
import { temporalEncoder } from './encode-time.js';
import { writeGuid } from './guid.js';
import { mismatch, type ValueEncoder } from './value-form.js';
import { TypeToken } from './wire-type.js';

const NO_PROPERTIES: Partial<Record<SqlTypeName, number>> = {
  bit: TypeToken.bit,
  tinyint: TypeToken.tinyint,
  smallint: TypeToken.smallint,
  int: TypeToken.int,
  bigint: TypeToken.bigint,
  real: TypeToken.real,
  float: TypeToken.float,
  money: TypeToken.money,
  smallmoney: TypeToken.smallmoney,
  datetime: TypeToken.datetime,
  smalldatetime: TypeToken.smalldatetime,
  date: TypeToken.date,
};
const SCALED: Partial<Record<SqlTypeName, number>> = {
  time: TypeToken.time,
  datetime2: TypeToken.datetime2,
  datetimeoffset: TypeToken.datetimeoffset,
};
const CHARACTER: Partial<Record<SqlTypeName, number>> = {
  char: TypeToken.char,
  varchar: TypeToken.varchar,
  nchar: TypeToken.nchar,
  nvarchar: TypeToken.nvarchar,
};

/** sql_variant: total length, base type, properties, data (MS-TDS 2.2.5.5.4). */
export function variantEncoder(type: SqlType): ValueEncoder {
  return (writer, value) => {
    if (value === null || typeof value !== 'object' || !('type' in value))
      throw mismatch(type, value, '{ type, value }');
    if (value.value === null) return writer.u32(0);
    writer.u32(0);
    const start = writer.length;
    writeBase(writer, value.type, value.value);
    writer.buffer.writeUInt32LE(writer.length - start, start - 4);
  };
}

function writeBase(writer: ByteWriter, type: SqlType, value: SqlValue): void {
  const plain = NO_PROPERTIES[type.name];
  const scaled = SCALED[type.name];
  const character = CHARACTER[type.name];
  if (plain !== undefined) {
    writer.u8(plain);
    writer.u8(0);
    return writeFixed(writer, type, value);
  }
  if (scaled !== undefined) {
    writer.u8(scaled);
    writer.u8(1);
    writer.u8(type.scale ?? 7);
    return writeFixed(writer, type, value);
  }
  if (character !== undefined) return writeCharacter(writer, character, type, value);
  switch (type.name) {
    case 'decimal':
    case 'numeric':
      writer.u8(type.name === 'decimal' ? TypeToken.decimal : TypeToken.numeric);
      writer.u8(2);
      writer.u8(type.precision ?? 18);
      writer.u8(type.scale ?? 0);
      // Inside a variant the magnitude always takes sixteen bytes.
      return writeFixed(writer, { ...type, precision: 38 }, value);
    case 'uniqueidentifier':
      if (typeof value !== 'string') throw mismatch(type, value, 'a string');
      writer.u8(TypeToken.guid);
      writer.u8(0);
      return writeGuid(writer, value);
    case 'binary':
    case 'varbinary':
      if (!Buffer.isBuffer(value)) throw mismatch(type, value, 'a Buffer');
      writer.u8(type.name === 'binary' ? TypeToken.binary : TypeToken.varbinary);
      writer.u8(2);
      writer.u16(type.length === undefined || type.length < 1 ? Math.max(1, value.length) : type.length);
      return writer.bytes(value);
    default:
      throw new Error(`A sql_variant cannot hold the type ${type.name}.`);
  }
}

function writeFixed(writer: ByteWriter, type: SqlType, value: SqlValue): void {
  const encoder = fixedEncoder(type) ?? temporalEncoder(type);
  if (encoder === undefined) throw new Error(`A sql_variant cannot hold the type ${type.name}.`);
  encoder.write(writer, value);
}

function writeCharacter(writer: ByteWriter, token: number, type: SqlType, value: SqlValue): void {
  if (typeof value !== 'string') throw mismatch(type, value, 'a string');
  const wide = token === TypeToken.nchar || token === TypeToken.nvarchar;
  const collation = wireCollation(type.collation);
  writer.u8(token);
  writer.u8(7);
  writer.bytes(collation.bytes);
  writer.u16(type.length === undefined || type.length < 1 ? 8000 : type.length * (wide ? 2 : 1));
  if (wide) writer.ucs2(value);
  else writer.bytes(encodeText(value, collation.encoding));
}
