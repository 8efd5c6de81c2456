/** A column as the source's catalog describes it (sys.columns joined to sys.types). */
export interface SourceColumn {
  readonly name: string;
  readonly columnId: number;
  /** Built-in type below an alias, lower case: `nvarchar`, `decimal`, `geography`. The user type's name if there is none. */
  readonly type: string;
  /** Bytes; -1 = max. */
  readonly maxLength: number;
  readonly precision: number;
  readonly scale: number;
  readonly collation: string | null;
  readonly nullable: boolean;
  readonly computed: boolean;
}

/** A table of the source with change tracking. */
export interface SourceTable {
  readonly schema: string;
  readonly table: string;
  readonly columns: readonly SourceColumn[];
  /** Names of the primary key's columns, in key order. */
  readonly key: readonly string[];
}
