import { RedshiftError, toRedshiftError } from '../errors.js';
import type { Plan } from '../language/plan.js';
import { StatementPlanner } from '../language/statements.js';
import type { ClientConnection } from '../protocol/client-connection.js';
import { sendCancel } from '../protocol/backend-login.js';
import {
  errorResponse,
  frame,
  ProtocolViolation,
  readCstring,
  readyForQuery,
  type Message,
} from '../protocol/messages.js';
import type { Backend } from './backend.js';
import { AlreadyReported } from './already-reported.js';
import { ExtendedProtocol } from './extended-protocol.js';
import { pastStatements } from './past-statements.js';
import { SpecialStatements } from './special-statements.js';
import type { SessionContext } from './session-context.js';

/** One client's session: takes its messages in order and answers each before the next special one. */
export class Session {
  private readonly planner: StatementPlanner;
  private readonly extended: ExtendedProtocol;
  private readonly specials: SpecialStatements;
  private caseSensitive = false;

  constructor(
    private readonly client: ClientConnection,
    private readonly backend: Backend,
    private readonly context: SessionContext,
  ) {
    this.planner = new StatementPlanner(context.server.isolation);
    this.specials = new SpecialStatements(client, backend, context);
    this.extended = new ExtendedProtocol(
      client,
      backend,
      this.specials,
      (sql) => this.planOne(sql),
      () => pastStatements(context, this.specials.lastLoads),
    );
  }

  /** Runs until the client leaves or PostgreSQL ends the connection. */
  async run(): Promise<void> {
    void this.backend.ended.then(() => this.client.close());
    void this.client.lost.then(() => this.abandon());
    for (;;) {
      const message = await this.client.next();
      if (message === undefined || message.type === 'X') break;
      try {
        await this.handle(message);
      } catch (error) {
        this.end(error);
        break;
      }
    }
    this.context.abort.abort();
    this.specials.guard.rolledBack();
    this.backend.close();
  }

  /** A message that is none, or a defect of the emulator: nothing that follows could be understood. */
  private end(error: unknown): void {
    const violation = error instanceof ProtocolViolation;
    if (!violation) this.context.server.log(`session ${this.context.pid} broke: ${describe(error)}`);
    const code = violation ? '08P01' : 'XX000';
    const text = violation ? 'invalid message format' : `internal error of the emulator: ${String(error)}`;
    this.client.write(errorResponse(new RedshiftError(code, text).fields('FATAL')));
  }

  /** Nobody waits for the running statement any more: it is cancelled, and its transaction rolled back. */
  private async abandon(): Promise<void> {
    const { server, pid, abort } = this.context;
    abort.abort();
    try {
      await sendCancel(server.storage.address, pid, this.backend.login.secret);
    } catch (error) {
      server.log(`session ${pid} could not be cancelled: ${String(error)}`);
    }
    this.backend.close();
  }

  private async handle(message: Message): Promise<void> {
    if (message.type === 'Q') {
      await this.backend.drain();
      if (this.extended.ignoresUntilSync) return;
      await this.simpleQuery(readCstring(message.body, 0).text);
    } else if (message.type === 'F') {
      this.client.write(
        errorResponse(new RedshiftError('0A000', 'function calls are not supported').fields()),
      );
      this.client.write(readyForQuery(this.backend.status));
    } else if (!['d', 'c', 'f'].includes(message.type)) await this.extended.handle(message);
  }

  private plan(sql: string): readonly Plan[] {
    const plans = this.planner.plan(sql, this.caseSensitive);
    for (const plan of plans) {
      const set =
        plan.kind === 'forward' && /^set .*enable_case_sensitive_identifier to (.*)$/i.exec(plan.sql);
      if (set) this.caseSensitive = /on|true|1/i.test(set[1] ?? '');
      this.notice(plan);
    }
    return plans;
  }

  private notice(plan: Plan): void {
    const group = plan.kind === 'forward' && /^set redshift\.query_group to (.*)$/s.exec(plan.sql);
    if (group) this.context.label = group[1]?.replace(/^E?'(.*)'$/s, '$1') ?? 'default';
  }

  private planOne(sql: string): Plan {
    const plans = this.plan(sql);
    if (plans.length > 1) {
      throw new RedshiftError('42601', 'cannot insert multiple commands into a prepared statement');
    }
    return plans[0] ?? { kind: 'forward', sql: '' };
  }

  private async simpleQuery(sql: string): Promise<void> {
    this.context.abort = new AbortController();
    const past = pastStatements(this.context, this.specials.lastLoads);
    let told: string | undefined;
    try {
      await past.ready(sql);
      const plans = this.plan(sql);
      if (plans.length === 0) this.client.write(frame('I'));
      else if (plans.length === 1) await this.specials.execute(plans[0]!);
      else await this.simpleBatch(plans);
    } catch (error) {
      told = error instanceof Error ? error.message : String(error);
      await this.fail(error);
    }
    if (sql !== '') past.record(sql, told);
    this.client.write(readyForQuery(this.backend.status));
  }

  /** Several statements in one message are one transaction, unless they say themselves where it begins or ends. */
  private async simpleBatch(plans: readonly Plan[]): Promise<void> {
    const own = plans.some(({ kind }) => ['begin', 'commit', 'rollback'].includes(kind));
    const implicit = !own && this.backend.status === 'I' && plans.every(takesPartInTransaction);
    if (implicit) await this.specials.beginImplicit();
    try {
      for (const plan of plans) await this.specials.execute(plan);
      if (implicit) await this.specials.commitImplicit();
    } catch (error) {
      if (implicit) await this.backend.run('rollback');
      throw error;
    }
  }

  private async fail(error: unknown): Promise<void> {
    if (error instanceof AlreadyReported) return;
    this.client.write(errorResponse(toRedshiftError(error).fields()));
    await this.specials.failTransaction();
  }
}

const describe = (error: unknown): string =>
  error instanceof Error ? (error.stack ?? error.message) : String(error);

function takesPartInTransaction(plan: Plan): boolean {
  return plan.kind !== 'truncate' && !(plan.kind === 'definition' && plan.outsideBlock !== undefined);
}
