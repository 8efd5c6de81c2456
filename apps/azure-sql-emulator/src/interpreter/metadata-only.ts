import type { Statement } from '../language/ast.js';
import type { BatchRunner } from './batch-runner.js';

/**
 * A statement under SET FMTONLY ON, as drivers set it to learn a result's columns before a bulk load: results come without
 * rows, both branches of an IF are looked at, and nothing is changed.
 */
export const describeStatement = async (runner: BatchRunner, statement: Statement): Promise<void> => {
  const { queries, sink, runtime } = runner;
  switch (statement.kind) {
    case 'select':
      if (statement.query.body.kind === 'select' && statement.query.body.into) return;
      await queries.describe(statement, sink);
      return;
    case 'insert':
    case 'update':
    case 'delete':
    case 'merge':
      await queries.describe(statement, sink);
      return;
    case 'if':
      await describeStatement(runner, statement.then);
      if (statement.otherwise) await describeStatement(runner, statement.otherwise);
      return;
    case 'while':
      await describeStatement(runner, statement.body);
      return;
    case 'block':
      for (const inner of statement.statements) await describeStatement(runner, inner);
      return;
    case 'try':
      for (const inner of [...statement.body, ...statement.handler]) await describeStatement(runner, inner);
      return;
    default:
      runtime.done(sink, 'other');
  }
};

/** Statements that act in spite of FMTONLY: SET, variables, and calls, whose own statements are described in turn. */
export const actsUnderFmtonly = (statement: Statement): boolean =>
  ['setOption', 'declare', 'declareTable', 'exec', 'execString', 'use', 'empty'].includes(statement.kind);
