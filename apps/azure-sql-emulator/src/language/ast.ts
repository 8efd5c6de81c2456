import type { SqlType, IsolationLevel } from '../engine.js';
import type { RoutineStatement } from './routine-ast.js';

/** Every node knows the line of the batch it began on. */
interface Node {
  readonly line: number;
}

export type TypeRef = SqlType;

export type Expr =
  | (Node & { kind: 'number'; text: string; form: 'int' | 'decimal' | 'float' | 'money' })
  | (Node & { kind: 'string'; value: string; national: boolean })
  | (Node & { kind: 'binary'; hex: string })
  | (Node & { kind: 'null' })
  | (Node & { kind: 'default' })
  | (Node & { kind: 'variable'; name: string })
  | (Node & { kind: 'column'; parts: readonly string[] })
  | (Node & { kind: 'unary'; op: '-' | '+' | '~'; operand: Expr })
  | (Node & {
      kind: 'arithmetic';
      op: '+' | '-' | '*' | '/' | '%' | '&' | '|' | '^';
      left: Expr;
      right: Expr;
    })
  | (Node & { kind: 'compare'; op: CompareOp; left: Expr; right: Expr })
  | (Node & { kind: 'quantified'; op: CompareOp; all: boolean; left: Expr; query: Query })
  | (Node & { kind: 'logical'; op: 'and' | 'or'; left: Expr; right: Expr })
  | (Node & { kind: 'not'; operand: Expr })
  | (Node & { kind: 'isNull'; operand: Expr; negated: boolean })
  | (Node & { kind: 'distinctFrom'; left: Expr; right: Expr; negated: boolean })
  | (Node & { kind: 'like'; operand: Expr; pattern: Expr; escape?: Expr | undefined; negated: boolean })
  | (Node & { kind: 'between'; operand: Expr; low: Expr; high: Expr; negated: boolean })
  | (Node & { kind: 'in'; operand: Expr; list: readonly Expr[]; negated: boolean })
  | (Node & { kind: 'inQuery'; operand: Expr; query: Query; negated: boolean })
  | (Node & { kind: 'exists'; query: Query })
  | (Node & { kind: 'subquery'; query: Query })
  | (Node & {
      kind: 'case';
      operand?: Expr | undefined;
      branches: readonly { when: Expr; then: Expr }[];
      otherwise?: Expr | undefined;
    })
  | (Node & {
      kind: 'cast';
      operand: Expr;
      type: TypeRef;
      style?: Expr | undefined;
      attempt: boolean;
      parse?: boolean;
    })
  | (Node & { kind: 'collate'; operand: Expr; collation: string })
  | (Node & { kind: 'atTimeZone'; operand: Expr; zone: Expr })
  | (Node & { kind: 'method'; operand: Expr; method: string; args: readonly Expr[] })
  | FunctionCall;

export type CompareOp = '=' | '<>' | '<' | '<=' | '>' | '>=';

export interface FunctionCall extends Node {
  kind: 'call';
  /** Upper case for built-in functions; as written, with dots, for those with a schema. */
  name: string;
  args: readonly Expr[];
  star?: boolean | undefined;
  distinct?: boolean | undefined;
  /** First argument when it is a bare word: DATEADD(day, …). */
  datePart?: string | undefined;
  withinGroup?: readonly OrderItem[] | undefined;
  over?: WindowSpec | undefined;
  ignoreNulls?: boolean | undefined;
}

export interface WindowSpec {
  readonly partitionBy: readonly Expr[];
  readonly orderBy: readonly OrderItem[];
  readonly frame?: string | undefined;
}

export interface OrderItem extends Node {
  readonly expr: Expr;
  readonly descending: boolean;
}

export interface Cte extends Node {
  readonly name: string;
  readonly columns?: readonly string[] | undefined;
  readonly query: Query;
}

export interface Query extends Node {
  readonly ctes: readonly Cte[];
  readonly body: QueryBody;
  readonly orderBy: readonly OrderItem[];
  readonly offset?: Expr | undefined;
  readonly fetch?: Expr | undefined;
  readonly forClause?: ForClause | undefined;
}

export interface ForClause extends Node {
  readonly format: 'json' | 'xml';
  readonly mode: string;
  readonly path?: string | undefined;
  readonly root?: string | undefined;
  readonly withoutArrayWrapper: boolean;
  readonly includeNullValues: boolean;
}

export type QueryBody =
  SelectBody | SetOperation | { kind: 'parenthesis'; line: number; query: Query } | ValuesBody;

export interface ValuesBody extends Node {
  kind: 'values';
  rows: readonly (readonly Expr[])[];
}

export interface SetOperation extends Node {
  kind: 'set';
  op: 'union' | 'except' | 'intersect';
  all: boolean;
  left: QueryBody;
  right: QueryBody;
}

export interface Top {
  readonly count: Expr;
  readonly percent: boolean;
  readonly withTies: boolean;
}

export interface SelectItem extends Node {
  /** `*` or `t.*`. */
  readonly star?: { qualifier: readonly string[] } | undefined;
  readonly expr?: Expr | undefined;
  readonly alias?: string | undefined;
  /** `SELECT @v = …`. */
  readonly assign?: { variable: string; op: string } | undefined;
}

export interface SelectBody extends Node {
  kind: 'select';
  distinct: boolean;
  top?: Top | undefined;
  items: readonly SelectItem[];
  into?: readonly string[] | undefined;
  from: readonly TableRef[];
  where?: Expr | undefined;
  groupBy: readonly GroupItem[];
  having?: Expr | undefined;
}

export type GroupItem =
  | { kind: 'expr'; expr: Expr }
  | { kind: 'rollup' | 'cube'; items: readonly (readonly Expr[])[] }
  | { kind: 'sets'; items: readonly (readonly Expr[])[] };

export type TableRef =
  | (Node & { kind: 'table'; parts: readonly string[]; alias?: string | undefined; hints: readonly string[] })
  | (Node & { kind: 'tableVariable'; name: string; alias?: string | undefined })
  | (Node & { kind: 'derived'; query: Query; alias: string; columns?: readonly string[] | undefined })
  | (Node & {
      kind: 'join';
      type: 'inner' | 'left' | 'right' | 'full' | 'cross';
      left: TableRef;
      right: TableRef;
      on?: Expr | undefined;
    })
  | (Node & { kind: 'apply'; outer: boolean; left: TableRef; right: TableRef })
  | (Node & {
      kind: 'changes';
      table: readonly string[];
      version: Expr;
      alias?: string | undefined;
      columns?: readonly string[] | undefined;
    })
  | (Node & {
      kind: 'version';
      table: readonly string[];
      keys: readonly string[];
      values: readonly Expr[];
      alias?: string | undefined;
      columns?: readonly string[] | undefined;
    })
  | (Node & {
      kind: 'tableFunction';
      name: string;
      args: readonly Expr[];
      alias?: string | undefined;
      columns?: readonly string[] | undefined;
      schema?:
        readonly { name: string; type: TypeRef; path?: string | undefined; asJson: boolean }[] | undefined;
    })
  | (Node & {
      kind: 'pivot';
      source: TableRef;
      aggregate: string;
      value: readonly string[];
      column: readonly string[];
      values: readonly string[];
      alias: string;
    });

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

export interface Parameter extends Node {
  readonly name: string;
  readonly type: TypeRef;
  readonly defaultValue?: Expr | undefined;
  readonly output: boolean;
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
