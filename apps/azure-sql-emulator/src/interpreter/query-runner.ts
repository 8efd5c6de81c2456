import type { ResultSink, SqlValue } from '../engine.js';
import type { Catalog } from '../catalog/catalog.js';
import type { Expr, Statement, StatementOf } from '../language/ast.js';
import { DmlBinder, type BoundModification } from '../language/binder/dml-binder.js';
import type { OutputColumn } from '../language/binder/environment.js';
import type { BoundSelect } from '../language/binder/query-binder.js';
import { unsupported } from '../language/errors.js';
import type { PgCommand } from '../storage/pg-connection.js';
import { decoderFor, resultFormat } from '../storage/value-codec.js';
import { doomedError } from './command-runner.js';
import { affected, followIdentity, sequenceOf } from './identity-sequence.js';
import { bindStatement, resultColumn, type Modification, type Plan } from './plan.js';
import { setColumns } from './set-columns.js';
import { ExpressionRunner } from './expression-runner.js';

const ROWS_AT_ONCE = 256;

const plans = new WeakMap<Statement, { catalog: Catalog; plan: Plan }>();

/** Binds queries and modifications, runs them on PostgreSQL and hands their rows to the sink. */
export class QueryRunner extends ExpressionRunner {
  /** @throws {SqlError} what SQL Server finds when it compiles. */
  async plan(statement: StatementOf<'select'> | Modification): Promise<Plan> {
    const catalog = await this.runtime.catalog();
    const cached = plans.get(statement);
    if (cached?.catalog === catalog && this.cacheable) return cached.plan;
    const binder = new DmlBinder(this.runtime.environment(catalog));
    const plan = bindStatement(binder, statement);
    if (this.cacheable) plans.set(statement, { catalog, plan });
    return plan;
  }

  async select(statement: StatementOf<'select'>, sink: ResultSink): Promise<void> {
    const plan = await this.plan(statement);
    const bound = plan.select!;
    this.columnNames = plan.columnNames;
    const catalog = await this.runtime.catalog();
    this.checkAccess(plan.required, catalog, statement.line);
    this.checkTables(plan.tables, catalog, statement.line);
    const params = await this.runtime.parameters(plan.params);
    if (bound.assigns) return this.assign(bound, params, statement, sink);
    const count = await this.stream(
      { sql: this.limited(bound.sql), params },
      bound.columns,
      sink,
      statement.line,
      'SELECT',
    );
    this.runtime.rowCount = count;
    this.runtime.done(sink, 'select', count);
  }

  /** A statement's columns to the sink, without rows and without running it. */
  async describe(statement: StatementOf<'select'> | Modification, sink: ResultSink): Promise<void> {
    const plan = await this.plan(statement);
    this.checkAccess(plan.required, await this.runtime.catalog(), statement.line);
    const columns = plan.select?.assigns ? undefined : (plan.select?.columns ?? plan.modification?.columns);
    if (columns) sink.columns(columns.map(resultColumn));
    this.runtime.done(sink, statement.kind, 0);
  }

  private async assign(
    bound: BoundSelect,
    params: (string | null)[],
    statement: Statement,
    sink: ResultSink,
  ): Promise<void> {
    let last: SqlValue[] | undefined;
    let count = 0;
    const decoders = bound.columns.map((column) => decoderFor(column.type));
    await this.execute(
      [
        {
          sql: this.limited(bound.sql),
          params,
          keep: true,
          formats: bound.columns.map((column) => resultFormat(column.type)),
          onRow: (fields) => {
            count++;
            last = fields.map((field, i) => (field === null ? null : decoders[i]!(field)));
          },
        },
      ],
      statement.line,
      'SELECT',
    );
    const row = last;
    if (row)
      (bound.assigns ?? []).forEach((name, i) => {
        this.runtime.variable(name, statement.line).value = row[i] ?? null;
      });
    this.runtime.rowCount = count;
    this.runtime.done(sink, 'select', count);
  }

  /** SET ROWCOUNT. */
  private limited(sql: string): string {
    const { rowCount } = this.runtime.options;
    return rowCount > 0 ? `select * from (${sql}) as rows_ limit ${rowCount}` : sql;
  }

  /** SET ROWCOUNT limits what is changed as TOP does; a smaller TOP wins. */
  private limitedModification(statement: Modification): Modification {
    const { rowCount } = this.runtime.options;
    if (rowCount === 0 || (statement.kind === 'insert' && statement.source.kind !== 'query'))
      return statement;
    if (statement.kind === 'merge') throw unsupported('MERGE under SET ROWCOUNT', statement.line);
    if (statement.top) throw unsupported('TOP in a modification under SET ROWCOUNT', statement.line);
    const count: Expr = { kind: 'number', form: 'int', text: String(rowCount), line: statement.line };
    return { ...statement, top: { count, percent: false, withTies: false } };
  }

  /** Rows of one command to the sink, at the pace the sink takes them. */
  private async stream(
    command: PgCommand,
    columns: readonly OutputColumn[],
    sink: ResultSink,
    line: number,
    verb: string,
    before: readonly PgCommand[] = [],
    after: readonly PgCommand[] = [],
  ): Promise<number> {
    const connection = await this.runtime.link.connection();
    const decoders = columns.map((column) => decoderFor(column.type));
    const width = columns.length;
    let pending: SqlValue[][] = [];
    let count = 0;
    let announced = false;
    const announce = (): void => {
      if (announced) return;
      announced = true;
      sink.columns(columns.map(resultColumn));
    };
    const wait = (): void => {
      connection.pause();
      void sink.drained().then(
        () => connection.resume(),
        () => connection.resume(),
      );
    };
    const flush = (): void => {
      const rows = pending;
      pending = [];
      if (!sink.rows(rows)) wait();
    };
    const storedRow = sink.storedRow?.bind(sink);
    const onStoredRow = storedRow && {
      onStoredRow: (message: Buffer, at: number): void => {
        announce();
        count++;
        if (!storedRow(message, at)) wait();
      },
    };
    const onRow = (fields: readonly (Buffer | null)[]): void => {
      announce();
      const row = new Array<SqlValue>(width);
      for (let i = 0; i < width; i++) {
        const field = fields[i] ?? null;
        row[i] = field === null ? null : decoders[i]!(field);
      }
      count++;
      pending.push(row);
      if (pending.length >= ROWS_AT_ONCE) flush();
    };
    const formats = columns.map((column) => resultFormat(column.type));
    await this.execute(
      [...before, { ...command, keep: true, formats, onRow, ...onStoredRow }, ...after],
      line,
      verb,
    );
    announce();
    if (pending.length > 0) {
      const more = sink.rows(pending);
      if (!more) await sink.drained();
    }
    return count;
  }

  /** `capture` makes another PostgreSQL statement of the bound one, whose tag counts the rows all the same. */
  async modify(
    written: Modification,
    sink: ResultSink,
    capture?: (bound: BoundModification) => string,
  ): Promise<void> {
    const { runtime } = this;
    const statement = this.limitedModification(written);
    const plan = await this.plan(statement);
    const bound = plan.modification!;
    runtime.noteTableVariables(bound.sql);
    if (runtime.transaction?.doomed) throw doomedError(statement.line);
    if (!bound.table.temporary) await runtime.checkWritable(statement.line);
    this.checkAccess(plan.required, await runtime.catalog(), statement.line);
    this.checkTables(plan.tables, await runtime.catalog(), statement.line);
    const params = await runtime.parameters(plan.params);
    const verb = statement.kind.toUpperCase();
    const before: PgCommand[] = [];
    const after: PgCommand[] = [];
    if (statement.context) {
      const { value } = await this.evaluate(statement.context);
      const hex = Buffer.isBuffer(value) ? value.subarray(0, 128).toString('hex') : '';
      before.push({ sql: "select set_config('emu.ct_context', $1, true)", params: [hex], keep: true });
      after.push({ sql: "select set_config('emu.ct_context', '', true)", keep: true });
    }
    const named = setColumns(statement, bound.table);
    if (named !== undefined) {
      before.push({ sql: "select set_config('emu.ct_set_columns', $1, true)", params: [named], keep: true });
      after.push({ sql: "select set_config('emu.ct_set_columns', '', true)", keep: true });
    }
    if (bound.identity === 'explicit') after.push(followIdentity(bound.table));
    const captured = capture?.(bound);
    let count: number;
    if (captured !== undefined) {
      const tags = await this.execute([...before, { sql: captured, params }, ...after], statement.line, verb);
      count = affected(tags[before.length] ?? '');
    } else if (bound.assigns) {
      count = await this.assignUpdated(bound, { sql: bound.sql, params }, before, after, statement.line);
    } else if (bound.columns) {
      count = await this.stream(
        { sql: bound.sql, params },
        bound.columns,
        sink,
        statement.line,
        verb,
        before,
        after,
      );
    } else {
      const tags = await this.execute(
        [...before, { sql: bound.sql, params, keep: true }, ...after],
        statement.line,
        verb,
      );
      count = affected(tags[before.length] ?? '');
    }
    if (bound.identity && count > 0)
      runtime.identity = runtime.frame.identity = { sequence: sequenceOf(bound.table), value: undefined };
    runtime.rowCount = count;
    runtime.done(sink, statement.kind, count);
  }

  /** UPDATE … SET @v = …: its rows go into the variables, the last one stays. */
  private async assignUpdated(
    { assigns = [] }: BoundModification,
    command: PgCommand,
    before: readonly PgCommand[],
    after: readonly PgCommand[],
    line: number,
  ): Promise<number> {
    const decoders = assigns.map(({ type }) => decoderFor(type));
    const formats = assigns.map(({ type }) => resultFormat(type));
    let last: readonly SqlValue[] | undefined;
    let count = 0;
    const onRow = (fields: readonly (Buffer | null)[]): void => {
      count++;
      last = fields.map((field, i) => (field === null ? null : (decoders[i]?.(field) ?? null)));
    };
    await this.execute([...before, { ...command, keep: true, formats, onRow }, ...after], line, 'UPDATE');
    const row: readonly SqlValue[] | undefined = last;
    if (row) assigns.forEach(({ name }, i) => (this.runtime.variable(name, line).value = row[i] ?? null));
    return count;
  }

  /** SELECT … INTO: the table is made by the caller from these columns. */
  async selectInto(plan: Plan, insertInto: string, line: number): Promise<number> {
    const params = await this.runtime.parameters(plan.params);
    const tags = await this.execute(
      [{ sql: `insert into ${insertInto} ${plan.select!.sql}`, params }],
      line,
      'SELECT',
    );
    return affected(tags[0] ?? '');
  }

  async run(commands: readonly PgCommand[], line: number, verb: string): Promise<string[]> {
    return this.execute(commands, line, verb);
  }
}
