import sql, { type ConnectionPool, type Request, type Transaction } from 'mssql';
import type { Isolation } from '@thalamus/core/capture';
import { translateSourceError } from './mssql.errors.js';

/** Where the source is. The password never appears in errors or logs. */
export interface SourceOptions {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly password: string;
  readonly encrypt: boolean;
  readonly trustCertificate: boolean;
  /** Connections at most: one for polls and one for each chunk reader. */
  readonly maxConnections: number;
}

/** Parameters by name; bigint becomes bigint, number int, string nvarchar. */
export type Parameters = Readonly<Record<string, bigint | number | string>>;

/** @throws {PipelineError} THAL-S001, THAL-S003 */
export async function connectPool(options: SourceOptions): Promise<ConnectionPool> {
  const pool = new sql.ConnectionPool({
    server: options.host,
    port: options.port,
    database: options.database,
    user: options.user,
    password: options.password,
    connectionTimeout: 15_000,
    // A stream of a large transaction may take long; a dead connection is found by TCP, not by a clock.
    requestTimeout: 0,
    pool: { min: 0, max: options.maxConnections, idleTimeoutMillis: 60_000 },
    options: {
      encrypt: options.encrypt,
      trustServerCertificate: options.trustCertificate,
      appName: 'thalamus-capture',
      packetSize: 16_384,
      useUTC: true,
      enableArithAbort: true,
    },
  });
  // Errors of idle connections; those in use fail their own request.
  pool.on('error', () => undefined);
  try {
    return await pool.connect();
  } catch (error) {
    throw translateSourceError(error, `connecting to ${options.host}:${options.port}/${options.database}`);
  }
}

export function bind(request: Request, parameters: Parameters): Request {
  for (const [name, value] of Object.entries(parameters)) {
    if (typeof value === 'bigint') request.input(name, sql.BigInt, value.toString());
    else if (typeof value === 'number') request.input(name, sql.Int, value);
    else request.input(name, sql.NVarChar(sql.MAX), value);
  }
  return request;
}

/** Row of a small result, by column name. */
export type NamedRow = Readonly<Record<string, unknown>>;

/** A small result, whole. */
export async function fetchRows(
  target: ConnectionPool | Transaction,
  text: string,
  parameters: Parameters,
  doing: string,
): Promise<NamedRow[]> {
  try {
    // A pool and a transaction are two overloads of the constructor.
    const request = target instanceof sql.Transaction ? new sql.Request(target) : new sql.Request(target);
    const result = await bind(request, parameters).query<NamedRow>(text);
    return result.recordset ?? [];
  } catch (error) {
    throw translateSourceError(error, doing);
  }
}

/**
 * Runs `work` in one transaction, that is on one connection. Rolled back when it throws; nothing here writes, so the
 * outcome matters to locks and versions only.
 */
export async function inTransaction<T>(
  pool: ConnectionPool,
  isolation: Isolation,
  work: (transaction: Transaction) => Promise<T>,
): Promise<T> {
  const transaction = await beginTransaction(pool, isolation);
  try {
    const result = await work(transaction);
    await endTransaction(transaction);
    return result;
  } catch (error) {
    await abandonTransaction(transaction);
    throw error;
  }
}

export async function beginTransaction(pool: ConnectionPool, isolation: Isolation): Promise<Transaction> {
  const transaction = new sql.Transaction(pool);
  // The server rolls back by itself on many errors; the request that caused it already reports that.
  transaction.on('rollback', () => undefined);
  try {
    await transaction.begin(
      isolation === 'snapshot' ? sql.ISOLATION_LEVEL.SNAPSHOT : sql.ISOLATION_LEVEL.READ_COMMITTED,
    );
    return transaction;
  } catch (error) {
    throw translateSourceError(error, 'beginning a transaction');
  }
}

export async function endTransaction(transaction: Transaction): Promise<void> {
  try {
    await transaction.commit();
  } catch (error) {
    throw translateSourceError(error, 'ending a transaction');
  }
}

/** Gives the connection back after a failure, whose error is already on its way to the caller. */
export async function abandonTransaction(transaction: Transaction): Promise<void> {
  try {
    await transaction.rollback();
  } catch {
    // The server has rolled back already, or the connection is gone: both are what was wanted.
  }
}
