import type { CopyStatement } from '../language/copy-statement.js';
import type { Bucket } from '../s3/bucket.js';
import type { SessionContext } from '../session/session-context.js';
import { rejectedValues, type LoadRun } from './load-run.js';
import type { TargetTable } from './target-table.js';

/** A COPY in its load phase. */
export interface Load {
  readonly id: number;
  readonly statement: CopyStatement;
  readonly target: TargetTable;
  readonly run: LoadRun;
  readonly session: SessionContext;
  readonly started: Date;
  readonly bucket: Bucket;
  readonly temporaryDirectory: string;
}

const COLUMNS_PER_ROW = 20;
const ROWS_PER_INSERT = 500;

/** Writes the refused rows down, outside the client's transaction: they outlive its rollback. */
export async function recordRejected(load: Load): Promise<void> {
  const { rejected } = load.run;
  for (let from = 0; from < rejected.length; from += ROWS_PER_INSERT) {
    const rows = rejected
      .slice(from, from + ROWS_PER_INSERT)
      .map((row) => [
        load.session.userId,
        0,
        load.target.oid,
        load.target.name,
        load.started,
        load.session.pid,
        load.target.transactionId,
        load.id,
        load.session.database,
        ...rejectedValues(row),
      ]);
    const tuples = rows.map(
      (_row, index) =>
        `(${Array.from({ length: COLUMNS_PER_ROW }, (_value, at) => `$${index * COLUMNS_PER_ROW + at + 1}`).join(',')})`,
    );
    await load.session.server.storage.pool.query(
      `insert into redshift_emulator.load_errors (userid, slice, tbl, table_name, starttime, session, transaction_id, query,
         database_name, filename, line_number, colname, type, col_length, position, raw_line, raw_field_value, err_code,
         err_reason, is_null) values ${tuples.join(',')}`,
      rows.flat(),
    );
  }
}

/** A load as `redshift_emulator.record_load` takes it. */
export function historyOf(load: Load, status: 'completed' | 'aborted', error = ''): object {
  const { run, session, target, statement } = load;
  const bytes = run.files.reduce((sum, file) => sum + file.bytes, 0);
  return {
    query: load.id,
    userid: session.userId,
    transaction_id: target.transactionId,
    session: session.pid,
    database_name: session.database,
    table_name: target.name,
    table_id: target.oid,
    start_time: load.started,
    end_time: new Date(),
    data_source: statement.source,
    file_format: statement.options.format,
    loaded_rows: status === 'completed' ? run.rows : 0,
    loaded_bytes: status === 'completed' ? bytes : 0,
    source_file_count: run.files.length,
    source_file_bytes: bytes,
    error_count: run.rejected.length,
    status,
    error_message: error,
    files: run.files.map(({ url, rows, bytes: size, rejected }) => ({
      filename: url,
      lines_scanned: rows + rejected,
      bytes_scanned: size,
      lines_skipped: rejected,
    })),
  };
}

/** A failed load is in the history too, without its files. */
export async function recordFailure(load: Load, message: string): Promise<void> {
  await load.session.server.storage.pool.query('select redshift_emulator.record_load($1)', [
    JSON.stringify({ ...historyOf(load, 'aborted', message), files: [] }),
  ]);
}
