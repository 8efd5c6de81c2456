import type { SqlType, SqlValue } from '../engine.js';
import type { ByteWriter } from './byte-writer.js';
import { mismatch, type ValueEncoder } from './value-form.js';
import { timeSize } from './wire-type.js';

/** 100 ns ticks of a day. */
const DAY_TICKS = 864_000_000_000n;
/** datetime's 1/300 s units of a day. */
const DAY_UNITS = 25_920_000n;
const MINUTES_OF_DAY = 1440;

function numberOf(type: SqlType, value: SqlValue): number {
  if (typeof value !== 'number') throw mismatch(type, value, 'a number');
  return value;
}

function writeTicks(writer: ByteWriter, ticks: bigint, size: number, divisor: number): void {
  writer.unsigned(Math.floor(Number(ticks % DAY_TICKS) / divisor), size);
  writer.u24(Number(ticks / DAY_TICKS));
}

/** Data bytes without the length byte. */
export function temporalEncoder(
  type: SqlType,
): { readonly size: number; readonly write: ValueEncoder } | undefined {
  const scale = type.scale ?? 7;
  const size = timeSize(scale);
  const divisor = 10 ** (7 - scale);
  switch (type.name) {
    case 'date':
      return { size: 3, write: (writer, value) => writer.u24(numberOf(type, value)) };
    case 'time':
      return {
        size,
        write: (writer, value) => writer.unsigned(Math.floor(numberOf(type, value) / divisor), size),
      };
    case 'datetime2':
      return {
        size: size + 3,
        write: (writer, value) => {
          if (typeof value !== 'bigint') throw mismatch(type, value, 'a bigint of ticks');
          writeTicks(writer, value, size, divisor);
        },
      };
    case 'datetimeoffset':
      return {
        size: size + 5,
        write: (writer, value) => {
          if (value === null || typeof value !== 'object' || !('offsetMinutes' in value))
            throw mismatch(type, value, '{ ticks, offsetMinutes }');
          writeTicks(writer, value.ticks, size, divisor);
          writer.u16(value.offsetMinutes);
        },
      };
    case 'datetime':
      return {
        size: 8,
        write: (writer, value) => {
          if (typeof value !== 'bigint') throw mismatch(type, value, 'a bigint of 1/300 s');
          writeDatetime(writer, value);
        },
      };
    case 'smalldatetime':
      return {
        size: 4,
        write: (writer, value) => {
          const minutes = numberOf(type, value);
          writer.u16(Math.floor(minutes / MINUTES_OF_DAY));
          writer.u16(minutes % MINUTES_OF_DAY);
        },
      };
    default:
      return undefined;
  }
}

function writeDatetime(writer: ByteWriter, value: bigint): void {
  // Days before 1900 are negative, the time of day never is.
  const rest = ((value % DAY_UNITS) + DAY_UNITS) % DAY_UNITS;
  writer.u32(Number((value - rest) / DAY_UNITS));
  writer.u32(Number(rest));
}
