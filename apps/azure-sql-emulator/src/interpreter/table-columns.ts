import type { ColumnDef, TableDef } from '../catalog/model.js';
import { SqlError } from '../language/errors.js';

export const columnOf = (table: Pick<TableDef, 'columns'>, id: number): ColumnDef => {
  const column = table.columns.find((candidate) => candidate.id === id);
  if (!column) throw new Error(`column ${id} is not in the catalogue`);
  return column;
};

export const columnNamed = (
  table: Pick<TableDef, 'name' | 'columns'>,
  name: string,
  line: number,
): ColumnDef => {
  const column = table.columns.find((candidate) => candidate.name.toLowerCase() === name.toLowerCase());
  if (!column)
    throw new SqlError(1911, `Column name '${name}' does not exist in the target table or view.`, line);
  return column;
};

/**
 * The columns of a key or index.
 * @throws {SqlError} 1919 for what no index can be ordered by.
 */
export const keyColumns = (
  columns: readonly { readonly name: string; readonly descending: boolean }[],
  table: Pick<TableDef, 'name' | 'columns'>,
  line: number,
): { id: number; descending: boolean }[] =>
  columns.map(({ name, descending }) => {
    const { id, type } = columnNamed(table, name, line);
    if (type.length === -1 || ['text', 'ntext', 'image', 'xml'].includes(type.name))
      throw new SqlError(
        1919,
        `Column '${name}' in table '${table.name}' is of a type that is invalid for use as a key column in an index.`,
        line,
      );
    return { id, descending };
  });
