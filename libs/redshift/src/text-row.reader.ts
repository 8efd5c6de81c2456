import type { ColumnSchema } from '@thalamus/contracts';
import { quoteTable, type TableName } from './identifier.js';
import type { Session } from './warehouse.client.js';
import { buildTextPage, keysOf } from './verify.sql.js';

/** Must be called in the session before {@link readTextRows}: floats are then told in full. */
export async function tellFloatsInFull(session: Session): Promise<void> {
  await session.query('set extra_float_digits to 2');
}

/**
 * Every row of a table as text, page by page, so that memory does not grow with the table. The session should be in a
 * transaction, or pages may be of different moments. The key must be unique, else rows at the end of a page are lost:
 * {@link countRows} tells.
 */
export async function* readTextRows(
  session: Session,
  table: TableName,
  columns: readonly ColumnSchema[],
  pageRows = 20_000,
): AsyncGenerator<unknown[][]> {
  const keyPositions = keysOf(columns).map((column) => columns.indexOf(column));
  let cursor: string[] | undefined;
  for (;;) {
    const text = buildTextPage(table, columns, pageRows, cursor !== undefined);
    const { rows } = await session.query(text, cursor);
    if (rows.length > 0) yield rows.map((row) => columns.map((_column, at) => row[`c${at}`]));
    const last = rows.at(-1);
    if (!last || rows.length < pageRows) return;
    cursor = keyPositions.map((at) => keyText(last[`c${at}`], columns[at]?.warehouseType ?? ''));
  }
}

function keyText(value: unknown, warehouseType: string): string {
  const text = typeof value === 'string' || typeof value === 'number' ? String(value) : '';
  // The text of an instant is in UTC and does not say so.
  return warehouseType.toUpperCase() === 'TIMESTAMPTZ' ? `${text}+00` : text;
}

/** Rows by the warehouse's own count. */
export async function countRows(session: Session, table: TableName): Promise<number> {
  const { rows } = await session.query<{ row_count: string }>(
    `select count(*) as row_count from ${quoteTable(table)}`,
  );
  return Number(rows[0]?.row_count ?? 0);
}
