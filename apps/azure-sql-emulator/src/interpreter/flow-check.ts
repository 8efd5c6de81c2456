import type { Statement } from '../language/ast.js';
import { SqlError, unsupported } from '../language/errors.js';
import { childrenOf } from './statement-kinds.js';

/**
 * Every BREAK has its WHILE, every value of RETURN its procedure, and every GOTO of a batch or procedure has its label, in its own list of statements or in one around it.
 * @throws {SqlError} 132, 133, 135, 136, 178, 1026
 */
export const checkFlow = (statements: readonly Statement[], returnsValue: boolean): void => {
  checkLoops(statements, false, returnsValue);
  const all = new Map<string, boolean>();
  collect(statements, all, false);
  if (all.size > 0 || usesGoto(statements)) check(statements, all, new Set());
};

/** BREAK and CONTINUE belong to a WHILE, a value of RETURN to a procedure. */
const checkLoops = (statements: readonly Statement[], inLoop: boolean, returnsValue: boolean): void => {
  for (const statement of statements) {
    const { kind, line } = statement;
    if ((kind === 'break' || kind === 'continue') && !inLoop)
      throw new SqlError(
        kind === 'break' ? 135 : 136,
        `Cannot use a ${kind.toUpperCase()} statement outside the scope of a WHILE statement.`,
        line,
        15,
      );
    if (kind === 'return' && statement.value && !returnsValue)
      throw new SqlError(
        178,
        'A RETURN statement with a return value cannot be used in this context.',
        line,
        15,
      );
    checkLoops(childrenOf(statement), inLoop || kind === 'while', returnsValue);
  }
};

/** Labels, each with whether it lies within TRY or CATCH. */
const collect = (statements: readonly Statement[], all: Map<string, boolean>, inTry: boolean): void => {
  for (const statement of statements) {
    if (statement.kind === 'label') {
      if (all.has(statement.label))
        throw new SqlError(
          132,
          `The label '${statement.label}' has already been declared. Label names must be unique within a query batch or stored procedure.`,
          statement.line,
          15,
        );
      all.set(statement.label, inTry);
    }
    collect(childrenOf(statement), all, inTry || statement.kind === 'try');
  }
};

const usesGoto = (statements: readonly Statement[]): boolean =>
  statements.some((statement) => statement.kind === 'goto' || usesGoto(childrenOf(statement)));

/** TRY and CATCH are lists of their own. */
const listsOf = (statement: Statement): (readonly Statement[])[] =>
  statement.kind === 'try' ? [statement.body, statement.handler] : [childrenOf(statement)];

const check = (
  statements: readonly Statement[],
  all: ReadonlyMap<string, boolean>,
  around: ReadonlySet<string>,
): void => {
  const visible = new Set(around);
  for (const statement of statements) if (statement.kind === 'label') visible.add(statement.label);
  for (const statement of statements) {
    if (statement.kind === 'goto' && !visible.has(statement.label))
      throw notVisible(statement.label, all.get(statement.label), statement.line);
    for (const list of listsOf(statement)) check(list, all, visible);
  }
};

const notVisible = (label: string, inTry: boolean | undefined, line: number): SqlError => {
  if (inTry === undefined)
    return new SqlError(
      133,
      `A GOTO statement references the label '${label}' but the label has not been declared.`,
      line,
      15,
    );
  if (inTry) return new SqlError(1026, 'GOTO cannot be used to jump into a TRY or CATCH scope.', line, 15);
  return unsupported(`GOTO ${label}, into a block`, line);
};
