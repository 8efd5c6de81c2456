import type { SqlType } from '../../engine.js';
import { SqlError } from '../errors.js';
import { isNumeric } from '../types.js';

const operatorWords: Record<string, string> = {
  '+': 'add',
  '-': 'subtract',
  '*': 'multiply',
  '/': 'divide',
  '%': 'modulo',
};

export const operatorName = (op: string): string => operatorWords[op] ?? op;

export const invalidOperator = (type: SqlType, operator: string, line: number): SqlError =>
  new SqlError(8117, `Operand data type ${type.name} is invalid for ${operator} operator.`, line);

export const incompatible = (left: SqlType, right: SqlType, op: string, line: number): SqlError =>
  new SqlError(
    402,
    `The data types ${left.name} and ${right.name} are incompatible in the ${operatorName(op)} operator.`,
    line,
  );

/** What SQL Server says when neither operand is a number: a clash of types, or an operator that none of them has. */
export const noArithmetic = (op: string, left: SqlType, right: SqlType, line: number): SqlError => {
  if (left.name === right.name) return invalidOperator(left, operatorName(op), line);
  const number = [left, right].find((type) => isNumeric(type));
  if (!number) return incompatible(left, right, op, line);
  const other = number === left ? right : left;
  return new SqlError(
    206,
    `Operand type clash: ${other.name} is incompatible with ${number.name}`,
    line,
    16,
    2,
  );
};
