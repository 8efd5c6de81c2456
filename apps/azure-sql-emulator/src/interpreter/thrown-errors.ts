import type { SqlValue } from '../engine.js';
import type { StatementOf } from '../language/ast.js';
import { SqlError, unsupported } from '../language/errors.js';
import { INT, nvarchar } from '../language/types.js';
import { plainText } from '../storage/value-codec.js';
import type { BatchRunner } from './batch-runner.js';
import { markRaised } from './error-policy.js';
import { formatMessage, type Substitution } from './raise.js';

/** THROW: again what is being handled, or an error of one's own. */
export const throwError = async (runner: BatchRunner, statement: StatementOf<'throw'>): Promise<void> => {
  const { line } = statement;
  if (!statement.args) throw again(runner.runtime.frame.handling.at(-1), line);
  const types = [INT, nvarchar(2048), INT] as const;
  const values: SqlValue[] = [];
  for (const [i, arg] of statement.args.entries())
    values.push((await runner.queries.evaluate(arg, types[i])).value);
  const [number, message, state] = values;
  const code = Number(number ?? 0);
  if (code < 50000)
    throw new SqlError(
      35100,
      `Error number ${code} in the THROW statement is outside the valid range. Specify an error number in the valid range of 50000 to 2147483647.`,
      line,
      16,
      10,
    );
  const error = new SqlError(code, plainText(message), line, 16, Number(state ?? 1));
  error.endsBatch = true;
  error.procedure = runner.runtime.frame.procedure;
  throw error;
};

const again = (current: SqlError | undefined, line: number): SqlError => {
  if (!current)
    return new SqlError(
      10704,
      'To rethrow an error, a THROW statement must be used inside a CATCH block. Insert the THROW statement inside a CATCH block, or add error parameters to the THROW statement.',
      line,
      15,
    );
  const { number, message, severity, state } = current;
  const error = new SqlError(number, message, current.line, severity, state);
  error.endsBatch = true;
  error.procedure = current.procedure;
  return error;
};

/** RAISERROR: up to severity 10 a message, above an error. */
export const raiseError = async (runner: BatchRunner, statement: StatementOf<'raiserror'>): Promise<void> => {
  const { queries, runtime, sink } = runner;
  const { line, options } = statement;
  const template = await queries.evaluate(statement.message);
  const severity = Math.max(0, Number((await queries.evaluate(statement.severity, INT)).value ?? 0));
  const written = Number((await queries.evaluate(statement.state, INT)).value ?? 1);
  const state = written < 0 ? 1 : Math.min(written, 255);
  const args: Substitution[] = [];
  for (const arg of statement.args) args.push(await queries.evaluate(arg));
  if (typeof template.value === 'number') throw unknownMessage(template.value, severity, state, line);
  if (severity > 18 && !options.includes('LOG'))
    throw new SqlError(
      2754,
      'Error severity levels greater than 18 can only be specified by members of the sysadmin role, using the WITH LOG option.',
      line,
    );
  if (severity > 19) throw unsupported('RAISERROR with severity above 19', line);
  const message = formatMessage(plainText(template.value), args, line);
  if (severity <= 10) {
    // Severity 10 reaches clients as 0.
    runtime.info(sink, message, line, 50000, severity === 10 ? 0 : severity, state);
    runtime.lastError = options.includes('SETERROR') ? 50000 : 0;
    runtime.rowCount = 0;
    return runtime.done(sink, 'other');
  }
  throw markRaised(new SqlError(50000, message, line, severity, state));
};

const unknownMessage = (number: number, severity: number, state: number, line: number): SqlError =>
  number < 13000
    ? new SqlError(
        2732,
        `Error number ${number} is invalid. The number must be from 13000 through 2147483647 and it cannot be 50000.`,
        line,
      )
    : new SqlError(
        18054,
        `Error ${number}, severity ${severity}, state ${state} was raised, but no message with that error number was found in sys.messages. If error is larger than 50000, make sure the user-defined message is added using sp_addmessage.`,
        line,
      );
