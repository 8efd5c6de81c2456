import type { StatementOf } from '../language/ast.js';
import { SqlError } from '../language/errors.js';
import type { BatchRunner } from './batch-runner.js';
import { compileBatch } from './compile.js';
import { newFrame } from './session-state.js';

/** What CREATE PROCEDURE itself finds: columns and variables that are not there. Tables may still come. */
const foundAtOnce = new Set([137, 207, 209, 4104]);

/** @throws {SqlError} 137, 207, 209, 4104 in a body that names tables which are there. */
export const checkProcedure = async (
  { runtime, queries }: BatchRunner,
  { name, parameters, body }: StatementOf<'createProcedure'>,
): Promise<void> => {
  const outer = runtime.frame;
  const frame = newFrame(name.at(-1));
  for (const { name: parameter, type, table } of parameters)
    if (!table) frame.variables.set(parameter, { type, value: null });
  runtime.frame = frame;
  try {
    await compileBatch(body, queries, runtime, true);
  } catch (error) {
    if (!(error instanceof SqlError)) throw error;
    if (!foundAtOnce.has(error.number)) return;
    error.procedure ??= name.at(-1);
    throw error;
  } finally {
    runtime.frame = outer;
  }
};
