import type { SqlType } from '../../engine.js';
import type { Expr } from '../ast.js';
import { SqlError } from '../errors.js';
import {
  BIT,
  INT,
  asDecimal,
  commonType,
  decimal,
  decimalResult,
  familyOf,
  isBinary,
  isLob,
  isNumeric,
  isText,
  isUnicode,
  pgType,
  rank,
} from '../types.js';
import { incompatible, invalidOperator, noArithmetic, operatorName } from './operator-errors.js';
import { BinderBase } from './binder-base.js';
import { asText, pgCollation, typed, type Typed } from './typed.js';
import type { Scope } from './environment.js';

type ExprOf<K extends Expr['kind']> = Extract<Expr, { kind: K }>;

/** Literals and operators: the type each result has, and its value. */
export abstract class ArithmeticBinder extends BinderBase {
  protected number(expr: ExprOf<'number'>): Typed {
    const { text, form } = expr;
    const constant = { nullable: false, constant: true };
    if (form === 'float') return { pg: `'${text}'::float8`, type: { name: 'float' }, ...constant };
    if (form === 'money')
      return { pg: `${text || '0'}::numeric(19,4)`, type: { name: 'money' }, ...constant };
    if (form === 'int' && BigInt(text) <= 2147483647n && BigInt(text) >= -2147483648n) {
      return { pg: text.startsWith('-') ? `(${text})` : text, type: INT, ...constant };
    }
    const [whole = '', fraction = ''] = text.replace('-', '').split('.');
    const digits = whole.replace(/^0+/, '').length;
    const precision = Math.max(1, digits + fraction.length);
    if (precision > 38) {
      throw new SqlError(
        1007,
        `The number '${text}' is out of the range for numeric representation (maximum precision 38).`,
        expr.line,
        15,
      );
    }
    const type: SqlType = { name: 'numeric', precision, scale: fraction.length };
    return { pg: `'${text}'::${pgType(type)}`, type, ...constant };
  }

  protected unary(expr: ExprOf<'unary'>, scope: Scope | undefined): Typed {
    const operand = this.value(expr.operand, scope);
    if (expr.op === '+') return operand;
    if (expr.op === '~') {
      if (operand.type.name === 'bit') return { ...operand, pg: `(not ${operand.pg})` };
      if (familyOf(operand.type) !== 'int') throw invalidOperator(operand.type, '~', expr.line);
      return {
        ...operand,
        pg: operand.type.name === 'tinyint' ? `(255 - ${operand.pg})::int2` : `(~ ${operand.pg})`,
      };
    }
    if (expr.operand.kind === 'number' && expr.operand.form === 'int' && expr.operand.text === '2147483648') {
      return {
        pg: "'-2147483648'::numeric(10,0)",
        type: { name: 'numeric', precision: 10, scale: 0 },
        nullable: false,
        constant: true,
      };
    }
    if (operand.untyped) return operand;
    if (!isNumeric(operand.type) || operand.type.name === 'bit')
      throw invalidOperator(operand.type, 'minus', expr.line);
    if (operand.type.name === 'tinyint')
      return { ...operand, pg: `(- ${operand.pg})::int2`, type: { name: 'smallint' } };
    return { ...operand, pg: `(- ${operand.pg})` };
  }

  protected arithmetic(op: string, left: Typed, divisor: Typed, line: number): Typed {
    const zero = (op === '/' || op === '%') && divisor.constant && /^[(]?-?0+[)]?$/.test(divisor.pg);
    const right = zero ? { ...divisor, pg: `emu.zero()` } : divisor;
    const nullable = left.nullable || right.nullable;
    if (op === '+' && isTextLike(left) && isTextLike(right)) return this.concatenate(left, right, line);
    if (op === '+' && isBinary(left.type) && isBinary(right.type)) {
      const length =
        isLob(left.type) || isLob(right.type)
          ? -1
          : Math.min(8000, (left.type.length ?? 8) + (right.type.length ?? 8));
      return typed(`(${left.pg} || ${right.pg})`, { name: 'varbinary', length }, nullable);
    }
    if (['&', '|', '^'].includes(op)) return this.bitwise(op, left, right, line);
    const classic = [left, right].find(
      (e) => ['datetime', 'smalldatetime'].includes(e.type.name) && !e.untyped,
    );
    if (classic && (op === '+' || op === '-'))
      return this.datetimeArithmetic(op, left, right, classic.type, line);
    const type = left.untyped
      ? right.type
      : right.untyped
        ? left.type
        : rank(left.type) >= rank(right.type)
          ? left.type
          : right.type;
    return this.numeric(op, left, right, type, nullable, line);
  }

  private concatenate(left: Typed, right: Typed, line: number): Typed {
    const a = left.untyped ? { ...left, type: right.type } : left;
    const b = right.untyped ? { ...right, type: left.type } : right;
    const length = isLob(a.type) || isLob(b.type) ? -1 : (a.type.length ?? 1) + (b.type.length ?? 1);
    const unicode = isUnicode(a.type) || isUnicode(b.type);
    const limit = unicode ? 4000 : 8000;
    const joined = `(${left.untyped ? 'null::text' : asText(left)} || ${right.untyped ? 'null::text' : asText(right)})`;
    const collation = this.collationOf(a, b, line);
    return {
      // Beyond the longest length that is not (max) the rest is cut.
      pg: length > limit ? `emu.left16(${joined}, ${limit})` : joined,
      type: {
        name: unicode ? 'nvarchar' : 'varchar',
        length: length === -1 ? -1 : Math.min(length, limit),
        ...(collation.name ? { collation: collation.name } : {}),
      },
      nullable: a.nullable || b.nullable,
      ...(collation.from ? { collationFrom: collation.from } : {}),
    };
  }

  /** The collation two operands meet in; 468 when two columns disagree. */
  protected collationOf(
    a: Typed,
    b: Typed,
    line: number,
  ): { name: string | undefined; from: Typed['collationFrom'] } {
    const strength = (e: Typed): number =>
      e.collationFrom === 'explicit' ? 2 : e.collationFrom === 'column' ? 1 : 0;
    const winner = strength(a) >= strength(b) ? a : b;
    const other = winner === a ? b : a;
    if (
      strength(a) === strength(b) &&
      strength(a) > 0 &&
      pgCollation(a.type.collation) !== pgCollation(b.type.collation)
    ) {
      const name = (e: Typed): string => e.type.collation ?? 'SQL_Latin1_General_CP1_CI_AS';
      throw new SqlError(
        468,
        `Cannot resolve the collation conflict between "${name(other)}" and "${name(winner)}" in the equal to operation.`,
        line,
        16,
        9,
      );
    }
    return { name: winner.type.collation, from: winner.collationFrom };
  }

  private bitwise(op: string, left: Typed, right: Typed, line: number): Typed {
    const common = commonType(left.type, right.type);
    const family = familyOf(common);
    if (family !== 'int' && family !== 'bit') throw incompatible(left.type, right.type, op, line);
    const type = common;
    if (family === 'bit') {
      const asInt = (e: Typed): string => `(${e.pg})::int4`;
      return typed(
        `((${asInt(left)} ${op === '^' ? '#' : op} ${asInt(right)}) <> 0)`,
        BIT,
        left.nullable || right.nullable,
      );
    }
    const pg = `(${this.to(left, type, line)} ${op === '^' ? '#' : op} ${this.to(right, type, line)})`;
    return typed(pg, type, left.nullable || right.nullable);
  }

  private datetimeArithmetic(op: string, left: Typed, right: Typed, type: SqlType, line: number): Typed {
    for (const e of [left, right]) {
      if (['date', 'time', 'datetime2', 'datetimeoffset'].includes(e.type.name) && !e.untyped) {
        throw incompatible(left.type, right.type, op, line);
      }
    }
    const result: SqlType = {
      name: left.type.name === 'datetime' || right.type.name === 'datetime' ? 'datetime' : type.name,
    };
    const sum = `(${this.to(left, result, line)} ${op} ${this.to(right, result, line)})`;
    return typed(
      result.name === 'datetime' ? `emu.sum_units(${sum})` : sum,
      result,
      left.nullable || right.nullable,
    );
  }

  private numeric(
    op: string,
    left: Typed,
    right: Typed,
    higher: SqlType,
    nullable: boolean,
    line: number,
  ): Typed {
    const family = familyOf(higher);
    if (family === undefined || !['bit', 'int', 'decimal', 'money', 'float'].includes(family)) {
      if (isText(higher) && isText(left.type) && isText(right.type))
        throw invalidOperator(higher, operatorName(op), line);
      throw noArithmetic(op, left.type, right.type, line);
    }
    if (op === '%' && family === 'float') throw incompatible(left.type, right.type, op, line);
    if (family === 'decimal') return this.decimalArithmetic(op, left, right, nullable, line);
    if (family === 'bit') {
      if (left.type.name === 'bit' && right.type.name === 'bit' && !left.untyped && !right.untyped)
        throw incompatible(left.type, right.type, op, line);
      return this.numeric(op, left, right, INT, nullable, line);
    }
    if (left.type.name === 'bit' || right.type.name === 'bit') {
      const other = left.type.name === 'bit' ? right : left;
      if (other.untyped) throw incompatible(left.type, right.type, op, line);
    }
    const a = this.to(left, higher, line);
    const b = this.to(right, higher, line);
    if (family === 'money') return this.moneyArithmetic(op, a, b, higher, nullable);
    let pg = `(${a} ${op} ${b})`;
    if (higher.name === 'tinyint') pg = `emu.tinyint(${pg})`;
    return typed(pg, higher, nullable);
  }

  private moneyArithmetic(op: string, a: string, b: string, type: SqlType, nullable: boolean): Typed {
    const pg =
      op === '/'
        ? `(div((${a}) * 10000, ${b}) * 0.0001)`
        : op === '*'
          ? `round(${a} * ${b}, 4)`
          : `(${a} ${op} ${b})`;
    return typed(`emu.fit_money(${pg}, '${type.name}', '${type.name}', false)`, type, nullable);
  }

  private decimalArithmetic(op: string, left: Typed, right: Typed, nullable: boolean, line: number): Typed {
    const l = this.decimalOperand(left, right, line);
    const r = this.decimalOperand(right, left, line);
    const type = decimalResult(op, l.type, r.type);
    const scale = type.scale ?? 0;
    let pg: string;
    // The quotient is cut, not rounded, at its scale.
    if (op === '/') pg = `(div((${l.pg}) * 1e${scale}::numeric, ${r.pg}) * 1e-${scale}::numeric)`;
    else pg = `(${l.pg} ${op} ${r.pg})`;
    return typed(
      `(${pg})::${pgType(type)}`,
      {
        ...type,
        name: left.type.name === 'numeric' || right.type.name === 'numeric' ? 'numeric' : 'decimal',
      },
      nullable,
    );
  }

  private decimalOperand(e: Typed, other: Typed, line: number): { pg: string; type: SqlType } {
    if (e.untyped) return { pg: 'null::numeric', type: other.type };
    const family = familyOf(e.type);
    if (family === 'decimal') return { pg: e.pg, type: e.type };
    if (e.constant && family === 'int') {
      const digits = e.pg.replace(/[^0-9]/g, '').replace(/^0+/, '').length;
      return { pg: `(${e.pg})::numeric`, type: decimal(Math.max(1, digits), 0) };
    }
    if (isText(e.type)) return { pg: this.to(e, other.type, line), type: other.type };
    const { precision, scale } = asDecimal(e.type);
    return { pg: this.to(e, decimal(precision, scale), line), type: decimal(precision, scale) };
  }
}

const isTextLike = (e: Typed): boolean => e.untyped === true || isText(e.type);
