import { quoteIdentifier, quoteList, quoteTable, type TableName } from './identifier.js';

export interface ColumnDefinition {
  readonly name: string;
  /** As written in DDL: `VARCHAR(150)`, `DECIMAL(9,2)`. */
  readonly type: string;
  readonly nullable?: boolean;
}

export interface TableDefinition extends TableName {
  readonly columns: readonly ColumnDefinition[];
  /** Informational: Redshift does not enforce it and its planner trusts it. */
  readonly primaryKey?: readonly string[];
  readonly distKey?: string;
  readonly sortKey?: readonly string[];
  /** Stage tables need no place in snapshots. */
  readonly backup?: boolean;
}

/** Types reach DDL unquoted, so only the form of a Redshift type is let through. */
const typeForm = /^[a-z][a-z0-9_]*( [a-z]+)*( ?\( ?(\d{1,8}|max)( ?, ?\d{1,2})? ?\))?$/i;

/** @throws TypeError for text that is not of the form of a type. */
export function checkedType(type: string): string {
  if (!typeForm.test(type)) throw new TypeError(`not a Redshift type: ${JSON.stringify(type)}`);
  return type;
}

const column = ({ name, type, nullable }: ColumnDefinition): string =>
  `  ${quoteIdentifier(name)} ${checkedType(type)}${nullable === false ? ' not null' : ''}`;

/** `create table` with distribution and sort keys. */
export function buildCreateTable(table: TableDefinition, { ifNotExists = false } = {}): string {
  const lines = table.columns.map(column);
  if (table.primaryKey?.length) lines.push(`  primary key (${quoteList(table.primaryKey)})`);
  const attributes = [
    table.backup === false ? 'backup no' : undefined,
    table.distKey === undefined
      ? 'diststyle even'
      : `diststyle key distkey (${quoteIdentifier(table.distKey)})`,
    table.sortKey?.length ? `compound sortkey (${quoteList(table.sortKey)})` : undefined,
  ].filter((part) => part !== undefined);
  return [
    `create table ${ifNotExists ? 'if not exists ' : ''}${quoteTable(table)} (`,
    lines.join(',\n'),
    `)`,
    ...attributes,
  ].join('\n');
}

export function buildDropTable(table: TableName): string {
  return `drop table if exists ${quoteTable(table)}`;
}

export function buildCreateSchema(schema: string): string {
  return `create schema if not exists ${quoteIdentifier(schema)}`;
}

/** Redshift adds one column a statement, and only a nullable one without a default. */
export function buildAddColumn(table: TableName, definition: ColumnDefinition): string {
  return `alter table ${quoteTable(table)} add column ${quoteIdentifier(definition.name)} ${checkedType(definition.type)}`;
}

/** Redshift refuses this inside a transaction block, and for anything but the length of a VARCHAR. */
export function buildWidenColumn(table: TableName, name: string, type: string): string {
  return `alter table ${quoteTable(table)} alter column ${quoteIdentifier(name)} type ${checkedType(type)}`;
}

/** The new name stays in the schema and must not be qualified. */
export function buildRenameTable(table: TableName, to: string): string {
  return `alter table ${quoteTable(table)} rename to ${quoteIdentifier(to)}`;
}
