import { plainText } from '../storage/value-codec.js';
import type { ResultSink } from '../engine.js';
import type { Expr, Statement, StatementOf } from '../language/ast.js';
import { SqlError, unsupported } from '../language/errors.js';
import { INT, nvarchar } from '../language/types.js';
import { compileBatch } from './compile.js';
import { Cursors } from './cursors.js';
import { define } from './definitions.js';
import { BatchEnded, ErrorPolicy, escapesTry, isCompileError } from './error-policy.js';
import { actsUnderFmtonly, describeStatement } from './metadata-only.js';
import { runDbcc } from './identity-check.js';
import { insertExec } from './insert-exec.js';
import { PrincipalChanger } from './principal-changer.js';
import { checkProcedure } from './procedure-check.js';
import { ProcedureRunner } from './procedure-runner.js';
import { QueryRunner } from './query-runner.js';
import { Cancelled, type Runtime } from './runtime.js';
import { setOption } from './session-options.js';
import { setIsolation, useDatabase } from './session-statements.js';
import { selectInto } from './select-into.js';
import { raiseError, throwError } from './thrown-errors.js';
import { beginsImplicitly, resetsRowCount } from './statement-kinds.js';
import { declareTable } from './table-variables.js';
import { Transactions } from './transactions.js';
import { changeRows } from './triggers.js';
import { declareVariables, setVariable } from './variables.js';
import { waitFor } from './wait-for.js';

/** Where it goes on: a GOTO by the label that it looks for. */
export type Flow = 'next' | 'break' | 'continue' | 'return' | { readonly label: string };

/** Walks a batch's statements: control of flow, variables, errors. */
export class BatchRunner {
  readonly queries: QueryRunner;
  readonly objects: PrincipalChanger;
  readonly transactions: Transactions;
  readonly procedures: ProcedureRunner;
  readonly policy: ErrorPolicy;
  private readonly cursors: Cursors;

  constructor(
    readonly runtime: Runtime,
    readonly sink: ResultSink,
  ) {
    this.queries = new QueryRunner(runtime);
    this.objects = new PrincipalChanger(runtime);
    this.transactions = new Transactions(runtime);
    this.procedures = new ProcedureRunner(this);
    this.policy = new ErrorPolicy(runtime, sink, this.transactions);
    this.cursors = new Cursors(this);
  }

  /** Compiles the whole, then runs it. Errors go to the sink. */
  async batch(statements: readonly Statement[]): Promise<void> {
    try {
      await compileBatch(statements, this.queries, this.runtime);
      await this.list(statements);
    } catch (error) {
      if (error instanceof BatchEnded) return;
      await this.policy.report(error, true);
    }
  }

  /** An error from outside of any statement: reported, with its effect on the transaction. */
  async batchError(error: SqlError): Promise<void> {
    await this.policy.report(error, true);
  }

  async list(statements: readonly Statement[]): Promise<Flow> {
    for (let at = 0; at < statements.length; at++) {
      const statement = statements[at];
      const flow = statement ? await this.guarded(statement) : 'next';
      if (typeof flow === 'object') {
        at = statements.findIndex((each) => each.kind === 'label' && each.label === flow.label);
        if (at < 0) return flow;
      } else if (flow !== 'next') return flow;
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
      if (!(error instanceof SqlError)) throw error;
      if (isCompileError(error)) error.compiledIn ??= runtime.frame;
      error.procedure ??= runtime.frame.procedure;
      error.underXactAbort ||= runtime.options.xactAbort;
      const { tryDepth, outerTries } = runtime.frame;
      if (tryDepth > 0 && !(outerTries === 0 && escapesTry(error, runtime.frame))) throw error;
      if (containsStatements(statement) && error.endsBatch) throw error;
      await this.policy.report(
        error,
        false,
        ['insert', 'update', 'delete', 'merge'].includes(statement.kind),
      );
      return 'next';
    }
  }

  private async statement(statement: Statement): Promise<Flow> {
    const { runtime, sink, queries } = this;
    if (runtime.options.fmtonly && !actsUnderFmtonly(statement)) {
      await describeStatement(this, statement);
      return 'next';
    }
    if (runtime.options.implicitTransactions && !runtime.transaction && beginsImplicitly(statement))
      this.transactions.begin('', undefined, sink);
    switch (statement.kind) {
      case 'select':
        if (statement.query.body.kind === 'select' && statement.query.body.into)
          await selectInto(this, statement);
        else await queries.select(statement, sink);
        return 'next';
      case 'insert':
        if (statement.source.kind === 'exec') await insertExec(this, statement);
        else await changeRows(this, statement);
        return 'next';
      case 'update':
      case 'delete':
      case 'merge':
        await changeRows(this, statement);
        return 'next';
      case 'if':
        if (await this.holds(statement.condition)) return this.guarded(statement.then);
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
      case 'label':
        return 'next';
      case 'goto':
        return { label: statement.label };
      case 'return':
        if (statement.value)
          runtime.frame.returnStatus = Number((await queries.evaluate(statement.value, INT)).value ?? 0);
        return 'return';
      default:
        await this.plain(statement);
        return 'next';
    }
  }

  /** A condition is a statement of its own: @@ROWCOUNT and @@ERROR are 0 behind it. */
  private async holds(condition: Expr): Promise<boolean> {
    const result = await this.queries.condition(condition);
    this.runtime.rowCount = 0;
    this.runtime.lastError = 0;
    return result;
  }

  private async loop(statement: StatementOf<'while'>): Promise<Flow> {
    while (await this.holds(statement.condition)) {
      if (this.runtime.cancelled) throw new Cancelled();
      const flow = await this.guarded(statement.body);
      if (flow === 'break') break;
      if (flow === 'return' || typeof flow === 'object') return flow;
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
      if (escapesTry(error, frame)) throw error;
      runtime.frame = frame;
      const caught = error.consequence ?? error;
      runtime.lastError = caught.number;
      this.policy.doom(error);
      frame.handling.push(caught);
    } finally {
      frame.tryDepth--;
    }
    try {
      return await this.list(statement.handler);
    } finally {
      frame.handling.pop();
    }
  }

  private async plain(statement: Statement): Promise<void> {
    const { runtime, sink, queries, objects, transactions } = this;
    if (resetsRowCount.has(statement.kind)) runtime.rowCount = 0;
    switch (statement.kind) {
      case 'declare':
        return declareVariables(this, statement);
      case 'declareTable':
        return declareTable(this, statement);
      case 'setVariable':
        await setVariable(this, statement);
        return;
      case 'setOption':
        await setOption(runtime, statement);
        return runtime.done(sink, 'other');
      case 'setIsolation':
        setIsolation(runtime, statement);
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
        runtime.rowCount = 0;
        return runtime.done(sink, 'other');
      case 'throw':
        return throwError(this, statement);
      case 'raiserror':
        return raiseError(this, statement);
      case 'waitfor':
        return waitFor(this, statement);
      case 'exec':
        return this.procedures.exec(statement);
      case 'execString':
        return this.procedures.execString(
          plainText((await queries.evaluate(statement.text, nvarchar(-1))).value),
          statement.line,
        );
      case 'use':
        return useDatabase(this, statement);
      case 'empty':
        return;
      case 'declareCursor':
        return this.cursors.declare(statement);
      case 'openCursor':
        await this.cursors.open(statement.cursor, statement.line);
        return runtime.done(sink, 'other');
      case 'closeCursor':
        this.cursors.close(statement.cursor, statement.line);
        return runtime.done(sink, 'other');
      case 'deallocateCursor':
        this.cursors.deallocate(statement.cursor, statement.line);
        return runtime.done(sink, 'other');
      case 'dbcc':
        return runDbcc(this, statement);
      case 'fetch':
        return this.cursors.fetch(statement);
      case 'bulkInsert':
        throw unsupported('INSERT BULK outside of a bulk load', statement.line);
      default:
        if (statement.kind === 'createProcedure') await checkProcedure(this, statement);
        await define(objects, statement);
        runtime.done(sink, 'other');
    }
  }

  private async nameOf(expr: Expr): Promise<string> {
    return plainText((await this.queries.evaluate(expr, nvarchar(128))).value);
  }
}

const containsStatements = (statement: Statement): boolean =>
  ['if', 'while', 'block', 'try', 'exec', 'execString'].includes(statement.kind);
