import sql from 'mssql';
import type { ConnectionPool, ISqlType, Transaction } from 'mssql';

/** A typed parameter: `[type, value]`. */
export type Parameter = readonly [type: (() => ISqlType) | ISqlType, value: string | number | boolean | null];
export type Parameters = Readonly<Record<string, Parameter>>;
export type ResultRow = Readonly<Record<string, string | number | boolean | Date | null>>;

export const int = (value: number | null): Parameter => [sql.Int, value];
/** Ids of 64 bits travel as text: the driver gives and takes them so. */
export const bigint = (value: string | null): Parameter => [sql.BigInt, value];
export const unicode = (value: string | null): Parameter => [sql.NVarChar(sql.MAX), value];
export const ascii = (value: string | null): Parameter => [sql.VarChar(8000), value];
export const guid = (value: string): Parameter => [sql.UniqueIdentifier, value];

/** One open transaction: its statements, and how many rows they changed. */
export class Session {
  changedRows = 0;

  constructor(private readonly transaction: Transaction) {}

  /** Runs a query and returns its rows. */
  async query(text: string, parameters: Parameters = {}): Promise<readonly ResultRow[]> {
    return (await this.#send(text, parameters)).recordset ?? [];
  }

  async first(text: string, parameters: Parameters = {}): Promise<ResultRow | undefined> {
    return (await this.query(text, parameters))[0];
  }

  /** Runs one INSERT, UPDATE or DELETE and returns the number of rows it changed. */
  async change(text: string, parameters: Parameters = {}): Promise<number> {
    const rows = (await this.#send(text, parameters)).rowsAffected[0] ?? 0;
    this.changedRows += rows;
    return rows;
  }

  /** Runs an INSERT with an OUTPUT clause and returns what it put out. @throws when it inserted nothing. */
  async insertReturning(text: string, parameters: Parameters = {}): Promise<ResultRow> {
    const row = await this.first(text, parameters);
    if (!row) throw new Error(`nothing was inserted by: ${text.slice(0, 80)}`);
    this.changedRows += 1;
    return row;
  }

  #send(text: string, parameters: Parameters): Promise<sql.IResult<ResultRow>> {
    const request = this.transaction.request();
    for (const [name, [type, value]] of Object.entries(parameters)) request.input(name, type, value);
    return request.query<ResultRow>(text);
  }
}

/** Thrown inside an operation that finds nothing to work on, or loses a race: its transaction is rolled back, nothing else. */
export class NothingToDo extends Error {
  override readonly name = 'NothingToDo';
}

/** Runs `work` in one READ COMMITTED transaction, committing when it returns and rolling back when it throws. */
export async function inTransaction(
  pool: ConnectionPool,
  work: (session: Session) => Promise<void>,
): Promise<number> {
  const transaction = pool.transaction();
  await transaction.begin(sql.ISOLATION_LEVEL.READ_COMMITTED);
  const session = new Session(transaction);
  try {
    await work(session);
    await transaction.commit();
  } catch (error) {
    // A deadlock victim's transaction is gone already; whatever rollback says then, the first error is the one that counts.
    await transaction.rollback().catch(() => undefined);
    throw error;
  }
  return session.changedRows;
}

const retryable = new Set([1205, 1222, 3960, 2601, 2627, 547]);

/**
 * Deadlock, lock timeout, update conflict, two sessions that drew the same key, or a row referred to that another session has
 * just deleted: the whole transaction may be tried again.
 */
export function isConflict(error: unknown): boolean {
  return (
    typeof error === 'object' && error !== null && 'number' in error && retryable.has(Number(error.number))
  );
}
