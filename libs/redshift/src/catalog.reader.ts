import { normalizeType } from '@thalamus/core/load';
import type { Session } from './warehouse.client.js';

/** Columns of every table of a schema: table → column → type in one spelling. */
export type Catalog = ReadonlyMap<string, ReadonlyMap<string, string | undefined>>;

const columnsOfSchema = `
select table_name, column_name, data_type, character_maximum_length, numeric_precision, numeric_scale
from information_schema.columns
where table_schema = $1
order by table_name, ordinal_position`;

const tablesOfSchema = `
select table_name
from information_schema.tables
where table_schema = $1`;

type ColumnRow = {
  table_name: string;
  column_name: string;
  data_type: string;
  character_maximum_length: number | string | null;
  numeric_precision: number | string | null;
  numeric_scale: number | string | null;
};

/** Types whose catalogue form says all of them; of others (SUPER, VARBYTE, GEOMETRY) only the existence is known. */
const plainTypes = new Set([
  'SMALLINT',
  'INTEGER',
  'BIGINT',
  'BOOLEAN',
  'REAL',
  'DOUBLE PRECISION',
  'DATE',
  'TIME',
  'TIMESTAMP',
  'TIMESTAMPTZ',
]);

function typeOf(row: ColumnRow): string | undefined {
  const family = normalizeType(row.data_type);
  if (plainTypes.has(family)) return family;
  if (family === 'VARCHAR' || family === 'CHAR')
    return row.character_maximum_length === null ? undefined : `${family}(${row.character_maximum_length})`;
  if (family === 'DECIMAL')
    return row.numeric_precision === null
      ? undefined
      : `DECIMAL(${row.numeric_precision},${row.numeric_scale ?? 0})`;
  return undefined;
}

/** Reads what tables a schema has and of what shape. */
export async function readCatalog(session: Session, schema: string): Promise<Catalog> {
  const { rows } = await session.query<ColumnRow>(columnsOfSchema, [schema]);
  const catalog = new Map<string, Map<string, string | undefined>>();
  for (const row of rows) {
    const columns = catalog.get(row.table_name) ?? new Map<string, string | undefined>();
    columns.set(row.column_name, typeOf(row));
    catalog.set(row.table_name, columns);
  }
  return catalog;
}

/** Names of the tables of a schema. */
export async function readTableNames(session: Session, schema: string): Promise<string[]> {
  const { rows } = await session.query<{ table_name: string }>(tablesOfSchema, [schema]);
  return rows.map((row) => row.table_name);
}
