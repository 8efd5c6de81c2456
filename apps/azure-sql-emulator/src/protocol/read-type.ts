import type { SqlType, SqlTypeName, SqlValue } from '../engine.js';
import type { ByteReader } from './byte-reader.js';
import { encodingOf } from './collation.js';
import { ProtocolRefusal } from './refusal.js';
import { fromBytes, readChunks, readPointed, readSized, type ValueReader } from './value-decoder.js';
import { MAX_LENGTH, TypeToken } from './wire-type.js';

/** Where a TYPE_INFO stands: the long types look different in a parameter and in a bulk load's rows. */
export type TypePlace = 'parameter' | 'row';

/** A type as a client announced it, with the reader of its values. */
export interface IncomingType {
  readonly type: SqlType;
  readonly read: ValueReader;
}

const FIXED: Readonly<Record<number, readonly [name: SqlTypeName, size: number]>> = {
  [TypeToken.tinyint]: ['tinyint', 1],
  [TypeToken.bit]: ['bit', 1],
  [TypeToken.smallint]: ['smallint', 2],
  [TypeToken.int]: ['int', 4],
  [TypeToken.bigint]: ['bigint', 8],
  [TypeToken.smalldatetime]: ['smalldatetime', 4],
  [TypeToken.datetime]: ['datetime', 8],
  [TypeToken.real]: ['real', 4],
  [TypeToken.float]: ['float', 8],
  [TypeToken.money]: ['money', 8],
  [TypeToken.smallmoney]: ['smallmoney', 4],
};

const BY_SIZE: Readonly<Record<number, Readonly<Record<number, SqlTypeName>>>> = {
  [TypeToken.intN]: { 1: 'tinyint', 2: 'smallint', 4: 'int', 8: 'bigint' },
  [TypeToken.bitN]: { 1: 'bit' },
  [TypeToken.floatN]: { 4: 'real', 8: 'float' },
  [TypeToken.moneyN]: { 4: 'smallmoney', 8: 'money' },
  [TypeToken.datetimeN]: { 4: 'smalldatetime', 8: 'datetime' },
  // mssql-jdbc announces a NULL with no room for a value.
  [TypeToken.guid]: { 0: 'uniqueidentifier', 16: 'uniqueidentifier' },
};

const BY_SCALE: Readonly<Record<number, SqlTypeName>> = {
  [TypeToken.time]: 'time',
  [TypeToken.datetime2]: 'datetime2',
  [TypeToken.datetimeoffset]: 'datetimeoffset',
};

const CHARACTERS: Readonly<Record<number, readonly [name: SqlTypeName, unit: 1 | 2]>> = {
  [TypeToken.char]: ['char', 1],
  [TypeToken.varchar]: ['varchar', 1],
  [TypeToken.nchar]: ['nchar', 2],
  [TypeToken.nvarchar]: ['nvarchar', 2],
};

const LEGACY: Readonly<Record<number, SqlTypeName>> = {
  [TypeToken.legacyChar]: 'char',
  [TypeToken.legacyVarchar]: 'varchar',
  [TypeToken.legacyBinary]: 'binary',
  [TypeToken.legacyVarbinary]: 'varbinary',
};

/**
 * Reads a TYPE_INFO.
 * @throws {ProtocolRefusal} table-valued parameters and unknown types
 */
export function readType(reader: ByteReader, place: TypePlace): IncomingType {
  const token = reader.u8();
  const fixed = FIXED[token];
  if (fixed !== undefined) {
    const [name, size] = fixed;
    const type = { name };
    return { type, read: (source) => readSized(type, source, size) };
  }
  if (BY_SIZE[token] !== undefined || BY_SCALE[token] !== undefined) return readSizedType(reader, token);
  if (CHARACTERS[token] !== undefined || LEGACY[token] !== undefined) return readTextType(reader, token);
  switch (token) {
    case TypeToken.null:
      return { type: { name: 'nvarchar', length: 1 }, read: () => null };
    case TypeToken.decimal:
    case TypeToken.numeric: {
      reader.u8();
      const name = token === TypeToken.decimal ? 'decimal' : 'numeric';
      return byLength({ name, precision: reader.u8(), scale: reader.u8() });
    }
    case TypeToken.date:
      return byLength({ name: 'date' });
    case TypeToken.binary:
    case TypeToken.varbinary:
      return readBinaryType(reader, token === TypeToken.binary ? 'binary' : 'varbinary');
    case TypeToken.xml:
      return readXmlType(reader);
    case TypeToken.text:
    case TypeToken.ntext:
    case TypeToken.image:
      return readLongType(reader, token, place);
    case TypeToken.udt:
      return readClrType(reader, place);
    case TypeToken.sqlVariant:
      reader.u32();
      return { type: { name: 'sql_variant' }, read: readVariant };
    case TypeToken.tableValued:
      throw new ProtocolRefusal('table-valued parameters');
    default:
      throw new ProtocolRefusal(`the data type with TDS token 0x${token.toString(16)}`);
  }
}

function byLength(type: SqlType): IncomingType {
  return {
    type,
    read: (source) => {
      const size = source.u8();
      return size === 0 ? null : readSized(type, source, size);
    },
  };
}

function readSizedType(reader: ByteReader, token: number): IncomingType {
  const size = reader.u8();
  const scaled = BY_SCALE[token];
  if (scaled !== undefined) return byLength({ name: scaled, scale: size });
  const name = BY_SIZE[token]?.[size];
  if (name === undefined)
    throw new ProtocolRefusal(`a value of ${size} bytes for TDS token 0x${token.toString(16)}`);
  return byLength({ name });
}

function readTextType(reader: ByteReader, token: number): IncomingType {
  const legacy = LEGACY[token];
  if (legacy !== undefined) {
    const type: SqlType = { name: legacy, length: reader.u8() };
    const encoding = legacy.endsWith('char') ? encodingOf(reader.bytes(5)) : 'cp1252';
    return {
      type,
      read: (source) => {
        const size = source.u8();
        return size === 0xff ? null : fromBytes(type, source.bytes(size), encoding);
      },
    };
  }
  const [name, unit] = CHARACTERS[token] ?? (['nvarchar', 2] as const);
  const length = reader.u16();
  const encoding = encodingOf(reader.bytes(5));
  return byShortLength({ name, length: length === MAX_LENGTH ? -1 : length / unit }, encoding);
}

function byShortLength(type: SqlType, encoding: string): IncomingType {
  if (type.length === -1) return byChunks(type, encoding);
  return {
    type,
    read: (source) => {
      const size = source.u16();
      return size === 0xffff ? null : fromBytes(type, source.bytes(size), encoding);
    },
  };
}

function byChunks(type: SqlType, encoding: string): IncomingType {
  return {
    type,
    read: (source) => {
      const bytes = readChunks(source);
      return bytes === null ? null : fromBytes(type, bytes, encoding);
    },
  };
}

function readBinaryType(reader: ByteReader, name: 'binary' | 'varbinary'): IncomingType {
  const length = reader.u16();
  return byShortLength({ name, length: length === MAX_LENGTH ? -1 : length }, 'cp1252');
}

function readXmlType(reader: ByteReader): IncomingType {
  if (reader.u8() !== 0) {
    reader.shortText();
    reader.shortText();
    reader.longText();
  }
  return byChunks({ name: 'xml' }, 'utf8');
}

function readLongType(reader: ByteReader, token: number, place: TypePlace): IncomingType {
  const name = token === TypeToken.text ? 'text' : token === TypeToken.ntext ? 'ntext' : 'image';
  reader.u32();
  const encoding = name === 'image' ? 'cp1252' : encodingOf(reader.bytes(5));
  const type: SqlType = { name };
  return {
    type,
    read: (source) => {
      const bytes = place === 'row' ? readPointed(source) : readLongParameter(source);
      return bytes === null ? null : fromBytes(type, bytes, encoding);
    },
  };
}

/** A long parameter has a length and no pointer; -1 is NULL. */
function readLongParameter(reader: ByteReader): Buffer | null {
  const size = reader.i32();
  return size < 0 ? null : reader.bytes(size);
}

function readClrType(reader: ByteReader, place: TypePlace): IncomingType {
  if (place === 'row') reader.u16();
  reader.shortText();
  reader.shortText();
  const name = reader.shortText().toLowerCase();
  if (place === 'row') reader.longText();
  if (name !== 'hierarchyid' && name !== 'geography' && name !== 'geometry')
    throw new ProtocolRefusal(`the CLR type ${name}`);
  return byChunks({ name }, 'utf8');
}

function readVariant(reader: ByteReader): SqlValue {
  const total = reader.u32();
  if (total === 0) return null;
  const start = reader.offset;
  const token = reader.u8();
  const propertyBytes = reader.u8();
  const { type, encoding } = variantType(reader, token);
  reader.offset = start + 2 + propertyBytes;
  const size = total - 2 - propertyBytes;
  const byBytes =
    CHARACTERS[token] !== undefined || token === TypeToken.binary || token === TypeToken.varbinary;
  return {
    type,
    value: byBytes ? fromBytes(type, reader.bytes(size), encoding) : readSized(type, reader, size),
  };
}

function variantType(reader: ByteReader, token: number): { type: SqlType; encoding: string } {
  const plain = FIXED[token];
  if (plain !== undefined) return { type: { name: plain[0] }, encoding: '' };
  const scaled = BY_SCALE[token];
  if (scaled !== undefined) return { type: { name: scaled, scale: reader.u8() }, encoding: '' };
  const character = CHARACTERS[token];
  if (character !== undefined) {
    const encoding = encodingOf(reader.bytes(5));
    return { type: { name: character[0], length: reader.u16() / character[1] }, encoding };
  }
  switch (token) {
    case TypeToken.guid:
      return { type: { name: 'uniqueidentifier' }, encoding: '' };
    case TypeToken.date:
      return { type: { name: 'date' }, encoding: '' };
    case TypeToken.decimal:
    case TypeToken.numeric:
      return {
        type: {
          name: token === TypeToken.decimal ? 'decimal' : 'numeric',
          precision: reader.u8(),
          scale: reader.u8(),
        },
        encoding: '',
      };
    case TypeToken.binary:
    case TypeToken.varbinary:
      return {
        type: { name: token === TypeToken.binary ? 'binary' : 'varbinary', length: reader.u16() },
        encoding: '',
      };
    default:
      throw new ProtocolRefusal(`the sql_variant base type 0x${token.toString(16)}`);
  }
}
