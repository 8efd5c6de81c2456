import pg from 'pg';
import { setTimeout as pause } from 'node:timers/promises';
import { isPipelineError } from '@thalamus/contracts';
import { translateWarehouseError } from './redshift.errors.js';

/** Where the warehouse is. */
export interface WarehouseAddress {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly password: string;
  readonly ssl: boolean;
  /** Connections held at most. Default 4: Redshift does the parallel work itself. */
  readonly maxConnections?: number;
  readonly applicationName?: string;
}

export type Row = Record<string, unknown>;
export interface QueryResult<T extends Row> {
  readonly rows: readonly T[];
  /** Rows touched, as the command tag says; 0 where it says nothing. */
  readonly rowCount: number;
}

/** One connection of the warehouse. */
export interface Session {
  /** @throws PipelineError THAL-W… */
  query<T extends Row = Row>(text: string, values?: readonly unknown[]): Promise<QueryResult<T>>;
}

export interface TransactionOptions {
  /** Tries in all. Default 8. */
  readonly attempts?: number;
  /** First pause; it doubles with each try, with full jitter. Default 100 ms, at most 10 s. */
  readonly baseMs?: number;
  readonly signal?: AbortSignal;
  readonly onRetry?: (error: Error, attempt: number) => void;
  /**
   * Asked on a fresh connection when the connection broke during COMMIT: did the transaction happen after all? Without
   * it the whole transaction is tried again, which must then be harmless.
   */
  readonly happened?: (session: Session) => Promise<boolean>;
}

class PgSession implements Session {
  constructor(private readonly client: pg.PoolClient) {}

  async query<T extends Row>(text: string, values?: readonly unknown[]): Promise<QueryResult<T>> {
    try {
      const result =
        values === undefined
          ? await this.client.query<T>(text)
          : await this.client.query<T>(text, [...values]);
      return { rows: result.rows, rowCount: result.rowCount ?? 0 };
    } catch (error) {
      throw translateWarehouseError(error, text);
    }
  }
}

/** A small pool of connections to Redshift, and its transactions. */
export class Warehouse implements Session, AsyncDisposable {
  private readonly pool: pg.Pool;

  constructor(address: WarehouseAddress) {
    this.pool = new pg.Pool({
      host: address.host,
      port: address.port,
      database: address.database,
      user: address.user,
      password: address.password,
      ssl: address.ssl,
      max: address.maxConnections ?? 4,
      connectionTimeoutMillis: 15_000,
      keepAlive: true,
      application_name: address.applicationName ?? 'thalamus',
    });
    // An idle connection that breaks is replaced by the pool; the next query reports what matters.
    this.pool.on('error', () => undefined);
    // A lent connection that breaks fails its statement, and says so once more as an event that must have a listener.
    this.pool.on('connect', (client) => client.on('error', () => undefined));
  }

  async query<T extends Row = Row>(text: string, values?: readonly unknown[]): Promise<QueryResult<T>> {
    return this.session((session) => session.query<T>(text, values));
  }

  /** Lends one connection, each statement its own transaction: for COPY with its `pg_last_copy_count()`, and for DDL. */
  async session<T>(work: (session: Session) => Promise<T>): Promise<T> {
    const client = await this.connect();
    let broken = true;
    try {
      const result = await work(new PgSession(client));
      broken = false;
      return result;
    } finally {
      // After an error the connection's state is unknown: a new one costs little, a poisoned one much.
      client.release(broken);
    }
  }

  /**
   * Runs `work` in one transaction and commits. Rolled back by the warehouse (1023, 1018, serialization, deadlock) or cut
   * off: the whole again, bounded, with jitter. `work` must therefore be repeatable.
   * @throws PipelineError the last error when tries are used up, or the first that is not of disposition `retry`.
   */
  async transaction<T>(work: (session: Session) => Promise<T>, options: TransactionOptions = {}): Promise<T> {
    const attempts = options.attempts ?? 8;
    for (let attempt = 1; ; attempt++) {
      const attempted = await this.attempt(work, options);
      if ('value' in attempted) return attempted.value;
      const { error } = attempted;
      const again = isPipelineError(error) && error.disposition === 'retry' && attempt < attempts;
      if (!again || options.signal?.aborted) throw error;
      options.onRetry?.(error, attempt);
      await this.backOff(attempt, options);
    }
  }

  private async attempt<T>(
    work: (session: Session) => Promise<T>,
    options: TransactionOptions,
  ): Promise<{ value: T } | { error: unknown }> {
    let done: { value: T } | undefined;
    try {
      await this.session(async (session) => {
        await session.query('begin');
        const value = await work(session);
        done = { value };
        await session.query('commit');
      });
      if (done) return done;
      throw new Error('unreachable');
    } catch (error) {
      // `session` closes the connection on any error, which rolls back what was open.
      if (done && options.happened && isPipelineError(error) && error.code === 'THAL-W001')
        if (await this.didHappen(options.happened, options)) return done;
      return { error };
    }
  }

  private async didHappen(
    happened: (session: Session) => Promise<boolean>,
    options: TransactionOptions,
  ): Promise<boolean> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.session(happened);
      } catch (error) {
        const again = isPipelineError(error) && error.disposition === 'retry' && attempt < 8;
        if (!again || options.signal?.aborted) throw error;
        await this.backOff(attempt, options);
      }
    }
  }

  private async backOff(attempt: number, options: TransactionOptions): Promise<void> {
    const ceiling = Math.min(10_000, (options.baseMs ?? 100) * 2 ** (attempt - 1));
    await pause(Math.random() * ceiling, undefined, options.signal ? { signal: options.signal } : {});
  }

  private async connect(): Promise<pg.PoolClient> {
    try {
      return await this.pool.connect();
    } catch (error) {
      throw translateWarehouseError(error, 'connect');
    }
  }

  /** Closes the pool; connections in use are waited for. */
  async close(): Promise<void> {
    await this.pool.end();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
