import { RedshiftError, toRedshiftError, type ErrorFields } from '../errors.js';
import { quoteLiteral } from '../language/lexer.js';
import type { Plan } from '../language/plan.js';
import type { ClientConnection } from '../protocol/client-connection.js';
import {
  cstring,
  errorResponse,
  frame,
  ProtocolViolation,
  readCstring,
  readInt16,
  type Message,
} from '../protocol/messages.js';
import type { Backend } from './backend.js';
import type { Expectation } from './backend-answers.js';
import { computesDecimals, resolveDecimals } from './decimal-resolution.js';
import { AlreadyReported } from './already-reported.js';
import type { PastStatements } from './past-statements.js';
import type { DescribedResult } from './result-columns.js';
import { parameterTypes, UnseenStatements } from './unseen-statements.js';
import { NO_RESULT, standIn, type Prepared } from './prepared-statement.js';
import { checkSnapshot, type SpecialStatements } from './special-statements.js';

function resultOf(plan: Plan): DescribedResult {
  const columns = plan.kind === 'forward' ? plan.columns : undefined;
  return { conversion: undefined, ...(columns && { columns }) };
}

/** Not a statement in any language: makes PostgreSQL fail where the proxy has an error to tell. */
const NOT_SQL = 'refused by the proxy';

/**
 * The extended protocol. Ordinary statements pass through message by message, nothing waits. A special statement
 * (COPY, TRUNCATE, a definition, …) is prepared in PostgreSQL as the empty statement, so that Parse, Bind and Describe
 * are answered in their order; only its Execute waits for what went before and is then run by the proxy.
 */
export class ExtendedProtocol {
  private readonly statements = new Map<string, Prepared>();
  private readonly portals = new Map<string, Prepared>();
  /** A special statement failed: everything is ignored until Sync, as PostgreSQL does. */
  private ignoring = false;
  /** A statement that writes ran since the last Sync, which commits it when no transaction is open. */
  private wrote = false;
  private syncs = 0;
  private readonly unseen: UnseenStatements;

  constructor(
    private readonly client: ClientConnection,
    private readonly backend: Backend,
    private readonly specials: SpecialStatements,
    private readonly planOne: (sql: string) => Plan,
    private readonly past: () => PastStatements,
  ) {
    this.unseen = new UnseenStatements(backend);
  }

  /** Whether nothing but Sync is listened to, because a message before it failed. */
  get ignoresUntilSync(): boolean {
    return this.ignoring || this.backend.ignoresUntilSync;
  }

  async handle(message: Message): Promise<void> {
    const { type, body } = message;
    if (type === 'S') return this.sync();
    if (this.ignoring) return;
    switch (type) {
      case 'P':
        return this.parse(body);
      case 'B':
        return this.bind(body);
      case 'D':
        return this.describe(body);
      case 'E':
        return this.execute(body);
      case 'C':
        this.close(body);
        return this.pass(message, { kind: 'close', visible: true });
      case 'H':
        await this.backend.drain();
        return;
      default:
        throw new ProtocolViolation(`unexpected message ${type}`);
    }
  }

  private pass({ type, body }: Message, expectation: Expectation): void {
    this.backend.forward(frame(type, body), expectation);
  }

  private async sync(): Promise<void> {
    this.ignoring = false;
    this.syncs += 1;
    const commits = this.wrote && this.backend.status === 'I';
    this.wrote = false;
    const work = async (): Promise<void> => {
      this.backend.forward(frame('S'), { kind: 'sync', visible: true });
      await this.backend.drain();
    };
    if (!commits) {
      await work();
      if (this.backend.status === 'I') this.specials.guard.committed();
      return;
    }
    // Only the commit takes its turn: the statement before it may wait for a lock.
    await this.backend.drain();
    await this.specials.queueCommit(work);
    this.specials.guard.committed();
  }

  private async parse(body: Buffer): Promise<void> {
    const name = readCstring(body, 0);
    const sql = readCstring(body, name.next);
    if (this.specials.lastLoads.pending) {
      await this.backend.drain();
      await this.specials.lastLoads.apply();
    }
    await this.past().ready(sql.text);
    const types = body.subarray(sql.next);
    let plan: Plan;
    try {
      plan = await this.resolved(this.planSafely(sql.text), types);
    } catch (error) {
      return this.fail(error);
    }
    const prepared: Prepared = { sql: sql.text, plan, result: resultOf(plan) };
    await this.lookUpTables(prepared);
    this.statements.set(name.text, prepared);
    if (plan.kind === 'refusal') return this.prepare(name.text, NOT_SQL, types, sql.text, plan.error);
    this.lockFor(plan);
    this.prepare(name.text, standIn(plan), types, sql.text);
  }

  /** Which names are aliases must be known before PostgreSQL parses the statement. */
  private async resolved(plan: Plan, types: Buffer): Promise<Plan> {
    if (plan.kind !== 'forward' || this.backend.ignoresUntilSync) return plan;
    if (plan.lateral === undefined && !computesDecimals(plan)) return plan;
    await this.backend.drain();
    if (this.backend.ignoresUntilSync || this.backend.status === 'E') return plan;
    const read = await this.specials.resolveAliases(plan);
    if (!computesDecimals(read)) return read;
    this.lockFor(read);
    const names = await this.specials.numericNames();
    return resolveDecimals(read, (sql) => this.unseen.ask(sql), names, parameterTypes(types));
  }

  /**
   * Tables are looked up before Parse, because a query of the proxy's own between Parse and Execute would end the
   * transaction and forget the unnamed statement; and again when a named statement is bound in a later message.
   */
  private async lookUpTables(prepared: Prepared): Promise<void> {
    const { guard } = this.specials;
    if (!guard.guards(prepared.plan) || prepared.access?.sync === this.syncs) return;
    await this.backend.drain();
    if (this.backend.ignoresUntilSync || this.backend.status === 'E') return;
    prepared.access = { tables: await guard.accessOf(prepared.plan), sync: this.syncs };
  }

  private planSafely(sql: string): Plan {
    try {
      return this.planOne(sql);
    } catch (error) {
      return { kind: 'refusal', error: toRedshiftError(error) };
    }
  }

  private prepare(
    name: string,
    sql: string,
    types: Buffer,
    text: string,
    replaceError?: RedshiftError,
  ): void {
    const body = Buffer.concat([cstring(name), cstring(sql), types]);
    this.backend.forward(frame('P', body), {
      kind: 'parse',
      visible: true,
      answered: this.failureOf(text),
      ...(replaceError === undefined ? {} : { replaceError }),
    });
  }

  /** Writes a statement down that fails before it is executed. */
  private failureOf(sql: string): (error?: ErrorFields) => void {
    const past = this.past();
    return (error) => {
      if (error !== undefined) past.record(sql, error.message);
    };
  }

  private get inTransaction(): boolean {
    return this.backend.status === 'T';
  }

  /**
   * Takes the writer's lock unseen; its failure is the client's statement's failure. Before Parse and before Bind:
   * both take a snapshot and a weaker lock on the table, and two sessions that hold the weaker one would deadlock.
   */
  private lockFor(plan: Plan): void {
    if (plan.kind !== 'forward' || plan.lock === undefined || this.backend.status === 'E') return;
    const table = plan.lock;
    const sql = this.inTransaction
      ? `lock table ${table} in share row exclusive mode`
      : `select redshift_emulator.lock_for_write(${quoteLiteral(table)})`;
    this.unseen.send(sql);
  }

  private async bind(body: Buffer): Promise<void> {
    const portal = readCstring(body, 0);
    const statement = readCstring(body, portal.next);
    const prepared = this.statements.get(statement.text) ?? NO_RESULT;
    this.portals.set(portal.text, prepared);
    const formats = readInt16(body, statement.next);
    const parameters = readInt16(body, statement.next + 2 + formats * 2);
    const { kind } = prepared.plan;
    if (parameters > 0 && kind !== 'forward' && kind !== 'refusal') {
      await this.refuse(new RedshiftError('0A000', 'bind parameters are not supported in this statement'));
      return;
    }
    await this.lookUpTables(prepared);
    this.lockFor(prepared.plan);
    this.pass({ type: 'B', body }, { kind: 'bind', visible: true, answered: this.failureOf(prepared.sql) });
  }

  private describe(body: Buffer): void {
    const named = readCstring(body, 1).text;
    const source = body[0] === 0x53 ? this.statements : this.portals;
    const { result } = source.get(named) ?? NO_RESULT;
    this.pass({ type: 'D', body }, { kind: 'describe', visible: true, result });
  }

  private close(body: Buffer): void {
    const named = readCstring(body, 1).text;
    (body[0] === 0x53 ? this.statements : this.portals).delete(named);
  }

  private async execute(body: Buffer): Promise<void> {
    const prepared = this.portals.get(readCstring(body, 0).text) ?? NO_RESULT;
    const { plan, result } = prepared;
    if (plan.kind === 'forward') {
      try {
        await this.specials.pace(plan);
        await this.guard(prepared);
      } catch (error) {
        return this.refuse(error);
      }
      this.wrote ||= plan.lock !== undefined;
      if (plan.reads !== undefined && plan.reads.length > 0 && this.inTransaction) {
        this.unseen.send(checkSnapshot(plan.reads));
      }
      const past = this.past();
      const answered = (error?: ErrorFields): void => past.record(prepared.sql, error?.message);
      this.pass({ type: 'E', body }, { kind: 'execute', visible: true, result, answered });
      return;
    }
    await this.backend.drain();
    if (this.backend.ignoresUntilSync) {
      this.ignoring = true;
      return;
    }
    const past = this.past();
    try {
      await this.specials.execute(plan);
      past.record(prepared.sql, undefined);
    } catch (error) {
      past.record(prepared.sql, error instanceof Error ? error.message : String(error));
      await this.fail(error);
    }
  }

  /** The writer's lock was taken before Bind; when all is answered it is held. */
  private async guard({ access }: Prepared): Promise<void> {
    if (access === undefined) return;
    await this.backend.drain();
    if (!this.backend.ignoresUntilSync) this.specials.guard.check(access.tables);
  }

  private async refuse(error: unknown): Promise<void> {
    await this.backend.drain();
    await this.fail(error);
  }

  private async fail(error: unknown): Promise<void> {
    this.ignoring = true;
    if (error instanceof AlreadyReported) return;
    this.client.write(errorResponse(toRedshiftError(error).fields()));
    await this.specials.failTransaction();
  }
}
