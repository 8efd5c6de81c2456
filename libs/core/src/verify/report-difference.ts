import { isComparable, typeFamily, canonOf, type Canonicalize } from './canonical-value.js';

/** A column of a report as the warehouse's catalogue shows it. */
export interface ReportColumn {
  readonly name: string;
  /** Redshift type: `DECIMAL(9,4)`. */
  readonly type: string;
}

export interface ReportComparison {
  readonly sourceRows: number;
  readonly warehouseRows: number;
  /** Sentences about what is not the same; empty when everything is. */
  readonly differences: readonly string[];
}

export type ReportRow = Readonly<Record<string, unknown>>;

/**
 * Holds a report against its question asked of the source. Columns are matched by name, rows by the columns that the
 * report's key consists of: the leading ones whose names end in `_id`, or all.
 */
export function compareReport(
  columns: readonly ReportColumn[],
  source: readonly ReportRow[],
  warehouse: readonly ReportRow[],
): ReportComparison {
  const counts = { sourceRows: source.length, warehouseRows: warehouse.length };
  const differences = columnProblems(columns, source);
  const [first] = source;
  const compared = columns.filter(({ name, type }) => isComparable(type) && (!first || name in first));
  const canons = compared.map((column) => ({ name: column.name, ...readings(column) }));
  const keyLength = keyLengthOf(compared);
  const [left, right] = [new Map<string, (string | null)[]>(), new Map<string, (string | null)[]>()];
  for (const row of source)
    remember(
      left,
      canons.map(({ name, fromSource }) => fromSource(row[name])),
      keyLength,
      'source',
      differences,
    );
  for (const row of warehouse)
    remember(
      right,
      canons.map(({ name, fromWarehouse }) => fromWarehouse(row[name])),
      keyLength,
      'warehouse',
      differences,
    );
  const names = compared.map(({ name }) => name);
  for (const [key, values] of left) {
    const other = right.get(key);
    if (!other) differences.push(`${key}: missing in the warehouse`);
    else differences.push(...valueDifferences(key, names, values, other));
  }
  for (const key of right.keys()) if (!left.has(key)) differences.push(`${key}: only in the warehouse`);
  return { ...counts, differences };
}

function columnProblems(columns: readonly ReportColumn[], source: readonly ReportRow[]): string[] {
  const [first] = source;
  if (!first) return [];
  const known = new Set(columns.map(({ name }) => name));
  return [
    ...Object.keys(first)
      .filter((name) => !known.has(name))
      .map((name) => `column ${name} is not in the warehouse's report`),
    ...[...known]
      .filter((name) => !(name in first))
      .map((name) => `column ${name} is not asked of the source`),
  ];
}

function keyLengthOf(columns: readonly ReportColumn[]): number {
  const end = columns.findIndex(({ name }) => !name.endsWith('_id'));
  return end > 0 ? end : columns.length;
}

function remember(
  rows: Map<string, (string | null)[]>,
  values: (string | null)[],
  keyLength: number,
  side: string,
  differences: string[],
): void {
  const key = JSON.stringify(values.slice(0, keyLength));
  if (rows.has(key)) differences.push(`${key}: more than once in the ${side}`);
  rows.set(key, values);
}

function valueDifferences(
  key: string,
  names: readonly string[],
  source: readonly (string | null)[],
  warehouse: readonly (string | null)[],
): string[] {
  const differing = names.flatMap((name, at) =>
    source[at] === warehouse[at]
      ? []
      : [
          `${name} ${JSON.stringify(source[at])} at the source, ${JSON.stringify(warehouse[at])} in the warehouse`,
        ],
  );
  return differing.length === 0 ? [] : [`${key}: ${differing.join('; ')}`];
}

/** The driver gives decimals of a report as numbers and times as Date: both are exact at a report's precision. */
function readings(column: ReportColumn): { fromSource: Canonicalize; fromWarehouse: Canonicalize } {
  const { fromWarehouse } = canonOf({ name: column.name, warehouseType: column.type });
  const family = typeFamily(column.type);
  const scale = Number(/,\s*(\d+)\)$/.exec(column.type)?.[1] ?? 0);
  const fromSource: Canonicalize = (value) => {
    if (value instanceof Date)
      return fromWarehouse(value.toISOString().slice(0, family === 'DATE' ? 10 : 23));
    if (typeof value === 'number' && family === 'DECIMAL') return fromWarehouse(value.toFixed(scale));
    return fromWarehouse(value);
  };
  return { fromSource, fromWarehouse };
}
