import { BIGINT, DATETIME, INT, familyOf, isNumeric, isText, nvarchar, type TypeFamily } from '../types.js';
import { SqlError } from '../errors.js';
import type { SqlType } from '../../engine.js';
import { ticksOf } from '../binder/conversion.js';
import { typed, type Typed } from '../binder/typed.js';
import { checkPart, partOf, temporal } from './time-part.js';
import { fn, type BuiltIn, type FunctionContext, type FunctionTable } from './function-set.js';

const fromTicks = (ticks: string, source: Typed, family: TypeFamily): Typed => {
  const scale = source.type.scale ?? 7;
  switch (family) {
    case 'date':
      return typed(`emu.ticks_date(${ticks})`, source.type, true);
    case 'time':
      return typed(`(${ticks} % 864000000000)`, source.type, true);
    case 'datetime':
      return typed(`emu.ticks_datetime(${ticks})`, source.type, true);
    case 'smalldatetime':
      return typed(`emu.ticks_minutes(${ticks})`, source.type, true);
    case 'datetimeoffset':
      return typed(
        `emu.dto(${ticks} - (${source.pg}).o::int8 * 600000000, (${source.pg}).o)`,
        source.type,
        true,
      );
    default:
      return typed(scale === 7 ? ticks : `emu.round_ticks(${ticks}, ${scale})`, source.type, true);
  }
};

const wholeTime = new Set(['hour', 'minute', 'second', 'millisecond', 'microsecond', 'nanosecond']);

const dateAdd: BuiltIn = (f) => {
  const part = partOf(f);
  const written = f.arg(1);
  const { value, family } =
    isText(written.type) && !written.untyped
      ? {
          value: typed(f.to(written, DATETIME), DATETIME, written.nullable),
          family: 'datetime' as TypeFamily,
        }
      : temporal(f, 1);
  const unit = part === 'dayofyear' || part === 'weekday' ? 'day' : part;
  if (unit === 'iso_week' || unit === 'tzoffset')
    throw new SqlError(
      9810,
      `The datepart ${unit} is not supported by date function dateadd for data type ${value.type.name}.`,
      f.line,
    );
  if (family === 'date' && wholeTime.has(unit)) {
    throw new SqlError(
      9810,
      `The datepart ${unit} is not supported by date function dateadd for data type date.`,
      f.line,
    );
  }
  const number =
    isNumeric(f.arg(0).type) && familyOf(f.arg(0).type) !== 'int'
      ? `(${f.to(f.arg(0), INT, 'explicit')})::int8`
      : f.bigint(0);
  return fromTicks(
    `emu.dateadd('${unit}', ${number}, ${ticksOf(value.pg, family)}, '${value.type.name}')`,
    value,
    family,
  );
};

const dateDiff =
  (type: SqlType): BuiltIn =>
  (f) => {
    const part = partOf(f);
    const unit = part === 'dayofyear' || part === 'weekday' ? 'day' : part;
    if (unit === 'iso_week' || unit === 'tzoffset')
      throw new SqlError(9806, `The datepart ${unit} is not supported by date function datediff.`, f.line);
    // Instants of datetimeoffset are compared in UTC.
    const ticks = (n: number): string => {
      const { value, family } = temporal(f, n);
      return family === 'datetimeoffset' ? `(${value.pg}).t` : ticksOf(value.pg, family);
    };
    const pg = `emu.datediff('${unit}', ${ticks(0)}, ${ticks(1)})`;
    if (type.name === 'bigint') return typed(pg, BIGINT);
    return typed(`emu.datediff_int(${pg})`, INT);
  };

/** Weeks and weekdays are counted from SET DATEFIRST. */
const partOfTicks = (part: string, exact: string, family?: TypeFamily): string => {
  // datetime shows its 1/300 s rounded to milliseconds.
  const ticks = family === 'datetime' && part === 'millisecond' ? `emu.round_ticks(${exact}, 3)` : exact;
  return part === 'week' || part === 'weekday'
    ? `emu.week_part('${part}', ${ticks}, emu.datefirst())`
    : `emu.datepart('${part}', ${ticks})`;
};

const datePart: BuiltIn = (f) => {
  const part = partOf(f);
  const { value, family } = temporal(f, 0);
  checkPart(f, part, family);
  if (part === 'tzoffset') {
    return typed(family === 'datetimeoffset' ? `(${value.pg}).o::int4` : '0', INT, value.nullable);
  }
  return typed(partOfTicks(part, ticksOf(value.pg, family), family), INT, value.nullable);
};

const dateName: BuiltIn = (f) => {
  const part = partOf(f);
  const { value, family } = temporal(f, 0);
  checkPart(f, part, family);
  const ticks = ticksOf(value.pg, family);
  if (part === 'month') return typed(`rtrim(to_char(emu.ticks_date(${ticks}), 'FMMonth'))`, nvarchar(30));
  if (part === 'weekday') return typed(`rtrim(to_char(emu.ticks_date(${ticks}), 'FMDay'))`, nvarchar(30));
  if (part === 'tzoffset')
    return typed(
      family === 'datetimeoffset' ? `emu.offset_text((${value.pg}).o)` : "'+00:00'::text",
      nvarchar(30),
    );
  return typed(`(${partOfTicks(part, ticks, family)})::text`, nvarchar(30));
};

const simplePart =
  (part: string): BuiltIn =>
  (f) => {
    const { value, family } = temporal(f, 0);
    return typed(`emu.datepart('${part}', ${ticksOf(value.pg, family)})`, INT, value.nullable);
  };

const now =
  (type: SqlType, pg: string): BuiltIn =>
  () =>
    typed(pg, type, false);
const datetime2: SqlType = { name: 'datetime2', scale: 7 };

const minutesOf = (f: FunctionContext, n: number): string => {
  const text = f.literalText(n);
  if (text === undefined) return f.int(n);
  const match = /^([+-])(\d{2}):(\d{2})$/.exec(text);
  if (!match)
    throw new SqlError(
      9812,
      'The timezone provided to builtin function todatetimeoffset is invalid.',
      f.line,
    );
  return String((match[1] === '-' ? -1 : 1) * (Number(match[2]) * 60 + Number(match[3])));
};

export const timeFunctions: FunctionTable = {
  GETDATE: fn(0, 0, now(DATETIME, 'emu.ticks_datetime(emu.now_ticks())')),
  GETUTCDATE: fn(0, 0, now(DATETIME, 'emu.ticks_datetime(emu.now_ticks())')),
  CURRENT_TIMESTAMP: fn(0, 0, now(DATETIME, 'emu.ticks_datetime(emu.now_ticks())')),
  SYSDATETIME: fn(0, 0, now(datetime2, 'emu.now_ticks()')),
  SYSUTCDATETIME: fn(0, 0, now(datetime2, 'emu.now_ticks()')),
  SYSDATETIMEOFFSET: fn(0, 0, now({ name: 'datetimeoffset', scale: 7 }, 'emu.dto(emu.now_ticks(), 0)')),
  CURRENT_DATE: fn(0, 0, now({ name: 'date' }, 'emu.ticks_date(emu.now_ticks())')),
  DATEADD: fn(2, 2, dateAdd),
  DATEDIFF: fn(2, 2, dateDiff(INT)),
  DATEDIFF_BIG: fn(2, 2, dateDiff(BIGINT)),
  DATEPART: fn(1, 1, datePart),
  DATENAME: fn(1, 1, dateName),
  YEAR: fn(1, 1, simplePart('year')),
  MONTH: fn(1, 1, simplePart('month')),
  DAY: fn(1, 1, simplePart('day')),
  DATETRUNC: fn(1, 1, (f) => {
    const { value, family } = temporal(f, 0);
    const part = partOf(f);
    if (part === 'weekday' || part === 'nanosecond' || part === 'tzoffset')
      throw new SqlError(
        9810,
        `The datepart ${part} is not supported by date function datetrunc for data type ${value.type.name}.`,
        f.line,
      );
    checkPart(f, part, family);
    return fromTicks(`emu.datetrunc('${part}', ${ticksOf(value.pg, family)})`, value, family);
  }),
  DATE_BUCKET: fn(2, 3, (f) => {
    const part = partOf(f);
    const units = ['year', 'quarter', 'month', 'week', 'day', 'hour', 'minute', 'second', 'millisecond'];
    const { value, family } = temporal(f, 1);
    if (!units.includes(part))
      throw new SqlError(
        9810,
        `The datepart ${part} is not supported by date function date_bucket for data type ${value.type.name}.`,
        f.line,
      );
    checkPart(f, part, family);
    const origin = f.has(2) ? ticksOf(f.to(f.arg(2), value.type), family) : '599266080000000000';
    return fromTicks(
      `emu.date_bucket('${part}', ${f.bigint(0)}, ${ticksOf(value.pg, family)}, ${origin})`,
      value,
      family,
    );
  }),
  EOMONTH: fn(1, 2, (f) => {
    const { value, family } = temporal(f, 0);
    const date = family === 'date' ? value.pg : `emu.ticks_date(${ticksOf(value.pg, family)})`;
    return typed(`emu.eomonth(${date}, ${f.has(1) ? f.int(1) : '0'})`, { name: 'date' });
  }),
  SWITCHOFFSET: fn(2, 2, (f) => {
    const type: SqlType = { name: 'datetimeoffset', scale: f.arg(0).type.scale ?? 7 };
    return typed(`emu.dto((${f.to(f.arg(0), type)}).t, ${minutesOf(f, 1)})`, type);
  }),
  TODATETIMEOFFSET: fn(2, 2, (f) => {
    const { value, family } = temporal(f, 0);
    const minutes = minutesOf(f, 1);
    const scale =
      family === 'datetime2' || family === 'datetimeoffset'
        ? (value.type.scale ?? 7)
        : family === 'datetime'
          ? 3
          : 0;
    return typed(`emu.dto(${ticksOf(value.pg, family)} - (${minutes})::int8 * 600000000, ${minutes})`, {
      name: 'datetimeoffset',
      scale,
    });
  }),
};
