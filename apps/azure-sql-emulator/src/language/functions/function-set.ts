import type { SqlType } from '../../engine.js';
import type { Expr, FunctionCall, OrderItem } from '../ast.js';
import type { Scope } from '../binder/environment.js';
import type { Typed } from '../binder/typed.js';
import type { Conversion } from '../binder/conversion.js';
import type { ObjectDef } from '../../catalog/model.js';

/** What a built-in function needs of the binder. */
export interface FunctionContext {
  readonly call: FunctionCall;
  readonly scope: Scope | undefined;
  readonly line: number;
  readonly database: string;
  /** The n-th argument, bound. */
  arg(n: number): Typed;
  readonly count: number;
  has(n: number): boolean;
  text(n: number): string;
  int(n: number): string;
  bigint(n: number): string;
  float(n: number): string;
  to(e: Typed, type: SqlType, mode?: Conversion['mode']): string;
  textOf(e: Typed): string;
  key(e: Typed): string;
  unify(values: readonly Typed[]): { pgs: string[]; type: SqlType; collationFrom: Typed['collationFrom'] };
  bind(expr: Expr): Typed;
  condition(expr: Expr): string;
  session(name: string, type: SqlType): Typed;
  orderBy(items: readonly OrderItem[]): string;
  /** The OVER clause, with a blank before it; empty without one. */
  over(): string;
  /** The literal text of argument n, when it is a string literal. */
  literalText(n: number): string | undefined;
  find(schema: string | undefined, name: string): ObjectDef | undefined;
}

export type BuiltIn = (f: FunctionContext) => Typed;

/** A table of functions with the number of arguments each takes. */
export type FunctionTable = Readonly<
  Record<string, { readonly min: number; readonly max: number; readonly bind: BuiltIn }>
>;

export const fn = (min: number, max: number, bind: BuiltIn): { min: number; max: number; bind: BuiltIn } => ({
  min,
  max,
  bind,
});
