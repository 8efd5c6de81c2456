import { RedshiftError } from '../errors.js';
import type { CopyOptions } from '../language/copy-statement.js';
import { fault, type FieldFault } from './field-fault.js';
import { convertDecimal, convertFloat, convertInteger } from './numeric-converters.js';
import type { RowWriter } from './row-writer.js';
import type { TargetColumn } from './target-column.js';
import { textConverter } from './text-converter.js';
import {
  compileFormat,
  dateText,
  formatFault,
  offsetText,
  parseAuto,
  parseEpoch,
  parseTimeOfDay,
  timeText,
  type Temporal,
  type TemporalParser,
} from './temporal.js';

/** Checks a field's bytes and writes them as PostgreSQL reads them; returns why it cannot. */
export type Converter = (
  source: Buffer,
  start: number,
  end: number,
  row: RowWriter,
) => FieldFault | undefined;

const SPACE = 0x20;

/** The converter of a column's type under COPY's options. */
export function converterOf(column: TargetColumn, options: CopyOptions): Converter {
  switch (column.type) {
    case 'smallint':
      return trimmed(convertInteger(-32_768n, 32_767n, 'Short'));
    case 'integer':
      return trimmed(convertInteger(-2_147_483_648n, 2_147_483_647n, 'Integer'));
    case 'bigint':
      return trimmed(convertInteger(-9_223_372_036_854_775_808n, 9_223_372_036_854_775_807n, 'Long'));
    case 'numeric':
      return trimmed(convertDecimal(column.precision, column.scale, options.roundDecimals));
    case 'real':
      return trimmed(convertFloat(3.402_823_5e38));
    case 'double precision':
      return trimmed(convertFloat(Number.MAX_VALUE));
    case 'boolean':
      return trimmed(convertBoolean);
    case 'character':
    case 'character varying':
      return textConverter(column, options);
    case 'varbyte':
      return trimmed(varbyteConverter(column.length));
    case 'super':
      return convertSuper;
    default:
      return trimmed(temporalConverter(column, options));
  }
}

/** White space around values that are not text does not count. */
function trimmed(converter: Converter): Converter {
  return (source, start, end, row) => {
    let from = start;
    let to = end;
    while (from < to && source[from] === SPACE) from += 1;
    while (to > from && source[to - 1] === SPACE) to -= 1;
    return converter(source, from, to, row);
  };
}

const BOOLEANS: Readonly<Record<string, string>> = {
  t: 't',
  true: 't',
  y: 't',
  yes: 't',
  '1': 't',
  f: 'f',
  false: 'f',
  n: 'f',
  no: 'f',
  '0': 'f',
};

const convertBoolean: Converter = (source, start, end, row) => {
  // `t`, `f`, `1` and `0` are as PostgreSQL reads them.
  if (end - start === 1 && isOwnBoolean(source[start])) {
    row.plain(source, start, end);
    return undefined;
  }
  const value = BOOLEANS[source.toString('latin1', start, end).toLowerCase()];
  if (value === undefined) return fault(1210, 'Unknown boolean format');
  row.text(value);
  return undefined;
};

function isOwnBoolean(byte: number | undefined): boolean {
  return byte === 0x74 || byte === 0x66 || byte === 0x31 || byte === 0x30;
}

function varbyteConverter(most: number): Converter {
  return (source, start, end, row) => {
    const text = source.toString('latin1', start, end);
    if (text.length % 2 !== 0 || !/^[0-9a-f]*$/i.test(text))
      return fault(1207, 'Invalid hex digit for VARBYTE');
    if (text.length / 2 > most) return fault(1204, 'Varbyte length exceeds DDL length');
    row.text(`\\x${text}`);
    return undefined;
  };
}

const convertSuper: Converter = (source, start, end, row) => {
  const text = source.toString('utf8', start, end);
  try {
    JSON.parse(text);
  } catch {
    return fault(1224, 'Invalid JSON format. Failed to parse the value as SUPER');
  }
  row.text(text);
  return undefined;
};

function temporalConverter(column: TargetColumn, options: CopyOptions): Converter {
  const kind = column.type === 'date' ? 'date' : 'timestamp';
  const format = kind === 'date' ? options.dateFormat : options.timeFormat;
  const parse = parserOf(column, format);
  const write = writerOf(column);
  const fast = FAST_KINDS[column.type];
  return (source, start, end, row) => {
    if (fast !== undefined && isCanonical(source, start, end, fast)) {
      row.plain(source, start, Math.min(end, start + 26));
      return undefined;
    }
    const value = parse(source.toString('utf8', start, end));
    if (value === undefined) {
      if (!options.acceptAnyDate) return formatFault(kind, format);
      row.null();
      return undefined;
    }
    row.text(write(value));
    return undefined;
  };
}

function writerOf({ type }: TargetColumn): (value: Temporal) => string {
  switch (type) {
    case 'date':
      return dateText;
    case 'time without time zone':
      return timeText;
    case 'time with time zone':
      return (value) => timeText(value) + offsetText(value);
    case 'timestamp with time zone':
      return (value) => `${dateText(value)} ${timeText(value)}${offsetText(value)}`;
    default:
      // TIMESTAMP ignores the zone.
      return (value) => `${dateText(value)} ${timeText(value)}`;
  }
}

function parserOf({ type }: TargetColumn, format: string | undefined): TemporalParser {
  if (type.startsWith('time ')) return parseTimeOfDay;
  if (format === undefined || format === 'auto') return parseAuto;
  if (format === 'epochsecs' || format === 'epochmillisecs') return (text) => parseEpoch(text, format);
  const parser = compileFormat(format);
  if (parser === undefined) {
    throw new RedshiftError('22007', `Invalid ${type === 'date' ? 'DATEFORMAT' : 'TIMEFORMAT'} '${format}'`);
  }
  return parser;
}

/** Types whose canonical text needs no change; a zone, where allowed, takes the slow way. */
const FAST_KINDS: Partial<Record<TargetColumn['type'], 'date' | 'timestamp'>> = {
  date: 'date',
  'timestamp without time zone': 'timestamp',
};

const digit = (byte: number | undefined): boolean => byte !== undefined && byte >= 0x30 && byte <= 0x39;
const two = (source: Buffer, at: number): number =>
  ((source[at] ?? 0) - 0x30) * 10 + (source[at + 1] ?? 0) - 0x30;
const SHAPE = 'dddd-dd-dd dd:dd:dd';

/** `YYYY-MM-DD` and `YYYY-MM-DD HH:MM:SS[.f…]`, day at most 28 so that no calendar is needed. */
function isCanonical(source: Buffer, start: number, end: number, kind: 'date' | 'timestamp'): boolean {
  const length = end - start;
  if (kind === 'date' ? length !== 10 : length < 19 || length === 20) return false;
  const shape = kind === 'date' ? 10 : 19;
  for (let at = 0; at < shape; at += 1) {
    const expected = SHAPE.charCodeAt(at);
    const byte = source[start + at];
    if (expected === 0x64 ? !digit(byte) : byte !== expected) return false;
  }
  if (kind === 'timestamp' && length > 19) {
    if (source[start + 19] !== 0x2e) return false;
    for (let at = start + 20; at < end; at += 1) if (!digit(source[at])) return false;
  }
  const month = two(source, start + 5);
  const day = two(source, start + 8);
  const year = two(source, start) * 100 + two(source, start + 2);
  if (year < 1 || month < 1 || month > 12 || day < 1 || day > 28) return false;
  return (
    kind === 'date' ||
    (two(source, start + 11) < 24 && two(source, start + 14) < 60 && two(source, start + 17) < 60)
  );
}
