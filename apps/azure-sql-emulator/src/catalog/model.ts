import type { SqlType } from '../engine.js';
import type { ForeignAction } from '../language/ast.js';
import type { TriggerEvent } from '../language/routine-ast.js';

/** What T-SQL knows of a column and PostgreSQL can't say; names as written by the user. */
export interface ColumnDef {
  readonly id: number;
  readonly name: string;
  /** Physical name, by the rule of naming.ts. */
  readonly pg: string;
  readonly type: SqlType;
  readonly nullable: boolean;
  readonly identity?: { readonly seed: string; readonly increment: string } | undefined;
  /** T-SQL text of a computed column. */
  readonly computed?: { readonly text: string; readonly persisted: boolean } | undefined;
  /** T-SQL text of the default and the constraint that holds it. */
  readonly default?:
    | { readonly id: number; readonly name: string; readonly text: string; readonly named: boolean }
    | undefined;
  readonly rowguid?: boolean | undefined;
}

export interface IndexDef {
  readonly indexId: number;
  readonly name: string;
  /** Physical name in PostgreSQL. */
  readonly pg: string;
  readonly kind: 'primary' | 'unique' | 'index' | 'uniqueIndex';
  readonly clustered: boolean;
  readonly columns: readonly { readonly id: number; readonly descending: boolean }[];
  readonly include: readonly number[];
  readonly filter?: string | undefined;
  /** Object id of the key constraint. */
  readonly id?: number | undefined;
  /** The name was made up by the server. */
  readonly systemNamed?: boolean | undefined;
  /** Checked at the end of a statement, as SQL Server checks keys; not so once a foreign key refers to it. */
  readonly deferrable?: boolean | undefined;
}

export interface ForeignKeyDef {
  readonly id: number;
  readonly name: string;
  readonly pg: string;
  readonly columns: readonly number[];
  readonly referencedTable: number;
  readonly referencedColumns: readonly number[];
  readonly onDelete: ForeignAction;
  readonly onUpdate: ForeignAction;
  readonly disabled?: boolean | undefined;
  /** Not known to hold for every row. */
  readonly untrusted?: boolean | undefined;
  readonly systemNamed?: boolean | undefined;
}

export interface CheckDef {
  /** The one column it speaks of; absent when there are several. */
  readonly column?: number | undefined;
  readonly id: number;
  readonly name: string;
  readonly pg: string;
  readonly text: string;
  readonly disabled?: boolean | undefined;
  readonly untrusted?: boolean | undefined;
  readonly systemNamed?: boolean | undefined;
}

export interface TableDef {
  readonly kind: 'table';
  /** PostgreSQL's oid, which is T-SQL's object_id. */
  readonly id: number;
  readonly schema: string;
  readonly name: string;
  readonly pgSchema: string;
  readonly pgName: string;
  readonly columns: readonly ColumnDef[];
  readonly nextColumnId: number;
  readonly indexes: readonly IndexDef[];
  readonly foreignKeys: readonly ForeignKeyDef[];
  readonly checks: readonly CheckDef[];
  /** Change tracking is on; with column masks or without. */
  readonly tracking?: { readonly columns: boolean } | undefined;
  readonly temporary?: boolean | undefined;
  /** Of a table variable: the table type it was declared with. */
  readonly tableType?: string | undefined;
  /** A table-valued parameter. */
  readonly readOnly?: boolean | undefined;
}

export interface ViewDef {
  readonly kind: 'view';
  readonly id: number;
  readonly schema: string;
  readonly name: string;
  /** The whole CREATE VIEW statement. */
  readonly text: string;
  readonly columns: readonly Pick<ColumnDef, 'id' | 'name' | 'type' | 'nullable'>[];
}

export interface ProcedureDef {
  readonly kind: 'procedure';
  /** What sys.parameters shows. */
  readonly parameters?: readonly ParameterDef[] | undefined;
  /** Made under SET QUOTED_IDENTIFIER OFF: "…" are strings in it. */
  readonly quotedIdentifier?: false | undefined;
  readonly id: number;
  readonly schema: string;
  readonly name: string;
  readonly text: string;
}

/** A parameter of a procedure or function. */
export interface ParameterDef {
  readonly name: string;
  readonly type: SqlType;
  readonly output: boolean;
}

export interface FunctionDef {
  readonly kind: 'function';
  readonly id: number;
  readonly schema: string;
  readonly name: string;
  readonly text: string;
  /** Scalar, the rows of one query, or of statements. */
  readonly type: 'FN' | 'IF' | 'TF';
  readonly parameters: readonly ParameterDef[];
  readonly returns?: SqlType | undefined;
  /** The columns of the table that statements fill. */
  readonly columns?: ViewDef['columns'] | undefined;
  /** PostgreSQL's function behind all but an inline one. */
  readonly pg?: string | undefined;
}

export interface SequenceDef {
  readonly kind: 'sequence';
  readonly id: number;
  readonly schema: string;
  readonly name: string;
  readonly type: SqlType;
  readonly start: string;
  readonly increment: string;
  readonly min: string;
  readonly max: string;
  readonly cycle: boolean;
  readonly pg: string;
}

export interface SynonymDef {
  readonly kind: 'synonym';
  readonly id: number;
  readonly schema: string;
  readonly name: string;
  readonly target: readonly string[];
  readonly written: string;
}

export interface TriggerDef {
  readonly kind: 'trigger';
  readonly id: number;
  readonly schema: string;
  readonly name: string;
  readonly text: string;
  /** The table's id, or the view's. */
  readonly parent: number;
  readonly insteadOf?: boolean | undefined;
  readonly events: readonly TriggerEvent[];
  readonly disabled?: boolean | undefined;
}

export type ObjectDef =
  TableDef | ViewDef | ProcedureDef | FunctionDef | SequenceDef | SynonymDef | TriggerDef;

export interface SchemaDef {
  readonly id: number;
  readonly name: string;
}

export const primaryKey = (table: TableDef): IndexDef | undefined =>
  table.indexes.find((index) => index.kind === 'primary');

export const columnById = (table: TableDef, id: number): ColumnDef => {
  const column = table.columns.find((candidate) => candidate.id === id);
  if (!column) throw new Error(`column ${id} of ${table.schema}.${table.name} is not in the catalogue`);
  return column;
};

export const findColumn = (table: Pick<TableDef, 'columns'>, name: string): ColumnDef | undefined => {
  const lower = name.toLowerCase();
  return table.columns.find((column) => column.name.toLowerCase() === lower);
};
