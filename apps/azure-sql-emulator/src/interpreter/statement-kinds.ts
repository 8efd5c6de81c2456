import type { Statement } from '../language/ast.js';

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
