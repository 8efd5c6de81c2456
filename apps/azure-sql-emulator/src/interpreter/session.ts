import { plainText } from '../storage/value-codec.js';
import type {
  EngineSession,
  IsolationLevel,
  ResultColumn,
  ResultSink,
  RpcParameter,
  SqlValue,
} from '../engine.js';
import type { Statement } from '../language/ast.js';
import { SqlError } from '../language/errors.js';
import { parseName } from '../language/parser/batch-parser.js';
import { INT } from '../language/types.js';
import { BatchRunner } from './batch-runner.js';
import type { Database } from './database.js';
import { loadBulk } from './bulk-loader.js';
import { BatchEnded } from './error-policy.js';
import type { Argument, ProcedureRunner } from './procedure-runner.js';
import { Cancelled, type Runtime } from './runtime.js';
import { refuseKilled, silentSink } from './session-sinks.js';
import { defaultOptions, newFrame } from './session-state.js';
import { StatementHandles } from './statement-handles.js';

type BulkTarget = Extract<Statement, { kind: 'bulkInsert' }>;

/** A name that is one part as it stands. */
const PLAIN_NAME = /^sp_[a-z]+$/;

/** A client's session over one runtime. */
export class Session implements EngineSession {
  private readonly handles = new StatementHandles();
  private bulkTarget: BulkTarget | undefined;
  private closed = false;
  private killed = false;
  /** The login's database, to which RESETCONNECTION returns. */
  private readonly home: Database;

  constructor(
    private readonly runtime: Runtime,
    private readonly onClose: (session: Session) => void,
  ) {
    this.home = runtime.database;
  }

  get id(): number {
    return this.runtime.id;
  }

  get database(): string {
    return this.runtime.database.name;
  }

  get inTransaction(): boolean {
    return this.runtime.transaction !== undefined;
  }

  async batch(sql: string, sink: ResultSink): Promise<void> {
    await this.request(sink, async (runner) => {
      const { runtime } = this;
      const statements = await runtime.parse(sql);
      const [first] = statements;
      if (statements.length === 1 && first?.kind === 'bulkInsert') {
        this.bulkTarget = first;
        runtime.done(sink, 'other');
        return;
      }
      await runner.batch(statements);
    });
  }

  async rpc(procedure: string, parameters: readonly RpcParameter[], sink: ResultSink): Promise<void> {
    await this.request(sink, async (runner) => {
      const outputs = new Map<string, Argument>();
      const args: Argument[] = parameters.map(({ name, type, value, output }) => ({
        name: name === '' ? undefined : name,
        type,
        value,
        output,
      }));
      const status = await this.dispatch(procedure, args, runner.procedures, outputs);
      parameters.forEach((parameter, i) => {
        if (!parameter.output) return;
        const found = outputs.get(parameter.name.toLowerCase()) ?? outputs.get(String(i));
        if (found) sink.returnValue(i, parameter.name, found.type, found.value);
      });
      sink.returnStatus(status);
    });
  }

  private async dispatch(
    procedure: string,
    args: readonly Argument[],
    procedures: ProcedureRunner,
    outputs: Map<string, Argument>,
  ): Promise<number> {
    const { runtime } = this;
    const parts = PLAIN_NAME.test(procedure) ? [procedure] : (parseName(procedure) ?? [procedure]);
    const name = (parts.at(-1) ?? '').toLowerCase();
    const shifted = (by: number, inner: Map<string, Argument>): void => {
      for (const [key, value] of inner)
        outputs.set(/^\d+$/.test(key) ? String(Number(key) + by) : key, value);
    };
    const inner = new Map<string, Argument>();
    switch (name) {
      case 'sp_executesql': {
        const status = await procedures.executeSql(args, inner, 1);
        shifted(2, inner);
        return status;
      }
      case 'sp_prepare':
        outputs.set('0', handleValue(this.handles.add(plainText(args[2]?.value), plainText(args[1]?.value))));
        return 0;
      case 'sp_prepexec': {
        const declared = plainText(args[1]?.value);
        const sql = plainText(args[2]?.value);
        outputs.set('0', handleValue(this.handles.add(sql, declared)));
        const status = await procedures.executePrepared(sql, declared, args.slice(3), inner);
        shifted(3, inner);
        return status;
      }
      case 'sp_execute': {
        const handle = Number(args[0]?.value ?? 0);
        const prepared = this.handles.get(handle);
        if (!prepared)
          throw new SqlError(8179, `Could not find prepared statement with handle ${handle}.`, 1, 16, 2);
        const status = await procedures.executePrepared(
          prepared.sql,
          prepared.declared,
          args.slice(1),
          inner,
        );
        shifted(1, inner);
        return status;
      }
      case 'sp_unprepare': {
        const handle = Number(args[0]?.value ?? 0);
        if (!this.handles.remove(handle))
          throw new SqlError(8179, `Could not find prepared statement with handle ${handle}.`, 1, 16, 2);
        return 0;
      }
      default: {
        const before = runtime.transaction?.count ?? 0;
        const { status, outputs: found } = await procedures.call(parts, args, 1);
        await procedures.reportCount(before, parts.at(-1));
        for (const [key, value] of found) outputs.set(key, value);
        return status;
      }
    }
  }

  /** One request: fresh variables, errors told to the sink, temporary leftovers put away. */
  private async request(sink: ResultSink, work: (runner: BatchRunner) => Promise<void>): Promise<void> {
    const { runtime } = this;
    if (this.killed) return refuseKilled(sink);
    runtime.cancelled = false;
    runtime.frame = newFrame();
    runtime.nesting = 0;
    const runner = new BatchRunner(runtime, sink);
    try {
      await work(runner);
      await this.settle(runner, sink);
    } catch (error) {
      if (error instanceof Cancelled || runtime.cancelled) await this.settle(runner, sink);
      else if (!(error instanceof BatchEnded)) await this.fail(error, runner, sink);
    }
  }

  private async fail(error: unknown, runner: BatchRunner, sink: ResultSink): Promise<void> {
    if (error instanceof SqlError) {
      // The runner reports, and settles the transaction as it does for a batch.
      await runner.batchError(error);
      await this.settle(runner, sink);
      return;
    }
    const message = error instanceof Error ? error.message : String(error);
    sink.message({
      number: 596,
      severity: 21,
      state: 1,
      message: `the emulator failed: ${message}`,
      line: 0,
    });
    sink.done({ command: 'other', failed: true });
  }

  private async settle(runner: BatchRunner, sink: ResultSink): Promise<void> {
    const { runtime } = this;
    if (!runtime.transaction?.doomed || runtime.cancelled) return;
    await runner.transactions.rollbackAll(sink);
    sink.message({
      number: 3998,
      severity: 16,
      state: 1,
      message:
        'Uncommittable transaction is detected at the end of the batch. The transaction is rolled back.',
      line: 1,
    });
    sink.done({ command: 'other', failed: true });
  }

  async begin(isolation: IsolationLevel | undefined, name: string, sink: ResultSink): Promise<void> {
    await this.request(sink, async (runner) => {
      runner.transactions.begin(name, isolation, sink);
      await Promise.resolve();
    });
  }

  async commit(sink: ResultSink): Promise<void> {
    await this.request(sink, (runner) => runner.transactions.commit(1, sink));
  }

  async rollback(name: string, sink: ResultSink): Promise<void> {
    await this.request(sink, (runner) =>
      runner.transactions.rollback(name === '' ? undefined : name, 1, sink),
    );
  }

  async save(name: string, sink: ResultSink): Promise<void> {
    await this.request(sink, (runner) => runner.transactions.save(name, 1));
  }

  async bulk(
    columns: readonly ResultColumn[],
    rows: AsyncIterable<readonly SqlValue[]>,
    sink: ResultSink,
  ): Promise<void> {
    const target = this.bulkTarget;
    this.bulkTarget = undefined;
    await this.request(sink, async (runner) => {
      if (!target)
        throw new SqlError(
          4022,
          'Bulk load data was expected but not sent. The batch will be terminated.',
          1,
        );
      const count = await loadBulk(this.runtime, runner.queries, target, columns, rows);
      this.runtime.rowCount = count;
      this.runtime.done(sink, 'insert', count);
    });
  }

  cancel(): void {
    this.runtime.cancelled = true;
    this.runtime.link.cancel();
  }

  async reset(): Promise<void> {
    const { runtime } = this;
    if (runtime.transaction) await new BatchRunner(runtime, silentSink).transactions.rollbackAll(undefined);
    runtime.options = defaultOptions();
    await runtime.restoreSettings();
    runtime.frame = newFrame();
    runtime.identity = undefined;
    runtime.rowCount = 0;
    runtime.lastError = 0;
    runtime.cursors.clear();
    const home = runtime.databases.find(this.home.name);
    if (home && home !== runtime.database) {
      runtime.temporaries.clear();
      await runtime.moveTo(home);
    }
    this.handles.clear();
    if (runtime.temporaries.size > 0) {
      runtime.temporaries.clear();
      await (await runtime.link.connection()).query('discard temp');
    }
  }

  async kill(): Promise<void> {
    this.killed = true;
    this.runtime.cancelled = true;
    await this.runtime.link.close();
    this.onClose(this);
  }

  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    this.onClose(this);
    this.runtime.cancelled = true;
    await this.runtime.link.close();
  }
}

const handleValue = (handle: number): Argument => ({
  name: '@handle',
  type: INT,
  value: handle,
  output: true,
});
