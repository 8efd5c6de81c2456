import type { StatementOf } from '../language/ast.js';
import { SqlError } from '../language/errors.js';
import type { BatchRunner } from './batch-runner.js';
import type { Runtime } from './runtime.js';

/** SET TRANSACTION ISOLATION LEVEL. */
export const setIsolation = (runtime: Runtime, statement: StatementOf<'setIsolation'>): void => {
  const { options, transaction } = runtime;
  if (transaction && statement.level === 'snapshot' && transaction.isolation !== 'snapshot') {
    const error = new SqlError(
      3951,
      `Transaction failed in database '${runtime.database.name}' because the statement was run under snapshot isolation but the transaction did not start in snapshot isolation. You cannot change the isolation level of the transaction to snapshot after the transaction has started unless the transaction was originally started under snapshot isolation level.`,
      statement.line,
    );
    if (transaction.begun) throw error;
    transaction.isolation = statement.level;
  } else if (transaction && !transaction.begun) transaction.isolation = statement.level;
  options.isolation = statement.level;
};

/** USE: the session goes on in another database. */
export const useDatabase = async (runner: BatchRunner, statement: StatementOf<'use'>): Promise<void> => {
  const { runtime, sink, objects } = runner;
  const before = runtime.database.name;
  await objects.enter(statement.database, statement.line);
  const { name } = runtime.database;
  sink.databaseChanged(name, before);
  runtime.info(sink, `Changed database context to '${name}'.`, statement.line, 5701, 0, 1);
  runtime.done(sink, 'other');
};
