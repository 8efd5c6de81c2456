import type { ResultSink } from '../engine.js';
import { SqlError } from '../language/errors.js';
import type { Runtime } from './runtime.js';
import type { Transactions } from './transactions.js';

/** The batch is over: the error was reported already. */
export class BatchEnded extends Error {}

/** A procedure or dynamic batch is over, its caller goes on: the error was reported already. */
export class ScopeEnded extends BatchEnded {}

/** Errors that end the batch and, outside TRY, roll the transaction back. */
const rollsBack = new Set([241, 242, 244, 245, 248, 235, 1205, 3952, 3960, 3961, 8114, 8115, 8169]);
/** Found while compiling: the statement never began. */
const compileErrors = new Set([
  102, 105, 107, 109, 110, 120, 121, 130, 132, 133, 134, 135, 136, 137, 139, 144, 145, 147, 155, 156, 164,
  174, 178, 189, 195, 205, 206, 207, 208, 209, 213, 257, 264, 271, 272, 273, 306, 402, 421, 529, 1011, 1013,
  1033, 1038, 1087, 2715, 4104, 4145, 4929, 8102, 8116, 8117, 8118, 8120, 8121, 8124, 8127, 8155, 8158, 8159,
  8180, 10709, 22105, 1026, 4406, 6819, 10700, 13600, 13601, 13602, 13605,
]);
const wholeTransaction = new Set([1205, 3960, 3961]);
/** Refused before the first row, so that nothing of the statement has to be undone. */
const neverStarted = new Set([334, 544, 545, 8101, 229, 230, 262, 40515]);

/** Errors of RAISERROR, which SET XACT_ABORT leaves alone. */
const raised = new WeakSet<SqlError>();

export const markRaised = (error: SqlError): SqlError => {
  raised.add(error);
  return error;
};

/** TRY catches no error that compiling a statement of its own scope has found. */
export const escapesTry = (error: SqlError, scope: object): boolean => error.compiledIn === scope;

export const isCompileError = (error: SqlError): boolean => compileErrors.has(error.number);

/** What an error does: to the client, to the batch, to the transaction. */
export class ErrorPolicy {
  constructor(
    private readonly runtime: Runtime,
    private readonly sink: ResultSink,
    private readonly transactions: Transactions,
  ) {}

  /** Tells the client of an error and settles what becomes of batch and transaction; throws when the batch ends. */
  async report(error: unknown, last: boolean, modifying = false): Promise<void> {
    if (!(error instanceof SqlError)) throw error;
    const { runtime, sink } = this;
    runtime.lastError = error.number;
    runtime.rowCount = 0;
    const procedure = error.procedure ?? runtime.frame.procedure;
    const { number, severity, state, message, line } = error;
    sink.message({ number, severity, state, message, line, ...(procedure ? { procedure } : {}) });
    if (error.consequence) {
      const { number: told, severity: how, state: where, message: text } = error.consequence;
      runtime.lastError = told;
      sink.message({
        number: told,
        severity: how,
        state: where,
        message: text,
        line,
        ...(procedure ? { procedure } : {}),
      });
    }
    const compiled = isCompileError(error);
    if (modifying && !error.endsBatch && !compiled && !neverStarted.has(number))
      runtime.info(sink, 'The statement has been terminated.', line, 3621, 0, 0);
    runtime.done(sink, 'other', undefined, true);
    const aborts = runtime.options.xactAbort && severity > 10 && !raised.has(error);
    if (
      runtime.transaction &&
      (wholeTransaction.has(number) || aborts || (rollsBack.has(number) && error.endsBatch))
    )
      await this.transactions.rollbackAll(sink);
    if (last) return;
    if (error.endsBatch || aborts) throw new BatchEnded();
    if (compiled) throw new ScopeEnded();
  }

  /** Within TRY an error that would have ended the batch leaves a transaction that can only be rolled back. */
  doom(error: SqlError): void {
    const { transaction } = this.runtime;
    if (!transaction) return;
    if (
      wholeTransaction.has(error.number) ||
      (error.underXactAbort && !raised.has(error)) ||
      (rollsBack.has(error.number) && error.endsBatch)
    )
      transaction.doomed = true;
  }
}
