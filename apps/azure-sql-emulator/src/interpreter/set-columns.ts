import { findColumn, type TableDef } from '../catalog/model.js';
import type { Assignment, Statement } from '../language/ast.js';

/**
 * What an update of a table with column masks must tell change tracking, for a trigger does not see it: the table and the ids
 * of its SET list's columns, in that order, a rowversion column behind them. Undefined: nothing to tell.
 */
export const setColumns = (statement: Statement, table: TableDef): string | undefined => {
  if (table.tracking?.columns !== true) return undefined;
  const lists = setLists(statement).map((list) => columnIds(list, table));
  const [first] = lists;
  // Branches of one MERGE that set different columns: what differs in the row is the better answer.
  if (first === undefined || lists.some((list) => list.join() !== first.join())) return undefined;
  return `${table.id}:${first.join(',')}`;
};

const setLists = (statement: Statement): (readonly Assignment[])[] => {
  if (statement.kind === 'update') return [statement.assignments];
  if (statement.kind !== 'merge') return [];
  return statement.branches.flatMap(({ action }) => (action.kind === 'update' ? [action.assignments] : []));
};

const columnIds = (assignments: readonly Assignment[], table: TableDef): number[] => {
  const set = assignments.flatMap(({ column }) => {
    const found = findColumn(table, column?.at(-1) ?? '');
    return found ? [found.id] : [];
  });
  const versions = table.columns.filter(({ type }) => type.name === 'timestamp').map(({ id }) => id);
  return [...new Set([...set, ...versions])];
};
