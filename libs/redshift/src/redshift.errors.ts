import { PipelineError, isPipelineError, type ErrorCode } from '@thalamus/contracts';

/** What node-pg and Node's sockets put on their errors. */
interface DriverError {
  readonly code?: unknown;
  readonly message?: unknown;
  readonly detail?: unknown;
}

const networkCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EHOSTUNREACH',
  'EAI_AGAIN',
]);

/**
 * Redshift reports these under XX000, so only the text tells them apart. Vendor texts:
 * `ERROR: 1023 DETAIL: Serializable isolation violation on table - 123, …`,
 * `ERROR: 1018 DETAIL: Relation does not exist` (the table was re-made after the snapshot),
 * `deadlock detected`, `could not serialize access …`.
 */
const rolledBack =
  /\b1023\b[\s\S]*Serializable isolation violation|Serializable isolation violation|\b1018\b[\s\S]*Relation does not exist|deadlock detected|could not serialize access/i;

/** `Load into table 't' failed.  Check 'stl_load_errors' system table for details.` (Serverless: `sys_load_error_detail`). */
const loadFailed = /Load into table '[\s\S]*' failed|stl_load_errors|sys_load_error_detail/i;

/** node-pg's own errors carry no code. Texts of pg 8. */
const connectionLost =
  /Connection terminated|Client has encountered a connection error|timeout exceeded when trying to connect|Connection ended|connection is not queryable|server closed the connection/i;

function classify(code: string, text: string): ErrorCode {
  if (networkCodes.has(code) || code.startsWith('08') || code === '53300') return 'THAL-W001';
  if (code.startsWith('57P') || code === '57014') return 'THAL-W001';
  if (code === '40001' || code === '40P01' || code === '55P03' || rolledBack.test(text)) return 'THAL-W002';
  if (loadFailed.test(text)) return 'THAL-W004';
  if (code === '' && connectionLost.test(text)) return 'THAL-W001';
  return 'THAL-W003';
}

/**
 * Translates an error of the driver by SQLSTATE, by class, and by text only where Redshift gives nothing else.
 * @param statement the SQL that failed; its first 500 characters go into the context.
 */
export function translateWarehouseError(error: unknown, statement?: string): PipelineError {
  if (isPipelineError(error)) return error;
  const { code, message, detail } = (error ?? {}) as DriverError;
  const sqlState = typeof code === 'string' ? code : '';
  const text = [message, detail].filter((part) => typeof part === 'string').join(' ');
  return new PipelineError(classify(sqlState, text), text || String(error), {
    cause: error,
    context: {
      ...(sqlState && { sqlState }),
      ...(statement !== undefined && { statement: statement.slice(0, 500) }),
    },
  });
}

/** SQLSTATE of a translated error, or undefined. */
export function sqlStateOf(error: unknown): string | undefined {
  const state = isPipelineError(error) ? error.context['sqlState'] : undefined;
  return typeof state === 'string' ? state : undefined;
}
