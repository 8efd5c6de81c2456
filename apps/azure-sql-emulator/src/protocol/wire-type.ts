import type { SqlType, SqlTypeName } from '../engine.js';
import type { ByteWriter } from './byte-writer.js';
import { wireCollation } from './collation.js';

/** TYPE_INFO tokens (MS-TDS 2.2.5.4). */
export const TypeToken = {
  null: 0x1f,
  image: 0x22,
  text: 0x23,
  guid: 0x24,
  legacyVarbinary: 0x25,
  intN: 0x26,
  legacyVarchar: 0x27,
  date: 0x28,
  time: 0x29,
  datetime2: 0x2a,
  datetimeoffset: 0x2b,
  legacyBinary: 0x2d,
  legacyChar: 0x2f,
  tinyint: 0x30,
  bit: 0x32,
  smallint: 0x34,
  int: 0x38,
  smalldatetime: 0x3a,
  real: 0x3b,
  money: 0x3c,
  datetime: 0x3d,
  float: 0x3e,
  sqlVariant: 0x62,
  ntext: 0x63,
  bitN: 0x68,
  decimal: 0x6a,
  numeric: 0x6c,
  floatN: 0x6d,
  moneyN: 0x6e,
  datetimeN: 0x6f,
  smallmoney: 0x7a,
  bigint: 0x7f,
  varbinary: 0xa5,
  varchar: 0xa7,
  binary: 0xad,
  char: 0xaf,
  nvarchar: 0xe7,
  nchar: 0xef,
  udt: 0xf0,
  xml: 0xf1,
  tableValued: 0xf3,
} as const;

/** `u16` length that announces a (max) type. */
export const MAX_LENGTH = 0xffff;
const LONG_LENGTH = 0x7fffffff;
/** What the server announces as the longest sql_variant. */
const VARIANT_LENGTH = 8009;

const CLR_ASSEMBLY =
  'Microsoft.SqlServer.Types, Version=11.0.0.0, Culture=neutral, PublicKeyToken=89845dcd8080cc91';
const CLR_TYPES: Partial<Record<SqlTypeName, { readonly className: string; readonly maxLength: number }>> = {
  hierarchyid: { className: 'SqlHierarchyId', maxLength: 892 },
  geography: { className: 'SqlGeography', maxLength: MAX_LENGTH },
  geometry: { className: 'SqlGeometry', maxLength: MAX_LENGTH },
};

/** True for the types whose values travel in chunks (PLP). */
export function isChunked(type: SqlType): boolean {
  switch (type.name) {
    case 'xml':
    case 'hierarchyid':
    case 'geography':
    case 'geometry':
      return true;
    case 'varchar':
    case 'nvarchar':
    case 'varbinary':
      return type.length === -1 || (type.length ?? 0) > (type.name === 'nvarchar' ? 4000 : 8000);
    default:
      return false;
  }
}

/** True for the types whose values carry a text pointer. */
export function isPointed(type: SqlType): boolean {
  return type.name === 'text' || type.name === 'ntext' || type.name === 'image';
}

/** Length of a decimal value on the wire, sign byte included. */
export function decimalSize(precision: number): number {
  if (precision <= 9) return 5;
  if (precision <= 19) return 9;
  return precision <= 28 ? 13 : 17;
}

/** Bytes of the time part at a scale. */
export function timeSize(scale: number): number {
  if (scale <= 2) return 3;
  return scale <= 4 ? 4 : 5;
}

/** Maximum length in bytes as TYPE_INFO announces it. */
function announcedLength(type: SqlType, unit: 1 | 2): number {
  if (isChunked(type)) return MAX_LENGTH;
  const length = type.length ?? 8000 / unit;
  return Math.max(1, length) * unit;
}

/** Writes the nullable (N) form of a type: one representation per type is enough for every client. */
export function writeTypeInfo(writer: ByteWriter, type: SqlType): void {
  switch (type.name) {
    case 'bit':
      return writeSized(writer, TypeToken.bitN, 1);
    case 'tinyint':
      return writeSized(writer, TypeToken.intN, 1);
    case 'smallint':
      return writeSized(writer, TypeToken.intN, 2);
    case 'int':
      return writeSized(writer, TypeToken.intN, 4);
    case 'bigint':
      return writeSized(writer, TypeToken.intN, 8);
    case 'real':
      return writeSized(writer, TypeToken.floatN, 4);
    case 'float':
      return writeSized(writer, TypeToken.floatN, 8);
    case 'smallmoney':
      return writeSized(writer, TypeToken.moneyN, 4);
    case 'money':
      return writeSized(writer, TypeToken.moneyN, 8);
    case 'smalldatetime':
      return writeSized(writer, TypeToken.datetimeN, 4);
    case 'datetime':
      return writeSized(writer, TypeToken.datetimeN, 8);
    case 'uniqueidentifier':
      return writeSized(writer, TypeToken.guid, 16);
    case 'decimal':
    case 'numeric': {
      const precision = type.precision ?? 18;
      writeSized(
        writer,
        type.name === 'decimal' ? TypeToken.decimal : TypeToken.numeric,
        decimalSize(precision),
      );
      writer.u8(precision);
      return writer.u8(type.scale ?? 0);
    }
    case 'date':
      return writer.u8(TypeToken.date);
    case 'time':
      return writeSized(writer, TypeToken.time, type.scale ?? 7);
    case 'datetime2':
      return writeSized(writer, TypeToken.datetime2, type.scale ?? 7);
    case 'datetimeoffset':
      return writeSized(writer, TypeToken.datetimeoffset, type.scale ?? 7);
    default:
      return writeVariableTypeInfo(writer, type);
  }
}

function writeSized(writer: ByteWriter, token: number, size: number): void {
  writer.u8(token);
  writer.u8(size);
}

const CHARACTER_TOKENS: Partial<Record<SqlTypeName, readonly [token: number, unit: 1 | 2]>> = {
  char: [TypeToken.char, 1],
  varchar: [TypeToken.varchar, 1],
  nchar: [TypeToken.nchar, 2],
  nvarchar: [TypeToken.nvarchar, 2],
};

function writeVariableTypeInfo(writer: ByteWriter, type: SqlType): void {
  const character = CHARACTER_TOKENS[type.name];
  if (character !== undefined) {
    const [token, unit] = character;
    writer.u8(token);
    writer.u16(announcedLength(type, unit));
    return writer.bytes(wireCollation(type.collation).bytes);
  }
  switch (type.name) {
    case 'binary':
    case 'varbinary':
      writer.u8(type.name === 'binary' ? TypeToken.binary : TypeToken.varbinary);
      return writer.u16(announcedLength(type, 1));
    case 'timestamp':
      writer.u8(TypeToken.binary);
      return writer.u16(8);
    case 'text':
    case 'ntext':
      writer.u8(type.name === 'text' ? TypeToken.text : TypeToken.ntext);
      writer.u32(LONG_LENGTH);
      return writer.bytes(wireCollation(type.collation).bytes);
    case 'image':
      writer.u8(TypeToken.image);
      return writer.u32(LONG_LENGTH);
    case 'xml':
      return writeSized(writer, TypeToken.xml, 0);
    case 'sql_variant':
      writer.u8(TypeToken.sqlVariant);
      return writer.u32(VARIANT_LENGTH);
    default:
      return writeClrTypeInfo(writer, type);
  }
}

function writeClrTypeInfo(writer: ByteWriter, type: SqlType): void {
  const clr = CLR_TYPES[type.name];
  if (clr === undefined) throw new Error(`The type ${type.name} has no TDS representation.`);
  writer.u8(TypeToken.udt);
  writer.u16(clr.maxLength);
  writer.shortText('master');
  writer.shortText('sys');
  writer.shortText(type.name);
  writer.longText(`Microsoft.SqlServer.Types.${clr.className}, ${CLR_ASSEMBLY}`);
}

/** UserType of COLMETADATA: only rowversion has one that clients look at. */
export function userTypeOf(type: SqlType): number {
  return type.name === 'timestamp' ? 0x50 : 0;
}
