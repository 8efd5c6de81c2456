import type { ColumnDescription } from '../protocol/messages.js';
import { notSupportedByEmulator } from '../errors.js';
import { longName } from '../language/long-names.js';
import { modifierOf, typeOfOid } from '../copy/target-column.js';
import type { RedshiftTypeName } from '../language/types.js';

/** A column of an UNLOAD's query. */
export interface UnloadColumn {
  readonly name: string;
  readonly type: RedshiftTypeName;
  readonly length: number;
  /** 0 when the query does not say: then the data do. */
  readonly precision: number;
  readonly scale: number;
}

/** The columns, in Redshift's types. @throws RedshiftError for a type that UNLOAD does not know */
export function unloadColumns(columns: readonly ColumnDescription[]): UnloadColumn[] {
  return columns.map(({ name, typeOid, typeModifier }) => {
    const type = typeOfOid(typeOid);
    if (type === undefined) throw notSupportedByEmulator(`UNLOAD of column "${name}" (type oid ${typeOid})`);
    const sizes = modifierOf(type, typeModifier);
    return {
      name: longName(name),
      type,
      ...sizes,
      ...(typeModifier < 4 && type === 'numeric' ? { precision: 0, scale: 0 } : {}),
    };
  });
}

const DUCKDB_TYPES: Partial<Record<RedshiftTypeName, string>> = {
  smallint: 'SMALLINT',
  integer: 'INTEGER',
  bigint: 'BIGINT',
  real: 'REAL',
  'double precision': 'DOUBLE',
  boolean: 'BOOLEAN',
  date: 'DATE',
  'time without time zone': 'TIME',
  'timestamp without time zone': 'TIMESTAMP',
  'timestamp with time zone': 'TIMESTAMPTZ',
};

/** The type DuckDB reads the column's text as. */
export function duckdbType({ type, precision, scale }: UnloadColumn): string {
  if (type === 'numeric') return `DECIMAL(${precision},${scale})`;
  return DUCKDB_TYPES[type] ?? 'VARCHAR';
}

/** The type as a verbose manifest names it. */
export function manifestType(column: UnloadColumn): object {
  if (column.type === 'numeric') return { base: 'numeric', precision: column.precision, scale: column.scale };
  if (column.type.startsWith('character')) return { base: column.type, max_length: column.length };
  return { base: column.type };
}
