import { setTimeout as delay } from 'node:timers/promises';
import { runCopy } from '../copy/run-copy.js';
import type { NumericNames } from '../decimals/expression-types.js';
import { RedshiftError, type ErrorFields } from '../errors.js';
import { quoteLiteral } from '../language/lexer.js';
import { sqlName, type DefinitionPlan, type Plan } from '../language/plan.js';
import type { ClientConnection } from '../protocol/client-connection.js';
import { commandComplete, errorResponse } from '../protocol/messages.js';
import { runUnload } from '../unload/run-unload.js';
import type { Backend } from './backend.js';
import type { QueryOutcome } from './backend-answers.js';
import { askUnseen, computesDecimals, resolveDecimals, type Asking } from './decimal-resolution.js';
import { resolveLateral, unknownColumnOf } from './lateral-resolution.js';
import { SerializableGuard } from './serializable-guard.js';
import { LastLoads } from './last-loads.js';
import { AlreadyReported } from './already-reported.js';
import type { SessionContext } from './session-context.js';

/** Runs statements one at a time, each with what Redshift does around it. Nothing else may be outstanding. */
export class SpecialStatements {
  readonly lastLoads: LastLoads;
  readonly guard: SerializableGuard;

  constructor(
    private readonly client: ClientConnection,
    private readonly backend: Backend,
    private readonly context: SessionContext,
  ) {
    this.lastLoads = new LastLoads(backend);
    this.guard = new SerializableGuard(backend, context.server.serialization, context.pid);
  }

  /**
   * Runs one statement and tells the client how it went, short of ReadyForQuery.
   *
   * @throws AlreadyReported when PostgreSQL refused it and the client knows
   * @throws RedshiftError when the client is still to be told
   */
  async execute(planned: Plan): Promise<void> {
    await this.before(planned);
    const plan = await this.resolve(planned);
    switch (plan.kind) {
      case 'refusal':
        throw plan.error;
      case 'forward':
        return this.forward(plan);
      case 'begin':
        return this.relay(plan.sql, 'BEGIN');
      case 'commit':
        return this.commit();
      case 'rollback':
        this.guard.rolledBack();
        return this.relay('rollback', 'ROLLBACK');
      case 'definition':
        return this.define(plan);
      case 'truncate':
        return this.truncate(plan.table);
      case 'copy':
        return this.transfer(plan, () => runCopy(plan.statement, this.transferContext()));
      case 'unload':
        return this.transfer(plan, () => runUnload(plan.statement, this.transferContext()));
    }
  }

  /** The plan once it is known what its names and its decimals are. Nothing else may be outstanding. */
  async resolve(plan: Plan): Promise<Plan> {
    const read = await this.resolveAliases(plan);
    if (this.backend.status === 'E' || !computesDecimals(read)) return read;
    const ask: Asking = (sql) => askUnseen(this.backend, `${this.lockBefore(read)}${sql}`);
    return resolveDecimals(read, ask, await this.numericNames());
  }

  /** The plan once it is known which names are aliases of its SELECT list. */
  async resolveAliases(plan: Plan): Promise<Plan> {
    if ((plan.kind !== 'forward' && plan.kind !== 'definition') || plan.lateral === undefined) return plan;
    if (this.backend.status === 'E') return plan;
    const lock = this.lockBefore(plan);
    return resolveLateral(plan.lateral, (query) => unknownColumnOf(query, this.backend, lock));
  }

  /** In a transaction the writer's lock comes before the snapshot, here as before the statement itself. */
  private lockBefore(plan: Plan): string {
    const locked = plan.kind === 'forward' && plan.lock !== undefined && this.backend.status === 'T';
    return locked ? `lock table ${plan.lock} in share row exclusive mode; ` : '';
  }

  numericNames(): Promise<NumericNames> {
    return this.context.server.storage.numericNames();
  }

  private async before(plan: Plan): Promise<void> {
    await this.pace(plan);
    await this.lastLoads.apply();
  }

  /** What happens before any statement: the moods and the latency the server was told to have. */
  async pace(plan: Plan): Promise<void> {
    const { moods, commits } = this.context.server;
    if (plan.kind !== 'commit' && plan.kind !== 'rollback' && moods.take('dropConnections')) this.drop();
    if (moods.slowMs > 0) await delay(moods.slowMs);
    await commits.statement(plan.kind);
    const writes = plan.kind === 'copy' || (plan.kind === 'forward' && plan.lock !== undefined);
    if (writes && moods.take('diskFull')) throw diskFull(this.context.pid);
  }

  private drop(): never {
    this.client.socket.destroy();
    throw new AlreadyReported('the connection was dropped, as asked');
  }

  private transferContext() {
    return {
      backend: this.backend,
      client: this.client,
      session: this.context,
      lastLoads: this.lastLoads,
      signal: this.context.abort.signal,
    };
  }

  /** One message, one transaction: the lock comes before the snapshot and is held until the statement has committed. */
  private async forward(plan: Extract<Plan, { kind: 'forward' }>): Promise<void> {
    const { status } = this.backend;
    const { sql, lock, reads = [], columns } = plan;
    const typed = columns === undefined ? {} : { columns };
    if (status === 'E') return this.relay(sql);
    if (this.guard.guards(plan)) return this.forwardGuarded(plan);
    const hidden: string[] = [];
    if (lock !== undefined) hidden.push(`lock table ${lock} in share row exclusive mode`);
    if (status === 'T' && reads.length > 0) hidden.push(checkSnapshot(reads));
    const statement = [...hidden, sql].join('; ');
    const work = async (): Promise<void> =>
      this.check(await this.backend.relay(statement, { hiddenCompletes: hidden.length, ...typed }));
    const queued = status === 'I' && lock !== undefined && this.context.server.commits.takesTime;
    await (queued ? this.inOwnTransaction(work) : work());
  }

  /** Under serializable isolation: the lock, then the check for cycles, then the statement. */
  private async forwardGuarded(plan: Extract<Plan, { kind: 'forward' }>): Promise<void> {
    const typed = plan.columns === undefined ? {} : { columns: plan.columns };
    const work = async (): Promise<void> => {
      if (plan.lock !== undefined) await this.lockForWrite(plan.lock);
      this.guard.check(await this.guard.accessOf(plan));
      const newer = plan.reads === undefined || plan.reads.length === 0 ? [] : [checkSnapshot(plan.reads)];
      const statement = [...newer, plan.sql].join('; ');
      this.check(await this.backend.relay(statement, { hiddenCompletes: newer.length, ...typed }));
    };
    await (this.backend.status === 'I' ? this.inOwnTransaction(work) : work());
  }

  private async lockForWrite(table: string): Promise<void> {
    const { error } = await this.backend.run(`lock table ${table} in share row exclusive mode`);
    if (error !== undefined) this.report(error);
  }

  /** Only the commit takes its turn: a statement that waits for a lock must not hold up the commit it waits for. */
  private async inOwnTransaction(work: () => Promise<void>): Promise<void> {
    await this.beginImplicit();
    try {
      await work();
    } catch (error) {
      this.guard.rolledBack();
      await this.backend.run('rollback');
      throw error;
    }
    await this.commitImplicit();
  }

  private async relay(sql: string, tag?: string): Promise<void> {
    this.check(await this.backend.relay(sql, tag === undefined ? {} : { tag }));
  }

  private check(outcome: QueryOutcome): void {
    if (outcome.error !== undefined) throw new AlreadyReported(outcome.error.message);
  }

  /** Runs what commits in its turn. */
  queueCommit<T>(work: () => Promise<T>): Promise<T> {
    return this.context.server.commits.commit(work);
  }

  private async commit(): Promise<void> {
    const { moods } = this.context.server;
    if (this.backend.status === 'T') {
      if (moods.take('dropBeforeCommit')) this.drop();
      if (moods.take('serializationFailures')) {
        await this.backend.run('rollback');
        throw new RedshiftError('XX000', '1023', {
          detail: `Serializable isolation violation on table - 100001, transactions forming the cycle are: 1, 2 (pid:${this.context.pid})`,
        });
      }
    }
    if (this.backend.status === 'T' && moods.take('loseCommitAnswers')) {
      await this.backend.run('commit');
      this.drop();
    }
    if (this.backend.status === 'E') this.guard.rolledBack();
    await this.queueCommit(() => this.relay('commit'));
    this.guard.committed();
  }

  async beginImplicit(): Promise<void> {
    await this.backend.run('begin');
  }

  async commitImplicit(): Promise<void> {
    const outcome = await this.queueCommit(() => this.backend.run('commit'));
    if (outcome.error !== undefined) {
      this.guard.rolledBack();
      this.report(outcome.error);
    }
    this.guard.committed();
  }

  private report(fields: ErrorFields): never {
    this.client.write(errorResponse(fields));
    throw new AlreadyReported(fields.message);
  }

  private refuseInFailedTransaction(): void {
    if (this.backend.status === 'E') {
      throw new RedshiftError(
        '25P02',
        'current transaction is aborted, commands ignored until end of transaction block',
      );
    }
  }

  private async define(plan: DefinitionPlan): Promise<void> {
    this.refuseInFailedTransaction();
    const idle = this.backend.status === 'I';
    if (plan.outsideBlock !== undefined && !idle) {
      throw new RedshiftError('25001', `${plan.outsideBlock} cannot run inside a transaction block`);
    }
    const run = async (): Promise<void> => {
      for (const step of plan.steps) {
        const { error } = await this.backend.run(step);
        if (error !== undefined) this.report(error);
      }
    };
    const own = idle && plan.outsideBlock === undefined;
    await (own ? this.inOwnTransaction(run) : run());
    this.client.write(commandComplete(plan.tag));
  }

  /** TRUNCATE commits the transaction it runs in. */
  private async truncate(table: string): Promise<void> {
    this.refuseInFailedTransaction();
    const inBlock = this.backend.status === 'T';
    if (!inBlock) await this.beginImplicit();
    const { error } = await this.backend.run(`truncate table ${table}`);
    if (error !== undefined) {
      if (!inBlock) await this.backend.run('rollback');
      this.report(error);
    }
    await this.commitImplicit();
    this.client.write(commandComplete('TRUNCATE TABLE'));
  }

  /** COPY and UNLOAD, in the client's transaction or one of their own. */
  private async transfer(plan: Plan, work: () => Promise<void>): Promise<void> {
    this.refuseInFailedTransaction();
    // A cancellation is for the statement that ran when it came.
    this.context.abort = new AbortController();
    const idle = this.backend.status === 'I';
    if (idle) await this.backend.run('begin isolation level repeatable read');
    try {
      if (this.guard.guards(plan) && plan.kind === 'copy') {
        await this.lockForWrite(sqlName(plan.statement.table));
        this.guard.check(await this.guard.accessOf(plan));
      }
      await work();
      if (idle) await this.commitImplicit();
    } catch (error) {
      if (idle) await this.backend.run('rollback');
      throw error;
    }
  }

  /** A statement that failed before PostgreSQL saw it aborts the transaction all the same. */
  async failTransaction(): Promise<void> {
    if (this.backend.status === 'T') await this.backend.run("do $$ begin raise 'statement refused'; end $$");
  }
}

/** As AWS's own error page shows it. */
function diskFull(pid: number): RedshiftError {
  const line = '-----------------------------------------------';
  const fields = ['error:  Disk Full', 'code:      1016', 'context:   node: 0', 'query:     0'];
  const detail = [line, ...fields, 'location:  fdisk_api.cpp:345', `process:   query0 [pid=${pid}]`, line];
  return new RedshiftError('XX000', 'Disk Full', { detail: `\n  ${detail.join('\n  ')}\n` });
}

/** Fails with error 1018 where a table is newer than the snapshot; DO, because it answers no rows. */
export function checkSnapshot(tables: readonly string[]): string {
  const names = tables.map(quoteLiteral).join(', ');
  return `do ${quoteLiteral(`begin perform redshift_emulator.check_snapshot(array[${names}]); end`)}`;
}
