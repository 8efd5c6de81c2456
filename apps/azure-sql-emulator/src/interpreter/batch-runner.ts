import { plainText } from '../storage/value-codec.js';
import type { ResultSink, SqlValue } from '../engine.js';
import type { Expr, Statement, StatementOf } from '../language/ast.js';
import { SqlError, unsupported } from '../language/errors.js';
import { INT, nvarchar } from '../language/types.js';
import { compileBatch } from './compile.js';
import { actsUnderFmtonly, describeStatement } from './metadata-only.js';
import { PrincipalChanger } from './principal-changer.js';
import { ProcedureRunner } from './procedure-runner.js';
import { QueryRunner } from './query-runner.js';
import { formatMessage } from './raise.js';
import { Cancelled, type Runtime } from './runtime.js';
import { setOption } from './session-options.js';
import { selectInto } from './select-into.js';
import { Transactions } from './transactions.js';

export type Flow = 'next' | 'break' | 'continue' | 'return';

/** The batch is over: the error was reported already. */
export class BatchEnded extends Error {}

/** Errors that end the batch and, outside TRY, roll the transaction back. */
const rollsBack = new Set([241, 242, 244, 245, 248, 235, 1205, 3952, 3960, 3961, 8114, 8115, 8169]);
/** Found while compiling: the statement never began. */
const compileErrors = new Set([
  102, 109, 110, 120, 121, 156, 137, 195, 206, 207, 208, 209, 213, 257, 264, 271, 272, 273, 402, 529, 4104,
  8102, 8117, 22105,
]);
const wholeTransaction = new Set([1205, 3960, 3961]);

/** Walks a batch's statements: control of flow, variables, errors. */
export class BatchRunner {
  readonly queries: QueryRunner;
  readonly objects: PrincipalChanger;
  readonly transactions: Transactions;
  private readonly procedures: ProcedureRunner;

  constructor(
    readonly runtime: Runtime,
    readonly sink: ResultSink,
  ) {
    this.queries = new QueryRunner(runtime);
    this.objects = new PrincipalChanger(runtime);
    this.transactions = new Transactions(runtime);
    this.procedures = new ProcedureRunner(this);
  }

  /** Compiles the whole, then runs it. Errors go to the sink. */
  async batch(statements: readonly Statement[]): Promise<void> {
    try {
      await compileBatch(statements, this.queries, this.runtime);
      await this.list(statements);
    } catch (error) {
      if (error instanceof BatchEnded) return;
      await this.report(error, true);
    }
  }

  /** An error from outside of any statement: reported, with its effect on the transaction. */
  async batchError(error: SqlError): Promise<void> {
    await this.report(error, true);
  }

  async list(statements: readonly Statement[]): Promise<Flow> {
    for (const statement of statements) {
      const flow = await this.guarded(statement);
      if (flow !== 'next') return flow;
    }
    return 'next';
  }

  private async guarded(statement: Statement): Promise<Flow> {
    const { runtime } = this;
    if (runtime.cancelled) throw new Cancelled();
    try {
      const flow = await this.statement(statement);
      if (
        !['if', 'while', 'block', 'try', 'raiserror', 'throw', 'exec', 'execString', 'declare'].includes(
          statement.kind,
        )
      )
        runtime.lastError = 0;
      return flow;
    } catch (error) {
      if (!(error instanceof SqlError) || runtime.frame.tryDepth > 0) throw error;
      if (containsStatements(statement) && error.endsBatch) throw error;
      await this.report(error, false, ['insert', 'update', 'delete', 'merge'].includes(statement.kind));
      return 'next';
    }
  }

  /** Tells the client of an error and settles what becomes of batch and transaction; throws when the batch ends. */
  private async report(error: unknown, last: boolean, modifying = false): Promise<void> {
    if (!(error instanceof SqlError)) throw error;
    const { runtime, sink } = this;
    runtime.lastError = error.number;
    const procedure = error.procedure ?? runtime.frame.procedure;
    sink.message({
      number: error.number,
      severity: error.severity,
      state: error.state,
      message: error.message,
      line: error.line,
      ...(procedure ? { procedure } : {}),
    });
    if (
      modifying &&
      !error.endsBatch &&
      !compileErrors.has(error.number) &&
      ![544, 545, 8101].includes(error.number)
    )
      runtime.info(sink, 'The statement has been terminated.', error.line, 3621, 0, 0);
    runtime.done(sink, 'other', undefined, true);
    const aborts =
      runtime.options.xactAbort && error.number !== 50000 && error.severity > 10 && !raised.has(error);
    if (
      runtime.transaction &&
      (wholeTransaction.has(error.number) || aborts || (rollsBack.has(error.number) && error.endsBatch))
    ) {
      await this.transactions.rollbackAll(sink);
    }
    if (!last && (error.endsBatch || aborts || compileErrors.has(error.number))) throw new BatchEnded();
  }

  private async statement(statement: Statement): Promise<Flow> {
    const { runtime, sink, queries } = this;
    if (runtime.options.fmtonly && !actsUnderFmtonly(statement)) {
      await describeStatement(this, statement);
      return 'next';
    }
    switch (statement.kind) {
      case 'select':
        if (statement.query.body.kind === 'select' && statement.query.body.into)
          await selectInto(this, statement);
        else await queries.select(statement, sink);
        return 'next';
      case 'insert':
        if (runtime.options.implicitTransactions && !runtime.transaction)
          this.transactions.begin('', undefined, sink);
        await queries.modify(statement, sink);
        return 'next';
      case 'update':
      case 'delete':
      case 'merge':
        if (runtime.options.implicitTransactions && !runtime.transaction)
          this.transactions.begin('', undefined, sink);
        await queries.modify(statement, sink);
        return 'next';
      case 'if':
        if (await queries.condition(statement.condition)) return this.guarded(statement.then);
        return statement.otherwise ? this.guarded(statement.otherwise) : 'next';
      case 'while':
        return this.loop(statement);
      case 'block':
        return this.list(statement.statements);
      case 'try':
        return this.tryCatch(statement);
      case 'break':
      case 'continue':
        return statement.kind;
      case 'return':
        if (statement.value)
          runtime.frame.returnStatus = Number((await queries.evaluate(statement.value, INT)).value ?? 0);
        return 'return';
      default:
        await this.plain(statement);
        return 'next';
    }
  }

  private async loop(statement: StatementOf<'while'>): Promise<Flow> {
    while (await this.queries.condition(statement.condition)) {
      if (this.runtime.cancelled) throw new Cancelled();
      const flow = await this.guarded(statement.body);
      if (flow === 'break') break;
      if (flow === 'return') return flow;
    }
    return 'next';
  }

  private async tryCatch(statement: StatementOf<'try'>): Promise<Flow> {
    const { runtime } = this;
    const { frame } = runtime;
    frame.tryDepth++;
    try {
      return await this.list(statement.body);
    } catch (error) {
      if (!(error instanceof SqlError) || error.severity >= 20) throw error;
      runtime.frame = frame;
      runtime.lastError = error.number;
      this.doom(error);
      frame.handling.push(error);
    } finally {
      frame.tryDepth--;
    }
    try {
      return await this.list(statement.handler);
    } finally {
      frame.handling.pop();
    }
  }

  /** Within TRY an error that would have ended the batch leaves a transaction that can only be rolled back. */
  private doom(error: SqlError): void {
    const { transaction, options } = this.runtime;
    if (!transaction) return;
    if (wholeTransaction.has(error.number)) {
      transaction.doomed = true;
    } else if (
      (options.xactAbort && !(raised.has(error) && error.number === 50000)) ||
      (rollsBack.has(error.number) && error.endsBatch)
    ) {
      transaction.doomed = true;
    }
  }

  private async plain(statement: Statement): Promise<void> {
    const { runtime, sink, queries, objects, transactions } = this;
    switch (statement.kind) {
      case 'declare':
        return this.declare(statement);
      case 'declareTable':
        runtime.frame.tableVariables.set(
          statement.name,
          await objects.createTemporary(statement.name, statement, statement.line),
        );
        return;
      case 'setVariable':
        await this.setVariable(statement);
        return;
      case 'setOption':
        await setOption(runtime, statement);
        return runtime.done(sink, 'other');
      case 'setIsolation':
        this.setIsolation(statement);
        return runtime.done(sink, 'other');
      case 'beginTransaction':
        transactions.begin(statement.name ? await this.nameOf(statement.name) : '', undefined, sink);
        return runtime.done(sink, 'begin');
      case 'commit':
        await transactions.commit(statement.line, sink);
        return runtime.done(sink, 'commit');
      case 'rollback':
        await transactions.rollback(
          statement.name ? await this.nameOf(statement.name) : undefined,
          statement.line,
          sink,
        );
        return runtime.done(sink, 'rollback');
      case 'save':
        await transactions.save(await this.nameOf(statement.name), statement.line);
        return runtime.done(sink, 'other');
      case 'print':
        runtime.info(
          sink,
          plainText((await queries.evaluate(statement.value, nvarchar(-1))).value).slice(0, 4000),
          statement.line,
        );
        return runtime.done(sink, 'other');
      case 'throw':
        return this.throwError(statement);
      case 'raiserror':
        return this.raiseError(statement);
      case 'waitfor':
        return this.waitFor(statement);
      case 'exec':
        return this.procedures.exec(statement);
      case 'execString':
        return this.procedures.execString(
          plainText((await queries.evaluate(statement.text, nvarchar(-1))).value),
          statement.line,
        );
      case 'use':
        return this.use(statement);
      case 'empty':
        return;
      case 'bulkInsert':
        throw unsupported('INSERT BULK outside of a bulk load', statement.line);
      default:
        await this.definition(statement);
        runtime.done(sink, 'other');
    }
  }

  private async definition(statement: Statement): Promise<void> {
    const { objects } = this;
    switch (statement.kind) {
      case 'createTable':
        return objects.createTable(statement);
      case 'alterTable':
        return objects.alterTable(statement);
      case 'drop':
        return objects.drop(statement);
      case 'truncate':
        return objects.truncate(statement);
      case 'createSchema':
        return objects.createSchema(statement);
      case 'createIndex':
        return objects.createIndex(statement);
      case 'dropIndex':
        return objects.dropIndex(statement);
      case 'createView':
        return objects.createView(statement);
      case 'createProcedure':
        return objects.createProcedure(statement);
      case 'alterDatabase':
        return objects.alterDatabase(statement);
      case 'createDatabase':
        return objects.createDatabase(statement);
      case 'dropDatabase':
        return objects.dropDatabase(statement);
      case 'permission':
        return objects.permission(statement);
      case 'createUser':
        return objects.createUser(statement);
      case 'alterRole':
        return objects.alterRole(statement);
      default:
        throw unsupported(statement.kind, statement.line);
    }
  }

  private async declare(statement: StatementOf<'declare'>): Promise<void> {
    const { frame } = this.runtime;
    for (const { name, type, value } of statement.variables) {
      const existing = frame.variables.get(name);
      if (existing && !value) {
        // Compiled already; a loop passes here again and the variable keeps its value.
        continue;
      }
      const initial = value ? (await this.queries.evaluate(value, type)).value : null;
      frame.variables.set(name, { type, value: initial });
    }
  }

  private async setVariable(statement: StatementOf<'setVariable'>): Promise<void> {
    const { name, line } = statement;
    const variable = this.runtime.variable(name, line);
    const expr: Expr =
      statement.op === '='
        ? statement.value
        : {
            kind: 'arithmetic',
            op: statement.op.slice(0, 1) as '+',
            left: { kind: 'variable', name, line },
            right: statement.value,
            line,
          };
    variable.value = (await this.queries.evaluate(expr, variable.type)).value;
    this.runtime.rowCount = 1;
    this.runtime.done(this.sink, 'other');
  }

  private async nameOf(expr: Expr): Promise<string> {
    return plainText((await this.queries.evaluate(expr, nvarchar(128))).value);
  }

  private setIsolation(statement: StatementOf<'setIsolation'>): void {
    const { options, transaction } = this.runtime;
    if (transaction && statement.level === 'snapshot' && transaction.isolation !== 'snapshot') {
      const error = new SqlError(
        3951,
        `Transaction failed in database '${this.runtime.database.name}' because the statement was run under snapshot isolation but the transaction did not start in snapshot isolation. You cannot change the isolation level of the transaction to snapshot after the transaction has started unless the transaction was originally started under snapshot isolation level.`,
        statement.line,
      );
      if (transaction.begun) throw error;
      transaction.isolation = statement.level;
    } else if (transaction && !transaction.begun) transaction.isolation = statement.level;
    options.isolation = statement.level;
  }

  private async throwError(statement: StatementOf<'throw'>): Promise<void> {
    const { frame } = this.runtime;
    if (!statement.args) {
      const current = frame.handling.at(-1);
      if (!current)
        throw new SqlError(
          10704,
          'To rethrow an error, a THROW statement must be used inside a CATCH block. Insert the THROW statement inside a CATCH block, or add error parameters to the THROW statement.',
          statement.line,
          15,
        );
      const again = new SqlError(
        current.number,
        current.message,
        current.line,
        current.severity,
        current.state,
      );
      again.endsBatch = true;
      again.procedure = current.procedure;
      throw again;
    }
    const types = [INT, nvarchar(2048), INT] as const;
    const values: SqlValue[] = [];
    for (const [i, arg] of statement.args.entries())
      values.push((await this.queries.evaluate(arg, types[i])).value);
    const [number, message, state] = values;
    const code = Number(number ?? 0);
    if (code < 50000)
      throw new SqlError(
        35100,
        `Error number ${code} in the THROW statement is outside the valid range. Specify an error number in the valid range of 50000 to 2147483647.`,
        statement.line,
        16,
        10,
      );
    const error = new SqlError(code, plainText(message), statement.line, 16, Number(state ?? 1));
    error.endsBatch = true;
    throw error;
  }

  private async raiseError(statement: StatementOf<'raiserror'>): Promise<void> {
    const { queries, runtime, sink } = this;
    const { line } = statement;
    const template = await queries.evaluate(statement.message);
    const severity = Number((await queries.evaluate(statement.severity, INT)).value ?? 0);
    const state = Math.max(0, Number((await queries.evaluate(statement.state, INT)).value ?? 1));
    const args: SqlValue[] = [];
    for (const arg of statement.args) args.push((await queries.evaluate(arg)).value);
    if (typeof template.value === 'number') {
      throw new SqlError(
        18054,
        `Error ${template.value}, severity ${severity}, state ${state} was raised, but no message with that error number was found in sys.messages. If error is larger than 50000, make sure the user-defined message is added using sp_addmessage.`,
        line,
      );
    }
    const message = formatMessage(plainText(template.value), args);
    if (severity > 18) throw unsupported('RAISERROR with severity above 18', line);
    if (severity <= 10) {
      runtime.info(sink, message, line, 50000, severity, state);
      runtime.lastError = 0;
      return runtime.done(sink, 'other');
    }
    const error = new SqlError(50000, message, line, severity, state);
    raised.add(error);
    throw error;
  }

  private async waitFor(statement: StatementOf<'waitfor'>): Promise<void> {
    const { value } = await this.queries.evaluate(statement.delay, nvarchar(40));
    const match = /^(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.(\d{1,3}))?)?$/.exec(plainText(value).trim());
    if (!match)
      throw new SqlError(
        148,
        `Incorrect time syntax in time string '${plainText(value)}' used with WAITFOR.`,
        statement.line,
        15,
      );
    const [, h, m, s = '0', f = '0'] = match;
    let wait = ((Number(h) * 60 + Number(m)) * 60 + Number(s)) * 1000 + Number(f.padEnd(3, '0'));
    if (statement.until) {
      const day = 86_400_000;
      wait = (wait - (Date.now() % day) + day) % day;
    }
    const until = Date.now() + wait;
    while (Date.now() < until) {
      if (this.runtime.cancelled) throw new Cancelled();
      await new Promise((resolve) => setTimeout(resolve, Math.min(50, until - Date.now())));
    }
    this.runtime.done(this.sink, 'other');
  }

  private async use(statement: StatementOf<'use'>): Promise<void> {
    const { runtime, sink } = this;
    const before = runtime.database.name;
    await this.objects.enter(statement.database, statement.line);
    const { name } = runtime.database;
    sink.databaseChanged(name, before);
    runtime.info(sink, `Changed database context to '${name}'.`, statement.line, 5701, 0, 1);
    runtime.done(sink, 'other');
  }
}

/** Errors of RAISERROR, which SET XACT_ABORT leaves alone. */
const raised = new WeakSet<SqlError>();

const containsStatements = (statement: Statement): boolean =>
  ['if', 'while', 'block', 'try', 'exec', 'execString'].includes(statement.kind);
