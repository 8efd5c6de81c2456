import type { Parameter } from '../language/ast.js';
import { SqlError } from '../language/errors.js';
import type { BatchRunner } from './batch-runner.js';
import { bindTableParameter, operandClash } from './table-variables.js';
import type { Argument } from './procedure-runner.js';
import type { Frame } from './session-state.js';

/**
 * Gives a frame its parameters' values.
 * @throws {SqlError} 201, 8144, 8145, 8178
 */
export const bindParameters = async (
  runner: BatchRunner,
  frame: Frame,
  parameters: readonly Parameter[],
  args: readonly Argument[],
  procedure: string,
  line: number,
  statement?: string,
): Promise<void> => {
  const { queries } = runner;
  if (args.length > parameters.length)
    throw new SqlError(
      8144,
      `Procedure or function ${procedure} has too many arguments specified.`,
      line,
      16,
      2,
    );
  for (const arg of args) {
    if (arg.name && !parameters.some((parameter) => parameter.name === arg.name?.toLowerCase())) {
      throw new SqlError(8145, `${arg.name} is not a parameter for procedure ${procedure}.`, line, 16, 2);
    }
  }
  for (const [i, parameter] of parameters.entries()) {
    const arg =
      args.find((candidate) => candidate.name?.toLowerCase() === parameter.name) ??
      (args[i]?.name ? undefined : args[i]);
    if (parameter.table) await bindTableParameter(runner, frame, parameter, arg, line);
    else if (arg?.table) throw operandClash(arg.table.tableType ?? 'table', parameter.type.name, line);
    else if (arg && !arg.omitted)
      frame.variables.set(parameter.name, {
        type: parameter.type,
        value: await runner.procedures.converted(arg, parameter.type, line),
      });
    else if (parameter.defaultValue) {
      frame.variables.set(parameter.name, {
        type: parameter.type,
        value: (await queries.evaluate(parameter.defaultValue, parameter.type)).value,
      });
    } else if (statement !== undefined)
      throw new SqlError(
        8178,
        `The parameterized query '${statement}' expects the parameter '${parameter.name}', which was not supplied.`,
        0,
      );
    else
      throw new SqlError(
        201,
        `Procedure or function '${procedure}' expects parameter '${parameter.name}', which was not supplied.`,
        line,
        16,
        4,
      );
  }
};

/** The OUTPUT parameters' values, by name and by position. */
export const collectOutputs = (
  frame: Frame,
  parameters: readonly Parameter[],
  args: readonly Argument[],
  outputs: Map<string, Argument>,
): void => {
  args.forEach((arg, i) => {
    const parameter =
      parameters.find((candidate) => candidate.name === arg.name?.toLowerCase()) ?? parameters[i];
    const variable = parameter ? frame.variables.get(parameter.name) : undefined;
    if (!parameter || !variable || !arg.output || !parameter.output) return;
    const output = { name: parameter.name, type: variable.type, value: variable.value, output: true };
    outputs.set(parameter.name, output);
    outputs.set(String(i), output);
  });
};
