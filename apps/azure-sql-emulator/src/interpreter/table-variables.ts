import { physicalTable } from '../catalog/naming.js';
import type { TableDef } from '../catalog/model.js';
import type { Parameter, StatementOf } from '../language/ast.js';
import { SqlError } from '../language/errors.js';
import type { BatchRunner } from './batch-runner.js';
import type { Argument } from './procedure-runner.js';
import type { Frame } from './session-state.js';

/** DECLARE @t TABLE, or of a table type: a loop that passes here again finds the table as it was. */
export const declareTable = async (
  runner: BatchRunner,
  statement: StatementOf<'declareTable'>,
): Promise<void> => {
  const { frame } = runner.runtime;
  if (frame.tableVariables.has(statement.name)) return;
  frame.tableVariables.set(statement.name, await makeTable(runner, statement, runner.runtime.nesting));
};

/** Batches that run within one another may call theirs alike: each nesting level has tables of its own. */
const makeTable = async (
  { objects }: BatchRunner,
  statement: Omit<StatementOf<'declareTable'>, 'kind'>,
  level: number,
): Promise<TableDef> => {
  const { name, line, tableType } = statement;
  const pgName = physicalTable(level === 0 ? name : `${name}~${level}`);
  const table = await objects.createTemporary(name, statement, line, pgName);
  return tableType === undefined ? table : { ...table, tableType };
};

/** A table-valued parameter: the caller's table, or an empty one. */
export const bindTableParameter = async (
  runner: BatchRunner,
  frame: Frame,
  parameter: Parameter,
  arg: Argument | undefined,
  line: number,
): Promise<void> => {
  const { name, table } = parameter;
  if (!table) return;
  const given = arg?.omitted ? undefined : arg;
  if (given && given.table?.tableType?.toLowerCase() !== table.tableType?.toLowerCase())
    throw operandClash(
      given.table?.tableType ?? (given.table ? 'table' : given.type.name),
      table.tableType ?? '',
      line,
    );
  const made =
    given?.table ?? (await makeTable(runner, { ...table, name, line }, runner.runtime.nesting + 1));
  frame.tableVariables.set(name, { ...made, readOnly: true });
};

export const operandClash = (from: string, to: string, line: number): SqlError =>
  new SqlError(206, `Operand type clash: ${from} is incompatible with ${to}`, line, 16, 2);
