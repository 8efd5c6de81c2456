import type { SqlType, SqlTypeName } from '../../engine.js';
import { literal } from '../../catalog/naming.js';
import { SqlError, unsupported } from '../errors.js';
import { asDecimal, describeType, familyOf, isUnicode, pgType, type TypeFamily } from '../types.js';
import { encodeGuid } from '../../storage/value-codec.js';
import { asText, type Typed } from './typed.js';

export interface Conversion {
  readonly mode: 'implicit' | 'explicit' | 'assign';
  readonly style?: number | undefined;
  /** TRY_CAST and TRY_CONVERT: NULL instead of an error. */
  readonly attempt?: boolean | undefined;
  /** `database.schema.table|column` of an assignment, for 2628. */
  readonly target?: string | undefined;
  readonly line: number;
}

const integerRange: Partial<Record<SqlTypeName, readonly [string, string]>> = {
  tinyint: ['0', '255'],
  smallint: ['-32768', '32767'],
  int: ['-2147483648', '2147483647'],
  bigint: ['-9223372036854775808', '9223372036854775807'],
};
const integerOrder: readonly SqlTypeName[] = ['tinyint', 'smallint', 'int', 'bigint'];
const temporal = new Set<TypeFamily>([
  'date',
  'time',
  'datetime2',
  'datetime',
  'smalldatetime',
  'datetimeoffset',
]);

const clash = (from: SqlType, to: SqlType, how: Conversion): SqlError =>
  how.mode === 'explicit'
    ? new SqlError(
        529,
        `Explicit conversion from data type ${from.name} to ${to.name} is not allowed.`,
        how.line,
        16,
        2,
      )
    : new SqlError(206, `Operand type clash: ${from.name} is incompatible with ${to.name}`, how.line, 16, 2);

const notImplicit = (from: SqlType, to: SqlType, line: number): SqlError =>
  new SqlError(
    257,
    `Implicit conversion from data type ${from.name} to ${to.name} is not allowed. Use the CONVERT function to run this query.`,
    line,
    16,
    3,
  );

/** PostgreSQL text of `from` converted to `to`; text comes out in text form. */
export const convert = (from: Typed, to: SqlType, how: Conversion): string => {
  const target = familyOf(to);
  const source = familyOf(from.type);
  if (!target || !source) throw unsupported(`conversion from ${from.type.name} to ${to.name}`, how.line);
  if (from.untyped) return `null::${pgType(to)}`;
  const folded = foldLiteral(from, to, how);
  if (folded !== undefined) return folded;
  switch (target) {
    case 'text':
    case 'xml':
      return toText(from, source, to, how);
    case 'bit':
      return toBit(from, source, to, how);
    case 'int':
      return toInteger(from, source, to, how);
    case 'decimal':
      return toDecimal(from, source, to, how);
    case 'money':
      return toMoney(from, source, to, how);
    case 'float':
      return toFloat(from, source, to, how);
    case 'binary':
      return toBinary(from, source, to, how);
    case 'guid':
      return toGuid(from, source, to, how);
    case 'variant':
      throw unsupported('conversion to sql_variant', how.line);
    default:
      return toTemporal(from, source, target, to, how);
  }
};

/** Text literals in the usual forms are read here, once, and not by PostgreSQL for every row. */
const foldLiteral = (from: Typed, to: SqlType, how: Conversion): string | undefined => {
  const text = from.literalText;
  if (text === undefined || how.style !== undefined) return undefined;
  switch (to.name) {
    case 'uniqueidentifier':
      return /^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$/.test(text)
        ? `'${encodeGuid(text)}'::uuid`
        : undefined;
    case 'int':
    case 'bigint':
      return /^-?\d{1,9}$/.test(text) ? `'${text}'::${pgType(to)}` : undefined;
    case 'date':
    case 'datetime2': {
      const match = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d):(\d\d)(?:\.(\d{1,7}))?)?$/.exec(text);
      if (!match) return undefined;
      const [year = 0, month = 0, day = 0, h = 0, m = 0, s = 0] = match
        .slice(1, 7)
        .map((part) => Number(part ?? 0));
      const date = new Date(Date.UTC(2000, month - 1, day));
      date.setUTCFullYear(year, month - 1, day);
      if (
        year < 1 ||
        date.getUTCMonth() !== month - 1 ||
        date.getUTCDate() !== day ||
        h > 23 ||
        m > 59 ||
        s > 59
      )
        return undefined;
      if (to.name === 'date') return `'${text.slice(0, 10)}'::date`;
      const fraction = (match[7] ?? '').padEnd(7, '0');
      if (/[1-9]/.test(fraction.slice(to.scale ?? 7))) return undefined;
      const days = BigInt(Math.round(date.getTime() / 86_400_000) + 719162);
      const ticks = (days * 86_400n + BigInt(h * 3600 + m * 60 + s)) * 10_000_000n + BigInt(fraction);
      return `${ticks}::int8`;
    }
    default:
      return undefined;
  }
};

const tries = (how: Conversion): string => (how.attempt ? 'true' : 'false');
const textSource = (type: SqlType): string => literal(type.name);

const toBit = (from: Typed, source: TypeFamily, to: SqlType, how: Conversion): string => {
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

const toInteger = (from: Typed, source: TypeFamily, to: SqlType, how: Conversion): string => {
  switch (source) {
    case 'int': {
      if (from.type.name === to.name) return from.pg;
      const widening = integerOrder.indexOf(from.type.name) < integerOrder.indexOf(to.name);
      return widening ? `(${from.pg})::${pgType(to)}` : narrowed(from.pg, to, how);
    }
    case 'bit':
      return `((${from.pg})::int4)::${pgType(to)}`;
    case 'decimal':
    case 'float':
      return narrowed(`trunc(${from.pg})`, to, how);
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

const toDecimal = (from: Typed, source: TypeFamily, to: SqlType, how: Conversion): string => {
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

const toMoney = (from: Typed, source: TypeFamily, to: SqlType, how: Conversion): string => {
  switch (source) {
    case 'bit':
      return `((${from.pg})::int4)::${pgType(to)}`;
    case 'money':
      return from.type.name === to.name ? from.pg : fitNumeric(from.pg, to, how);
    case 'int':
    case 'decimal':
    case 'float':
      return fitNumeric(`(${from.pg})::numeric`, to, how);
    case 'text':
      return fitNumeric(`emu.text_money(${asText(from)}, ${textSource(from.type)}, ${tries(how)})`, to, how);
    default:
      throw clash(from.type, to, how);
  }
};

const toFloat = (from: Typed, source: TypeFamily, to: SqlType, how: Conversion): string => {
  switch (source) {
    case 'float':
      return from.type.name === to.name ? from.pg : `(${from.pg})::${pgType(to)}`;
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

/** Text cut or padded to its declared length; CAST cuts in silence, an assignment refuses. */
export const fitText = (pg: string, fromLength: number | undefined, to: SqlType, how: Conversion): string => {
  const length = to.length ?? -1;
  if (length === -1 || to.name === 'xml' || to.name === 'text' || to.name === 'ntext') return pg;
  let out = pg;
  const fits = fromLength !== undefined && fromLength !== -1 && fromLength <= length;
  const utf8 = /_UTF8$/i.test(to.collation ?? '') && !isUnicode(to);
  if (how.mode === 'assign') {
    if (utf8) out = `emu.fit_utf8(${out}, ${length}, ${literal(how.target ?? '|')})`;
    else if (!fits) out = `emu.fit(${out}, ${length}, ${literal(how.target ?? '|')})`;
  } else if (!fits) out = `emu.left16(${out}, ${length})`;
  return to.name === 'char' || to.name === 'nchar' ? `emu.pad(${out}, ${length})` : out;
};

const toText = (from: Typed, source: TypeFamily, to: SqlType, how: Conversion): string => {
  const style = how.style;
  const number = (pg: string, digits: number): string => numberText(pg, digits, to, from, how);
  switch (source) {
    case 'text':
    case 'xml': {
      const narrowing =
        isUnicode(from.type) && !isUnicode(to) && !/_UTF8$/i.test(to.collation ?? '') && to.name !== 'xml';
      const pg = narrowing ? `emu.cp1252(${asText(from)})` : asText(from);
      return fitText(pg, from.type.length, to, how);
    }
    case 'bit':
      return fitText(`((${from.pg})::int4)::text`, 1, to, how);
    case 'int':
      return number(
        `(${from.pg})::text`,
        { tinyint: 3, smallint: 6, int: 11, bigint: 20 }[from.type.name as 'int'] ?? 20,
      );
    case 'decimal':
      return number(`(${from.pg})::text`, 41);
    case 'money':
      return number(`emu.money_text(${from.pg}, ${style ?? 0})`, 30);
    case 'float':
      return fitText(
        `emu.float_text(${from.pg}, ${style ?? 0}, ${from.type.name === 'real' ? 9 : 17})`,
        undefined,
        to,
        how,
      );
    case 'guid':
      return guidText(from, to, how);
    case 'binary':
      return binaryText(from, to, how);
    case 'variant':
      throw unsupported('conversion from sql_variant', how.line);
    default:
      return fitText(temporalText(from, source, how), undefined, to, how);
  }
};

/** A number never loses digits: too long for the target is 8115, or `*` for the integers. */
const numberText = (pg: string, digits: number, to: SqlType, from: Typed, how: Conversion): string => {
  const length = to.length ?? -1;
  if (length === -1 || length >= digits) return fitText(pg, digits, to, how);
  const integer = familyOf(from.type) === 'int' && !isUnicode(to);
  const source = from.type.name === 'decimal' ? 'numeric' : from.type.name;
  const otherwise = integer
    ? '*'
    : how.attempt
      ? ''
      : `Arithmetic overflow error converting ${source} to data type ${to.name}.`;
  const body = `emu.fit_number(${pg}, ${length}, ${literal(otherwise)}, 8115)`;
  return fitText(body, length, to, how);
};

const guidText = (from: Typed, to: SqlType, how: Conversion): string => {
  const length = to.length ?? -1;
  if (length !== -1 && length < 36) {
    throw new SqlError(
      8170,
      'Insufficient result space to convert uniqueidentifier value to char.',
      how.line,
      16,
      2,
    );
  }
  return fitText(`emu.guid_text(${from.pg})`, 36, to, how);
};

const binaryText = (from: Typed, to: SqlType, how: Conversion): string => {
  if (how.mode !== 'explicit') throw notImplicit(from.type, to, how.line);
  const style = how.style ?? 0;
  if (style === 1 || style === 2) {
    const bytes = from.type.length ?? -1;
    const pg = `${style === 1 ? `'0x' || ` : ''}upper(encode(${from.pg}, 'hex'))`;
    return fitText(`(${pg})`, bytes === -1 ? undefined : bytes * 2 + (style === 1 ? 2 : 0), to, how);
  }
  const text = isUnicode(to) ? `emu.utf16_text(${from.pg})` : `convert_from(${from.pg}, 'WIN1252')`;
  return fitText(text, undefined, to, how);
};

/** 100 ns ticks (local time) of any date or time type. */
export const ticksOf = (pg: string, family: TypeFamily): string => {
  switch (family) {
    case 'date':
      return `emu.date_ticks(${pg})`;
    case 'time':
      return `((${pg}) + 599266080000000000)`;
    case 'datetime':
      return `emu.datetime_ticks(${pg})`;
    case 'smalldatetime':
      return `emu.minutes_ticks(${pg})`;
    case 'datetimeoffset':
      return `emu.dto_local(${pg})`;
    default:
      return pg;
  }
};

const temporalText = (from: Typed, family: TypeFamily, how: Conversion): string => {
  const classic = family === 'datetime' || family === 'smalldatetime';
  const style = how.style ?? (classic ? 0 : 121);
  const scale = family === 'datetime' ? 3 : family === 'smalldatetime' ? 0 : (from.type.scale ?? 7);
  const canonical = [21, 25, 121].includes(style);
  if (family === 'date') {
    if (canonical || [20, 23, 120, 126].includes(style)) return `emu.date_text(${from.pg})`;
    return `emu.styled(${ticksOf(from.pg, family)}, 0, ${style}, 'd')`;
  }
  if (family === 'time') {
    if (canonical) return `emu.time_text(${from.pg}, ${scale})`;
    return `emu.styled(${from.pg}, ${scale}, ${style}, 't')`;
  }
  if (family === 'datetimeoffset') return offsetText(from, scale, style, how);
  if (family === 'datetime' && [20, 21, 25, 120, 121, 126, 127].includes(style))
    return classicText(from.pg, style);
  // smalldatetime has no fraction, save that the canonical styles print one for it.
  const ticks = ticksOf(from.pg, family);
  if (canonical) return `emu.ticks_text(${ticks}, ${family === 'smalldatetime' ? 3 : scale})`;
  return `emu.styled(${family === 'datetime' ? `emu.round_ticks(${ticks}, 3)` : ticks}, ${scale}, ${style}, 'b')`;
};

/** datetime shows its 1/300 s rounded to milliseconds. */
const classicText = (pg: string, style: number): string => {
  const ticks = `emu.round_ticks(emu.datetime_ticks(${pg}), 3)`;
  return [21, 25, 121].includes(style)
    ? `emu.ticks_text(${ticks}, 3)`
    : `emu.styled(${ticks}, 3, ${style}, 'b')`;
};

const offsetText = (from: Typed, scale: number, style: number, how: Conversion): string => {
  const local = `emu.dto_local(${from.pg})`;
  const offset = `emu.offset_text((${from.pg}).o)`;
  if ([21, 25, 121].includes(style)) return `(emu.ticks_text(${local}, ${scale}) || ' ' || ${offset})`;
  if (style === 126) return `(emu.styled(${local}, ${scale}, 126, 'b') || ${offset})`;
  if (style === 127) return `(emu.styled((${from.pg}).t, ${scale}, 127, 'b') || 'Z')`;
  if ([0, 100, 9, 109, 20, 120, 13, 113].includes(style))
    return `(emu.styled(${local}, ${scale}, ${style}, 'b') || ' ' || ${offset})`;
  if (style >= 101 && style <= 112) return `emu.styled(${local}, ${scale}, ${style}, 'b')`;
  throw unsupported(`CONVERT of datetimeoffset in style ${style}`, how.line);
};

const toBinary = (from: Typed, source: TypeFamily, to: SqlType, how: Conversion): string => {
  let pg: string;
  let length: number | undefined;
  switch (source) {
    case 'binary':
      pg = from.pg;
      length = from.type.name === 'timestamp' ? 8 : from.type.length;
      break;
    case 'text':
      if (how.mode !== 'explicit') throw notImplicit(from.type, to, how.line);
      if (how.style === 1 || how.style === 2) pg = `emu.text_bytes(${asText(from)}, ${how.style})`;
      else
        pg = isUnicode(from.type)
          ? `emu.utf16(${asText(from)})`
          : `convert_to(emu.cp1252(${asText(from)}), 'WIN1252')`;
      break;
    case 'int': {
      const widths: Record<string, [number, string]> = {
        tinyint: [1, ''],
        smallint: [2, 'int2send'],
        int: [4, 'int4send'],
        bigint: [8, 'int8send'],
      };
      const [width, send] = widths[from.type.name] ?? [4, 'int4send'];
      pg = width === 1 ? `substr(int2send(${from.pg}), 2)` : `${send}(${from.pg})`;
      if (to.length !== undefined && to.length !== -1) {
        if (to.length < width) pg = `substr(${pg}, ${width - to.length + 1})`;
        else if (to.name === 'binary') pg = `(decode(repeat('00', ${to.length - width}), 'hex') || ${pg})`;
      }
      return pg;
    }
    case 'bit':
      return `(case when ${from.pg} then '\\x01'::bytea else '\\x00'::bytea end)`;
    case 'guid':
      pg = `emu.guid_bytes(${from.pg})`;
      length = 16;
      break;
    default:
      if (how.mode === 'explicit')
        throw unsupported(`conversion from ${from.type.name} to ${to.name}`, how.line);
      throw clash(from.type, to, how);
  }
  const limit = to.name === 'timestamp' ? 8 : (to.length ?? -1);
  if (limit === -1 || to.name === 'image') return pg;
  if (!(length !== undefined && length !== -1 && length <= limit)) {
    pg =
      how.mode === 'assign'
        ? `emu.fit_bytes(${pg}, ${limit}, ${literal(how.target ?? '|')})`
        : `substr(${pg}, 1, ${limit})`;
  }
  return to.name === 'binary' ? `emu.pad_bytes(${pg}, ${limit})` : pg;
};

const toGuid = (from: Typed, source: TypeFamily, to: SqlType, how: Conversion): string => {
  if (source === 'guid') return from.pg;
  if (source === 'text') return `emu.text_guid(${asText(from)}, ${tries(how)})`;
  if (source === 'binary') return `emu.bytes_guid(${from.pg})`;
  throw clash(from.type, to, how);
};

const toTemporal = (
  from: Typed,
  source: TypeFamily,
  target: TypeFamily,
  to: SqlType,
  how: Conversion,
): string => {
  const scale = to.scale ?? 7;
  if (source === 'text') return textToTemporal(from, target, scale, how);
  if (temporal.has(source)) return betweenTemporals(from, source, target, scale, to, how);
  const numbers = ['int', 'decimal', 'float', 'money', 'bit'].includes(source);
  if (numbers && (target === 'datetime' || target === 'smalldatetime')) {
    const days = source === 'bit' ? `((${from.pg})::int4)::numeric` : `(${from.pg})::numeric`;
    return target === 'datetime' ? `round(${days} * 25920000)::int8` : `round(${days} * 1440)::int4`;
  }
  throw clash(from.type, to, how);
};

const textToTemporal = (from: Typed, target: TypeFamily, scale: number, how: Conversion): string => {
  const style = how.style ?? 0;
  if (target === 'datetimeoffset') {
    const parsed = `emu.text_dto(${asText(from)}, ${style}, ${tries(how)})`;
    return scale === 7 ? parsed : `emu.round_dto(${parsed}, ${scale})`;
  }
  const classic = target === 'datetime' || target === 'smalldatetime';
  const ticks = `emu.text_ticks(${asText(from)}, ${style}, ${tries(how)}, ${classic})`;
  return fromTicks(ticks, target, scale);
};

const fromTicks = (ticks: string, target: TypeFamily, scale: number): string => {
  switch (target) {
    case 'date':
      return `emu.ticks_date(${ticks})`;
    case 'time':
      return scale === 7 ? `(${ticks} % 864000000000)` : `emu.round_time(${ticks} % 864000000000, ${scale})`;
    case 'datetime':
      return `emu.ticks_datetime(${ticks})`;
    case 'smalldatetime':
      return `emu.ticks_minutes(${ticks})`;
    case 'datetimeoffset':
      return scale === 7 ? `emu.dto(${ticks}, 0)` : `emu.dto(emu.round_ticks(${ticks}, ${scale}), 0)`;
    default:
      return scale === 7 ? ticks : `emu.round_ticks(${ticks}, ${scale})`;
  }
};

const betweenTemporals = (
  from: Typed,
  source: TypeFamily,
  target: TypeFamily,
  scale: number,
  to: SqlType,
  how: Conversion,
): string => {
  if (source === target) {
    if ((from.type.scale ?? 7) <= scale || ['date', 'datetime', 'smalldatetime'].includes(source))
      return from.pg;
    if (source === 'datetimeoffset') return `emu.round_dto(${from.pg}, ${scale})`;
    return source === 'time'
      ? `emu.round_time(${from.pg}, ${scale})`
      : `emu.round_ticks(${from.pg}, ${scale})`;
  }
  if ((source === 'time' && target === 'date') || (source === 'date' && target === 'time'))
    throw clash(from.type, to, how);
  const exact =
    ['date', 'smalldatetime'].includes(source) ||
    (source === 'datetime' && false) ||
    (from.type.scale ?? 7) <= scale;
  return fromTicks(ticksOf(from.pg, source), target, exact && source !== 'datetime' ? 7 : scale);
};

export { describeType };
