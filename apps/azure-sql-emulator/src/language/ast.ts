import type { IsolationLevel } from '../engine.js';
import type { Cte, Expr, Node, Query, SelectItem, TableRef, Top, TypeRef } from './query-ast.js';
import type { RoutineStatement } from './routine-ast.js';
import type {
  AlterTableAction,
  ChangeTrackingSetting,
  ColumnDefinition,
  IndexDefinition,
  TableConstraint,
  TableElements,
} from './table-ast.js';

export type * from './query-ast.js';
export type * from './table-ast.js';

export interface OutputClause extends Node {
  readonly items: readonly SelectItem[];
  readonly into?: { target: TableRef; columns?: readonly string[] | undefined } | undefined;
}

export interface Assignment extends Node {
  /** `@v`, when the assignment (also) fills a variable. */
  readonly variable?: string | undefined;
  readonly column?: readonly string[] | undefined;
  readonly op: string;
  readonly value: Expr;
}

export type MergeAction =
  | (Node & { kind: 'update'; assignments: readonly Assignment[] })
  | (Node & { kind: 'delete' })
  | (Node & { kind: 'insert'; columns: readonly string[]; values: readonly Expr[] | 'default' });

export interface MergeBranch extends Node {
  readonly match: 'matched' | 'notMatchedByTarget' | 'notMatchedBySource';
  readonly condition?: Expr | undefined;
  readonly action: MergeAction;
}

export interface Parameter extends Node {
  readonly name: string;
  readonly type: TypeRef;
  readonly defaultValue?: Expr | undefined;
  readonly output: boolean;
  /** Of a table type; `type` means nothing then. */
  readonly table?: (TableElements & { readonly tableType: string }) | undefined;
}

export interface ExecArgument extends Node {
  readonly name?: string | undefined;
  readonly value: Expr;
  readonly output: boolean;
}

export type Statement =
  | (Node & { kind: 'select'; query: Query })
  | (Node & {
      kind: 'insert';
      ctes: readonly Cte[];
      top?: Top | undefined;
      target: TableRef;
      columns?: readonly string[] | undefined;
      output?: OutputClause | undefined;
      source:
        | { kind: 'values'; rows: readonly (readonly Expr[])[] }
        | { kind: 'query'; query: Query }
        | { kind: 'defaults' }
        | { kind: 'exec'; exec: Statement };
      context?: Expr | undefined;
    })
  | (Node & {
      kind: 'update';
      ctes: readonly Cte[];
      top?: Top | undefined;
      target: TableRef;
      assignments: readonly Assignment[];
      output?: OutputClause | undefined;
      from: readonly TableRef[];
      where?: Expr | undefined;
      context?: Expr | undefined;
    })
  | (Node & {
      kind: 'delete';
      ctes: readonly Cte[];
      top?: Top | undefined;
      target: TableRef;
      output?: OutputClause | undefined;
      from: readonly TableRef[];
      where?: Expr | undefined;
      context?: Expr | undefined;
    })
  | (Node & {
      kind: 'merge';
      ctes: readonly Cte[];
      target: TableRef;
      alias?: string | undefined;
      source: TableRef;
      on: Expr;
      branches: readonly MergeBranch[];
      output?: OutputClause | undefined;
      context?: Expr | undefined;
    })
  | (Node & {
      kind: 'bulkInsert';
      table: readonly string[];
      columns: readonly string[];
      options: readonly string[];
    })
  | (Node & {
      kind: 'declare';
      variables: readonly { name: string; type: TypeRef; value?: Expr | undefined; line: number }[];
    })
  | (Node & {
      kind: 'declareTable';
      name: string;
      /** Schema and name of the table type, where there is one. */
      tableType?: string | undefined;
      columns: readonly ColumnDefinition[];
      constraints: readonly TableConstraint[];
      indexes: readonly IndexDefinition[];
    })
  | (Node & { kind: 'setVariable'; name: string; op: string; value: Expr })
  | (Node & { kind: 'setOption'; option: string; value: string; table?: readonly string[] | undefined })
  | (Node & { kind: 'setIsolation'; level: IsolationLevel })
  | (Node & { kind: 'if'; condition: Expr; then: Statement; otherwise?: Statement | undefined })
  | (Node & { kind: 'while'; condition: Expr; body: Statement })
  | (Node & { kind: 'block'; statements: readonly Statement[] })
  | (Node & { kind: 'try'; body: readonly Statement[]; handler: readonly Statement[] })
  | (Node & { kind: 'break' | 'continue' | 'empty' })
  | (Node & { kind: 'label' | 'goto'; label: string })
  | (Node & { kind: 'return'; value?: Expr | undefined })
  | (Node & { kind: 'print'; value: Expr })
  | (Node & { kind: 'throw'; args?: readonly [Expr, Expr, Expr] | undefined })
  | (Node & {
      kind: 'raiserror';
      message: Expr;
      severity: Expr;
      state: Expr;
      args: readonly Expr[];
      options: readonly string[];
    })
  | (Node & { kind: 'waitfor'; delay: Expr; until: boolean })
  | (Node & { kind: 'beginTransaction'; name?: Expr | undefined })
  | (Node & { kind: 'commit' })
  | (Node & { kind: 'rollback'; name?: Expr | undefined })
  | (Node & { kind: 'save'; name: Expr })
  | (Node & {
      kind: 'exec';
      procedure: readonly string[];
      /** EXEC @name: the variable that holds the procedure's name. */
      variable?: string | undefined;
      args: readonly ExecArgument[];
      into?: string | undefined;
    })
  | (Node & { kind: 'execString'; text: Expr })
  | (Node & { kind: 'use'; database: string })
  | (Node & {
      kind: 'createTable';
      name: readonly string[];
      columns: readonly ColumnDefinition[];
      constraints: readonly TableConstraint[];
      indexes: readonly IndexDefinition[];
    })
  | (Node & { kind: 'alterTable'; name: readonly string[]; action: AlterTableAction })
  | (Node & {
      kind: 'drop';
      what:
        | 'table'
        | 'view'
        | 'procedure'
        | 'schema'
        | 'user'
        | 'function'
        | 'trigger'
        | 'sequence'
        | 'synonym'
        | 'type';
      names: readonly (readonly string[])[];
      ifExists: boolean;
    })
  | (Node & { kind: 'truncate'; name: readonly string[] })
  | (Node & { kind: 'createSchema'; name: string })
  | (Node & { kind: 'createIndex'; table: readonly string[]; index: IndexDefinition })
  | (Node & {
      kind: 'dropIndex';
      items: readonly { name: string; table: readonly string[] }[];
      ifExists: boolean;
    })
  | (Node & {
      kind: 'createView';
      name: readonly string[];
      columns?: readonly string[] | undefined;
      query: Query;
      text: string;
      mode: 'create' | 'alter' | 'createOrAlter';
    })
  | (Node & {
      kind: 'createProcedure';
      name: readonly string[];
      parameters: readonly Parameter[];
      body: readonly Statement[];
      text: string;
      mode: 'create' | 'alter' | 'createOrAlter';
    })
  | (Node & {
      kind: 'alterDatabase';
      database: string;
      option: string;
      value: string;
      tracking?: ChangeTrackingSetting | undefined;
    })
  | (Node & {
      kind: 'permission';
      action: 'grant' | 'revoke' | 'deny';
      permissions: readonly string[];
      scope: 'database' | 'schema' | 'object';
      on?: readonly string[] | undefined;
      principals: readonly string[];
    })
  | (Node & { kind: 'createUser'; name: string; password?: string | undefined })
  | (Node & { kind: 'alterRole'; role: string; member: string; add: boolean })
  | RoutineStatement;

export type StatementOf<K extends Statement['kind']> = Extract<Statement, { kind: K }>;
