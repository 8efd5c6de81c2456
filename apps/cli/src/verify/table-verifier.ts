import type { TableSchema } from '@thalamus/contracts';
import { RangeRows, RowCanon, rowDifferences, TableDigest, type CanonicalRow } from '@thalamus/core/verify';
import type { SourceSnapshot } from '@thalamus/mssql';
import { countRows, readTextRows, type Session, type TableName } from '@thalamus/redshift';
import type { TableVerification } from './verification.js';

/** Ranges whose rows are compared one by one: each holds a thousandth of the table. */
const rangesOpened = 8;

export type TableShape = Pick<TableSchema, 'table' | 'target' | 'columns'>;

/** Compares one table, both sides held at one moment by their transactions. */
export class TableVerifier {
  private readonly canon: RowCanon;
  private readonly target: TableName;

  constructor(
    private readonly source: SourceSnapshot,
    private readonly warehouse: Session,
    private readonly shape: TableShape,
    stagingSchema: string,
    private readonly differencesShown: number,
  ) {
    this.canon = new RowCanon(shape);
    this.target = { schema: stagingSchema, table: shape.target };
  }

  async verify(): Promise<TableVerification> {
    const [source, warehouse] = [new TableDigest(), new TableDigest()];
    await Promise.all([
      drain(this.sourceRows(), (row) => source.add(row)),
      drain(this.warehouseRows(), (row) => warehouse.add(row)),
    ]);
    const differing = source.differingRanges(warehouse);
    const counted = await countRows(this.warehouse, this.target);
    const found = await this.look(differing.slice(0, rangesOpened), source.ranges);
    return {
      table: this.shape.table,
      target: this.shape.target,
      sourceRows: source.rows,
      warehouseRows: counted,
      ranges: source.filledRanges,
      differingRanges: differing.length,
      differences: found.slice(0, this.differencesShown),
      differencesFound: found.length,
      rangesOpened: Math.min(differing.length, rangesOpened),
      notCompared: this.canon.notCompared,
      // A page ends behind a key: a key that is there twice may show once, and then only the count tells.
      ...(counted === warehouse.rows
        ? {}
        : { problem: `${counted} rows, of which ${warehouse.rows} have a key of their own` }),
      equal: differing.length === 0 && counted === source.rows,
    };
  }

  /** The second reading: rows of the ranges that differ, one by one. */
  private async look(ranges: readonly number[], of: number): Promise<ReturnType<typeof rowDifferences>> {
    if (ranges.length === 0) return [];
    const [source, warehouse] = [new RangeRows(ranges, of), new RangeRows(ranges, of)];
    await Promise.all([
      drain(this.sourceRows(), (row) => source.add(row)),
      drain(this.warehouseRows(), (row) => warehouse.add(row)),
    ]);
    return rowDifferences(
      source,
      warehouse,
      this.canon.columns.map(({ target }) => target),
    );
  }

  private async *sourceRows(): AsyncGenerator<CanonicalRow[]> {
    for await (const rows of this.source.rows(this.shape.table, this.canon.columns))
      yield rows.map((row) => this.canon.fromSource(row));
  }

  private async *warehouseRows(): AsyncGenerator<CanonicalRow[]> {
    for await (const rows of readTextRows(this.warehouse, this.target, this.canon.columns))
      yield rows.map((row) => this.canon.fromWarehouse(row));
  }
}

async function drain(pages: AsyncIterable<CanonicalRow[]>, take: (row: CanonicalRow) => void): Promise<void> {
  for await (const page of pages) for (const row of page) take(row);
}
