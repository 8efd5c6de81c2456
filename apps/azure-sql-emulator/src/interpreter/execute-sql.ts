import { SqlError } from '../language/errors.js';
import { isText, isUnicode } from '../language/types.js';
import type { Argument, ProcedureRunner } from './procedure-runner.js';

/** EXEC sp_executesql: its text is Unicode, and its outputs have the positions that EXEC counts. */
export const execSql = async (
  procedures: ProcedureRunner,
  args: readonly Argument[],
  outputs: Map<string, Argument>,
  line: number,
): Promise<number> => {
  for (const [i, name] of ['@statement', '@params'].entries()) {
    const arg = args[i];
    if (arg && arg.name === undefined && isText(arg.type) && !isUnicode(arg.type))
      throw new SqlError(
        214,
        `Procedure expects parameter '${name}' of type 'ntext/nchar/nvarchar'.`,
        line,
        16,
        i === 0 ? 2 : 3,
      );
  }
  const inner = new Map<string, Argument>();
  const status = await procedures.executeSql(args, inner, line);
  for (const [key, value] of inner) outputs.set(/^\d+$/.test(key) ? String(Number(key) + 2) : key, value);
  return status;
};
