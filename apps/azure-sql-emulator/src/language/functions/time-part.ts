import type { SqlType } from '../../engine.js';
import { SqlError, unsupported } from '../errors.js';
import { DATETIME, familyOf, isNumeric, isText, type TypeFamily } from '../types.js';
import { typed, type Typed } from '../binder/typed.js';
import type { FunctionContext } from './function-set.js';

const partNames: Record<string, string> = {
  year: 'year',
  yy: 'year',
  yyyy: 'year',
  quarter: 'quarter',
  qq: 'quarter',
  q: 'quarter',
  month: 'month',
  mm: 'month',
  m: 'month',
  dayofyear: 'dayofyear',
  dy: 'dayofyear',
  y: 'dayofyear',
  day: 'day',
  dd: 'day',
  d: 'day',
  week: 'week',
  wk: 'week',
  ww: 'week',
  weekday: 'weekday',
  dw: 'weekday',
  w: 'weekday',
  hour: 'hour',
  hh: 'hour',
  minute: 'minute',
  mi: 'minute',
  n: 'minute',
  second: 'second',
  ss: 'second',
  s: 'second',
  millisecond: 'millisecond',
  ms: 'millisecond',
  microsecond: 'microsecond',
  mcs: 'microsecond',
  nanosecond: 'nanosecond',
  ns: 'nanosecond',
  iso_week: 'iso_week',
  isowk: 'iso_week',
  isoww: 'iso_week',
  tzoffset: 'tzoffset',
  tz: 'tzoffset',
};

export const partOf = (f: FunctionContext): string => {
  const written = f.call.datePart ?? '';
  const part = partNames[written];
  if (!part)
    throw new SqlError(
      155,
      `'${written}' is not a recognized ${f.call.name.toLowerCase()} option.`,
      f.line,
      15,
    );
  return part;
};

/** A date argument: text is read as datetime2(7), numbers as datetime. */
export const temporal = (f: FunctionContext, n: number): { value: Typed; family: TypeFamily } => {
  const e = f.arg(n);
  if (e.untyped) return { value: typed('null::int8', DATETIME), family: 'datetime' };
  if (isText(e.type)) {
    const type: SqlType = { name: 'datetime2', scale: 7 };
    return { value: typed(f.to(e, type), type, e.nullable), family: 'datetime2' };
  }
  if (isNumeric(e.type)) return { value: typed(f.to(e, DATETIME), DATETIME, e.nullable), family: 'datetime' };
  const family = familyOf(e.type);
  if (
    !family ||
    !['date', 'time', 'datetime2', 'datetime', 'smalldatetime', 'datetimeoffset'].includes(family)
  ) {
    throw new SqlError(
      8116,
      `Argument data type ${e.type.name} is invalid for argument ${n + 2} of ${f.call.name.toLowerCase()} function.`,
      f.line,
    );
  }
  return { value: e, family };
};

const timeParts = new Set(['hour', 'minute', 'second', 'millisecond', 'microsecond', 'nanosecond']);

/** A date has no hours, a time no days. */
export const checkPart = (f: FunctionContext, part: string, family: TypeFamily): void => {
  if (family === 'datetime' && (part === 'microsecond' || part === 'nanosecond'))
    throw unsupported(`${f.call.name}(${part}) of datetime`, f.line);
  const missing =
    family === 'date'
      ? timeParts.has(part) || part === 'tzoffset'
      : family === 'time' && !timeParts.has(part);
  if (missing)
    throw new SqlError(
      9810,
      `The datepart ${part} is not supported by date function ${f.call.name.toLowerCase()} for data type ${family}.`,
      f.line,
    );
};
