/** Definitions of tables and what ALTER TABLE does to them. */

import type { Expr, Node, TypeRef } from './query-ast.js';

export interface ColumnDefinition extends Node {
  readonly name: string;
  readonly type?: TypeRef | undefined;
  readonly nullable?: boolean | undefined;
  readonly identity?: { seed: string; increment: string } | undefined;
  readonly computed?: { expr: Expr; text: string; persisted: boolean } | undefined;
  readonly defaultValue?:
    { name?: string | undefined; expr: Expr; text: string; withValues?: boolean } | undefined;
  readonly rowguid?: boolean | undefined;
  readonly constraints: readonly TableConstraint[];
}

export type ForeignAction = 'no action' | 'cascade' | 'set null' | 'set default';

export type TableConstraint = Node & { readonly name?: string | undefined } & (
    | {
        kind: 'key';
        primary: boolean;
        clustered?: boolean | undefined;
        columns: readonly IndexColumn[];
      }
    | {
        kind: 'foreign';
        columns: readonly string[];
        table: readonly string[];
        references: readonly string[];
        onDelete: ForeignAction;
        onUpdate: ForeignAction;
        noCheck?: boolean | undefined;
      }
    | { kind: 'check'; expr: Expr; text: string; noCheck?: boolean | undefined }
    | { kind: 'default'; column: string; expr: Expr; text: string }
  );

export interface IndexColumn {
  readonly name: string;
  readonly descending: boolean;
}

export interface IndexDefinition extends Node {
  readonly name: string;
  readonly unique: boolean;
  readonly clustered: boolean;
  readonly columns: readonly IndexColumn[];
  readonly include: readonly string[];
  readonly where?: { expr: Expr; text: string } | undefined;
}

export type ChangeTrackingSetting = {
  readonly on?: boolean | undefined;
  readonly retention?: { value: number; unit: string } | undefined;
  readonly autoCleanup?: boolean | undefined;
};

export type AlterTableAction =
  | {
      kind: 'addColumns';
      columns: readonly ColumnDefinition[];
      constraints: readonly TableConstraint[];
      indexes: readonly IndexDefinition[];
      withValues: boolean;
    }
  | { kind: 'dropColumns'; names: readonly string[]; ifExists: boolean }
  | { kind: 'dropConstraints'; names: readonly string[]; ifExists: boolean }
  | { kind: 'drop'; items: readonly { what: 'column' | 'constraint'; name: string; ifExists: boolean }[] }
  | { kind: 'alterColumn'; name: string; type: TypeRef; nullable?: boolean | undefined }
  | { kind: 'changeTracking'; enable: boolean; trackColumns: boolean }
  | {
      kind: 'checkConstraints';
      names: readonly string[] | 'all';
      enable: boolean;
      /** WITH CHECK: the rows that are there are looked at as well. */
      validate: boolean;
    };

/** What stands between the parentheses of CREATE TABLE. */
export interface TableElements {
  readonly columns: readonly ColumnDefinition[];
  readonly constraints: readonly TableConstraint[];
  readonly indexes: readonly IndexDefinition[];
}
