import type { TableSchema } from '@thalamus/contracts';
import { RangeRows, RowCanon, rowDifferences, TableDigest, type CanonicalRow } from '@thalamus/core/verify';
import type { SourceSnapshot } from '@thalamus/mssql';
import { countRows, readTextRows, type Session, type TableName } from '@thalamus/redshift';
import type { TableVerification } from './verification.js';

/** Ranges whose rows are compared one by one: each holds a thousandth of the table. */
const rangesOpened = 8;

export type TableShape = Pick<TableSchema, 'table' | 'target' | 'columns'>;

interface RowTaker {
  add(row: CanonicalRow): void;
}

/** A table that the warehouse does not hold in the shape that the source has now. */
export function absentTable(shape: TableShape, problem: string): TableVerification {
  const none = {
    sourceRows: 0,
    warehouseRows: 0,
    ranges: 0,
    differingRanges: 0,
    differencesFound: 0,
    rangesOpened: 0,
  };
  const { table, target } = shape;
  return { table, target, ...none, differences: [], notCompared: [], problem, equal: false };
}

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
    await this.read(source, warehouse);
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
    await this.read(source, warehouse);
    return rowDifferences(
      source,
      warehouse,
      this.canon.columns.map(({ target }) => target),
    );
  }

  private read(source: RowTaker, warehouse: RowTaker): Promise<void> {
    return readBoth(
      { pages: this.sourceRows(), take: (row) => source.add(row) },
      { pages: this.warehouseRows(), take: (row) => warehouse.add(row) },
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

/** Reads both sides at the same time. When one fails the other is left early, so that its connection is free again. */
async function readBoth(left: Side, right: Side): Promise<void> {
  let failed = false;
  const read = async ({ pages, take }: Side): Promise<void> => {
    try {
      for await (const page of pages) {
        if (failed) return;
        for (const row of page) take(row);
      }
    } catch (error) {
      failed = true;
      throw error;
    }
  };
  for (const outcome of await Promise.allSettled([read(left), read(right)]))
    if (outcome.status === 'rejected') throw outcome.reason as Error;
}

/** One side's rows and what to do with each. */
interface Side {
  readonly pages: AsyncIterable<CanonicalRow[]>;
  readonly take: (row: CanonicalRow) => void;
}
