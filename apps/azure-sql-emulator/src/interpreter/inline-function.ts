import type { FunctionDef } from '../catalog/model.js';
import { DmlBinder } from '../language/binder/dml-binder.js';
import type { BindEnvironment, BoundInline } from '../language/binder/environment.js';
import { unsupported } from '../language/errors.js';
import { parseBatch } from '../language/parser/batch-parser.js';

/** An inline function's query, bound with its parameters as variables; bound anew at each use, as views are. */
export const bindInline = (definition: FunctionDef, environment: BindEnvironment): BoundInline => {
  const [statement] = parseBatch(definition.text);
  if (statement?.kind !== 'createFunction' || statement.body.kind !== 'inline')
    throw new Error('the catalogue keeps a function without its CREATE FUNCTION statement');
  const types = new Map(definition.parameters.map(({ name, type }) => [name, type]));
  const binder = new DmlBinder({
    ...environment,
    variable: (name) => types.get(name),
    tableVariable: () => undefined,
  });
  const { sql, columns } = binder.bindQuery(statement.body.query, undefined);
  const { line } = statement;
  return {
    columns,
    tables: [...binder.tables.values()].map(({ table }) => table),
    sql: (row) =>
      sql.replace(/'(?:[^']|'')*'|"(?:[^"]|"")*"|\$(\d+)/g, (whole: string, number?: string) => {
        if (number === undefined) return whole;
        const source = binder.params[Number(number) - 1];
        const at = definition.parameters.findIndex(({ name }) => name === source?.name);
        if (at < 0)
          throw unsupported(`${source?.name.toUpperCase() ?? 'a session value'} in a function`, line);
        return `${row}.p${at + 1}`;
      }),
  };
};
