import type { SqlType, SqlTypeName } from '../../engine.js';
import { asDecimal, familyOf, pgType, type TypeFamily } from '../types.js';
import { unsupported } from '../errors.js';
import { clash, notImplicit, textSource, tries, type Conversion } from './conversion-rules.js';
import { asText, type Typed } from './typed.js';

const integerRange: Partial<Record<SqlTypeName, readonly [string, string]>> = {
  tinyint: ['0', '255'],
  smallint: ['-32768', '32767'],
  int: ['-2147483648', '2147483647'],
  bigint: ['-9223372036854775808', '9223372036854775807'],
};
const integerOrder: readonly SqlTypeName[] = ['tinyint', 'smallint', 'int', 'bigint'];
export const toBit = (from: Typed, source: TypeFamily, to: SqlType, how: Conversion): string => {
  if (source === 'bit') return from.pg;
  if (['int', 'decimal', 'money', 'float'].includes(source)) return `(${from.pg} <> 0)`;
  if (source === 'text') return `emu.text_bit(${asText(from)}, ${textSource(from.type)}, ${tries(how)})`;
  if (source === 'binary') return `(emu.bytes_int(${from.pg}, 8) <> 0)`;
  throw clash(from.type, to, how);
};

const narrowed = (pg: string, to: SqlType, how: Conversion): string => {
  const [low, high] = integerRange[to.name] ?? ['0', '0'];
  if (how.attempt) return `(case when (${pg}) between ${low} and ${high} then (${pg})::${pgType(to)} end)`;
  if (to.name === 'tinyint' || to.name === 'smallint')
    return `emu.narrow((${pg})::numeric, ${low}, ${high}, '${to.name}')::int2`;
  return `(${pg})::${pgType(to)}`;
};

export const toInteger = (from: Typed, source: TypeFamily, to: SqlType, how: Conversion): string => {
  switch (source) {
    case 'int': {
      if (from.type.name === to.name) return from.pg;
      const widening = integerOrder.indexOf(from.type.name) < integerOrder.indexOf(to.name);
      return widening ? `(${from.pg})::${pgType(to)}` : narrowed(from.pg, to, how);
    }
    case 'bit':
      return `((${from.pg})::int4)::${pgType(to)}`;
    case 'decimal':
      return narrowed(`trunc(${from.pg})`, to, how);
    case 'float': {
      const [low, high] = integerRange[to.name] ?? ['0', '0'];
      return how.attempt
        ? narrowed(`trunc(${from.pg})`, to, how)
        : `emu.float_int(${from.pg}, ${low}, ${high}, '${to.name}')::${pgType(to)}`;
    }
    case 'money':
      return narrowed(`round(${from.pg})`, to, how);
    case 'text': {
      const [low, high] = integerRange[to.name] ?? ['0', '0'];
      return `emu.text_int(${asText(from)}, ${low.startsWith('-') ? `(${low})` : low}, ${high}, '${to.name}', ${textSource(from.type)}, ${tries(how)})::${pgType(to)}`;
    }
    case 'binary':
      return narrowed(
        `emu.bytes_int(${from.pg}, ${{ tinyint: 1, smallint: 2, int: 4, bigint: 8 }[to.name as 'int'] ?? 8})`,
        to,
        how,
      );
    case 'datetime':
      if (how.mode === 'explicit') return narrowed(`floor((${from.pg})::numeric / 25920000 + 0.5)`, to, how);
      throw notImplicit(from.type, to, how.line);
    case 'smalldatetime':
      if (how.mode === 'explicit') return narrowed(`floor((${from.pg})::numeric / 1440 + 0.5)`, to, how);
      throw notImplicit(from.type, to, how.line);
    default:
      throw clash(from.type, to, how);
  }
};

const fitNumeric = (pg: string, to: SqlType, how: Conversion): string => {
  const { precision, scale } = asDecimal(to);
  if (!how.attempt) return `(${pg})::numeric(${precision},${scale})`;
  return `(case when abs(round(${pg}, ${scale})) < 1e${precision - scale}::numeric then (${pg})::numeric(${precision},${scale}) end)`;
};

export const toDecimal = (from: Typed, source: TypeFamily, to: SqlType, how: Conversion): string => {
  switch (source) {
    case 'bit':
      return `((${from.pg})::int4)::${pgType(to)}`;
    case 'int':
      return fitNumeric(`(${from.pg})::numeric`, to, how);
    case 'decimal':
      return from.type.precision === to.precision && from.type.scale === to.scale
        ? from.pg
        : fitNumeric(from.pg, to, how);
    case 'money':
      return fitNumeric(from.pg, to, how);
    case 'float':
      return fitNumeric(`(${from.pg})::numeric`, to, how);
    case 'text':
      return fitNumeric(
        `emu.text_numeric(${asText(from)}, ${textSource(from.type)}, ${tries(how)})`,
        to,
        how,
      );
    case 'datetime':
      if (how.mode === 'explicit') return fitNumeric(`((${from.pg})::numeric / 25920000)`, to, how);
      throw notImplicit(from.type, to, how.line);
    case 'binary':
      throw unsupported('conversion from binary to decimal', how.line);
    default:
      throw clash(from.type, to, how);
  }
};

export const toMoney = (from: Typed, source: TypeFamily, to: SqlType, how: Conversion): string => {
  switch (source) {
    case 'bit':
      return `((${from.pg})::int4)::${pgType(to)}`;
    case 'money':
      return from.type.name === to.name || to.name === 'money' ? from.pg : fitMoney(from.pg, from, to, how);
    case 'int':
    case 'decimal':
    case 'float':
      return fitMoney(`(${from.pg})::numeric`, from, to, how);
    case 'text':
      return fitMoney(
        `emu.text_money(${asText(from)}, ${textSource(from.type)}, ${tries(how)})`,
        from,
        to,
        how,
      );
    default:
      throw clash(from.type, to, how);
  }
};

/** Money holds less than its digits would: a 64-bit (or 32-bit) number of ten-thousandths. */
const fitMoney = (pg: string, from: Typed, to: SqlType, how: Conversion): string => {
  const small = familyOf(from.type) === 'int' && from.type.name !== 'bigint' && to.name === 'money';
  return small
    ? `(${pg})::numeric(19,4)`
    : `emu.fit_money(${pg}, '${to.name}', '${from.type.name}', ${tries(how)})`;
};

export const toFloat = (from: Typed, source: TypeFamily, to: SqlType, how: Conversion): string => {
  switch (source) {
    case 'float':
      return from.type.name === to.name
        ? from.pg
        : to.name === 'real'
          ? `emu.float_real(${from.pg}, ${tries(how)})`
          : `(${from.pg})::float8`;
    case 'bit':
      return `((${from.pg})::int4)::${pgType(to)}`;
    case 'int':
    case 'decimal':
    case 'money':
      return `(${from.pg})::${pgType(to)}`;
    case 'text':
      return `emu.text_float(${asText(from)}, ${textSource(from.type)}, ${tries(how)})::${pgType(to)}`;
    case 'datetime':
      if (how.mode === 'explicit') return `((${from.pg})::float8 / 25920000)::${pgType(to)}`;
      throw notImplicit(from.type, to, how.line);
    default:
      throw clash(from.type, to, how);
  }
};
