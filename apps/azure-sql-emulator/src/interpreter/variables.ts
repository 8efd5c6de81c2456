import type { Expr, StatementOf } from '../language/ast.js';
import type { BatchRunner } from './batch-runner.js';

/** DECLARE of scalar variables. */
export const declareVariables = async (
  runner: BatchRunner,
  statement: StatementOf<'declare'>,
): Promise<void> => {
  const { frame } = runner.runtime;
  for (const { name, type, value } of statement.variables) {
    const existing = frame.variables.get(name);
    if (existing && !value) {
      // Compiled already; a loop passes here again and the variable keeps its value.
      continue;
    }
    const initial = value ? (await runner.queries.evaluate(value, type)).value : null;
    frame.variables.set(name, { type, value: initial });
    if (value) runner.runtime.rowCount = 1;
  }
};

/** SET @v = …, += and the like. */
export const setVariable = async (
  runner: BatchRunner,
  statement: StatementOf<'setVariable'>,
): Promise<void> => {
  const { name, line } = statement;
  const variable = runner.runtime.variable(name, line);
  const expr: Expr =
    statement.op === '='
      ? statement.value
      : {
          kind: 'arithmetic',
          op: statement.op.slice(0, 1) as '+',
          left: { kind: 'variable', name, line },
          right: statement.value,
          line,
        };
  variable.value = (await runner.queries.evaluate(expr, variable.type)).value;
  runner.runtime.rowCount = 1;
  runner.runtime.done(runner.sink, 'other');
};
