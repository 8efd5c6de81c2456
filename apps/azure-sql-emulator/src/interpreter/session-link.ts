import type { IsolationLevel } from '../engine.js';
import { PgConnection, type PgAddress, type PgCommand } from '../storage/pg-connection.js';
import type { TransactionState } from './session-state.js';

const SAVE: PgCommand = { sql: 'savepoint s_', keep: true };
const RELEASE: PgCommand = { sql: 'release savepoint s_', keep: true };

const levels: Record<IsolationLevel, string> = {
  'read uncommitted': 'read committed',
  'read committed': 'read committed',
  'repeatable read': 'repeatable read',
  snapshot: 'repeatable read',
  serializable: 'serializable',
};

const settings = {
  application_name: 'azure-sql-emulator',
  search_path: 'emu',
  TimeZone: 'UTC',
  DateStyle: 'ISO',
  extra_float_digits: '1',
  bytea_output: 'hex',
  client_min_messages: 'error',
  jit: 'off',
};

/**
 * A session's connection to PostgreSQL and the transaction on it. A statement inside a T-SQL transaction runs between
 * SAVEPOINT and RELEASE, sent in one pipeline, so that its failure leaves the transaction usable; BEGIN is sent with the
 * first statement, because PostgreSQL takes an isolation level only before anything else has run.
 */
export class SessionLink {
  private opened: Promise<PgConnection> | undefined;
  /** What `opened` has become. */
  private ready: PgConnection | undefined;
  transaction: TransactionState | undefined;

  constructor(
    private readonly address: PgAddress,
    readonly database: string,
  ) {}

  connection(): Promise<PgConnection> {
    this.opened ??= this.open();
    return this.opened;
  }

  private open(): Promise<PgConnection> {
    const opened = PgConnection.open(this.address, this.database, settings);
    const keep = (connection: PgConnection): PgConnection => {
      if (this.opened === opening) this.ready = connection;
      return connection;
    };
    const opening = opened.then(keep);
    return opening;
  }

  /** Runs commands as one statement: all or nothing. Rejects with PostgreSQL's error, the transaction restored. */
  run(commands: readonly PgCommand[]): Promise<string[]> {
    const { ready, transaction } = this;
    // Most statements are these, and every turn of the microtask queue counts.
    return ready && !transaction ? ready.run(commands) : this.runInside(commands);
  }

  private async runInside(commands: readonly PgCommand[]): Promise<string[]> {
    const connection = await this.connection();
    const { transaction } = this;
    if (!transaction) return connection.run(commands);
    const prefix = transaction.begun ? [SAVE] : [this.begin(transaction), SAVE];
    try {
      const tags = await connection.run([...prefix, ...commands, RELEASE]);
      transaction.begun = true;
      return tags.slice(prefix.length, -1);
    } catch (error) {
      await this.restore(connection, transaction);
      throw error;
    }
  }

  private begin(transaction: TransactionState): PgCommand {
    return { sql: `begin isolation level ${levels[transaction.isolation]}` };
  }

  private async restore(connection: PgConnection, transaction: TransactionState): Promise<void> {
    if (connection.closed) return;
    if (connection.transactionStatus === 'E') {
      transaction.begun = true;
      await connection.run([{ sql: 'rollback to savepoint s_' }, { sql: 'release savepoint s_' }]);
    } else if (connection.transactionStatus === 'T') transaction.begun = true;
  }

  /** Several round trips that belong together: a transaction of their own, or a savepoint in the one that is open. */
  async atomically<T>(work: (connection: PgConnection) => Promise<T>): Promise<T> {
    const connection = await this.connection();
    const { transaction } = this;
    if (transaction) {
      await connection.run(
        transaction.begun ? [{ sql: 'savepoint d_' }] : [this.begin(transaction), { sql: 'savepoint d_' }],
      );
      transaction.begun = true;
    } else await connection.run([{ sql: 'begin' }]);
    try {
      const result = await work(connection);
      await connection.run([{ sql: transaction ? 'release savepoint d_' : 'commit' }]);
      connection.forgetPrepared();
      return result;
    } catch (error) {
      if (!connection.closed) {
        await connection.run(
          transaction
            ? [{ sql: 'rollback to savepoint d_' }, { sql: 'release savepoint d_' }]
            : [{ sql: 'rollback' }],
        );
      }
      throw error;
    }
  }

  async commit(): Promise<void> {
    const { transaction } = this;
    this.transaction = undefined;
    if (!transaction?.begun) return;
    const connection = await this.connection();
    try {
      await connection.run([{ sql: 'commit', keep: true }]);
    } catch (error) {
      if (!connection.closed && connection.transactionStatus !== 'I')
        await connection.run([{ sql: 'rollback' }]);
      throw error;
    }
  }

  async rollback(): Promise<void> {
    const { transaction } = this;
    this.transaction = undefined;
    if (!transaction?.begun) return;
    const connection = await this.connection();
    if (!connection.closed) await connection.run([{ sql: 'rollback', keep: true }]);
  }

  async savepoint(name: string): Promise<void> {
    const connection = await this.connection();
    const { transaction } = this;
    if (!transaction) return;
    const command: PgCommand = { sql: `savepoint ${name}` };
    await connection.run(transaction.begun ? [command] : [this.begin(transaction), command]);
    transaction.begun = true;
  }

  async rollbackTo(name: string): Promise<void> {
    const connection = await this.connection();
    await connection.run([{ sql: `rollback to savepoint ${name}` }]);
  }

  cancel(): void {
    this.opened?.then(
      (connection) => connection.cancel(),
      () => undefined,
    );
  }

  async close(): Promise<void> {
    const opened = this.opened;
    this.opened = undefined;
    this.ready = undefined;
    this.transaction = undefined;
    if (!opened) return;
    const connection = await opened.catch(() => undefined);
    // What still runs would go on holding its locks until it noticed that nobody listens.
    if (connection?.busy) connection.cancel();
    await connection?.close();
  }
}
