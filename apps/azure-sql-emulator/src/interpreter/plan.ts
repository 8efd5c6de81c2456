import type { ResultColumn } from '../engine.js';
import type { TableDef } from '../catalog/model.js';
import type { StatementOf } from '../language/ast.js';
import type { DmlBinder, BoundModification } from '../language/binder/dml-binder.js';
import type { OutputColumn, ParameterSource } from '../language/binder/environment.js';
import type { BoundSelect } from '../language/binder/query-binder.js';

/** A statement as it was bound: what PostgreSQL is to run, and with what. */
export interface Plan {
  readonly params: readonly ParameterSource[];
  readonly tables: readonly TableDef[];
  readonly columnNames: ReadonlyMap<string, string>;
  readonly required: DmlBinder['required'];
  readonly select?: BoundSelect;
  readonly modification?: BoundModification;
}

/** Statements that change rows. */
export type Modification =
  StatementOf<'insert'> | StatementOf<'update'> | StatementOf<'delete'> | StatementOf<'merge'>;

export const bindStatement = (binder: DmlBinder, statement: StatementOf<'select'> | Modification): Plan => {
  let select: BoundSelect | undefined;
  let modification: BoundModification | undefined;
  switch (statement.kind) {
    case 'select':
      select = binder.bindResult(statement.query);
      break;
    case 'insert':
      modification = binder.bindInsert(statement);
      break;
    case 'update':
      modification = binder.bindUpdate(statement);
      break;
    case 'delete':
      modification = binder.bindDelete(statement);
      break;
    case 'merge':
      modification = binder.bindMerge(statement);
      break;
  }
  return {
    params: binder.params,
    columnNames: binder.columnNames,
    required: binder.required,
    tables: [...binder.tables.values()].map((entry) => entry.table),
    ...(select ? { select } : {}),
    ...(modification ? { modification } : {}),
  };
};

export const resultColumn = (column: OutputColumn): ResultColumn => ({
  name: column.name,
  type: column.type,
  nullable: column.nullable,
  ...(column.identity ? { identity: true } : {}),
  ...(column.computed ? { computed: true } : {}),
});
