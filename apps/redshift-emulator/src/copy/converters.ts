import { isUtf8 } from 'node:buffer';
import { RedshiftError } from '../errors.js';
import type { CopyOptions } from '../language/copy-statement.js';
import { fault, type FieldFault } from './field-fault.js';
import { convertDecimal, convertFloat, convertInteger } from './numeric-converters.js';
import type { RowWriter } from './row-writer.js';
import type { TargetColumn } from './target-column.js';
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

/** Whether the bytes are all blanks; an empty field is not blank but empty. */
export function isBlank(source: Buffer, start: number, end: number): boolean {
  for (let at = start; at < end; at += 1) {
    const byte = source[at] ?? 0;
    if (byte !== SPACE && byte !== 0x09) return false;
  }
  return end > start;
}

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
  const value = BOOLEANS[source.toString('latin1', start, end).toLowerCase()];
  if (value === undefined) return fault(1210, 'Unknown boolean format');
  row.text(value);
  return undefined;
};

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

function textConverter(column: TargetColumn, options: CopyOptions): Converter {
  const { length, type } = column;
  const single = type === 'character';
  const clean = (source: Buffer, start: number, end: number, row: RowWriter): FieldFault | undefined => {
    let to = end;
    if (options.trimBlanks && !single) while (to > start && source[to - 1] === SPACE) to -= 1;
    if (to - start > length) {
      const cut = cutToLength(source, start, to, length, options.truncateColumns);
      if (cut === undefined) {
        return fault(
          1204,
          single ? 'Char length exceeds DDL length' : 'String length exceeds DDL length',
          length,
        );
      }
      to = cut;
    }
    if (single) {
      const wide = firstWide(source, start, to);
      if (wide >= 0) return fault(1215, 'CHAR string contains invalid ASCII char', wide - start);
    }
    row.escaped(source, start, to);
    return undefined;
  };
  return (source, start, end, row) => {
    const field = source.subarray(start, end);
    const nul = field.indexOf(0);
    if (nul < 0 && isUtf8(field)) return clean(source, start, end, row);
    // A zero byte: the documentation contradicts itself and PostgreSQL cannot store it; see docs/compatibility.md.
    const at = nul >= 0 ? { position: nul, hex: '0' } : firstInvalid(field);
    if (options.acceptInvChars === undefined) {
      const reason = `String contains invalid or unsupported UTF8 codepoints. Bad UTF8 hex sequence: ${at.hex} (error ${nul >= 0 ? 5 : 4})`;
      return fault(1220, reason, at.position);
    }
    const replaced = replaceInvalid(field, options.acceptInvChars);
    return clean(replaced, 0, replaced.length, row);
  };
}

/** Where to cut a value too long: its excess is blanks, or TRUNCATECOLUMNS cuts between characters. */
function cutToLength(
  source: Buffer,
  start: number,
  end: number,
  length: number,
  truncate: boolean,
): number | undefined {
  let at = start + length;
  if (isBlank(source, at, end)) return at;
  if (!truncate) return undefined;
  while (at > start && ((source[at] ?? 0) & 0xc0) === 0x80) at -= 1;
  return at;
}

function firstWide(source: Buffer, start: number, end: number): number {
  for (let at = start; at < end; at += 1) if ((source[at] ?? 0) >= 0x80) return at;
  return -1;
}

/** Length of the well-formed UTF-8 sequence at a position, 0 when there is none. */
function sequenceLength(bytes: Buffer, at: number): number {
  const lead = bytes[at] ?? 0;
  if (lead < 0x80) return lead === 0 ? 0 : 1;
  const length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || at + length > bytes.length) return 0;
  return isUtf8(bytes.subarray(at, at + length)) ? length : 0;
}

function firstInvalid(bytes: Buffer): { position: number; hex: string } {
  let at = 0;
  for (let length = sequenceLength(bytes, at); length > 0; length = sequenceLength(bytes, at)) at += length;
  const hex = bytes
    .subarray(at, at + 4)
    .toString('hex')
    .replace(/(..)(?=.)/g, '$1 ');
  return { position: at, hex };
}

/** Byte for byte: a bad sequence of three bytes becomes three replacements. */
function replaceInvalid(bytes: Buffer, replacement: string): Buffer {
  const out = Buffer.from(bytes);
  const byte = replacement.charCodeAt(0);
  for (let at = 0; at < out.length;) {
    const length = sequenceLength(out, at);
    if (length === 0) out[at] = byte;
    at += Math.max(1, length);
  }
  return out;
}

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
