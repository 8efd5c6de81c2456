import type { SqlType } from '../../engine.js';
import { unsupported } from '../errors.js';
import type { TypeFamily } from '../types.js';
import { clash, tries, type Conversion } from './conversion-rules.js';
import { asText, type Typed } from './typed.js';

const temporal = new Set<TypeFamily>([
  'date',
  'time',
  'datetime2',
  'datetime',
  'smalldatetime',
  'datetimeoffset',
]);

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

export const temporalText = (from: Typed, family: TypeFamily, how: Conversion): string => {
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

export const toTemporal = (
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
    return target === 'datetime' ? `emu.days_units(${days})` : `round(${days} * 1440)::int4`;
  }
  throw clash(from.type, to, how);
};

const textToTemporal = (from: Typed, target: TypeFamily, scale: number, how: Conversion): string => {
  const style = how.style ?? 0;
  if (target === 'datetimeoffset') {
    const parsed = `emu.text_dto(${asText(from)}, ${style}, ${tries(how)})`;
    return scale === 7 ? parsed : `emu.round_dto(${parsed}, ${scale})`;
  }
  const ticks = `emu.text_ticks(${asText(from)}, ${style}, ${tries(how)}, '${target}', '${from.type.name}')`;
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
