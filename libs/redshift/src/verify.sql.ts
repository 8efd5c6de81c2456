import type { ColumnSchema } from '@thalamus/contracts';
import { quoteIdentifier, quoteTable, type TableName } from './identifier.js';
import { checkedType } from './table.sql.js';

type Column = Pick<ColumnSchema, 'target' | 'warehouseType' | 'keyOrdinal'>;

const family = (type: string): string => type.toUpperCase().replace(/\s*\(.*$/, '');

/**
 * A column as exact text. Binary floating point stays what it is: cast to text it would lose its last digits, and the driver
 * gets them in full under `extra_float_digits = 2`.
 */
export function textExpression({ target, warehouseType }: Column): string {
  const name = quoteIdentifier(target);
  switch (family(warehouseType)) {
    // Redshift has no cast from BOOLEAN to text.
    case 'BOOLEAN':
      return `case when ${name} then 'true' when not ${name} then 'false' end`;
    case 'TIMESTAMPTZ':
      return `cast(${name} at time zone 'UTC' as varchar(40))`;
    case 'VARBYTE':
      return `from_varbyte(${name}, 'hex')`;
    case 'VARCHAR':
    case 'CHAR':
    case 'REAL':
    case 'DOUBLE PRECISION':
      return name;
    default:
      return `cast(${name} as varchar(64))`;
  }
}

/**
 * The next `limit` rows behind a key, in the warehouse's own order of keys; columns as `c0`, `c1` … Redshift has no row
 * comparison that a client can rely on, so a composite key is expanded as the source's is.
 */
export function buildTextPage(
  table: TableName,
  columns: readonly Column[],
  limit: number,
  hasCursor: boolean,
): string {
  const keys = keysOf(columns);
  const list = columns.map((column, at) => `${textExpression(column)} as c${at}`);
  const lines = [`select ${list.join(',\n  ')}`, `from ${quoteTable(table)}`];
  if (hasCursor) lines.push(`where ${behindCursor(keys)}`);
  lines.push(`order by ${keys.map(({ target }) => quoteIdentifier(target)).join(', ')}`, `limit ${limit}`);
  return lines.join('\n');
}

function behindCursor(keys: readonly Column[]): string {
  const name = ({ target }: Column): string => quoteIdentifier(target);
  const value = ({ warehouseType }: Column, at: number): string =>
    `cast($${at + 1} as ${checkedType(warehouseType)})`;
  const alternatives = keys.map((key, at) =>
    [
      ...keys.slice(0, at).map((before, i) => `${name(before)} = ${value(before, i)}`),
      `${name(key)} > ${value(key, at)}`,
    ].join(' and '),
  );
  return alternatives.map((each) => (keys.length === 1 ? each : `(${each})`)).join('\n  or ');
}

/** Key columns in key order. */
export function keysOf<T extends Column>(columns: readonly T[]): T[] {
  return columns
    .filter((column) => column.keyOrdinal !== undefined)
    .sort((left, right) => (left.keyOrdinal ?? 0) - (right.keyOrdinal ?? 0));
}
