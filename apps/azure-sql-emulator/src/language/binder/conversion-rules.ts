import type { SqlType } from '../../engine.js';
import { literal } from '../../catalog/naming.js';
import { SqlError } from '../errors.js';

export interface Conversion {
  readonly mode: 'implicit' | 'explicit' | 'assign';
  readonly style?: number | undefined;
  /** TRY_CAST and TRY_CONVERT: NULL instead of an error. */
  readonly attempt?: boolean | undefined;
  /** `database.schema.table|column` of an assignment, for 2628. */
  readonly target?: string | undefined;
  readonly line: number;
}

export const clash = (from: SqlType, to: SqlType, how: Conversion): SqlError =>
  how.mode === 'explicit'
    ? new SqlError(
        529,
        `Explicit conversion from data type ${from.name} to ${to.name} is not allowed.`,
        how.line,
        16,
        2,
      )
    : new SqlError(206, `Operand type clash: ${from.name} is incompatible with ${to.name}`, how.line, 16, 2);

export const notImplicit = (from: SqlType, to: SqlType, line: number): SqlError =>
  new SqlError(
    257,
    `Implicit conversion from data type ${from.name} to ${to.name} is not allowed. Use the CONVERT function to run this query.`,
    line,
    16,
    3,
  );

export const tries = (how: Conversion): string => (how.attempt ? 'true' : 'false');
export const textSource = (type: SqlType): string => literal(type.name);
