import type { SampleColumn, SampleTable } from '../schema.js';
import type { SampleRow, SampleValue } from './reference-rows.js';

/** SQL Server takes at most so many rows in one VALUES list. */
const MAX_ROWS = 1000;
/** Keeps a statement well below the batch limit (65,536 packets) and quick to compile. */
const MAX_CHARACTERS = 400_000;

/** Types that an untyped NULL (an int to SQL Server) does not convert to. */
const needsTypedNull = new Set(['date', 'time', 'datetime', 'guid', 'binary', 'xml']);

/** One value as a T-SQL literal. */
export function literal(value: SampleValue, column: SampleColumn): string {
  if (value === null) return needsTypedNull.has(column.kind) ? `cast(null as ${column.type})` : 'null';
  switch (column.kind) {
    case 'bit':
      return value ? '1' : '0';
    case 'integer':
    case 'decimal':
      return String(value);
    case 'float':
      return Number(value).toExponential();
    case 'binary':
      return `0x${Buffer.from(value as Uint8Array).toString('hex')}`;
    case 'unicode':
    case 'xml':
      return `N'${String(value).replaceAll("'", "''")}'`;
    default:
      return `'${String(value).replaceAll("'", "''")}'`;
  }
}

/** `INSERT … VALUES` for the rows, which must not be empty. */
export function insertStatement(table: SampleTable, tuples: readonly string[]): string {
  const columns = table.columns.map((column) => `[${column.name}]`).join(', ');
  return `insert into dbo.[${table.name}] (${columns}) values\n${tuples.join(',\n')};`;
}

/** Lets the session write identity values of its own; one table at a time can be switched on. */
export function setIdentityInsert(table: SampleTable, state: 'on' | 'off'): string {
  return `set identity_insert dbo.[${table.name}] ${state};`;
}

/** Cuts a stream of rows into statements that the server takes, and says how many rows each holds. */
export function* insertStatements(
  table: SampleTable,
  rows: Iterable<SampleRow>,
  rowsPerStatement = MAX_ROWS,
): Generator<{ sql: string; rows: number }> {
  let tuples: string[] = [];
  let characters = 0;
  for (const row of rows) {
    const tuple = `(${table.columns.map((column, i) => literal(row[i] ?? null, column)).join(', ')})`;
    if (
      tuples.length >= rowsPerStatement ||
      (characters + tuple.length > MAX_CHARACTERS && tuples.length > 0)
    ) {
      yield { sql: insertStatement(table, tuples), rows: tuples.length };
      tuples = [];
      characters = 0;
    }
    tuples.push(tuple);
    characters += tuple.length;
  }
  if (tuples.length > 0) yield { sql: insertStatement(table, tuples), rows: tuples.length };
}
