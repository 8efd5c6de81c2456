import { fault, type FieldFault } from './field-fault.js';

/** A date or time as it will be stored; text PostgreSQL reads. */
export interface Temporal {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  /** Six digits. */
  readonly micros: string;
  /** Minutes east of UTC, when the text says. */
  readonly offsetMinutes: number | undefined;
}

const DAYS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const MONTHS = 'january february march april may june july august september october november december'.split(
  ' ',
);

function daysIn(year: number, month: number): number {
  if (month !== 2) return DAYS[month - 1] ?? 0;
  return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
}

function isValid(value: Temporal): boolean {
  const { year, month, day, hour, minute, second } = value;
  const date =
    year >= 1 && year <= 9999 && month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month);
  const midnight = hour === 24 && minute === 0 && second === 0;
  return date && (midnight || hour <= 23) && minute <= 59 && second <= 59;
}

const pad = (value: number, digits: number): string => String(value).padStart(digits, '0');

/** `YYYY-MM-DD`. */
export function dateText({ year, month, day }: Temporal): string {
  return `${pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}`;
}

/** `HH:MM:SS[.ffffff]`. */
export function timeText({ hour, minute, second, micros }: Temporal): string {
  const fraction = micros === '000000' ? '' : `.${micros}`;
  return `${pad(hour, 2)}:${pad(minute, 2)}:${pad(second, 2)}${fraction}`;
}

/** `+HH:MM`; UTC when the text said nothing. */
export function offsetText({ offsetMinutes = 0 }: Temporal): string {
  const size = Math.abs(offsetMinutes);
  return `${offsetMinutes < 0 ? '-' : '+'}${pad(Math.floor(size / 60), 2)}:${pad(size % 60, 2)}`;
}

const TIME = String.raw`(?<hour>\d{1,2}):(?<minute>\d{2})(?::(?<second>\d{2})(?:[.:](?<fraction>\d+))?)?\s*(?<half>[ap]\.?m\.?)?`;
const ZONE = String.raw`\s*(?<zone>z|utc|gmt|[+-]\d{1,2}(?::?\d{2})?)?`;

const ZONE_PATTERN = /^([+-])(\d{1,2}):?(\d{2})?$/;

function zoneMinutes(zone: string | undefined): number | undefined {
  if (zone === undefined) return undefined;
  const match = ZONE_PATTERN.exec(zone);
  if (match === null) return 0;
  const size = Number(match[2]) * 60 + Number(match[3] ?? 0);
  return match[1] === '-' ? -size : size;
}

function withTime(
  date: { year: number; month: number; day: number },
  groups: Record<string, string | undefined>,
): Temporal {
  let hour = Number(groups['hour'] ?? 0);
  const half = groups['half']?.[0];
  if (half === 'p' && hour < 12) hour += 12;
  if (half === 'a' && hour === 12) hour = 0;
  return {
    ...date,
    hour,
    minute: Number(groups['minute'] ?? 0),
    second: Number(groups['second'] ?? 0),
    // More than six digits are cut, not rounded.
    micros: (groups['fraction'] ?? '').slice(0, 6).padEnd(6, '0'),
    offsetMinutes: zoneMinutes(groups['zone']),
  };
}

/** The dates that DATEFORMAT and TIMEFORMAT `'auto'` know, with a time behind them or not. */
const AUTO_DATES: readonly RegExp[] = [
  /^(?<year>\d{4})[-/.](?<month>\d{1,2})[-/.](?<day>\d{1,2})/,
  /^(?<year>\d{4})(?<month>\d{2})(?<day>\d{2})(?!\d)/,
  /^(?<month>\d{1,2})[-/.](?<day>\d{1,2})[-/.](?<year>\d{4})/,
  /^(?<day>\d{1,2})[-\s](?<name>[a-z]{3,9})[-\s,]+(?<year>\d{4})/,
  /^(?<name>[a-z]{3,9})[-\s](?<day>\d{1,2})[-\s,]+(?<year>\d{4})/,
];
const REST = new RegExp(`^(?:(?:t|\\s+)${TIME})?${ZONE}$`);
const TIME_ONLY = new RegExp(`^${TIME}${ZONE}$`);

function monthNumber(name: string): number {
  return name.length < 3 ? 0 : MONTHS.findIndex((month) => month.startsWith(name)) + 1;
}

/** Reads a date, with or without a time, in any form `'auto'` knows. */
export function parseAuto(text: string): Temporal | undefined {
  const lower = text.trim().toLowerCase();
  for (const pattern of AUTO_DATES) {
    const match = pattern.exec(lower);
    const date = match?.groups;
    if (match === null || date === undefined) continue;
    const rest = REST.exec(lower.slice(match[0].length));
    if (rest === null) return undefined;
    const month = date['name'] === undefined ? Number(date['month']) : monthNumber(date['name']);
    const value = withTime(
      { year: Number(date['year']), month, day: Number(date['day']) },
      rest.groups ?? {},
    );
    return isValid(value) ? value : undefined;
  }
  return undefined;
}

/** Reads a time of day. */
export function parseTimeOfDay(text: string): Temporal | undefined {
  const match = TIME_ONLY.exec(text.trim().toLowerCase());
  if (match === null) return undefined;
  const value = withTime({ year: 2000, month: 1, day: 1 }, match.groups ?? {});
  return isValid(value) ? value : undefined;
}

/** Seconds or milliseconds since 1970. */
export function parseEpoch(text: string, unit: 'epochsecs' | 'epochmillisecs'): Temporal | undefined {
  const match = /^(-?\d+)(?:\.(\d+))?$/.exec(text.trim());
  if (match === null) return undefined;
  const scale = unit === 'epochsecs' ? 1_000_000n : 1000n;
  const digits = unit === 'epochsecs' ? 6 : 3;
  const fraction = BigInt((match[2] ?? '').slice(0, digits).padEnd(digits, '0'));
  const micros = BigInt(match[1] ?? '0') * scale + fraction;
  const milliseconds = micros >= 0n ? micros / 1000n : -((-micros + 999n) / 1000n);
  const date = new Date(Number(milliseconds));
  if (Number.isNaN(date.getTime())) return undefined;
  const value: Temporal = {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
    second: date.getUTCSeconds(),
    micros: pad(date.getUTCMilliseconds(), 3) + pad(Number(micros - milliseconds * 1000n), 3),
    offsetMinutes: 0,
  };
  return isValid(value) ? value : undefined;
}

/** The pieces of DATEFORMAT and TIMEFORMAT. */
const PIECES: readonly [RegExp, string][] = [
  [/^YYYY/, '(?<year>\\d{4})'],
  [/^YY/, '(?<shortYear>\\d{2})'],
  [/^MONTH/i, '(?<name>[a-z]{3,9})'],
  [/^MON/i, '(?<name>[a-z]{3})'],
  [/^MM/, '(?<month>\\d{1,2})'],
  [/^DD/, '(?<day>\\d{1,2})'],
  [/^HH24/, '(?<hour>\\d{1,2})'],
  [/^HH12/, '(?<hour>\\d{1,2})'],
  [/^HH/, '(?<hour>\\d{1,2})'],
  [/^MI/, '(?<minute>\\d{1,2})'],
  [/^SS/, '(?<second>\\d{1,2})(?:\\.(?<fraction>\\d+))?'],
  [/^(?:US|MS)/, '(?<fraction>\\d+)'],
  [/^(?:AM|PM|A\.M\.|P\.M\.)/i, '(?<half>[ap]\\.?m\\.?)'],
  [/^(?:TZ|OF)/, '(?<zone>z|utc|gmt|[+-]\\d{1,2}(?::?\\d{2})?)?'],
];

/** A reader of one DATEFORMAT or TIMEFORMAT. */
export type TemporalParser = (text: string) => Temporal | undefined;

/** Compiles a format; undefined when it has pieces that are not known. */
export function compileFormat(format: string): TemporalParser | undefined {
  let source = '';
  let left = format;
  while (left.length > 0) {
    const piece = PIECES.find(([pattern]) => pattern.test(left));
    if (piece === undefined) {
      const character = left[0] ?? '';
      if (/[a-z]/i.test(character) && character !== 'T') return undefined;
      source += character === ' ' ? '\\s+' : character.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&').toLowerCase();
      left = left.slice(1);
    } else {
      source += piece[1];
      left = left.replace(piece[0], '');
    }
  }
  // A fraction may already have been taken by SS.
  const names = source.includes('(?<fraction>\\d+))?') && source.match(/\?<fraction>/g)?.length === 2;
  const pattern = new RegExp(
    `^${names ? source.replace('(?:\\.(?<fraction>\\d+))?', '') : source}(?:${source.includes('?<zone>') ? '' : ZONE})$`,
  );
  return (text) => {
    const groups = pattern.exec(text.trim().toLowerCase())?.groups;
    if (groups === undefined) return undefined;
    const short = groups['shortYear'];
    const year =
      short === undefined ? Number(groups['year'] ?? 1) : Number(short) + (Number(short) < 70 ? 2000 : 1900);
    const month = groups['name'] === undefined ? Number(groups['month'] ?? 1) : monthNumber(groups['name']);
    const value = withTime({ year, month, day: Number(groups['day'] ?? 1) }, groups);
    return isValid(value) ? value : undefined;
  };
}

/** 1205 and 1206, in the server's words. */
export function formatFault(kind: 'date' | 'timestamp', format: string | undefined): FieldFault {
  const shown = format ?? (kind === 'date' ? 'YYYY-MM-DD' : 'YYYY-MM-DD HH:MI:SS');
  return kind === 'date'
    ? fault(1205, `Invalid Date Format - length must be 10 or more or does not match [${shown}]`)
    : fault(1206, `Invalid timestamp format or value [${shown}]`);
}
