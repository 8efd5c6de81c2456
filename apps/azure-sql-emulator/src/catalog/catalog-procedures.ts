import type { ProcedureDef } from './model.js';
import { columnProcedures } from './procedures/column-procedures.js';
import { objectProcedures } from './procedures/object-procedures.js';

const procedures: Readonly<Record<string, string>> = { ...objectProcedures, ...columnProcedures };

/**
 * The catalogue procedures that ODBC, JDBC and their like call, written in T-SQL over the catalogue views.
 * Columns and their order are as Microsoft documents them for ODBC's catalogue functions.
 */
export const catalogProcedure = (name: string): ProcedureDef | undefined => {
  const lower = name.toLowerCase();
  const text = Object.hasOwn(procedures, lower) ? procedures[lower] : undefined;
  return text === undefined ? undefined : { kind: 'procedure', id: 0, schema: 'sys', name: lower, text };
};
