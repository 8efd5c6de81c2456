import type { CanonicalRow } from './row-canon.js';
import { rangeOf } from './table-digest.js';

/** Seen from the source: `missing` in the warehouse, `extra` there, `different`, or there more than once. */
export type DifferenceKind = 'missing' | 'extra' | 'different' | 'duplicate';

export interface ColumnDifference {
  readonly column: string;
  readonly source: string | null;
  readonly warehouse: string | null;
}

export interface RowDifference {
  readonly kind: DifferenceKind;
  /** JSON array of the key's values in key order. */
  readonly key: string;
  /** Of `different` rows: the columns that differ, with both values, shortened. */
  readonly columns: readonly ColumnDifference[];
}

/** The rows of one side that fall into some ranges: the second, closer look. */
export class RangeRows {
  readonly rows = new Map<string, CanonicalRow[]>();
  private readonly wanted: ReadonlySet<number>;

  constructor(
    wanted: Iterable<number>,
    private readonly ranges: number,
  ) {
    this.wanted = new Set(wanted);
  }

  add(row: CanonicalRow): void {
    if (!this.wanted.has(rangeOf(row.key, this.ranges))) return;
    const same = this.rows.get(row.key);
    if (same) same.push(row);
    else this.rows.set(row.key, [row]);
  }
}

/** Every difference between the rows of the same ranges, ordered by kind and key. */
export function rowDifferences(
  source: RangeRows,
  warehouse: RangeRows,
  columns: readonly string[],
): RowDifference[] {
  const keys = new Set([...source.rows.keys(), ...warehouse.rows.keys()]);
  const found = [...keys].flatMap((key) =>
    differencesOfKey(key, source.rows.get(key) ?? [], warehouse.rows.get(key) ?? [], columns),
  );
  return found.sort((left, right) => compare(left.kind, right.kind) || compare(left.key, right.key));
}

/** One row a side is the rule. More come of duplicates, and of source keys that the warehouse's types cannot tell apart. */
function differencesOfKey(
  key: string,
  source: readonly CanonicalRow[],
  warehouse: readonly CanonicalRow[],
  columns: readonly string[],
): RowDifference[] {
  const others = new Map<string, CanonicalRow[]>();
  for (const row of warehouse) others.set(textOf(row), [...(others.get(textOf(row)) ?? []), row]);
  const unmatched = source.filter((row) => others.get(textOf(row))?.pop() === undefined);
  const left = [...others.values()].flat();
  const pairs = Math.min(unmatched.length, left.length);
  const found: RowDifference[] = [];
  for (let at = 0; at < Math.max(unmatched.length, left.length); at++) {
    const [row, other] = [unmatched[at], left[at]];
    if (row && other) found.push({ kind: 'different', key, columns: columnDifferences(row, other, columns) });
    else if (row) found.push({ kind: 'missing', key, columns: [] });
    else found.push({ kind: source.length > 0 && at >= pairs ? 'duplicate' : 'extra', key, columns: [] });
  }
  return found;
}

const textOf = ({ values }: CanonicalRow): string => JSON.stringify(values);

const compare = (left: string, right: string): number => (left < right ? -1 : left > right ? 1 : 0);

function columnDifferences(
  row: CanonicalRow,
  other: CanonicalRow,
  columns: readonly string[],
): ColumnDifference[] {
  const differing: ColumnDifference[] = [];
  for (const [at, column] of columns.entries()) {
    const [source, warehouse] = [row.values[at] ?? null, other.values[at] ?? null];
    if (source !== warehouse) differing.push({ column, ...shortened(source, warehouse) });
  }
  return differing;
}

/** Long texts are shown around the first character that differs. */
function shortened(source: string | null, warehouse: string | null): Omit<ColumnDifference, 'column'> {
  if (source === null || warehouse === null)
    return { source: clip(source, 0), warehouse: clip(warehouse, 0) };
  let at = 0;
  while (at < source.length && source[at] === warehouse[at]) at++;
  const from = Math.max(0, at - 20);
  return { source: clip(source, from), warehouse: clip(warehouse, from) };
}

function clip(text: string | null, from: number): string | null {
  if (text === null || (from === 0 && text.length <= 80)) return text;
  const [before, after] = [from > 0 ? '…' : '', text.length > from + 80 ? '…' : ''];
  return `${before}${text.slice(from, from + 80)}${after} (${text.length} characters)`;
}
