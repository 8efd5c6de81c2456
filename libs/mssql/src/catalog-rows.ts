import { changeVersion, PipelineError, tableId, type ChangeVersion } from '@thalamus/contracts';
import type { DiscoveredTable } from '@thalamus/core/capture';
import type { SourceColumn } from '@thalamus/core/change';
import type { NamedRow } from './source-connection.js';

export function text(row: NamedRow, name: string): string {
  const value = row[name];
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'bigint') return value.toString();
  throw new PipelineError('THAL-S009', `the catalog gave ${name} = ${JSON.stringify(value) ?? 'undefined'}`);
}

export function textOrNull(row: NamedRow, name: string): string | null {
  return row[name] === null || row[name] === undefined ? null : text(row, name);
}

/** bit columns come as booleans, computed ones as numbers. */
export const flag = (row: NamedRow, name: string): boolean => row[name] === true || row[name] === 1;
export const whole = (row: NamedRow, name: string): number => Number(text(row, name));

export function versionOrNull(row: NamedRow, name: string): ChangeVersion | null {
  const value = textOrNull(row, name);
  return value === null ? null : changeVersion(value);
}

/** CLR types that have a rule of their own in the type map. */
const clrTypes = new Set(['hierarchyid', 'geometry', 'geography']);

function readColumnRow(row: NamedRow): SourceColumn {
  const userType = text(row, 'user_type').toLowerCase();
  const baseType = textOrNull(row, 'base_type')?.toLowerCase();
  return {
    name: text(row, 'name'),
    columnId: whole(row, 'column_id'),
    type: clrTypes.has(userType) ? userType : (baseType ?? userType),
    maxLength: whole(row, 'max_length'),
    precision: whole(row, 'precision'),
    scale: whole(row, 'scale'),
    collation: textOrNull(row, 'collation_name'),
    nullable: flag(row, 'is_nullable'),
    computed: flag(row, 'is_computed'),
  };
}

/** Puts the three catalog results together. */
export function assembleTables(
  tables: readonly NamedRow[],
  columns: readonly NamedRow[],
  keys: readonly NamedRow[],
): DiscoveredTable[] {
  const columnsOf = Map.groupBy(columns, (row) => whole(row, 'object_id'));
  const keysOf = Map.groupBy(keys, (row) => whole(row, 'object_id'));
  return tables.map((row) => {
    const objectId = whole(row, 'object_id');
    const [schema, table] = [text(row, 'schema_name'), text(row, 'table_name')];
    return {
      id: tableId(schema, table),
      objectId,
      schema,
      table,
      isTracked: flag(row, 'is_tracked'),
      columns: (columnsOf.get(objectId) ?? []).map(readColumnRow),
      key: (keysOf.get(objectId) ?? []).map((key) => text(key, 'name')),
    };
  });
}
