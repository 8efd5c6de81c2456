import { literal, quote } from '../catalog/naming.js';
import type { TableDef } from '../catalog/model.js';
import type { PgCommand } from '../storage/pg-connection.js';

/** Rows that a command tag tells of. */
export const affected = (tag: string): number => Number(/(\d+)$/.exec(tag)?.[1] ?? 0);

const qualified = (table: TableDef): string =>
  `${table.temporary ? 'pg_temp' : quote(table.pgSchema)}.${quote(table.pgName)}`;

const sequences = new WeakMap<TableDef, string>();

/** The sequence behind an identity column. */
export const sequenceOf = (table: TableDef): string => {
  const known = sequences.get(table);
  if (known !== undefined) return known;
  const column = table.columns.find((candidate) => candidate.identity);
  const sequence = `pg_get_serial_sequence(${literal(qualified(table))}, ${literal(column?.pg ?? '')})`;
  sequences.set(table, sequence);
  return sequence;
};

/** An explicit identity value moves the sequence on, as it does in SQL Server. */
export const followIdentity = (table: TableDef): PgCommand => {
  const column = table.columns.find((candidate) => candidate.identity);
  const name = quote(column?.pg ?? '');
  const down = column?.identity?.increment.startsWith('-') ?? false;
  return {
    sql: `select setval(${sequenceOf(table)}, m) from (select ${down ? 'min' : 'max'}(${name})::int8 as m from ${qualified(table)}) as x where m ${down ? '<' : '>'} coalesce(pg_sequence_last_value(${sequenceOf(table)}::regclass), ${column?.identity?.seed ?? '1'} ${down ? '+' : '-'} 1)`,
  };
};
