import type { Session } from './warehouse.client.js';

/** A row that COPY refused, as `sys_load_error_detail` tells it. */
export interface LoadError {
  /** `s3://bucket/key` of the file. */
  readonly file: string;
  /** 1-based line of the file. */
  readonly line: number;
  readonly column: string;
  readonly code: string;
  readonly message: string;
}

/** CHAR columns come padded with blanks. `pg_last_copy_id()` is set even when the load failed on its data. */
const errorsOfLastCopy = `
select trim(file_name) as file, line_number as line, trim(column_name) as column_name,
  error_code as code, trim(error_message) as message
from sys_load_error_detail
where query_id = pg_last_copy_id()
order by file_name, line_number`;

type ErrorRow = {
  file: string;
  line: string | number;
  column_name: string;
  code: string | number;
  message: string;
};

/** Errors of the last COPY of this session. */
export async function readLoadErrors(session: Session): Promise<LoadError[]> {
  const { rows } = await session.query<ErrorRow>(errorsOfLastCopy);
  return rows.map((row) => ({
    file: row.file,
    line: Number(row.line),
    column: row.column_name,
    code: String(row.code),
    message: row.message,
  }));
}
