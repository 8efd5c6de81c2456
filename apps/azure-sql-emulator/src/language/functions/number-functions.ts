import {
  BIGINT,
  FLOAT,
  INT,
  asDecimal,
  decimal,
  familyOf,
  isBinary,
  isNumeric,
  isText,
  pgType,
} from '../types.js';
import { SqlError, unsupported } from '../errors.js';
import type { SqlType } from '../../engine.js';
import { typed, type Typed } from '../binder/typed.js';
import { fn, type BuiltIn, type FunctionContext, type FunctionTable } from './function-set.js';

/** A numeric argument; text becomes float, as ABS('1') does. */
const numeric = (f: FunctionContext, n: number): Typed => {
  const e = f.arg(n);
  if (isText(e.type) && !e.untyped) return typed(f.float(n), FLOAT, e.nullable);
  if (e.untyped) return { ...e, pg: 'null::int4', type: INT };
  if (!isNumeric(e.type)) {
    throw new SqlError(
      8116,
      `Argument data type ${e.type.name} is invalid for argument ${n + 1} of ${f.call.name.toLowerCase()} function.`,
      f.line,
    );
  }
  if (e.type.name === 'bit') return typed(`(${e.pg})::float8`, FLOAT, e.nullable);
  return e;
};

const widened = (type: SqlType): SqlType =>
  type.name === 'tinyint' || type.name === 'smallint'
    ? INT
    : type.name === 'smallmoney'
      ? { name: 'money' }
      : type.name === 'real'
        ? FLOAT
        : type;

const mapped =
  (template: (x: string) => string): BuiltIn =>
  (f) => {
    const e = numeric(f, 0);
    const type = widened(e.type);
    return typed(`(${template(e.pg)})::${pgType(type)}`, type, e.nullable);
  };

const floating =
  (template: (...x: string[]) => string, args = 1): BuiltIn =>
  (f) =>
    typed(template(...Array.from({ length: args }, (_, i) => f.float(i))), FLOAT);

const whole =
  (name: 'ceil' | 'floor'): BuiltIn =>
  (f) => {
    const e = numeric(f, 0);
    const type = widened(e.type);
    const result =
      familyOf(type) === 'decimal'
        ? { ...type, ...decimal(asDecimal(type).precision, 0), name: type.name }
        : type;
    return typed(`(${name}(${e.pg}))::${pgType(result)}`, result, e.nullable);
  };

const round: BuiltIn = (f) => {
  const e = numeric(f, 0);
  const type = widened(e.type);
  const digits = f.int(1);
  const mode = f.has(2) ? f.int(2) : '0';
  const x = `(${e.pg})::numeric`;
  const pg =
    mode === '0'
      ? `round(${x}, ${digits})`
      : `(case when ${mode} = 0 then round(${x}, ${digits}) else trunc(${x}, ${digits}) end)`;
  return typed(`(${pg})::${pgType(type)}`, type, e.nullable);
};

const power: BuiltIn = (f) => {
  const e = numeric(f, 0);
  const type = widened(e.type);
  if (familyOf(type) === 'float') return typed(`power(${f.to(e, FLOAT)}, ${f.float(1)})`, FLOAT, true);
  const pg = `power(${f.to(e, FLOAT)}, ${f.float(1)})`;
  if (familyOf(type) === 'decimal') {
    const result = { ...decimal(38, asDecimal(type).scale), name: type.name };
    return typed(`(${pg})::numeric::${pgType(result)}`, result);
  }
  return typed(f.to(typed(pg, FLOAT), type, 'explicit'), type);
};

/** DEGREES and RADIANS of integers are integers, cut. */
const angle =
  (name: 'degrees' | 'radians'): BuiltIn =>
  (f) => {
    const e = numeric(f, 0);
    const type = widened(e.type);
    if (familyOf(type) === 'decimal' || familyOf(type) === 'money')
      throw unsupported(`${f.call.name} of ${e.type.name} (use float)`, f.line);
    return typed(
      f.to(typed(`${name}((${e.pg})::float8)`, FLOAT, e.nullable), type, 'explicit'),
      type,
      e.nullable,
    );
  };

const widths: Partial<Record<SqlType['name'], number>> = { tinyint: 8, smallint: 16, int: 32, bigint: 64 };

/** The integer whose bits are asked for, and how many it has. */
const bits = (f: FunctionContext): { e: Typed; width: number } => {
  const e = f.arg(0);
  const width = widths[e.type.name];
  if (width === undefined) throw unsupported(`${f.call.name} of ${e.type.name}`, f.line);
  return { e, width };
};

const shift =
  (sign: '' | '-'): BuiltIn =>
  (f) => {
    const { e, width } = bits(f);
    return typed(
      `emu.shift_bits((${e.pg})::int8, ${sign}(${f.int(1)}), ${width})::${pgType(e.type)}`,
      e.type,
    );
  };

const bitCount: BuiltIn = (f) => {
  const e = f.arg(0);
  if (isBinary(e.type)) return typed(`bit_count(${e.pg})`, BIGINT, e.nullable);
  if (e.type.name === 'bit') return typed(`((${e.pg})::int4)::int8`, BIGINT, e.nullable);
  const { width } = bits(f);
  const cast = width === 8 ? 'int2' : pgType(e.type);
  return typed(`bit_count((${e.pg})::${cast}::int8::bit(${width}))`, BIGINT, e.nullable);
};

const bitOfBytes = (f: FunctionContext): string => `emu.bit_at(${f.int(1)}, length(${f.arg(0).pg}) * 8)`;

const getBit: BuiltIn = (f) => {
  const e = f.arg(0);
  if (isBinary(e.type)) {
    const at = bitOfBytes(f);
    return typed(`(get_byte(${e.pg}, length(${e.pg}) - 1 - ${at} / 8) >> (${at} % 8) & 1 = 1)`, {
      name: 'bit',
    });
  }
  const { width } = bits(f);
  return typed(`((((${e.pg})::int8) >> emu.bit_at(${f.int(1)}, ${width})) & 1 = 1)`, { name: 'bit' });
};

const setBit: BuiltIn = (f) => {
  const e = f.arg(0);
  const on = f.has(2) ? `(${f.int(2)} <> 0)` : 'true';
  if (!isBinary(e.type)) throw unsupported(`SET_BIT of ${e.type.name}`, f.line);
  const at = bitOfBytes(f);
  const byte = `length(${e.pg}) - 1 - ${at} / 8`;
  const old = `get_byte(${e.pg}, ${byte})`;
  return typed(
    `set_byte(${e.pg}, ${byte}, case when ${on} then ${old} | (1 << (${at} % 8)) else ${old} & ~(1 << (${at} % 8)) end)`,
    e.type,
  );
};

export const numberFunctions: FunctionTable = {
  ABS: fn(
    1,
    1,
    mapped((x) => `abs(${x})`),
  ),
  SIGN: fn(
    1,
    1,
    mapped((x) => `sign(${x})`),
  ),
  CEILING: fn(1, 1, whole('ceil')),
  FLOOR: fn(1, 1, whole('floor')),
  ROUND: fn(2, 3, round),
  POWER: fn(2, 2, power),
  SQRT: fn(
    1,
    1,
    floating((x) => `sqrt(${x})`),
  ),
  SQUARE: fn(
    1,
    1,
    floating((x) => `((${x}) * (${x}))`),
  ),
  EXP: fn(
    1,
    1,
    floating((x) => `exp(${x})`),
  ),
  LOG: fn(1, 2, (f) =>
    typed(f.has(1) ? `(ln(${f.float(0)}) / ln(${f.float(1)}))` : `ln(${f.float(0)})`, FLOAT),
  ),
  LOG10: fn(
    1,
    1,
    floating((x) => `log(${x})`),
  ),
  SIN: fn(
    1,
    1,
    floating((x) => `sin(${x})`),
  ),
  COS: fn(
    1,
    1,
    floating((x) => `cos(${x})`),
  ),
  TAN: fn(
    1,
    1,
    floating((x) => `tan(${x})`),
  ),
  COT: fn(
    1,
    1,
    floating((x) => `cot(${x})`),
  ),
  ASIN: fn(
    1,
    1,
    floating((x) => `asin(${x})`),
  ),
  ACOS: fn(
    1,
    1,
    floating((x) => `acos(${x})`),
  ),
  ATAN: fn(
    1,
    1,
    floating((x) => `atan(${x})`),
  ),
  ATN2: fn(
    2,
    2,
    floating((x, y) => `atan2(${x}, ${y})`, 2),
  ),
  PI: fn(0, 0, () => typed('pi()', FLOAT, false)),
  DEGREES: fn(1, 1, angle('degrees')),
  RADIANS: fn(1, 1, angle('radians')),
  BIT_COUNT: fn(1, 1, bitCount),
  LEFT_SHIFT: fn(2, 2, shift('')),
  RIGHT_SHIFT: fn(2, 2, shift('-')),
  GET_BIT: fn(2, 2, getBit),
  SET_BIT: fn(2, 3, setBit),
  RAND: fn(0, 1, (f) => {
    if (f.has(0)) throw unsupported('RAND with a seed', f.line);
    return f.session('rand', FLOAT);
  }),
  CHECKSUM: fn(1, 254, (f) => {
    throw unsupported('CHECKSUM', f.line);
  }),
  BINARY_CHECKSUM: fn(1, 254, (f) => {
    throw unsupported('BINARY_CHECKSUM', f.line);
  }),
  ROWCOUNT_BIG: fn(0, 0, (f) => f.session('rowcount_big', BIGINT)),
};
