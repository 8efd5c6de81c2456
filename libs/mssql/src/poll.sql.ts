import type { ColumnSchema, TableId, TableSchema } from '@thalamus/contracts';
import { keyColumns } from '@thalamus/core/change';
import { quoteIdentifier, quoteTable } from './identifier.js';

/** First statement of a poll: fixes the snapshot, and with it the version everything else belongs to. */
export const currentVersionSql = 'select CHANGE_TRACKING_CURRENT_VERSION() as current_version';

/** Incarnation and validity of every tracked table. */
export const incarnationsSql = `select s.name as schema_name, t.name as table_name, ct.object_id, ct.begin_version,
  CHANGE_TRACKING_MIN_VALID_VERSION(ct.object_id) as min_valid
from sys.change_tracking_tables as ct
join sys.tables as t on t.object_id = ct.object_id
join sys.schemas as s on s.schema_id = t.schema_id
order by s.name, t.name`;

/** Commit times of the versions in (@from, @to]. */
export const commitTimesSql = `select top (@limit) c.commit_ts, CONVERT(varchar(23), c.commit_time, 121) as commit_time
from sys.dm_tran_commit_table as c
where c.commit_ts > @from and c.commit_ts <= @to
order by c.commit_ts desc`;

/** One probe for all tables: which have a change behind @from. */
export function probeSql(tables: readonly TableId[]): string {
  return numbered(tables, (table) => `CHANGETABLE(CHANGES ${quoteTable(table)}, @from) as ct`);
}

/** Which tables hold a row at all. */
export function filledSql(tables: readonly TableId[]): string {
  return numbered(tables, quoteTable);
}

function numbered(tables: readonly TableId[], from: (table: TableId) => string): string {
  return tables
    .map(
      (table, index) =>
        `select ${index} as i, case when exists (select 1 from ${from(table)}) then 1 else 0 end as found`,
    )
    .join('\nunion all\n');
}

/** Whether a row that did not change since @from has a value in one of the columns. */
export function silentValueSql(table: TableId, key: readonly string[], columns: readonly string[]): string {
  const hasValue = columns.map((column) => `t.${quoteIdentifier(column)} is not null`).join(' or ');
  const isSame = key.map((name) => `ct.${quoteIdentifier(name)} = t.${quoteIdentifier(name)}`).join(' and ');
  return `select case when exists (
  select 1 from ${quoteTable(table)} as t
  where (${hasValue})
    and not exists (select 1 from CHANGETABLE(CHANGES ${quoteTable(table)}, @from) as ct where ${isSame})
) then 1 else 0 end as found`;
}

/**
 * Changes of one table in (@from, @to], each with the row's present state.
 *
 * `present` is decided by a key column of the table, NOT NULL by definition: a row that is gone and a row of NULLs look
 * alike otherwise. Keys come from CHANGETABLE (it keeps a key's first spelling), columns from the table.
 */
export function changesSql(schema: TableSchema): string {
  const key = keyColumns(schema);
  const table = quoteTable(schema.table);
  const names = key.map((column) => quoteIdentifier(column.name));
  const columns = [
    'ct.SYS_CHANGE_VERSION as __version',
    'ct.SYS_CHANGE_OPERATION as __operation',
    `case when t.${names[0] ?? ''} is null then 0 else 1 end as __present`,
    ...key.map((column, index) => `${readColumn(column, 'ct')} as __k${index}`),
    ...schema.columns.map((column, index) => `${readColumn(column, 't')} as __c${index}`),
  ];
  return `select ${columns.join(',\n  ')}
from CHANGETABLE(CHANGES ${table}, @from, FORCESEEK) as ct
left outer join ${table} as t on ${names.map((name) => `t.${name} = ct.${name}`).join(' and ')}
where ct.SYS_CHANGE_VERSION <= @to
order by ct.SYS_CHANGE_VERSION, ${names.map((name) => `ct.${name}`).join(', ')}`;
}

/** The column's read expression over an alias. A function, because a name may hold `$&` or `{c}`. */
export function readColumn(column: Pick<ColumnSchema, 'name' | 'read'>, alias: string): string {
  return column.read.replaceAll('{c}', () => `${alias}.${quoteIdentifier(column.name)}`);
}
