import type { Statement } from '../language/ast.js';
import { SqlError } from '../language/errors.js';
import type { Modification } from './plan.js';
import type { QueryRunner } from './query-runner.js';
import type { Runtime } from './runtime.js';
import { replacedBy } from './instead-of.js';
import { checkFlow } from './flow-check.js';
import { childrenOf } from './statement-kinds.js';

/** Missing objects are looked for again when the statement runs (deferred name resolution); IDENTITY_INSERT may be set by then. */
const deferred = new Set([208, 1087, 4902, 544, 545, 8101]);

/**
 * What SQL Server refuses before a batch begins: wrong columns of tables that are there, undeclared variables, CHANGETABLE of
 * a table that isn't tracked. Statements about tables that don't exist yet are left for later.
 */
export const compileBatch = async (
  statements: readonly Statement[],
  queries: QueryRunner,
  runtime: Runtime,
  returnsValue = false,
): Promise<void> => {
  declareAll(statements, runtime);
  checkFlow(statements, returnsValue);
  if (
    !returnsValue &&
    statements.length === 1 &&
    ['select', 'insert', 'update', 'delete', 'merge'].includes(statements[0]?.kind ?? '')
  )
    return;
  const made = new Set<string>();
  await visit(statements, queries, runtime, made);
};

const declareAll = (statements: readonly Statement[], runtime: Runtime): void => {
  for (const statement of statements) {
    if (statement.kind === 'declare') {
      for (const { name, type, line } of statement.variables) {
        if (runtime.frame.variables.has(name)) {
          throw new SqlError(
            134,
            `The variable name '${name}' has already been declared. Variable names must be unique within a query batch or stored procedure.`,
            line,
            15,
            2,
          );
        }
        runtime.frame.variables.set(name, { type, value: null });
      }
    }
    declareAll(childrenOf(statement), runtime);
  }
};

const visit = async (
  statements: readonly Statement[],
  queries: QueryRunner,
  runtime: Runtime,
  made: Set<string>,
): Promise<void> => {
  for (const statement of statements) {
    // What follows is about another database: it is compiled statement by statement as it runs.
    if (statement.kind === 'use') return;
    if (statement.kind === 'createTable') made.add(statement.name.at(-1)?.toLowerCase() ?? '');
    if (statement.kind === 'select' && statement.query.body.kind === 'select' && statement.query.body.into)
      continue;
    if (['select', 'insert', 'update', 'delete', 'merge'].includes(statement.kind)) {
      try {
        const modification = statement as Modification;
        if (statement.kind !== 'select' && replacedBy(runtime, await runtime.catalog(), modification))
          continue;
        await queries.plan(statement as Parameters<QueryRunner['plan']>[0]);
      } catch (error) {
        if (!(error instanceof SqlError) || !deferred.has(error.number)) throw error;
      }
    }
    await visit(childrenOf(statement), queries, runtime, made);
  }
};
