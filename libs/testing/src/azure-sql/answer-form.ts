import type { AnswerColumn } from '@thalamus/mssql';
import type { AnswerValue } from './answers/tsql-answer.js';

/** What the driver calls `(max)`. */
const maxLength = 65_535;

/** Types the driver reads as doubles: digits beyond a double's are not seen through it. */
const asDouble = new Set(['decimal', 'numeric', 'money', 'smallmoney']);

/** A column's type as T-SQL spells it, `decimal` for numeric too. */
export function typeText({ type, length, precision, scale }: AnswerColumn): string {
  const sized = (unit: number): string =>
    `${type}(${length === undefined || length >= maxLength ? 'max' : length / unit})`;
  switch (type) {
    case 'decimal':
    case 'numeric':
      return `decimal(${precision ?? 18},${scale ?? 0})`;
    case 'char':
    case 'varchar':
    case 'binary':
    case 'varbinary':
      return sized(1);
    case 'nchar':
    case 'nvarchar':
      return sized(2);
    case 'time':
    case 'datetime2':
    case 'datetimeoffset':
      return `${type}(${scale ?? 7})`;
    case 'variant':
      return 'sql_variant';
    default:
      return type;
  }
}

/** A value the driver gave, in the plain form of the answers as far as the driver tells it. */
export function seen(value: unknown, column: AnswerColumn): unknown {
  if (value === null || value === undefined) return null;
  if (Buffer.isBuffer(value)) return `0x${value.toString('hex').toUpperCase()}`;
  if (value instanceof Date) return timeText(value, column);
  return asDouble.has(column.type) ? Number(value) : value;
}

/** The documented value, brought to what the driver can tell of it. */
export function documented(value: AnswerValue | undefined, column: AnswerColumn | undefined): unknown {
  if (typeof value !== 'string' || column === undefined) return value;
  if (asDouble.has(column.type)) return Number(value);
  // The driver keeps the instant and drops the offset.
  if (column.type === 'datetimeoffset') return inUtc(value);
  return value;
}

/** A date of the driver: milliseconds, and beside them the rest of the 100 ns digits in seconds. */
function timeText(value: Date & { nanosecondsDelta?: number }, { type, scale = 7 }: AnswerColumn): string {
  const text = value.toISOString().replace('T', ' ').replace('Z', '');
  const rest = String(Math.round((value.nanosecondsDelta ?? 0) * 1e7)).padStart(4, '0');
  const precise = scale === 0 ? text.slice(0, -4) : `${text}${rest}`.slice(0, 20 + scale);
  switch (type) {
    case 'date':
      return text.slice(0, 10);
    case 'time':
      return precise.slice(11);
    case 'datetime':
      return text;
    case 'smalldatetime':
      return text.slice(0, 19);
    default:
      return precise;
  }
}

function inUtc(text: string): string {
  const parts = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(\.\d+)? ([+-]\d\d:\d\d)$/.exec(text);
  if (!parts) return text;
  const [, day = '', clock = '', fraction = '', offset = ''] = parts;
  return `${new Date(`${day}T${clock}${offset}`).toISOString().slice(0, 19).replace('T', ' ')}${fraction}`;
}
