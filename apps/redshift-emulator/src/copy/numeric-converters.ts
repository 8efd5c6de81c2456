import type { Converter } from './converters.js';
import { fault, type FieldFault } from './field-fault.js';

const isDigit = (byte: number): boolean => byte >= 0x30 && byte <= 0x39;
const MINUS = 0x2d;
const PLUS = 0x2b;
const POINT = 0x2e;

function invalidDigit(source: Buffer, start: number, at: number, end: number, type: string): FieldFault {
  const character = at < end ? source.toString('latin1', at, at + 1) : '';
  return fault(1207, `Invalid digit, Value '${character}', Pos ${at - start}, Type: ${type}`, at - start);
}

/** Whole numbers within bounds. */
export function convertInteger(least: bigint, most: bigint, type: string): Converter {
  const safeDigits = most.toString().length - 1;
  return (source, start, end, row) => {
    const first = source[start] ?? 0;
    const digits = first === MINUS || first === PLUS ? start + 1 : start;
    for (let at = digits; at < end; at += 1) {
      if (!isDigit(source[at] ?? 0)) return invalidDigit(source, start, at, end, type);
    }
    if (digits >= end) return invalidDigit(source, start, digits, end, type);
    if (end - digits > safeDigits) {
      const value = BigInt(source.toString('latin1', first === PLUS ? digits : start, end));
      if (value < least || value > most) return fault(1207, `Overflow, Value '${value}', Type: ${type}`);
    }
    row.plain(source, start, end);
    return undefined;
  };
}

/** DECIMAL: digits beyond the scale are cut, or left to be rounded with ROUNDEC. */
export function convertDecimal(precision: number, scale: number, round: boolean): Converter {
  return (source, start, end, row) => {
    const first = source[start] ?? 0;
    let at = first === MINUS || first === PLUS ? start + 1 : start;
    const wholeStart = at;
    let point = -1;
    let significant = 0;
    for (; at < end; at += 1) {
      const byte = source[at] ?? 0;
      if (byte === POINT && point < 0) point = at;
      else if (byte === 0x65 || byte === 0x45)
        return convertExponent(source, start, end, { precision, scale, round }, row);
      else if (!isDigit(byte)) return invalidDigit(source, start, at, end, 'Decimal');
      else if (point < 0 && (significant > 0 || byte !== 0x30)) significant += 1;
    }
    if (end - wholeStart - (point < 0 ? 0 : 1) <= 0)
      return invalidDigit(source, start, wholeStart, end, 'Decimal');
    if (significant > precision - scale)
      return overflow(source.toString('latin1', start, end), precision, scale);
    const cut = point < 0 || round ? end : Math.min(end, point + 1 + scale);
    const text = precision === 19 ? source.toString('latin1', start, cut) : undefined;
    if (text !== undefined && exceeds64Bits(text, scale)) return overflow(text, precision, scale);
    row.plain(source, start, point >= 0 && cut === point + 1 && point > wholeStart ? point : cut);
    return undefined;
  };
}

function overflow(text: string, precision: number, scale: number): FieldFault {
  return fault(1207, `Overflow for NUMERIC(${precision},${scale}), Value '${text}'`);
}

/** DECIMAL(19,s) is held in 64 bits. */
function exceeds64Bits(text: string, scale: number): boolean {
  const [whole = '0', fraction = ''] = text.replace(/^[+-]/, '').split('.');
  return BigInt(whole + fraction.slice(0, scale).padEnd(scale, '0')) > 9_223_372_036_854_775_807n;
}

interface DecimalLimits {
  readonly precision: number;
  readonly scale: number;
  readonly round: boolean;
}

/** Scientific notation, written out so that cutting and limits are those of plain digits. */
function convertExponent(
  source: Buffer,
  start: number,
  end: number,
  limits: DecimalLimits,
  row: Parameters<Converter>[3],
): FieldFault | undefined {
  const text = source.toString('latin1', start, end);
  const match = /^([+-]?)(\d*)\.?(\d*)e([+-]?\d{1,3})$/i.exec(text);
  if (match === null || `${match[2]}${match[3]}` === '')
    return fault(1209, `Invalid DECIMAL value '${text}'`);
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match;
  const digits = whole + fraction;
  const point = whole.length + Number(exponent);
  const plain =
    point <= 0
      ? `0.${'0'.repeat(-point)}${digits}`
      : `${digits.slice(0, point).padEnd(point, '0')}.${digits.slice(point)}`;
  const bytes = Buffer.from(sign + plain.replace(/\.$/, ''), 'latin1');
  return convertDecimal(limits.precision, limits.scale, limits.round)(bytes, 0, bytes.length, row);
}

const FLOAT = /^[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?|nan|inf(?:inity)?)$/i;

/** REAL and DOUBLE PRECISION. */
export function convertFloat(most: number): Converter {
  return (source, start, end, row) => {
    const text = source.toString('latin1', start, end);
    if (!FLOAT.test(text)) return fault(1208, `Invalid FLOAT format or value '${text}'`);
    const value = Number(text);
    if (Number.isFinite(value) ? Math.abs(value) > most : /^[+-]?[\d.]/.test(text)) {
      return fault(1208, `Overflow for FLOAT, Value '${text}'`);
    }
    row.plain(source, start, end);
    return undefined;
  };
}
