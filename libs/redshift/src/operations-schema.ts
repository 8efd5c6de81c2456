import { quoteTable, type TableName } from './identifier.js';
import { buildInsertRows } from './operations.sql.js';
import type { Session } from './warehouse.client.js';

/** Redshift takes at most 32,767 parameters in a statement. */
const maxParameters = 30_000;

/** ISO time as Redshift reads it in a parameter. */
export const timestamp = (iso: string): string => iso.replace('T', ' ').replace('Z', '');

/** What the stores of the operations schema have in common: rows of one sync group, written in pages. */
export abstract class OperationsSchema {
  constructor(
    readonly schema: string,
    readonly group: string,
    private readonly now: () => Date = () => new Date(),
  ) {}

  protected async insert(
    session: Session,
    table: string,
    columns: readonly string[],
    rows: readonly (readonly unknown[])[],
  ): Promise<void> {
    const size = Math.floor(maxParameters / columns.length);
    for (let at = 0; at < rows.length; at += size) {
      const page = rows.slice(at, at + size);
      const { text } = buildInsertRows({ schema: this.schema, table }, columns, page.length);
      await session.query(text, page.flat());
    }
  }

  protected name(table: TableName['table']): string {
    return quoteTable({ schema: this.schema, table });
  }

  protected time(): string {
    return timestamp(this.now().toISOString());
  }
}
