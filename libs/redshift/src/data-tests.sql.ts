import type { ModelSpec } from '@thalamus/core/transform';
import { quoteIdentifier, quoteList, quoteTable, type TableName } from './identifier.js';

/** Counts, in one scan, the rows and for each test those that break it. Column `t<n>` belongs to `testNames()[n]`. */
export function buildRowTests(model: ModelSpec, table: TableName): string {
  const broken = [...notNull(model).map((name) => `${quoteIdentifier(name)} is null`), ...checks(model)];
  const counts = broken.map((condition, at) => `count(case when ${condition} then 1 end) as t${at}`);
  return `select ${['count(*) as row_count', ...counts].join(',\n  ')}\nfrom ${quoteTable(table)}`;
}

/** Counts the keys that stand more than once. Redshift does not enforce a primary key, but its planner trusts it. */
export function buildKeyTest(model: ModelSpec, table: TableName): string {
  const key = quoteList(model.key);
  return (
    `select count(*) as doubled\n` +
    `from (\n  select ${key}\n  from ${quoteTable(table)}\n  group by ${key}\n  having count(*) > 1\n) as doubled_keys`
  );
}

export function testNames(model: ModelSpec): string[] {
  return [...notNull(model).map((name) => `${name} is not null`), ...model.checks.map(({ name }) => name)];
}

function notNull(model: ModelSpec): string[] {
  return model.columns.filter(({ nullable }) => !nullable).map(({ name }) => name);
}

/** A check holds when it is true or NULL, as CHECK constraints do. */
function checks(model: ModelSpec): string[] {
  return model.checks.map(({ condition }) => `not (${condition})`);
}
