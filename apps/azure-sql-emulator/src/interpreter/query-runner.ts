import type { ResultColumn, ResultSink, SqlValue } from '../engine.js';
import type { Catalog } from '../catalog/catalog.js';
import { literal, quote } from '../catalog/naming.js';
import type { TableDef } from '../catalog/model.js';
import type { Expr, Query, Statement, StatementOf } from '../language/ast.js';
import { DmlBinder, type BoundModification } from '../language/binder/dml-binder.js';
import type { OutputColumn, ParameterSource } from '../language/binder/environment.js';
import type { BoundSelect } from '../language/binder/query-binder.js';
import { SqlError } from '../language/errors.js';
import { pgType, sameType } from '../language/types.js';
import { convert } from '../language/binder/conversion.js';
import type { PgCommand } from '../storage/pg-connection.js';
import { decoderFor, resultFormat } from '../storage/value-codec.js';
import { Access, denied } from './access.js';
import { translateError } from './postgres-errors.js';
import { Cancelled, type Runtime } from './runtime.js';
import { PgError } from '../storage/pg-error.js';

const ROWS_AT_ONCE = 256;

export interface Plan {
  readonly params: readonly ParameterSource[];
  readonly tables: readonly TableDef[];
  readonly columnNames: ReadonlyMap<string, string>;
  readonly required: DmlBinder['required'];
  readonly select?: BoundSelect;
  readonly modification?: BoundModification;
}

type Modification =
  StatementOf<'insert'> | StatementOf<'update'> | StatementOf<'delete'> | StatementOf<'merge'>;

const expressionPlans = new WeakMap<
  Expr,
  { catalog: Catalog; sql: string; params: readonly ParameterSource[]; columns: readonly OutputColumn[] }
>();
const valuePlans = new WeakMap<
  Expr,
  {
    catalog: Catalog;
    key: string;
    sql: string;
    params: readonly ParameterSource[];
    type: OutputColumn['type'];
  }
>();
const plans = new WeakMap<Statement, { catalog: Catalog; plan: Plan }>();

/** Binds queries and modifications, runs them on PostgreSQL and hands their rows to the sink. */
export class QueryRunner {
  private columnNames: ReadonlyMap<string, string> | undefined;

  constructor(private readonly runtime: Runtime) {}

  private get cacheable(): boolean {
    const { temporaries, frame, options } = this.runtime;
    return temporaries.size === 0 && frame.tableVariables.size === 0 && options.identityInsert === undefined;
  }

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

  private checkAccess(required: Plan['required'], catalog: Catalog, line: number): void {
    const { runtime } = this;
    if (runtime.isAdministrator || runtime.frame.ownersRights) return;
    const access = new Access(catalog, runtime.user);
    const missing = required.find((item) => !access.allows(item.action, item));
    if (missing) throw denied(missing.action, missing, runtime.database.name, line);
  }

  private checkTables(tables: readonly TableDef[], catalog: Catalog, line: number): void {
    const { runtime } = this;
    const { transaction } = runtime;
    const snapshot = transaction
      ? transaction.isolation === 'snapshot'
      : runtime.options.isolation === 'snapshot';
    const users = tables.filter((table) => !table.temporary);
    if (!snapshot) return;
    // PostgreSQL takes the snapshot at the transaction's first query of any kind, so definitions are as of then too: a
    // table truncated between that query and the table's first use would read as empty instead of failing with 3961.
    if (transaction && !transaction.snapshotChecked) {
      transaction.snapshotChecked = true;
      runtime.snapshotCounter = runtime.database.ddlCounter;
    }
    if (users.length === 0) return;
    if ((catalog.setting('snapshot_isolation') ?? 'on') !== 'on') {
      const error = new SqlError(
        3952,
        `Snapshot isolation transaction failed accessing database '${runtime.database.name}' because snapshot isolation is not allowed in this database. Use ALTER DATABASE to allow snapshot isolation.`,
        line,
      );
      error.endsBatch = true;
      throw error;
    }
    if (!transaction) return;
    if (
      users.some(
        (table) =>
          runtime.database.changedAfter(table.id, runtime.snapshotCounter) &&
          !runtime.changedObjects.has(table.id),
      )
    ) {
      const error = new SqlError(
        3961,
        `Snapshot isolation transaction failed in database '${runtime.database.name}' because the object accessed by the statement has been modified by a DDL statement in another concurrent transaction since the start of this transaction.  It is disallowed because the metadata is not versioned. A concurrent update to metadata can lead to inconsistency if mixed with snapshot isolation.`,
        line,
      );
      error.endsBatch = true;
      throw error;
    }
  }

  /** Runs commands and translates what PostgreSQL refuses. */
  private async execute(commands: readonly PgCommand[], line: number, verb: string): Promise<string[]> {
    const { runtime } = this;
    if (runtime.cancelled) throw new Cancelled();
    try {
      return await runtime.link.run(commands);
    } catch (error) {
      if (runtime.cancelled) throw new Cancelled();
      if (error instanceof PgError && error.code === '57014') throw new Cancelled();
      throw this.translate(error, await runtime.catalog(), line, verb, this.columnNames);
    }
  }

  /** PostgreSQL's refusal in SQL Server's words, for this session. */
  translate(
    error: unknown,
    catalog: Catalog,
    line: number,
    verb: string,
    columnNames?: ReadonlyMap<string, string>,
  ): unknown {
    const { runtime } = this;
    const { transaction, options } = runtime;
    return translateError(error, {
      catalog,
      database: runtime.database.name,
      line,
      verb,
      columnNames,
      snapshot: (transaction?.isolation ?? options.isolation) === 'snapshot',
      temporary: new Map(
        [...runtime.temporaries.values(), ...runtime.frame.tableVariables.values()].map((table) => [
          table.pgName,
          table,
        ]),
      ),
    });
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
      { sql: bound.sql, params },
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
          sql: bound.sql,
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
    const flush = (): void => {
      const rows = pending;
      pending = [];
      if (sink.rows(rows)) return;
      connection.pause();
      void sink.drained().then(
        () => connection.resume(),
        () => connection.resume(),
      );
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
    await this.execute([...before, { ...command, keep: true, formats, onRow }, ...after], line, verb);
    announce();
    if (pending.length > 0) {
      const more = sink.rows(pending);
      if (!more) await sink.drained();
    }
    return count;
  }

  async modify(statement: Modification, sink: ResultSink): Promise<void> {
    const { runtime } = this;
    const plan = await this.plan(statement);
    const bound = plan.modification!;
    if (runtime.transaction?.doomed) throw doomedError(statement.line);
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
    if (bound.identity === 'explicit') after.push(followIdentity(bound.table));
    let count: number;
    if (bound.columns) {
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

  /** The value of an expression, converted to `type` as an assignment to a variable is. */
  async evaluate(
    expr: Expr,
    type?: OutputColumn['type'],
  ): Promise<{ value: SqlValue; type: OutputColumn['type'] }> {
    const known = this.knownValue(expr, type);
    if (known) return known;
    const catalog = await this.runtime.catalog();
    const key = type ? JSON.stringify(type) : '';
    let plan = valuePlans.get(expr);
    if (plan?.catalog !== catalog || plan.key !== key || !this.cacheable) {
      const binder = new DmlBinder(this.runtime.environment(catalog));
      const bound = binder.value(expr, undefined);
      const target = type ?? bound.type;
      const pg = type
        ? convert(bound, type, { mode: 'implicit', line: expr.line })
        : bound.untyped
          ? `null::${pgType(target)}`
          : bound.pg;
      this.checkAccess(binder.required, catalog, expr.line);
      this.checkTables(
        [...binder.tables.values()].map((entry) => entry.table),
        catalog,
        expr.line,
      );
      plan = { catalog, key, sql: `select ${pg}`, params: binder.params, type: target };
      if (this.cacheable) valuePlans.set(expr, plan);
    }
    return { value: await this.single(plan.sql, plan.params, plan.type, expr.line), type: plan.type };
  }

  /** Values that need no question to PostgreSQL: literals and variables of the wanted type. */
  private knownValue(
    expr: Expr,
    type: OutputColumn['type'] | undefined,
  ): { value: SqlValue; type: OutputColumn['type'] } | undefined {
    if (expr.kind === 'null' && type) return { value: null, type };
    if (
      expr.kind === 'number' &&
      expr.form === 'int' &&
      (type?.name ?? 'int') === 'int' &&
      expr.text.length < 10
    ) {
      return { value: Number(expr.text), type: { name: 'int' } };
    }
    if (expr.kind === 'string' && type === undefined && expr.value.length > 0 && expr.value.length <= 4000) {
      return {
        value: expr.value,
        type: { name: expr.national ? 'nvarchar' : 'varchar', length: expr.value.length },
      };
    }
    if (expr.kind === 'variable' && !expr.name.startsWith('@@')) {
      const variable = this.runtime.variable(expr.name, expr.line);
      if (!type || sameType(variable.type, type)) return { value: variable.value, type: variable.type };
    }
    return undefined;
  }

  async condition(expr: Expr): Promise<boolean> {
    const catalog = await this.runtime.catalog();
    let plan = expressionPlans.get(expr);
    if (plan?.catalog !== catalog || !this.cacheable) {
      const binder = new DmlBinder(this.runtime.environment(catalog));
      const sql = `select ${binder.condition(expr, undefined)}`;
      this.checkTables(
        [...binder.tables.values()].map((entry) => entry.table),
        catalog,
        expr.line,
      );
      plan = { catalog, sql, params: binder.params, columns: [] };
      if (this.cacheable) expressionPlans.set(expr, plan);
    }
    return (await this.single(plan.sql, plan.params, { name: 'bit' }, expr.line)) === true;
  }

  private async single(
    sql: string,
    sources: readonly ParameterSource[],
    type: OutputColumn['type'],
    line: number,
  ): Promise<SqlValue> {
    let value: SqlValue = null;
    const decode = decoderFor(type);
    const params = await this.runtime.parameters(sources);
    await this.execute(
      [
        {
          sql,
          params,
          keep: true,
          formats: [resultFormat(type)],
          onRow: ([field]) => (value = field ? decode(field) : null),
        },
      ],
      line,
      'SELECT',
    );
    return value;
  }

  async run(commands: readonly PgCommand[], line: number, verb: string): Promise<string[]> {
    return this.execute(commands, line, verb);
  }
}

const bindStatement = (binder: DmlBinder, statement: StatementOf<'select'> | Modification): Plan => {
  let select: BoundSelect | undefined;
  let modification: BoundModification | undefined;
  switch (statement.kind) {
    case 'select':
      select = binder.bindQuery(statement.query, undefined);
      break;
    case 'insert':
      modification = binder.bindInsert(statement);
      break;
    case 'update':
      modification = binder.bindUpdate(statement);
      break;
    case 'delete':
      modification = binder.bindDelete(statement);
      break;
    case 'merge':
      modification = binder.bindMerge(statement);
      break;
  }
  return {
    params: binder.params,
    columnNames: binder.columnNames,
    required: binder.required,
    tables: [...binder.tables.values()].map((entry) => entry.table),
    ...(select ? { select } : {}),
    ...(modification ? { modification } : {}),
  };
};

const resultColumn = (column: OutputColumn): ResultColumn => ({
  name: column.name,
  type: column.type,
  nullable: column.nullable,
  ...(column.identity ? { identity: true } : {}),
  ...(column.computed ? { computed: true } : {}),
});

const affected = (tag: string): number => Number(/(\d+)$/.exec(tag)?.[1] ?? 0);

const qualified = (table: TableDef): string =>
  `${table.temporary ? 'pg_temp' : quote(table.pgSchema)}.${quote(table.pgName)}`;

const sequenceOf = (table: TableDef): string => {
  const column = table.columns.find((candidate) => candidate.identity);
  return `pg_get_serial_sequence(${literal(qualified(table))}, ${literal(column?.pg ?? '')})`;
};

/** An explicit identity value moves the sequence on, as it does in SQL Server. */
const followIdentity = (table: TableDef): PgCommand => {
  const column = table.columns.find((candidate) => candidate.identity);
  const name = quote(column?.pg ?? '');
  const down = column?.identity?.increment.startsWith('-') ?? false;
  return {
    sql: `select setval(${sequenceOf(table)}, m) from (select ${down ? 'min' : 'max'}(${name})::int8 as m from ${qualified(table)}) as x where m ${down ? '<' : '>'} coalesce(pg_sequence_last_value(${sequenceOf(table)}::regclass), ${column?.identity?.seed ?? '1'} ${down ? '+' : '-'} 1)`,
  };
};

export const doomedError = (line: number): SqlError =>
  new SqlError(
    3930,
    'The current transaction cannot be committed and cannot support operations that write to the log file. Roll back the transaction.',
    line,
  );

export type { Query };
