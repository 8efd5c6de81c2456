import { plainText } from '../storage/value-codec.js';
import type { TableDef } from '../catalog/model.js';
import type { SqlType, SqlValue } from '../engine.js';
import type { ExecArgument, Statement, StatementOf } from '../language/ast.js';
import { SqlError } from '../language/errors.js';
import { parseName } from '../language/parser/batch-parser.js';
import { INT, nvarchar, sameType } from '../language/types.js';
import { catalogProcedure } from '../catalog/catalog-procedures.js';
import { Access, denied } from './access.js';
import type { BatchRunner } from './batch-runner.js';
import { compileBatch } from './compile.js';
import { ScopeEnded } from './error-policy.js';
import { execSql } from './execute-sql.js';
import { bindParameters, collectOutputs } from './procedure-arguments.js';
import { newFrame, type Frame } from './session-state.js';
import { parseDeclaration } from './statement-handles.js';
import { SystemProcedures } from './system-procedures.js';

/** A value handed to a procedure: by EXEC from a variable or expression, by RPC from the wire. */
export interface Argument {
  readonly name: string | undefined;
  readonly type: SqlType;
  readonly value: SqlValue;
  readonly output: boolean;
  /** DEFAULT was written: the parameter takes its own. */
  readonly omitted?: true;
  /** A table variable. */
  readonly table?: TableDef | undefined;
}

const MAX_NESTING = 32;

/** EXEC of system and user procedures, and of strings. */
export class ProcedureRunner {
  private readonly system: SystemProcedures;

  constructor(private readonly runner: BatchRunner) {
    this.system = new SystemProcedures(runner);
  }

  async exec(statement: StatementOf<'exec'>): Promise<void> {
    const { runtime, sink } = this.runner;
    const args = await this.argumentsOf(statement.args);
    const before = runtime.transaction?.count ?? 0;
    const procedure = this.procedureName(statement);
    const { status, outputs } = await this.call(procedure, args, statement.line);
    statement.args.forEach((arg, i) => {
      if (!arg.output || arg.value.kind !== 'variable') return;
      const name = (arg.name ?? String(i)).toLowerCase();
      const value = outputs.get(name);
      if (value) runtime.variable(arg.value.name, statement.line).value = value.value;
    });
    if (statement.into) runtime.variable(statement.into, statement.line).value = status;
    runtime.done(sink, 'exec');
    this.checkCount(before, procedure.at(-1));
  }

  private procedureName(statement: StatementOf<'exec'>): readonly string[] {
    if (statement.variable === undefined) return statement.procedure;
    const text = plainText(this.runner.runtime.variable(statement.variable, statement.line).value);
    return parseName(text) ?? [text];
  }

  /** A procedure is to leave as many transactions open as it found. */
  private checkCount(before: number, procedure: string | undefined): void {
    const { transaction } = this.runner.runtime;
    const now = transaction?.count ?? 0;
    if (now === before) return;
    const error = new SqlError(
      266,
      `Transaction count after EXECUTE indicates a mismatching number of BEGIN and COMMIT statements. Previous count = ${before}, current count = ${now}.`,
      0,
      16,
      2,
    );
    error.procedure = procedure;
    throw error;
  }

  /** The same for a procedure that a client calls, which gets its outputs all the same. */
  async reportCount(before: number, procedure: string | undefined): Promise<void> {
    if (this.runner.runtime.options.implicitTransactions) return;
    try {
      this.checkCount(before, procedure);
    } catch (error) {
      if (!(error instanceof SqlError)) throw error;
      await this.runner.batchError(error);
    }
  }

  private async argumentsOf(list: readonly ExecArgument[]): Promise<Argument[]> {
    const { runtime, queries } = this.runner;
    const args: Argument[] = [];
    for (const arg of list) {
      if (arg.value.kind === 'default')
        args.push({ name: arg.name, type: INT, value: null, output: false, omitted: true });
      else if (arg.value.kind === 'variable' && runtime.frame.tableVariables.has(arg.value.name)) {
        const table = runtime.frame.tableVariables.get(arg.value.name);
        args.push({ name: arg.name, type: INT, value: null, output: false, table });
      } else if (arg.value.kind === 'variable' && !arg.value.name.startsWith('@@')) {
        const variable = runtime.variable(arg.value.name, arg.line);
        args.push({ name: arg.name, type: variable.type, value: variable.value, output: arg.output });
      } else {
        const { value, type } = await queries.evaluate(arg.value);
        args.push({ name: arg.name, type, value, output: arg.output });
      }
    }
    return args;
  }

  async execString(sql: string, line: number): Promise<void> {
    const frame = newFrame(this.runner.runtime.frame.procedure);
    await this.inFrame(frame, () => this.statements(() => this.runner.runtime.parse(sql)), line);
  }

  /** A scope of its own: what can't be compiled ends it alone, and its caller goes on, or catches it. */
  private async statements(parse: () => Promise<readonly Statement[]>, returnsValue = false): Promise<void> {
    const { runner } = this;
    const { frame } = runner.runtime;
    try {
      const list = await parse();
      await compileBatch(list, runner.queries, runner.runtime, returnsValue);
      await runner.list(list);
    } catch (error) {
      if (error instanceof ScopeEnded) return;
      if (!(error instanceof SqlError) || frame.tryDepth > 0) throw error;
      error.procedure ??= frame.procedure;
      await this.reportScope(error);
    }
  }

  private async reportScope(error: SqlError): Promise<void> {
    try {
      await this.runner.policy.report(error, false);
    } catch (ended) {
      if (!(ended instanceof ScopeEnded)) throw ended;
    }
  }

  /** Runs with variables of its own; temporary tables made inside go with it. */
  async inFrame(frame: Frame, work: () => Promise<void>, line: number): Promise<void> {
    const { runtime, objects } = this.runner;
    const outer = runtime.frame;
    const options = { ...runtime.options };
    if (runtime.nesting >= MAX_NESTING) {
      throw new SqlError(
        217,
        'Maximum stored procedure, function, trigger, or view nesting level exceeded (limit 32).',
        line,
      );
    }
    frame.tryDepth = outer.tryDepth;
    frame.outerTries = outer.tryDepth;
    frame.handling.push(...outer.handling);
    runtime.frame = frame;
    runtime.nesting++;
    try {
      await work();
    } finally {
      runtime.nesting--;
      // SET options of a procedure or a dynamic batch end with it; IDENTITY_INSERT stays.
      const { dateFirst, lockTimeoutMs } = runtime.options;
      runtime.options = { ...options, identityInsert: runtime.options.identityInsert };
      if (
        !runtime.transaction?.doomed &&
        (dateFirst !== options.dateFirst || lockTimeoutMs !== options.lockTimeoutMs)
      )
        await runtime.restoreSettings();
      for (const name of frame.temporaries) {
        if (!runtime.transaction?.doomed && runtime.temporaries.has(name))
          await objects.dropTable([name], true, line);
      }
      runtime.frame = outer;
    }
  }

  /** By name, with outputs by parameter name and by position. */
  async call(
    procedure: readonly string[],
    args: readonly Argument[],
    line: number,
  ): Promise<{ status: number; outputs: Map<string, Argument> }> {
    const name = (procedure.at(-1) ?? '').toLowerCase();
    const schema = procedure.at(-2)?.toLowerCase();
    const outputs = new Map<string, Argument>();
    const builtIn = catalogProcedure(name);
    if (!builtIn && (schema === undefined || schema === '' || schema === 'sys' || schema === 'dbo')) {
      const handled =
        name === 'sp_executesql'
          ? await execSql(this, args, outputs, line)
          : await this.system.call(name, args, line);
      if (handled !== undefined) return { status: handled, outputs };
    }
    const { runtime } = this.runner;
    const found =
      builtIn ??
      runtime
        .environment(await runtime.catalog())
        .find(procedure.at(-2) || undefined, procedure.at(-1) ?? '');
    if (found?.kind !== 'procedure') {
      const error = new SqlError(
        2812,
        `Could not find stored procedure '${procedure.join('.')}'.`,
        line,
        16,
        62,
      );
      throw error;
    }
    const [parsed] = await runtime.parse(found.text, 'procedure', found.quotedIdentifier ?? true);
    if (parsed?.kind !== 'createProcedure')
      throw new Error('the catalogue keeps a procedure without its CREATE PROCEDURE statement');
    if (
      !builtIn &&
      !runtime.isAdministrator &&
      !runtime.frame.ownersRights &&
      !new Access(await runtime.catalog(), runtime.user).allows('EXECUTE', found)
    ) {
      throw denied('EXECUTE', found, runtime.database.name, line);
    }
    const frame = newFrame(found.name, true);
    await bindParameters(this.runner, frame, parsed.parameters, args, found.name, 0).catch(
      (error: unknown) => {
        // Wrong arguments are the procedure's error, before its first line.
        if (error instanceof SqlError) error.procedure ??= found.name;
        throw error;
      },
    );
    await this.inFrame(frame, () => this.statements(() => Promise.resolve(parsed.body), true), line);
    collectOutputs(frame, parsed.parameters, args, outputs);
    return { status: frame.returnStatus, outputs };
  }

  /** A value brought to a parameter's type. */
  async converted(arg: Argument, type: SqlType, line: number): Promise<SqlValue> {
    if (arg.value === null || (sameType(arg.type, type) && arg.type.collation === type.collation))
      return arg.value;
    const { runtime, queries } = this.runner;
    const outer = runtime.frame;
    const frame = newFrame(outer.procedure);
    frame.variables.set('@value', { type: arg.type, value: arg.value });
    runtime.frame = frame;
    try {
      return (await queries.evaluate({ kind: 'variable', name: '@value', line }, type)).value;
    } finally {
      runtime.frame = outer;
    }
  }

  /** sp_executesql @stmt, @params, values by name or by position. */
  async executeSql(args: readonly Argument[], outputs: Map<string, Argument>, line: number): Promise<number> {
    const { runtime } = this.runner;
    const named = (name: string, position: number): Argument | undefined =>
      args.find((arg) => arg.name?.toLowerCase() === name) ??
      (args[position]?.name ? undefined : args[position]);
    const statement = named('@stmt', 0) ?? named('@statement', 0) ?? args[0];
    const sql = plainText(statement?.value);
    const declaration = named('@params', 1) ?? (args[1] && args.length > 1 ? args[1] : undefined);
    const declared = plainText(declaration?.value);
    const parameters = await parseDeclaration(declared, runtime);
    const values = args.slice(declaration === undefined ? 1 : 2);
    const frame = newFrame(runtime.frame.procedure);
    await bindParameters(
      this.runner,
      frame,
      parameters,
      values,
      'sp_executesql',
      line,
      `(${declared})${sql}`,
    );
    await this.inFrame(frame, () => this.statements(() => runtime.parse(sql, declared)), line);
    collectOutputs(frame, parameters, values, outputs);
    return frame.returnStatus;
  }

  /** A prepared statement with its values by position. */
  async executePrepared(
    sql: string,
    declared: string,
    values: readonly Argument[],
    outputs: Map<string, Argument>,
  ): Promise<number> {
    const text: SqlType = nvarchar(-1);
    return this.executeSql(
      [
        { name: undefined, type: text, value: sql, output: false },
        { name: undefined, type: text, value: declared, output: false },
        ...values,
      ],
      outputs,
      1,
    );
  }
}
