/** Expressions and queries. */

import type { SqlType } from '../engine.js';

/** Every node knows the line of the batch it began on. */
export interface Node {
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
  /** `OVER w`: the window of the WINDOW clause that it is. */
  readonly name?: string | undefined;
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
  /** OPTION (MAXRECURSION n). */
  readonly maxRecursion?: number | undefined;
}

export interface ForClause extends Node {
  readonly format: 'json' | 'xml';
  readonly mode: string;
  readonly path?: string | undefined;
  readonly root?: string | undefined;
  readonly withoutArrayWrapper: boolean;
  readonly includeNullValues: boolean;
  /** FOR XML … TYPE: the xml type in place of text. */
  readonly asType: boolean;
  /** FOR XML RAW, ELEMENTS. */
  readonly elements: boolean;
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
  windows?: readonly { name: string; spec: WindowSpec }[] | undefined;
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
      kind: 'userFunction';
      parts: readonly string[];
      args: readonly Expr[];
      alias?: string | undefined;
      columns?: readonly string[] | undefined;
    })
  | (Node & {
      kind: 'unpivot';
      source: TableRef;
      value: string;
      column: string;
      columns: readonly string[];
      alias: string;
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
