import type { TableSchema } from '@thalamus/contracts';
import { quoteIdentifier, quoteList, quoteTable, type TableName } from './identifier.js';
import type { ColumnDefinition, TableDefinition } from './table.sql.js';

/** Columns every TASTG table has beside its source's. */
export const bookkeepingColumns: readonly ColumnDefinition[] = [
  { name: '_change_version', type: 'BIGINT' },
  { name: '_committed_at', type: 'TIMESTAMP' },
  { name: '_batch', type: 'BIGINT' },
];

/** Columns only a stage table has: what the row says (`u` or `d`) and where it stood in its partition. */
export const stageOnlyColumns: readonly ColumnDefinition[] = [
  { name: '_op', type: 'VARCHAR(1)' },
  { name: '_offset', type: 'BIGINT' },
];

type KeyColumn = { readonly target: string; readonly caseInsensitive: boolean };

/** Key columns in key order. */
export function keyColumns(schema: TableSchema): readonly KeyColumn[] {
  return schema.columns
    .filter((column) => column.keyOrdinal !== undefined)
    .sort((a, b) => (a.keyOrdinal ?? 0) - (b.keyOrdinal ?? 0))
    .map(({ target, caseInsensitive }) => ({ target, caseInsensitive: caseInsensitive ?? false }));
}

/**
 * A table of TASTG. Only key columns are `not null`: a deletion carries nothing else, and Redshift cannot drop a
 * `not null` later. Without a configured DISTKEY the first key column is taken, and the key as SORTKEY.
 */
export function tableDefinition(schema: TableSchema, name: TableName): TableDefinition {
  const keys = keyColumns(schema).map((key) => key.target);
  const distKey = schema.distKey ?? keys[0];
  return {
    ...name,
    columns: [
      ...schema.columns.map(({ target, warehouseType }) => ({
        name: target,
        type: warehouseType,
        nullable: !keys.includes(target),
      })),
      ...bookkeepingColumns,
    ],
    primaryKey: keys,
    ...(distKey !== undefined && { distKey }),
    sortKey: schema.sortKey ?? keys,
  };
}

/** A stage table: the target's exact types and distribution, so that delete and insert are local joins. */
export function stageDefinition(
  schema: TableSchema,
  columns: readonly ColumnDefinition[],
  name: TableName,
): TableDefinition {
  const { distKey, sortKey } = tableDefinition(schema, name);
  return {
    ...name,
    columns: [...columns, ...bookkeepingColumns, ...stageOnlyColumns],
    ...(distKey !== undefined && { distKey }),
    ...(sortKey !== undefined && { sortKey }),
    backup: false,
  };
}

export interface Merge {
  readonly target: TableName;
  readonly stage: TableName;
  readonly keys: readonly KeyColumn[];
  /** Target columns to write, without the bookkeeping columns. */
  readonly columns: readonly string[];
}

const keyForm = (column: string, { caseInsensitive }: KeyColumn): string =>
  caseInsensitive ? `lower(${column})` : column;

/** Removes the rows of every key in the stage table: those that change and those that go. */
export function buildDelete({ target, stage, keys }: Merge): string {
  const [to, from] = [quoteTable(target), quoteTable(stage)];
  const match = keys.map((key) => {
    const column = quoteIdentifier(key.target);
    return `${keyForm(`${to}.${column}`, key)} = ${keyForm(`${from}.${column}`, key)}`;
  });
  return `delete from ${to}\nusing ${from}\nwhere ${match.join('\n  and ')}`;
}

/**
 * Inserts the last state of every key. A key can stand in the stage table more than once (files overlap after a crash,
 * batches are applied together): the newest version wins. Within one version a deletion yields to a row: they are in
 * different partitions when a text key changed only its case, so their offsets do not compare.
 */
export function buildInsert({ target, stage, keys, columns }: Merge): string {
  const written = quoteList([...columns, ...bookkeepingColumns.map((column) => column.name)]);
  const partition = keys.map((key) => keyForm(quoteIdentifier(key.target), key)).join(', ');
  return [
    `insert into ${quoteTable(target)} (${written})`,
    `select ${written}`,
    `from (`,
    `  select ${written}, "_op",`,
    `    row_number() over (`,
    `      partition by ${partition}`,
    `      order by "_change_version" desc, "_op" desc, "_offset" desc`,
    `    ) as "_rank"`,
    `  from ${quoteTable(stage)}`,
    `) as ranked`,
    `where "_rank" = 1`,
    `  and "_op" <> 'd'`,
  ].join('\n');
}
