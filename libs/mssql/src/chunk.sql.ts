import type { ColumnSchema, TableSchema } from '@thalamus/contracts';
import { keyColumns } from '@thalamus/core/change';
import { quoteIdentifier, quoteTable } from './identifier.js';
import { readColumn } from './poll.sql.js';

/**
 * The next @rows rows in key order, behind the key in @k0, @k1 … if there is one.
 *
 * T-SQL has no row comparison, so a composite key is expanded: (a > @a) or (a = @a and b > @b). The leading
 * `a >= @a` says nothing new but lets the optimiser seek. Keys are compared here only: no other place knows how the
 * server orders text or uniqueidentifier.
 */
export function chunkSql(schema: TableSchema, hasCursor: boolean): string {
  const key = keyColumns(schema);
  const columns = schema.columns.map((column, index) => `${readColumn(column, 't')} as __c${index}`);
  const order = key.map((column) => `t.${quoteIdentifier(column.name)}`).join(', ');
  return `select top (@rows) ${columns.join(',\n  ')}
from ${quoteTable(schema.table)} as t${hasCursor ? `\nwhere ${behindCursor(key)}` : ''}
order by ${order}`;
}

function behindCursor(key: readonly ColumnSchema[]): string {
  const name = (column: ColumnSchema): string => `t.${quoteIdentifier(column.name)}`;
  const alternatives = key.map((column, index) => {
    const equal = key.slice(0, index).map((before, at) => `${name(before)} = ${keyParameter(before, at)}`);
    return `(${[...equal, `${name(column)} > ${keyParameter(column, index)}`].join(' and ')})`;
  });
  const [first] = key;
  if (key.length === 1 || !first) return alternatives.join('');
  return `${name(first)} >= ${keyParameter(first, 0)} and (${alternatives.join('\n  or ')})`;
}

/**
 * A key travels as text and becomes its own type again on the server: tedious would send decimals as doubles and
 * datetime2 without its last digits.
 */
function keyParameter(column: ColumnSchema, index: number): string {
  const type = column.sourceType;
  return /^(var)?binary\(/.test(type)
    ? `CONVERT(${type}, @k${index}, 2)`
    : `CAST(@k${index} as ${type.replace(/^(float|real)\(.*$/, '$1')})`;
}

/** A key value as text for {@link chunkSql}'s parameter. */
export function keyText(value: unknown): string {
  if (value === true) return '1';
  if (value === false) return '0';
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'bigint') return value.toString();
  throw new TypeError(`a key cannot be ${value === null ? 'NULL' : typeof value}`);
}
