import type { SqlType } from '../../engine.js';
import type { Query } from '../ast.js';
import type { FunctionDef, ObjectDef, TableDef } from '../../catalog/model.js';

/** What names mean while a statement is bound. */
export interface BindEnvironment {
  readonly database: string;
  /** By name in any case; the schema is `dbo` when none was given. Temporary tables are found under their `#`. */
  find(schema: string | undefined, name: string): ObjectDef | undefined;
  tableById(id: number): TableDef | undefined;
  /** A view's query, parsed. */
  viewQuery(text: string): { query: Query; columns: readonly string[] | undefined };
  /** An inline function's query, bound. */
  inlineFunction(definition: FunctionDef): BoundInline;
  variable(name: string): SqlType | undefined;
  tableVariable(name: string): TableDef | undefined;
  /** A table variable that lost in a ROLLBACK what it should have kept. */
  isLost?(table: TableDef): boolean;
  /** The database is tracked at all. */
  readonly tracked: boolean;
  readonly identityInsert: TableDef['id'] | undefined;
}

/** The query of an inline function: its text once the row of its arguments (p1, p2, …) has a name. */
export interface BoundInline {
  readonly columns: readonly OutputColumn[];
  readonly tables: readonly TableDef[];
  sql(row: string): string;
}

/** Where a `$n` of the PostgreSQL text gets its value from when the statement runs. */
export interface ParameterSource {
  /** `@name` or one of the session's: `@@rowcount`, `scope_identity`, … */
  readonly name: string;
  readonly type: SqlType;
}

export interface SourceColumn {
  readonly name: string;
  /** Qualified PostgreSQL text. */
  readonly pg: string;
  readonly type: SqlType;
  nullable: boolean;
  readonly identity?: boolean;
  readonly computed?: boolean;
}

/** One table of a FROM clause. */
export interface Source {
  /** As it may be written before a dot; undefined when there is no name to write. */
  readonly alias: string | undefined;
  /** Schema and name of a table without alias, for three-part names. */
  readonly schema?: string;
  readonly pgAlias: string;
  readonly columns: readonly SourceColumn[];
  /** The physical table, where there is one. */
  readonly table?: TableDef | undefined;
  /** Columns of a window over another source are hidden from `*`. */
  readonly hidden?: boolean;
}

export class Scope {
  constructor(
    readonly sources: Source[],
    readonly parent: Scope | undefined,
  ) {}
}

export interface OutputColumn {
  /** A JSON fragment, which FOR JSON does not escape. */
  readonly json?: boolean;
  readonly name: string;
  readonly type: SqlType;
  readonly nullable: boolean;
  readonly identity?: boolean;
  readonly computed?: boolean;
}

export interface BoundQuery {
  readonly sql: string;
  readonly columns: readonly OutputColumn[];
}
