import type { ModelSpec } from '@thalamus/core/transform';
import { quoteIdentifier, quoteList, quoteTable, type TableName } from './identifier.js';
import { besideName } from './publish.sql.js';
import type { TableDefinition } from './table.sql.js';

/** A model's next table, and the table its files are copied to first where Parquet has no counterpart for a type. */
export interface ModelTable {
  readonly target: TableName;
  readonly next: TableDefinition;
  readonly landing: TableDefinition | undefined;
}

/** Tables that this service makes beside the published ones, and left behind if it died. */
export const leftoverName = /__r[0-9a-f]{8}(__in|__old)?$/;

/** @param tag `r` and eight hexadecimal digits, unique to the run */
export function modelTable(model: ModelSpec, schema: string, tag: string): ModelTable {
  const target = { schema, table: model.name };
  const next: TableDefinition = {
    ...besideName(target, tag),
    // Only the key, as a primary key demands: for the others a data test says more than a refused COPY.
    columns: model.columns.map(({ name, type }) => ({ name, type, nullable: !model.key.includes(name) })),
    primaryKey: model.key,
    sortKey: model.key,
    ...(model.key[0] !== undefined && { distKey: model.key[0] }),
  };
  if (!model.columns.some(({ type }) => type === 'TIME')) return { target, next, landing: undefined };
  const columns = model.columns.map(({ name, type }) => ({
    name,
    type: type === 'TIME' ? 'VARCHAR(16)' : type,
  }));
  return { target, next, landing: { ...besideName(target, `${tag}__in`), columns, backup: false } };
}

/** Moves rows from the landing table, giving times of day their type. */
export function fromLanding(next: TableDefinition, landing: TableName): string {
  const names = next.columns.map(({ name }) => name);
  const values = next.columns.map(({ name, type }) =>
    type === 'TIME' ? `cast(${quoteIdentifier(name)} as time)` : quoteIdentifier(name),
  );
  return `insert into ${quoteTable(next)} (${quoteList(names)})\nselect ${values.join(', ')}\nfrom ${quoteTable(landing)}`;
}
