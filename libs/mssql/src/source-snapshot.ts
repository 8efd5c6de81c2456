import sql, { type ConnectionPool, type Transaction } from 'mssql';
import type { ColumnSchema, TableId } from '@thalamus/contracts';
import type { SourceRow } from '@thalamus/core/change';
import { quoteTable } from './identifier.js';
import { translateSourceError } from './mssql.errors.js';
import { readColumn } from './poll.sql.js';
import { PollSession } from './poll-session.js';
import { streamRows } from './row-stream.js';
import {
  abandonTransaction,
  beginTransaction,
  bind,
  connectPool,
  fetchRows,
  type SourceOptions,
} from './source-connection.js';

/**
 * The source as of one moment: a SNAPSHOT transaction on a connection of its own. Whatever is read through it, tables and
 * change tracking alike, is of the version that its first read found.
 */
export class SourceSnapshot implements AsyncDisposable {
  /** Observes versions and shapes within the snapshot. Its first `observe` fixes the moment. */
  readonly session: PollSession;

  private constructor(
    private readonly pool: ConnectionPool,
    private readonly transaction: Transaction,
  ) {
    this.session = new PollSession(transaction, 'snapshot');
  }

  /** @throws {PipelineError} THAL-S001, THAL-S003; at the first read THAL-S… when the database does not allow SNAPSHOT */
  static async open(options: SourceOptions): Promise<SourceSnapshot> {
    const pool = await connectPool(options);
    try {
      return new SourceSnapshot(pool, await beginTransaction(pool, 'snapshot'));
    } catch (error) {
      await pool.close();
      throw error;
    }
  }

  /** Every row of a table, in no order, columns read as capture reads them. */
  async *rows(table: TableId, columns: readonly ColumnSchema[]): AsyncGenerator<SourceRow[]> {
    try {
      yield* streamRows(bind(new sql.Request(this.transaction), {}), wholeTableSql(table, columns));
    } catch (error) {
      throw translateSourceError(error, `reading ${table}`);
    }
  }

  /** The result of a query of the caller's own, whole. */
  query(text: string): Promise<Readonly<Record<string, unknown>>[]> {
    return fetchRows(this.transaction, text, {}, 'running a query');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await abandonTransaction(this.transaction);
    await this.pool.close();
  }
}

/** All rows of a table, as the type map reads them. */
export function wholeTableSql(table: TableId, columns: readonly ColumnSchema[]): string {
  const list = columns.map((column, index) => `${readColumn(column, 't')} as __c${index}`);
  return `select ${list.join(',\n  ')}\nfrom ${quoteTable(table)} as t`;
}
