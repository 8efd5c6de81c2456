import type { Statement, StatementOf } from '../language/ast.js';

const implicitStarters = new Set<Statement['kind']>([
  'insert',
  'update',
  'delete',
  'merge',
  'createTable',
  'alterTable',
  'drop',
  'truncate',
  'createIndex',
  'dropIndex',
  'createView',
  'createProcedure',
  'createFunction',
  'createSchema',
  'createSequence',
  'createSynonym',
  'permission',
  'openCursor',
  'fetch',
]);

/** Whether SET IMPLICIT_TRANSACTIONS ON makes it begin a transaction; a SELECT does that only if it reads a table. */
export const beginsImplicitly = (statement: Statement): boolean => {
  if (statement.kind !== 'select') return implicitStarters.has(statement.kind);
  const { body } = statement.query;
  return body.kind !== 'select' || body.from.length > 0;
};

/** Statements behind which @@ROWCOUNT is 0. */
export const resetsRowCount = new Set<Statement['kind']>([
  'setOption',
  'setIsolation',
  'beginTransaction',
  'commit',
  'rollback',
  'save',
  'use',
  'closeCursor',
  'deallocateCursor',
]);

/** The statements within a statement. */
export const childrenOf = (statement: Statement): readonly Statement[] => {
  switch (statement.kind) {
    case 'if':
      return statement.otherwise ? [statement.then, statement.otherwise] : [statement.then];
    case 'while':
      return [statement.body];
    case 'block':
      return statement.statements;
    case 'try':
      return [...statement.body, ...statement.handler];
    default:
      return [];
  }
};

/** DECLARE @t TABLE at any depth. */
export const declaredTables = (statements: readonly Statement[]): StatementOf<'declareTable'>[] =>
  statements.flatMap((statement) =>
    statement.kind === 'declareTable' ? [statement] : declaredTables(childrenOf(statement)),
  );
