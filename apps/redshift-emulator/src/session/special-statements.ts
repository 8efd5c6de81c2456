import { setTimeout as delay } from 'node:timers/promises';
import { runCopy } from '../copy/run-copy.js';
import { RedshiftError, type ErrorFields } from '../errors.js';
import { quoteLiteral } from '../language/lexer.js';
import type { DefinitionPlan, Plan } from '../language/plan.js';
import type { ClientConnection } from '../protocol/client-connection.js';
import { commandComplete, errorResponse } from '../protocol/messages.js';
import { runUnload } from '../unload/run-unload.js';
import type { Backend } from './backend.js';
import type { QueryOutcome } from './backend-answers.js';
import { resolveLateral, unknownColumnOf } from './lateral-resolution.js';
import { LastLoads } from './last-loads.js';
import { AlreadyReported } from './already-reported.js';
import type { SessionContext } from './session-context.js';

/** Runs statements one at a time, each with what Redshift does around it. Nothing else may be outstanding. */
export class SpecialStatements {
  readonly lastLoads: LastLoads;

  constructor(
    private readonly client: ClientConnection,
    private readonly backend: Backend,
    private readonly context: SessionContext,
  ) {
    this.lastLoads = new LastLoads(backend);
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
        return this.relay('rollback', 'ROLLBACK');
      case 'definition':
        return this.define(plan);
      case 'truncate':
        return this.truncate(plan.table);
      case 'copy':
        return this.transfer(() => runCopy(plan.statement, this.transferContext()));
      case 'unload':
        return this.transfer(() => runUnload(plan.statement, this.transferContext()));
    }
  }

  /** The plan once it is known which names are aliases of its SELECT list. Nothing else may be outstanding. */
  async resolve(plan: Plan): Promise<Plan> {
    if ((plan.kind !== 'forward' && plan.kind !== 'definition') || plan.lateral === undefined) return plan;
    if (this.backend.status === 'E') return plan;
    // In a transaction the writer's lock comes before the snapshot, here as before the statement itself.
    const locked = plan.kind === 'forward' && plan.lock !== undefined && this.backend.status === 'T';
    const lock = locked ? `lock table ${plan.lock} in share row exclusive mode; ` : '';
    return resolveLateral(plan.lateral, (query) => unknownColumnOf(query, this.backend, lock));
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
    await commits.statement();
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
  private async forward({ sql, lock, reads = [] }: Extract<Plan, { kind: 'forward' }>): Promise<void> {
    const { status } = this.backend;
    if (status === 'E') return this.relay(sql);
    const hidden: string[] = [];
    if (lock !== undefined) hidden.push(`lock table ${lock} in share row exclusive mode`);
    if (status === 'T' && reads.length > 0) hidden.push(checkSnapshot(reads));
    const statement = [...hidden, sql].join('; ');
    const work = async (): Promise<void> =>
      this.check(await this.backend.relay(statement, { hiddenCompletes: hidden.length }));
    await (status === 'I' && lock !== undefined ? this.queueCommit(work) : work());
  }

  private async relay(sql: string, tag?: string): Promise<void> {
    this.check(await this.backend.relay(sql, tag === undefined ? {} : { tag }));
  }

  private check(outcome: QueryOutcome): void {
    if (outcome.error !== undefined) throw new AlreadyReported(outcome.error.message);
  }

  private queueCommit<T>(work: () => Promise<T>): Promise<T> {
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
    await this.queueCommit(() => this.relay('commit'));
  }

  async beginImplicit(): Promise<void> {
    await this.backend.run('begin');
  }

  async commitImplicit(): Promise<void> {
    const outcome = await this.queueCommit(() => this.backend.run('commit'));
    if (outcome.error !== undefined) this.report(outcome.error);
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
    const alone = plan.steps.length === 1;
    if (idle && !alone) await this.beginImplicit();
    for (const step of plan.steps) {
      const outcome = await this.backend.run(step);
      if (outcome.error === undefined) continue;
      if (idle && !alone) await this.backend.run('rollback');
      this.report(outcome.error);
    }
    if (idle && !alone) await this.commitImplicit();
    this.client.write(commandComplete(plan.tag));
  }

  /** TRUNCATE commits the transaction it runs in. */
  private async truncate(table: string): Promise<void> {
    this.refuseInFailedTransaction();
    const inBlock = this.backend.status === 'T';
    const outcome = await this.backend.run(`truncate table ${table}`);
    if (outcome.error !== undefined) this.report(outcome.error);
    if (inBlock) await this.commitImplicit();
    this.client.write(commandComplete('TRUNCATE TABLE'));
  }

  /** COPY and UNLOAD, in the client's transaction or one of their own. */
  private async transfer(work: () => Promise<void>): Promise<void> {
    this.refuseInFailedTransaction();
    // A cancellation is for the statement that ran when it came.
    this.context.abort = new AbortController();
    const idle = this.backend.status === 'I';
    if (idle) await this.backend.run('begin isolation level repeatable read');
    try {
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

/** Fails with error 1018 where a table is newer than the snapshot; DO, because it answers no rows. */
export function checkSnapshot(tables: readonly string[]): string {
  const names = tables.map(quoteLiteral).join(', ');
  return `do ${quoteLiteral(`begin perform redshift_emulator.check_snapshot(array[${names}]); end`)}`;
}
