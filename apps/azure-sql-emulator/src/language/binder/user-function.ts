import type { FunctionDef, ObjectDef } from '../../catalog/model.js';
import type { Expr } from '../ast.js';
import { SqlError, unsupported } from '../errors.js';

/** A user-defined function's arguments by position: as many as it has parameters. */
export const checkedArguments = (
  found: ObjectDef | undefined,
  type: 'scalar' | 'table',
  written: readonly string[],
  args: readonly Expr[],
  line: number,
): { readonly definition: FunctionDef; readonly args: readonly Expr[] } => {
  const name = written.join('.');
  if (found?.kind !== 'function' || (found.type === 'FN') !== (type === 'scalar'))
    throw type === 'table'
      ? new SqlError(208, `Invalid object name '${name}'.`, line, 16, 3)
      : new SqlError(
          4121,
          `Cannot find either column "${written[0] ?? ''}" or the user-defined function or aggregate "${name}", or the name is ambiguous.`,
          line,
        );
  if (args.length < found.parameters.length)
    throw new SqlError(
      313,
      `An insufficient number of arguments were supplied for the procedure or function ${name}.`,
      line,
      16,
      3,
    );
  if (args.length > found.parameters.length)
    throw new SqlError(8144, `Procedure or function ${name} has too many arguments specified.`, line, 16, 3);
  if (args.some((arg) => arg.kind === 'default'))
    throw unsupported(`DEFAULT as an argument of ${name}`, line);
  return { definition: found, args };
};
