import type {
  ChangeEvent,
  CoercionKind,
  ColumnSchema,
  TableSchema,
  WireRow,
  WireValue,
} from '@thalamus/contracts';
import { coerceText, csvField, nullSentinel, truncateFraction } from './csv-text.js';

/** `{ column: { kind: count } }`, as `file.staged` carries it. */
export type Coercions = Record<string, Partial<Record<CoercionKind, number | undefined>>>;

/** Columns of a staged file that follow the table's own, in this order. */
export const stagedExtraColumns = ['_change_version', '_committed_at', '_batch', '_op', '_offset'] as const;

/** A value that cannot stand in a file: the event goes to the rejected topic. */
export class UnfitValueError extends Error {
  constructor(
    readonly column: string,
    message: string,
  ) {
    super(message);
    this.name = 'UnfitValueError';
  }
}

type EncodeValue = (value: WireValue, coercions: Coercions) => string;

/**
 * Turns change events of one table schema into CSV records. Built once for a schema: the column rules are compiled to
 * functions, so that a row costs no decisions about types.
 */
export class RowEncoder {
  /** Field names of the file, in order. */
  readonly columns: readonly string[];
  private readonly encoders: readonly { name: string; isKey: boolean; encode: EncodeValue }[];
  private lastTime = Number.NaN;
  private lastTimeText = '';

  constructor(readonly schema: TableSchema) {
    this.columns = [...schema.columns.map((column) => column.target), ...stagedExtraColumns];
    this.encoders = schema.columns.map((column) => ({
      name: column.name,
      isKey: column.keyOrdinal !== undefined,
      encode: compileColumn(column),
    }));
  }

  /**
   * One record with its line feed. A deletion carries its key and NULL elsewhere.
   * @throws UnfitValueError when a value is not of a wire type or a key column is missing.
   */
  encode(event: ChangeEvent, offset: number, coercions: Coercions): string {
    const deleted = event.op === 'd';
    const row: WireRow | null = deleted ? event.before : event.after;
    if (row === null)
      throw new UnfitValueError('', `an event of op ${event.op} without ${deleted ? 'before' : 'after'}`);
    let line = '';
    for (const { name, isKey, encode } of this.encoders) {
      const value = deleted && !isKey ? null : (row[name] ?? null);
      if (isKey && value === null) throw new UnfitValueError(name, `the key column ${name} has no value`);
      line += value === null ? `${nullSentinel},` : `${encode(value, coercions)},`;
    }
    const { change_version: version, ts_ms: time, batch } = event.source;
    return `${line}${version},${this.time(time)},${batch},${deleted ? 'd' : 'u'},${offset}\n`;
  }

  /** Rows of one transaction share their commit time. */
  private time(ms: number): string {
    if (ms !== this.lastTime) {
      this.lastTime = ms;
      this.lastTimeText = new Date(ms).toISOString().replace('T', ' ').replace('Z', '');
    }
    return this.lastTimeText;
  }
}

function compileColumn(column: ColumnSchema): EncodeValue {
  const family = column.warehouseType.toUpperCase().replace(/\s*\(.*$/, '');
  switch (family) {
    case 'TIME':
    case 'TIMESTAMP':
    case 'TIMESTAMPTZ':
      return compileTime(column);
    case 'VARCHAR':
    case 'CHAR':
    case 'SUPER':
      return compileText(column);
    default:
      return compileExact(column);
  }
}

function compileText(column: ColumnSchema): EncodeValue {
  const limits = column.text ?? { maxBytes: Number.MAX_SAFE_INTEGER };
  return (value, coercions) =>
    csvField(
      coerceText(textOf(value, column), limits, (kind) => countCoercion(coercions, column.name, kind)),
    );
}

/** Time values are ISO text. A blank before the offset is left out: COPY's `auto` is documented without it. */
function compileTime(column: ColumnSchema): EncodeValue {
  const withOffset = column.warehouseType.toUpperCase() === 'TIMESTAMPTZ';
  return (value, coercions) => {
    let text = textOf(value, column);
    if (column.truncatesFraction === true)
      text = truncateFraction(text, (kind) => countCoercion(coercions, column.name, kind));
    return csvField(withOffset ? text.replace(/ ([+-]\d\d:\d\d)$/, '$1') : text);
  };
}

/** Numbers, booleans, dates and hexadecimal: what the source wrote, character by character. */
function compileExact(column: ColumnSchema): EncodeValue {
  return (value) => (typeof value === 'string' ? csvField(value) : textOf(value, column));
}

function textOf(value: WireValue, column: ColumnSchema): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return value ? 'true' : 'false';
  if (typeof value === 'number' && Number.isFinite(value)) return String(value);
  throw new UnfitValueError(column.name, `the column ${column.name} holds a ${typeof value}`);
}

function countCoercion(coercions: Coercions, column: string, kind: CoercionKind): void {
  const counts = (coercions[column] ??= {});
  counts[kind] = (counts[kind] ?? 0) + 1;
}

/** Adds `more` to `into`. */
export function addCoercions(into: Coercions, more: Coercions): void {
  for (const [column, counts] of Object.entries(more))
    for (const [kind, count] of Object.entries(counts) as [CoercionKind, number | undefined][]) {
      const sums = (into[column] ??= {});
      sums[kind] = (sums[kind] ?? 0) + (count ?? 0);
    }
}
