import type { ColumnDefinition, StatementOf } from '../language/ast.js';
import { notAllowedIn } from '../language/binder/for-clause.js';
import { SqlError } from '../language/errors.js';
import type { BatchRunner } from './batch-runner.js';
import { tableSql } from './table-definition.js';

/** SELECT … INTO: makes the table from the columns of the query, then fills it. */
export const selectInto = async (runner: BatchRunner, statement: StatementOf<'select'>): Promise<void> => {
  const { query, line } = statement;
  if (query.body.kind !== 'select' || !query.body.into) return;
  if (query.forClause) throw notAllowedIn(query.forClause, 'SELECT INTO');
  const name = query.body.into;
  const plan = await runner.queries.plan(statement);
  const columns: ColumnDefinition[] = (plan.select?.columns ?? []).map((column, i) => {
    if (column.name === '')
      throw new SqlError(
        1038,
        `An object or column name is missing or empty. For SELECT INTO statements, verify each column has a name. For other statements, look for empty alias names. Aliases defined as "" or [] are not allowed. Change the alias to a valid name. (column ${i + 1})`,
        line,
        15,
        5,
      );
    const type = column.type.name === 'timestamp' ? ({ name: 'binary', length: 8 } as const) : column.type;
    return { name: column.name, type, nullable: column.nullable, constraints: [], line };
  });
  await runner.objects.createTable({
    kind: 'createTable',
    name,
    columns,
    constraints: [],
    indexes: [],
    line,
  });
  const created = name.at(-1)?.startsWith('#')
    ? runner.runtime.temporaries.get(name.at(-1)?.toLowerCase() ?? '')
    : (await runner.runtime.catalog()).find(name.at(-2) || undefined, name.at(-1) ?? '');
  if (created?.kind !== 'table') throw new Error('SELECT INTO lost the table it made');
  const count = await runner.queries.selectInto(plan, tableSql(created), line);
  runner.runtime.rowCount = count;
  runner.runtime.done(runner.sink, 'select', count);
};
