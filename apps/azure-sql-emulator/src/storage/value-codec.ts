import type { SqlType, SqlValue } from '../engine.js';

/** 1: ask PostgreSQL for the binary form; 0: text. */
export const resultFormat = (type: SqlType): 0 | 1 =>
  ['decimal', 'numeric', 'money', 'smallmoney', 'sql_variant'].includes(type.name) ? 0 : 1;

/** Text of a value that is a string or a number; empty for NULL. */
export const plainText = (value: SqlValue | undefined): string => {
  if (value === null || value === undefined) return '';
  if (Buffer.isBuffer(value)) return `0x${value.toString('hex').toUpperCase()}`;
  return typeof value === 'object' ? '' : String(value);
};

export type Decoder = (field: Buffer) => SqlValue;

/** Days from 0001-01-01 to PostgreSQL's epoch, 2000-01-01. */
const DAYS_TO_2000 = 730119;

/** A uniqueidentifier from its 16 physical bytes. */
export const decodeGuid = (field: Buffer): string => {
  const h = field.toString('hex').toUpperCase();
  const swap = (at: number): string => h.slice(at, at + 2);
  return (
    `${swap(30)}${swap(28)}${swap(26)}${swap(24)}-${swap(22)}${swap(20)}-${swap(18)}${swap(16)}` +
    `-${h.slice(12, 16)}-${h.slice(0, 12)}`
  );
};

/** The physical form of a uniqueidentifier: its bytes in SQL Server's order of comparison, as PostgreSQL's uuid. */
export const encodeGuid = (text: string): string => {
  const h = text.replaceAll('-', '').toLowerCase();
  let swapped = h.slice(20) + h.slice(16, 20);
  for (let at = 14; at >= 0; at -= 2) swapped += h.slice(at, at + 2);
  return `${swapped.slice(0, 8)}-${swapped.slice(8, 12)}-${swapped.slice(12, 16)}-${swapped.slice(16, 20)}-${swapped.slice(20)}`;
};

const decoders: Partial<Record<SqlType['name'], Decoder>> = {
  bit: (field) => field[0] === 1,
  tinyint: (field) => field.readInt16BE(0),
  smallint: (field) => field.readInt16BE(0),
  int: (field) => field.readInt32BE(0),
  smalldatetime: (field) => field.readInt32BE(0),
  bigint: (field) => field.readBigInt64BE(0),
  datetime2: (field) => field.readBigInt64BE(0),
  datetime: (field) => field.readBigInt64BE(0),
  time: (field) => Number(field.readBigInt64BE(0)),
  float: (field) => field.readDoubleBE(0),
  real: (field) => field.readFloatBE(0),
  decimal: (field) => field.toString('latin1'),
  numeric: (field) => field.toString('latin1'),
  money: (field) => BigInt(field.toString('latin1').replace('.', '')),
  smallmoney: (field) => BigInt(field.toString('latin1').replace('.', '')),
  date: (field) => field.readInt32BE(0) + DAYS_TO_2000,
  datetimeoffset: (field) => ({ ticks: field.readBigInt64BE(12), offsetMinutes: field.readInt16BE(28) }),
  uniqueidentifier: decodeGuid,
  binary: (field) => Buffer.from(field),
  varbinary: (field) => Buffer.from(field),
  image: (field) => Buffer.from(field),
  timestamp: (field) => Buffer.from(field),
};

const decodeText: Decoder = (field) => field.toString('utf8');

/** From what PostgreSQL sent (in `resultFormat`) to the engine's value. */
export const decoderFor = (type: SqlType): Decoder => decoders[type.name] ?? decodeText;

const dateText = (days: number): string => {
  const date = new Date(Date.UTC(2000, 0, 1) + (days - DAYS_TO_2000) * 86_400_000);
  return `${String(date.getUTCFullYear()).padStart(4, '0')}-${date.toISOString().slice(5, 10)}`;
};

const moneyText = (units: bigint): string => {
  const digits = (units < 0n ? -units : units).toString().padStart(5, '0');
  return `${units < 0n ? '-' : ''}${digits.slice(0, -4)}.${digits.slice(-4)}`;
};

/** PostgreSQL's text form of an engine value, for parameters and COPY. */
export const encodeValue = (type: SqlType, value: SqlValue): string | null => {
  if (value === null) return null;
  switch (type.name) {
    case 'bit':
      return value ? 't' : 'f';
    case 'date':
      return dateText(value as number);
    case 'money':
    case 'smallmoney':
      return moneyText(value as bigint);
    case 'datetimeoffset': {
      const { ticks, offsetMinutes } = value as { ticks: bigint; offsetMinutes: number };
      return `(${ticks},${offsetMinutes})`;
    }
    case 'uniqueidentifier':
      return encodeGuid(value as string);
    case 'binary':
    case 'varbinary':
    case 'image':
    case 'timestamp':
      return `\\x${(value as Buffer).toString('hex')}`;
    default:
      return plainText(value);
  }
};
