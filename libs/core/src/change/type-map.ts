import type { ColumnSchema, TableSchema } from '@thalamus/contracts';
import type { SourceColumn } from './source-table.js';

/** How a value travels in JSON: `digits` is a string that never needs escaping, `any` whatever a configured cast gives. */
export type WireForm = 'boolean' | 'number' | 'digits' | 'text' | 'any';

/** What the type map says of one column, before names and keys are added. */
export interface MappedType {
  readonly sourceType: string;
  readonly read: string;
  readonly warehouseType: string;
  readonly text?: { readonly maxChars?: number; readonly maxBytes: number };
  readonly truncatesFraction?: true;
}

export type TypeDecision =
  | { readonly kind: 'mapped'; readonly mapped: MappedType }
  | { readonly kind: 'omitted'; readonly sourceType: string; readonly reason: string }
  | { readonly kind: 'refused'; readonly sourceType: string; readonly reason: string };

export interface TypeOptions {
  /** Characters that (n)varchar(max), text, ntext, xml and json are cut to. */
  readonly maxChars: number;
  /** Set when this column was given a limit of its own: it then holds for bounded text too. */
  readonly columnMaxChars?: number | undefined;
  readonly binary: 'omit' | 'hex';
  /** Key columns always travel: without them a row has no identity. */
  readonly isKey: boolean;
}

/** Longest VARCHAR of Redshift, in bytes. */
const maxVarcharBytes = 65_535;
/** Longest VARBYTE of Redshift, in bytes. */
const maxVarbyteBytes = 1_024_000;

type Rule = (column: SourceColumn, options: TypeOptions) => TypeDecision;

const mapped = (
  sourceType: string,
  read: string,
  warehouseType: string,
  more: Omit<MappedType, 'sourceType' | 'read' | 'warehouseType'> = {},
): TypeDecision => ({ kind: 'mapped', mapped: { sourceType, read, warehouseType, ...more } });

const plain =
  (warehouseType: string, read = '{c}'): Rule =>
  (column) =>
    mapped(column.type, read, warehouseType);

const withScale = (column: SourceColumn): string => `${column.type}(${column.scale})`;

const temporal =
  (warehouseType: string, width: string): Rule =>
  (column, options) => {
    const read = `CONVERT(${width}, {c}, 121)`;
    // Redshift keeps microseconds, scale 7 keeps 100 ns.
    const truncates = column.scale > 6;
    // Two keys 100 ns apart must stay two rows: such a key keeps its text, which also sorts as the time does. With an
    // offset it would not: one instant has several texts.
    if (truncates && options.isKey && warehouseType !== 'TIMESTAMPTZ') {
      const maxBytes = Number(/\d+/.exec(width)?.[0]);
      return mapped(withScale(column), read, `VARCHAR(${maxBytes})`, { text: { maxBytes } });
    }
    return mapped(
      withScale(column),
      read,
      warehouseType,
      truncates ? { truncatesFraction: true as const } : {},
    );
  };

const decimal: Rule = (column) => {
  const { precision, scale } = column;
  // p = 19 would be stored in 8 bytes and overflow at 9223372036854775807; Redshift's largest scale is 37.
  const stored = precision === 19 ? 20 : precision;
  const type = scale > 37 ? 'VARCHAR(41)' : `DECIMAL(${stored},${scale})`;
  return mapped(`${column.type}(${precision},${scale})`, 'CONVERT(varchar(41), {c})', type, {
    ...(scale > 37 ? { text: { maxBytes: 41 } } : {}),
  });
};

/** Text without a bound at the source. */
const longText =
  (read: string, declared?: string): Rule =>
  (column, options) => {
    const maxChars = options.columnMaxChars ?? options.maxChars;
    const maxBytes = Math.min(maxVarcharBytes, 3 * maxChars);
    return mapped(declared ?? column.type, read, `VARCHAR(${maxBytes})`, { text: { maxChars, maxBytes } });
  };

/** `units` UTF-16 units take at most 3 bytes each: a surrogate pair is two units and four bytes. */
const boundedText =
  (bytesPerUnit: 1 | 2): Rule =>
  (column, options) => {
    if (column.maxLength === -1) return longText('{c}', `${column.type}(max)`)(column, options);
    const length = column.maxLength / bytesPerUnit;
    const isUtf8 = bytesPerUnit === 1 && (column.collation ?? '').toUpperCase().endsWith('_UTF8');
    const limit = options.columnMaxChars;
    const bytes = limit === undefined ? (isUtf8 ? length : 3 * length) : Math.min(3 * limit, 3 * length);
    const maxBytes = Math.min(maxVarcharBytes, bytes);
    return mapped(`${column.type}(${length})`, '{c}', `VARCHAR(${maxBytes})`, {
      text: { ...(limit === undefined ? {} : { maxChars: limit }), maxBytes },
    });
  };

const binary: Rule = (column, options) => {
  const length = column.maxLength === -1 || column.type === 'image' ? 'max' : String(column.maxLength);
  const sourceType = column.type === 'image' ? 'image' : `${column.type}(${length})`;
  if (options.binary === 'omit' && !options.isKey)
    return { kind: 'omitted', sourceType, reason: 'binary columns are left out; opt in with binary: hex' };
  const bytes = length === 'max' ? maxVarbyteBytes : column.maxLength;
  const value = column.type === 'image' ? 'CONVERT(varbinary(max), {c})' : '{c}';
  return mapped(sourceType, `CONVERT(varchar(max), ${value}, 2)`, `VARBYTE(${bytes})`);
};

const rowversion: Rule = (column, options) =>
  options.binary === 'omit'
    ? {
        kind: 'omitted',
        sourceType: 'rowversion',
        reason: 'rowversion is left out; opt in with binary: hex',
      }
    : mapped('rowversion', 'CONVERT(varchar(20), CONVERT(bigint, {c}))', 'BIGINT');

const spatial: Rule = (column) =>
  mapped(
    column.type,
    "CASE WHEN {c} IS NULL THEN NULL ELSE CONCAT('SRID=', {c}.STSrid, ';', {c}.STAsText()) END",
    `VARCHAR(${maxVarcharBytes})`,
    { text: { maxBytes: maxVarcharBytes } },
  );

const variant: Rule = (column, options) =>
  options.isKey
    ? { kind: 'refused', sourceType: column.type, reason: 'sql_variant cannot be a key column here' }
    : mapped(
        column.type,
        `CASE WHEN {c} IS NULL THEN NULL ELSE CONCAT('{"type":"', CONVERT(nvarchar(128), SQL_VARIANT_PROPERTY({c}, 'BaseType')), '","value":"', STRING_ESCAPE(CONVERT(nvarchar(4000), {c}), 'json'), '"}') END`,
        `VARCHAR(${maxVarcharBytes})`,
        { text: { maxBytes: maxVarcharBytes } },
      );

/** One rule for each built-in type. What is not here is refused by name. */
const rules: Readonly<Record<string, Rule>> = {
  bit: plain('BOOLEAN'),
  tinyint: plain('SMALLINT'),
  smallint: plain('SMALLINT'),
  int: plain('INTEGER'),
  bigint: plain('BIGINT'),
  decimal,
  numeric: decimal,
  // Style 2 gives four decimals and no commas; CAST would round to two. Not DECIMAL(19,4): its 8 bytes cannot hold the
  // least value, -922337203685477.5808.
  money: plain('DECIMAL(20,4)', 'CONVERT(varchar(30), {c}, 2)'),
  smallmoney: plain('DECIMAL(10,4)', 'CONVERT(varchar(30), {c}, 2)'),
  // Style 3 gives 17 and 9 digits: exact both ways.
  float: plain('DOUBLE PRECISION', 'CONVERT(varchar(32), {c}, 3)'),
  real: plain('REAL', 'CONVERT(varchar(32), {c}, 3)'),
  date: plain('DATE', 'CONVERT(char(10), {c}, 23)'),
  time: temporal('TIME', 'varchar(16)'),
  datetime: plain('TIMESTAMP', 'CONVERT(varchar(23), {c}, 121)'),
  smalldatetime: plain('TIMESTAMP', 'CONVERT(varchar(23), {c}, 121)'),
  datetime2: temporal('TIMESTAMP', 'varchar(27)'),
  datetimeoffset: temporal('TIMESTAMPTZ', 'varchar(34)'),
  char: boundedText(1),
  varchar: boundedText(1),
  nchar: boundedText(2),
  nvarchar: boundedText(2),
  text: longText('CONVERT(varchar(max), {c})'),
  ntext: longText('CONVERT(nvarchar(max), {c})'),
  xml: longText('CONVERT(nvarchar(max), {c})'),
  json: longText('CONVERT(nvarchar(max), {c})'),
  uniqueidentifier: plain('VARCHAR(36)'),
  binary,
  varbinary: binary,
  image: binary,
  timestamp: rowversion,
  rowversion,
  sql_variant: variant,
  hierarchyid: (column) =>
    mapped(column.type, '{c}.ToString()', 'VARCHAR(4000)', { text: { maxBytes: 4000 } }),
  geometry: spatial,
  geography: spatial,
};

/** What becomes of a column: travels, is left out, or is refused; with the reason. */
export function mapType(column: SourceColumn, options: TypeOptions): TypeDecision {
  const rule = Object.hasOwn(rules, column.type) ? rules[column.type] : undefined;
  if (rule) return rule(column, options);
  return { kind: 'refused', sourceType: column.type, reason: `type ${column.type} has no mapping` };
}

/** Types whose text form consists of digits and signs: no character of it needs escaping in JSON. */
const digitTypes = new Set(
  'bigint decimal numeric money smallmoney float real date time datetime smalldatetime datetime2 datetimeoffset uniqueidentifier binary varbinary image rowversion'.split(
    ' ',
  ),
);

/** How a column's values travel, decided from the schema alone so that writers need nothing else. */
export function wireForm(column: Pick<ColumnSchema, 'sourceType' | 'read'>): WireForm {
  const type = column.sourceType.replace(/\(.*$/, '');
  if (column.read === '{c}') {
    if (type === 'bit') return 'boolean';
    if (type === 'tinyint' || type === 'smallint' || type === 'int') return 'number';
    return digitTypes.has(type) ? 'digits' : 'text';
  }
  return digitTypes.has(type) && column.read.startsWith('CONVERT(') ? 'digits' : 'any';
}

/** The primary key's columns, in key order. */
export function keyColumns(schema: Pick<TableSchema, 'columns'>): ColumnSchema[] {
  return schema.columns
    .filter((column) => column.keyOrdinal !== undefined)
    .sort((left, right) => (left.keyOrdinal ?? 0) - (right.keyOrdinal ?? 0));
}
