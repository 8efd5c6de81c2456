import type { SqlType, SqlValue } from '../engine.js';
import type { ByteWriter } from './byte-writer.js';
import { mismatch, type ValueEncoder } from './value-form.js';
import { decimalSize } from './wire-type.js';

const TWO_32 = 4_294_967_296;

function numberOf(type: SqlType, value: SqlValue): number {
  if (typeof value !== 'number') throw mismatch(type, value, 'a number');
  return value;
}

function bigintOf(type: SqlType, value: SqlValue): bigint {
  if (typeof value !== 'bigint') throw mismatch(type, value, 'a bigint');
  return value;
}

/** Eight bytes as money wants them: the high half first. */
function writeMoney(writer: ByteWriter, value: bigint): void {
  writer.u32(Number(BigInt.asIntN(32, value >> 32n)));
  writer.u32(Number(BigInt.asUintN(32, value)));
}

/** Data bytes without the length byte, for the types whose length never varies; undefined for the others. */
export function fixedEncoder(
  type: SqlType,
): { readonly size: number; readonly write: ValueEncoder } | undefined {
  switch (type.name) {
    case 'bit':
      return {
        size: 1,
        write: (writer, value) => {
          if (typeof value !== 'boolean') throw mismatch(type, value, 'a boolean');
          writer.u8(value ? 1 : 0);
        },
      };
    case 'tinyint':
      return { size: 1, write: (writer, value) => writer.u8(numberOf(type, value)) };
    case 'smallint':
      return { size: 2, write: (writer, value) => writer.u16(numberOf(type, value)) };
    case 'int':
      return { size: 4, write: (writer, value) => writer.u32(numberOf(type, value)) };
    case 'bigint':
      return { size: 8, write: (writer, value) => writer.i64(bigintOf(type, value)) };
    case 'real':
      return { size: 4, write: (writer, value) => writer.f32(numberOf(type, value)) };
    case 'float':
      return { size: 8, write: (writer, value) => writer.f64(numberOf(type, value)) };
    case 'money':
      return { size: 8, write: (writer, value) => writeMoney(writer, bigintOf(type, value)) };
    case 'smallmoney':
      return { size: 4, write: (writer, value) => writer.u32(Number(bigintOf(type, value))) };
    case 'decimal':
    case 'numeric':
      return decimalEncoder(type);
    default:
      return undefined;
  }
}

function decimalEncoder(type: SqlType): { readonly size: number; readonly write: ValueEncoder } {
  const size = decimalSize(type.precision ?? 18);
  return {
    size,
    write: (writer, value) => {
      if (typeof value !== 'string') throw mismatch(type, value, 'a decimal string');
      writeDecimal(writer, value, size);
    },
  };
}

const LIMBS = [0, 0, 0, 0];

/**
 * Sign byte and magnitude of a canonical decimal string. Six digits at a time into four 32-bit limbs: the products stay
 * below 2^53, so no BigInt is allocated.
 */
function writeDecimal(writer: ByteWriter, text: string, size: number): void {
  LIMBS.fill(0);
  const negative = text.charCodeAt(0) === 0x2d;
  let group = 0;
  let factor = 1;
  for (let index = negative ? 1 : 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code === 0x2e) continue;
    if (code < 0x30 || code > 0x39) throw new Error(`'${text}' is no canonical decimal.`);
    group = group * 10 + (code - 0x30);
    factor *= 10;
    if (factor === 1_000_000) {
      multiplyAdd(factor, group);
      group = 0;
      factor = 1;
    }
  }
  if (factor > 1) multiplyAdd(factor, group);
  writer.u8(negative ? 0 : 1);
  const limbs = (size - 1) / 4;
  for (let limb = 0; limb < limbs; limb++) writer.u32(LIMBS[limb] ?? 0);
  for (let limb = limbs; limb < 4; limb++)
    if (LIMBS[limb] !== 0) throw new Error(`'${text}' does not fit the announced precision.`);
}

function multiplyAdd(factor: number, addend: number): void {
  let carry = addend;
  for (let limb = 0; limb < 4; limb++) {
    const product = (LIMBS[limb] ?? 0) * factor + carry;
    LIMBS[limb] = product % TWO_32;
    carry = Math.floor(product / TWO_32);
  }
}
