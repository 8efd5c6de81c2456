import type { SqlType } from '../engine.js';
import type { ByteWriter } from './byte-writer.js';
import { decimalSize, timeSize } from './wire-type.js';

/** Writes one value, its length included, from the bytes PostgreSQL sent of it. */
export type StoredEncoder = (writer: ByteWriter, from: Buffer, at: number, size: number) => void;

const TWO_32 = 4_294_967_296;
/** Days from 0001-01-01 to PostgreSQL's epoch, 2000-01-01. */
const DAYS_TO_2000 = 730_119;
/** A day's 100 ns ticks are 2^14 of these. */
const DAY_PIECES = 52_734_375;
const DAY_UNITS = 25_920_000;
const MINUTES_OF_DAY = 1440;

const u32 = (from: Buffer, at: number): number =>
  (((from[at] ?? 0) << 24) |
    ((from[at + 1] ?? 0) << 16) |
    ((from[at + 2] ?? 0) << 8) |
    (from[at + 3] ?? 0)) >>>
  0;

/** The same bytes, last first, behind their length. */
const reversed =
  (size: number): StoredEncoder =>
  (writer, from, at) => {
    const to = writer.reserve(size + 1);
    const { buffer } = writer;
    buffer[to] = size;
    for (let index = 0; index < size; index++) buffer[to + 1 + index] = from[at + size - 1 - index] ?? 0;
    writer.length = to + size + 1;
  };

const tinyint: StoredEncoder = (writer, from, at) => {
  writer.u8(1);
  writer.u8(from[at + 1] ?? 0);
};

const bit: StoredEncoder = (writer, from, at) => {
  writer.u8(1);
  writer.u8(from[at] ?? 0);
};

const date: StoredEncoder = (writer, from, at) => {
  writer.u8(3);
  writer.u24((u32(from, at) | 0) + DAYS_TO_2000);
};

/** Ticks since 0001-01-01 as time of day and days. They pass 2^53, so the low 14 bits are set aside first. */
function writeTicks(writer: ByteWriter, from: Buffer, at: number, size: number, divisor: number): void {
  const low = u32(from, at + 4);
  const pieces = u32(from, at) * 262_144 + (low >>> 14);
  const days = Math.floor(pieces / DAY_PIECES);
  const time = (pieces - days * DAY_PIECES) * 16_384 + (low & 0x3fff);
  writer.unsigned(divisor === 1 ? time : Math.floor(time / divisor), size);
  writer.u24(days);
}

function temporal(type: SqlType): StoredEncoder | undefined {
  const scale = type.scale ?? 7;
  const size = timeSize(scale);
  const divisor = 10 ** (7 - scale);
  switch (type.name) {
    case 'date':
      return date;
    case 'time':
      return (writer, from, at) => {
        writer.u8(size);
        writer.unsigned(Math.floor((u32(from, at) * TWO_32 + u32(from, at + 4)) / divisor), size);
      };
    case 'datetime2':
      return (writer, from, at) => {
        writer.u8(size + 3);
        writeTicks(writer, from, at, size, divisor);
      };
    case 'datetimeoffset':
      // A composite's binary form: a count, then type, length and bytes of each field.
      return (writer, from, at) => {
        writer.u8(size + 5);
        writeTicks(writer, from, at + 12, size, divisor);
        writer.u8(from[at + 29] ?? 0);
        writer.u8(from[at + 28] ?? 0);
      };
    case 'datetime':
      return (writer, from, at) => {
        const units = (u32(from, at) | 0) * TWO_32 + u32(from, at + 4);
        const days = Math.floor(units / DAY_UNITS);
        writer.u8(8);
        writer.u32(days);
        writer.u32(units - days * DAY_UNITS);
      };
    case 'smalldatetime':
      return (writer, from, at) => {
        const minutes = u32(from, at);
        writer.u8(4);
        writer.u16(Math.floor(minutes / MINUTES_OF_DAY));
        writer.u16(minutes % MINUTES_OF_DAY);
      };
    default:
      return undefined;
  }
}

const LIMBS = [0, 0, 0, 0];

function multiplyAdd(factor: number, addend: number): void {
  let carry = addend;
  for (let limb = 0; limb < 4; limb++) {
    const product = (LIMBS[limb] ?? 0) * factor + carry;
    LIMBS[limb] = product % TWO_32;
    carry = Math.floor(product / TWO_32);
  }
}

/** Digits of a decimal's text into four 32-bit limbs, six at a time; @returns whether it is negative */
function readDigits(from: Buffer, at: number, size: number): boolean {
  LIMBS.fill(0);
  const negative = from[at] === 0x2d;
  let group = 0;
  let factor = 1;
  for (let index = negative ? at + 1 : at; index < at + size; index++) {
    const digit = (from[index] ?? 0) - 0x30;
    if (digit === -2) continue;
    if (digit < 0 || digit > 9) throw new Error(`'${from.toString('latin1', at, at + size)}' is no decimal.`);
    group = group * 10 + digit;
    factor *= 10;
    if (factor < 1_000_000) continue;
    multiplyAdd(factor, group);
    group = 0;
    factor = 1;
  }
  if (factor > 1) multiplyAdd(factor, group);
  return negative;
}

function decimal(type: SqlType): StoredEncoder {
  const size = decimalSize(type.precision ?? 18);
  const limbs = (size - 1) / 4;
  return (writer, from, at, length) => {
    const negative = readDigits(from, at, length);
    writer.u8(size);
    writer.u8(negative ? 0 : 1);
    for (let limb = 0; limb < 4; limb++)
      if (limb < limbs) writer.u32(LIMBS[limb] ?? 0);
      else if (LIMBS[limb] !== 0)
        throw new Error(
          `'${from.toString('latin1', at, at + length)}' does not fit the announced precision.`,
        );
  };
}

/** Ten-thousandths in two's complement; eight bytes with the high half first, or four. */
const money =
  (size: 4 | 8): StoredEncoder =>
  (writer, from, at, length) => {
    const negative = readDigits(from, at, length);
    let low = LIMBS[0] ?? 0;
    let high = LIMBS[1] ?? 0;
    if (negative) {
      low = -low >>> 0;
      high = low === 0 ? -high : ~high;
    }
    writer.u8(size);
    if (size === 8) writer.u32(high);
    writer.u32(low);
  };

/** The encoder of a type that is no text; undefined for text, binary and the types without a form of their own. */
export function storedNumberEncoder(type: SqlType): StoredEncoder | undefined {
  switch (type.name) {
    case 'bit':
      return bit;
    case 'tinyint':
      return tinyint;
    case 'smallint':
      return reversed(2);
    case 'int':
    case 'real':
      return reversed(4);
    case 'bigint':
    case 'float':
      return reversed(8);
    case 'decimal':
    case 'numeric':
      return decimal(type);
    case 'money':
      return money(8);
    case 'smallmoney':
      return money(4);
    default:
      return temporal(type);
  }
}
