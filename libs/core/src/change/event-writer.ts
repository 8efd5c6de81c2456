import type { ColumnSchema, Operation, TableSchema } from '@thalamus/contracts';
import { keyColumns, wireForm, type WireForm } from './type-map.js';

/** What is the same for every event of a pipeline. */
export interface EventOrigin {
  /** Version of this product. */
  readonly version: string;
  /** Name of the pipeline. */
  readonly name: string;
  readonly database: string;
  readonly schema: string;
  readonly table: string;
}

/** What is the same for the events of one poll or chunk. */
export interface EventStamp {
  readonly batch: number;
  readonly generations: readonly number[];
  readonly snapshot: 'true' | 'false' | 'last';
  /** ms since the epoch. */
  readonly publishedAtMs: number;
}

/** A row as the driver gives it: values by position. */
export type SourceRow = readonly unknown[];

/** Writes the JSON text of change events of one table. Values are taken from `row` at the given position on. */
export interface EventWriter {
  /** @param at position of the table's first column in `row` */
  upsert(
    row: SourceRow,
    at: number,
    op: Exclude<Operation, 'd'>,
    version: string,
    committedMs: number,
  ): string;
  /** @param at position of the first key column, in key order */
  remove(row: SourceRow, at: number, version: string, committedMs: number): string;
}

type Concatenate = (row: SourceRow, at: number) => string;

/**
 * Compiles writers for one shape of a table. Text is concatenated by generated code: about twice as fast as building an
 * object and JSON.stringify, which a test holds it equal to.
 */
export class EventShaper {
  private readonly after: Concatenate;
  private readonly before: Concatenate;
  private readonly keyText: Concatenate;
  private readonly rowKeyText: Concatenate;

  constructor(
    private readonly schema: TableSchema,
    private readonly origin: EventOrigin,
  ) {
    const key = keyColumns(schema);
    this.after = compileObject(schema.columns);
    this.before = compileObject(key);
    this.keyText = compileKey(key, (_, index) => index);
    this.rowKeyText = compileKey(key, (column) => schema.columns.indexOf(column));
  }

  /** Record key: a JSON array of the key's values in key order. @param at position of the first key column */
  key(row: SourceRow, at: number): string {
    return this.keyText(row, at);
  }

  /** The same of a whole row. @param at position of the table's first column */
  rowKey(row: SourceRow, at: number): string {
    return this.rowKeyText(row, at);
  }

  stamp(stamp: EventStamp): EventWriter {
    const { version, name, database, schema, table } = this.origin;
    const json = JSON.stringify;
    const source = `"source":{"version":${json(version)},"connector":"thalamus-sqlserver-ct","name":${json(name)},"ts_ms":`;
    const place = `,"snapshot":"${stamp.snapshot}","db":${json(database)},"schema":${json(schema)},"table":${json(table)},"change_version":"`;
    const ids = `","batch":${stamp.batch},"generation":${json(stamp.generations)},"schema_id":${this.schema.id}},"op":"`;
    const end = `","ts_ms":${stamp.publishedAtMs}}`;
    const { after, before } = this;
    return {
      upsert: (row, at, op, change, committedMs) =>
        '{"before":null,"after":' +
        after(row, at) +
        ',' +
        source +
        committedMs +
        place +
        change +
        ids +
        op +
        end,
      remove: (row, at, change, committedMs) =>
        '{"before":' +
        before(row, at) +
        ',"after":null,' +
        source +
        committedMs +
        place +
        change +
        ids +
        'd' +
        end,
    };
  }
}

// Control characters, quotes, backslashes and surrogates: JSON.stringify knows what becomes of them.

const needsEscape = /[\u0000-\u001f"\\\ud800-\udfff]/;

/** JSON text of a string. */
export function quoteJson(text: string): string {
  return needsEscape.test(text) ? JSON.stringify(text) : '"' + text + '"';
}

function quoteAny(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  if (typeof value === 'string') return quoteJson(value);
  if (typeof value === 'number' || typeof value === 'boolean') return JSON.stringify(value);
  if (typeof value === 'bigint') return '"' + value.toString() + '"';
  throw new TypeError(
    `a cast gave ${Object.prototype.toString.call(value)}: it must give text, a number or a bit`,
  );
}

const spelling: Record<WireForm, (value: string) => string> = {
  boolean: (value) => value,
  number: (value) => value,
  digits: (value) => `'"' + ${value} + '"'`,
  text: (value) => `quote(${value})`,
  any: (value) => `quoteAny(${value})`,
};

function valueCode(column: ColumnSchema, index: number): string {
  const value = `row[at + ${index}]`;
  const form = wireForm(column);
  return form === 'any' ? spelling.any(value) : `(${value} === null ? 'null' : ${spelling[form](value)})`;
}

function compileObject(columns: readonly ColumnSchema[]): Concatenate {
  const parts = columns.map((column, index) => {
    const name = `${index === 0 ? '{' : ','}${JSON.stringify(column.name)}:`;
    return `${JSON.stringify(name)} + ${valueCode(column, index)}`;
  });
  return compile(`${parts.join(' + ')} + '}'`);
}

/**
 * Keys that the source holds to be equal must get one text, or a row's events would part over partitions: text without
 * trailing blanks, and in lower case where the collation ignores case; an instant in UTC, whatever its offset.
 */
function compileKey(
  columns: readonly ColumnSchema[],
  position: (column: ColumnSchema, index: number) => number,
): Concatenate {
  const parts = columns.map((column, index) => {
    const at = position(column, index);
    const value = `row[at + ${at}]`;
    if (column.sourceType.startsWith('datetimeoffset')) return `quote(instant(${value}))`;
    if (wireForm(column) !== 'text') return valueCode(column, at);
    return `quote(canonical(${value}, ${column.caseInsensitive === true}))`;
  });
  return compile(`'[' + ${parts.join(" + ',' + ")} + ']'`);
}

/** Canonical form of a text key, see {@link EventShaper.key}. */
export function canonicalKeyText(text: string, caseInsensitive: boolean): string {
  const trimmed = text.endsWith(' ') ? text.replace(/ +$/, '') : text;
  return caseInsensitive ? trimmed.toLowerCase() : trimmed;
}

/** Canonical form of a datetimeoffset key: the same instant in another zone is the same key to the source. */
export function canonicalInstant(text: string): string {
  const parts = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(\.\d+)? ([+-]\d\d:\d\d)$/.exec(text);
  if (!parts) return text;
  const [, date = '', time = '', fraction = '', zone = ''] = parts;
  const utc = new Date(Date.parse(`${date}T${time}${zone}`)).toISOString();
  return `${utc.slice(0, -5).replace('T', ' ')}${fraction} +00:00`;
}

/** Every literal in `expression` came through JSON.stringify; no name of the source reaches the code unquoted. */
function compile(expression: string): Concatenate {
  // eslint-disable-next-line @typescript-eslint/no-implied-eval
  const build = new Function(
    'quote',
    'quoteAny',
    'canonical',
    'instant',
    `return (row, at) => ${expression};`,
  ) as (
    quote: typeof quoteJson,
    any: typeof quoteAny,
    canonical: typeof canonicalKeyText,
    instant: typeof canonicalInstant,
  ) => Concatenate;
  return build(quoteJson, quoteAny, canonicalKeyText, canonicalInstant);
}
