import { randomBytes } from 'node:crypto';
import { quoteTable, readTableNames, withSuffix, type TableName, type Warehouse } from '@thalamus/redshift';

/** Where rows wait in the warehouse between COPY and the transaction: permanent tables, for COPYs come over several connections. */
export class StageTables {
  private readonly start: string;
  private counter = 0;

  constructor(
    private readonly schema: string,
    group: string,
  ) {
    this.start = `stage_${group}_`;
  }

  /** A name nobody else uses: a loader that was thought dead must not find its rows in our table, nor we ours in its. */
  next(target: string): TableName {
    const token = randomBytes(6).toString('hex');
    const table = withSuffix(`${this.start}${token}_${this.counter++}_${target}`, '');
    return { schema: this.schema, table };
  }

  async drop(warehouse: Warehouse, tables: readonly TableName[]): Promise<void> {
    if (tables.length === 0) return;
    await warehouse.session(async (session) => {
      for (const table of tables) await session.query(`drop table if exists ${quoteTable(table)}`);
    });
  }

  /** Tables that a former owner left. A loader still using one fails, starts over and finds itself replaced. */
  async sweep(warehouse: Warehouse): Promise<number> {
    const names = await warehouse.session((session) => readTableNames(session, this.schema));
    const left = names.filter((name) => name.startsWith(this.start));
    await this.drop(
      warehouse,
      left.map((table) => ({ schema: this.schema, table })),
    );
    return left.length;
  }
}
