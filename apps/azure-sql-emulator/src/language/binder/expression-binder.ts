import type { SqlType } from '../../engine.js';
import type { CompareOp, Expr, FunctionCall, Query } from '../ast.js';
import { SqlError, unsupported } from '../errors.js';
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
import { BinderBase } from './binder-base.js';
import { convert, ticksOf } from './conversion.js';
import type { Scope } from './environment.js';
import { asKey, asText, isCaseSensitive, pgCollation, typed, type Typed } from './typed.js';
import { literal } from '../../catalog/naming.js';

type ExprOf<K extends Expr['kind']> = Extract<Expr, { kind: K }>;
const predicates = new Set<Expr['kind']>([
  'compare',
  'quantified',
  'logical',
  'not',
  'isNull',
  'distinctFrom',
  'like',
  'between',
  'in',
  'inQuery',
  'exists',
]);
const integers = ['tinyint', 'smallint', 'int', 'bigint'] as const;

/** Types of expressions and their PostgreSQL text. */
export abstract class ExpressionBinder extends BinderBase {
  protected abstract call(call: FunctionCall, scope: Scope | undefined): Typed;
  /** EXISTS over nothing but CHANGETABLE(CHANGES …), answered without folding the changes. */
  protected abstract existsChanges(query: Query): string | undefined;
  protected abstract method(expr: ExprOf<'method'>, scope: Scope | undefined): Typed;

  override value(expr: Expr, scope: Scope | undefined): Typed {
    if (predicates.has(expr.kind)) {
      const word = expr.kind === 'exists' ? 'exists' : '=';
      throw new SqlError(102, `Incorrect syntax near '${word}'.`, expr.line, 15);
    }
    switch (expr.kind) {
      case 'number':
        return this.number(expr);
      case 'string':
        return this.stringLiteral(expr.value, expr.national);
      case 'binary':
        return {
          pg: `'\\x${expr.hex}'::bytea`,
          type: { name: 'varbinary', length: Math.max(1, expr.hex.length / 2) },
          nullable: false,
          constant: true,
        };
      case 'null':
        return { pg: 'null', type: INT, nullable: true, untyped: true, constant: true };
      case 'default':
        throw new SqlError(156, "Incorrect syntax near the keyword 'DEFAULT'.", expr.line, 15);
      case 'variable':
        return this.variable(expr.name, expr.line);
      case 'column':
        return this.resolveColumn(expr.parts, scope, expr.line);
      case 'unary':
        return this.unary(expr, scope);
      case 'arithmetic':
        return this.arithmetic(
          expr.op,
          this.value(expr.left, scope),
          this.value(expr.right, scope),
          expr.line,
        );
      case 'subquery':
        return this.scalarSubquery(expr, scope);
      case 'case':
        return this.caseValue(expr, scope);
      case 'cast':
        return this.cast(expr, scope);
      case 'collate': {
        const operand = this.value(expr.operand, scope);
        if (!isText(operand.type))
          throw new SqlError(
            447,
            `Expression type ${operand.type.name} is invalid for COLLATE clause.`,
            expr.line,
          );
        pgCollation(expr.collation, expr.line);
        const { raw: _raw, literalText: _text, ...rest } = operand;
        return {
          ...rest,
          pg: asText(operand),
          type: { ...operand.type, collation: expr.collation },
          collationFrom: 'explicit',
        };
      }
      case 'atTimeZone':
        return this.atTimeZone(expr, scope);
      case 'method':
        return this.method(expr, scope);
      case 'call':
        return this.call(expr, scope);
      default:
        throw unsupported(`expression ${expr.kind}`, expr.line);
    }
  }

  private number(expr: ExprOf<'number'>): Typed {
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

  private unary(expr: ExprOf<'unary'>, scope: Scope | undefined): Typed {
    const operand = this.value(expr.operand, scope);
    if (expr.op === '+') return operand;
    if (expr.op === '~') {
      if (operand.type.name === 'bit') return { ...operand, pg: `(not ${operand.pg})` };
      if (familyOf(operand.type) !== 'int') throw this.invalidOperator(operand.type, '~', expr.line);
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
      throw this.invalidOperator(operand.type, 'minus', expr.line);
    if (operand.type.name === 'tinyint')
      return { ...operand, pg: `(- ${operand.pg})::int2`, type: { name: 'smallint' } };
    return { ...operand, pg: `(- ${operand.pg})` };
  }

  private invalidOperator(type: SqlType, operator: string, line: number): SqlError {
    return new SqlError(8117, `Operand data type ${type.name} is invalid for ${operator} operator.`, line);
  }

  private incompatible(left: SqlType, right: SqlType, op: string, line: number): SqlError {
    const words: Record<string, string> = {
      '+': 'add',
      '-': 'subtract',
      '*': 'multiply',
      '/': 'divide',
      '%': 'modulo',
    };
    return new SqlError(
      402,
      `The data types ${left.name} and ${right.name} are incompatible in the ${words[op] ?? op} operator.`,
      line,
    );
  }

  protected arithmetic(op: string, left: Typed, right: Typed, line: number): Typed {
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
    const collation = this.collationOf(a, b, line);
    return {
      pg: `(${left.untyped ? 'null::text' : asText(left)} || ${right.untyped ? 'null::text' : asText(right)})`,
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
    if (family !== 'int' && family !== 'bit') throw this.incompatible(left.type, right.type, op, line);
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
        throw this.incompatible(left.type, right.type, op, line);
      }
    }
    const result: SqlType = {
      name: left.type.name === 'datetime' || right.type.name === 'datetime' ? 'datetime' : type.name,
    };
    const sum = `(${this.to(left, result, line)} ${op} ${this.to(right, result, line)})`;
    return typed(sum, result, left.nullable || right.nullable);
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
        throw this.invalidOperator(higher, operatorName(op), line);
      throw this.incompatible(left.type, right.type, op, line);
    }
    if (op === '%' && family === 'float') throw this.incompatible(left.type, right.type, op, line);
    if (family === 'decimal') return this.decimalArithmetic(op, left, right, nullable, line);
    if (family === 'bit') {
      if (left.type.name === 'bit' && right.type.name === 'bit' && !left.untyped && !right.untyped)
        throw this.incompatible(left.type, right.type, op, line);
      return this.numeric(op, left, right, INT, nullable, line);
    }
    if (left.type.name === 'bit' || right.type.name === 'bit') {
      const other = left.type.name === 'bit' ? right : left;
      if (other.untyped) throw this.incompatible(left.type, right.type, op, line);
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
    return typed(`(${pg})::${pgType(type)}`, type, nullable);
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

  private scalarSubquery(expr: ExprOf<'subquery'>, scope: Scope | undefined): Typed {
    const bound = this.bindQuery(expr.query, scope);
    const [column] = bound.columns;
    if (!column || bound.columns.length !== 1) {
      throw new SqlError(
        116,
        'Only one expression can be specified in the select list when the subquery is not introduced with EXISTS.',
        expr.line,
      );
    }
    return {
      pg: `(${bound.sql})`,
      type: column.type,
      nullable: true,
      ...(isText(column.type) ? { raw: true, collationFrom: 'column' as const } : {}),
    };
  }

  protected caseValue(expr: ExprOf<'case'>, scope: Scope | undefined): Typed {
    const operand = expr.operand;
    const conditions = expr.branches.map(({ when }) =>
      operand
        ? this.condition({ kind: 'compare', op: '=', left: operand, right: when, line: expr.line }, scope)
        : this.condition(when, scope),
    );
    const results = expr.branches.map(({ then }) => this.value(then, scope));
    const otherwise = expr.otherwise ? this.value(expr.otherwise, scope) : undefined;
    const all = otherwise ? [...results, otherwise] : results;
    if (all.every((e) => e.untyped)) {
      throw new SqlError(
        8133,
        'At least one of the result expressions in a CASE specification must be an expression other than the NULL constant.',
        expr.line,
      );
    }
    const unified = this.unify(all, expr.line);
    const branches = conditions.map((condition, i) => `when ${condition} then ${unified.pgs[i]}`);
    const tail = otherwise ? ` else ${unified.pgs.at(-1)}` : '';
    return {
      pg: `(case ${branches.join(' ')}${tail} end)`,
      type: unified.type,
      nullable: !otherwise || all.some((e) => e.nullable),
      ...(unified.collationFrom ? { collationFrom: unified.collationFrom } : {}),
    };
  }

  /** Brings several values to the type they meet in; text comes out in text form. */
  protected unify(
    values: readonly Typed[],
    line: number,
  ): { pgs: string[]; type: SqlType; collationFrom: Typed['collationFrom'] } {
    const known = values.filter((e) => !e.untyped);
    let type = known[0]?.type ?? INT;
    let from: Typed['collationFrom'] = known[0]?.collationFrom;
    known.slice(1).forEach((e) => {
      const previous: Typed = { pg: '', type, nullable: true, ...(from ? { collationFrom: from } : {}) };
      const meets = literalAware(previous, e, type);
      if (isText(meets) && isText(type) && isText(e.type)) {
        const collation = this.collationOf(previous, e, line);
        from = collation.from;
        const { collation: _old, ...rest } = meets;
        type = { ...rest, ...(collation.name ? { collation: collation.name } : {}) };
      } else type = meets;
    });
    return {
      pgs: values.map((e) => (e.untyped ? `null::${pgType(type)}` : this.to(e, type, line))),
      type,
      collationFrom: from,
    };
  }

  private cast(expr: ExprOf<'cast'>, scope: Scope | undefined): Typed {
    if (expr.parse) throw unsupported('PARSE', expr.line);
    const operand = this.value(expr.operand, scope);
    let style: number | undefined;
    if (expr.style) {
      if (expr.style.kind !== 'number') throw unsupported('CONVERT with a computed style', expr.line);
      style = Number(expr.style.text);
    }
    const pg = convert(operand, expr.type, {
      mode: 'explicit',
      style,
      attempt: expr.attempt,
      line: expr.line,
    });
    const keepsCollation =
      isText(expr.type) && isText(operand.type) && operand.type.collation && !expr.type.collation;
    const type = keepsCollation ? { ...expr.type, collation: operand.type.collation } : expr.type;
    return {
      pg:
        expr.type.name === operand.type.name || pg.includes('::') || pg.includes('emu.')
          ? pg
          : `(${pg})::${pgType(type)}`,
      type,
      nullable: operand.nullable || expr.attempt,
      ...(operand.collationFrom && isText(type) ? { collationFrom: operand.collationFrom } : {}),
    };
  }

  private atTimeZone(expr: ExprOf<'atTimeZone'>, scope: Scope | undefined): Typed {
    if (expr.zone.kind !== 'string' || expr.zone.value.toUpperCase() !== 'UTC') {
      throw unsupported("AT TIME ZONE other than 'UTC'", expr.line);
    }
    const operand = this.value(expr.operand, scope);
    const family = familyOf(operand.type);
    if (family === 'datetimeoffset') return { ...operand, pg: `emu.dto((${operand.pg}).t, 0)` };
    if (family !== 'datetime2' && family !== 'datetime' && family !== 'smalldatetime') {
      throw new SqlError(
        8116,
        `Argument data type ${operand.type.name} is invalid for argument 1 of AT TIME ZONE function.`,
        expr.line,
      );
    }
    const scale = family === 'datetime2' ? (operand.type.scale ?? 7) : family === 'datetime' ? 3 : 0;
    return typed(
      `emu.dto(${ticksOf(operand.pg, family)}, 0)`,
      { name: 'datetimeoffset', scale },
      operand.nullable,
    );
  }

  override condition(expr: Expr, scope: Scope | undefined): string {
    switch (expr.kind) {
      case 'logical': {
        const keyset = expr.op === 'or' ? this.keyset(expr, scope) : undefined;
        if (keyset) return keyset;
        return `(${this.condition(expr.left, scope)} ${expr.op} ${this.condition(expr.right, scope)})`;
      }
      case 'not':
        return `(not ${this.condition(expr.operand, scope)})`;
      case 'compare':
        return this.comparison(
          expr.op,
          this.value(expr.left, scope),
          this.value(expr.right, scope),
          expr.line,
        );
      case 'isNull': {
        const operand = this.value(expr.operand, scope);
        const subject =
          operand.type.name === 'datetimeoffset'
            ? `((${operand.pg}).t)`
            : `(${operand.untyped ? 'null::int4' : operand.pg})`;
        return `(${subject} is ${expr.negated ? 'not ' : ''}null)`;
      }
      case 'distinctFrom': {
        const same = this.comparison(
          '=',
          this.value(expr.left, scope),
          this.value(expr.right, scope),
          expr.line,
        );
        const operator = expr.negated ? 'is not distinct from' : 'is distinct from';
        return same.replace(/ = /, ` ${operator} `);
      }
      case 'between': {
        const operand = this.value(expr.operand, scope);
        const low = this.comparison('>=', operand, this.value(expr.low, scope), expr.line);
        const high = this.comparison('<=', operand, this.value(expr.high, scope), expr.line);
        return `(${expr.negated ? 'not ' : ''}(${low} and ${high}))`;
      }
      case 'in': {
        const operand = this.value(expr.operand, scope);
        const tests = expr.list.map((item) =>
          this.comparison('=', operand, this.value(item, scope), expr.line),
        );
        return `(${expr.negated ? 'not ' : ''}(${tests.join(' or ')}))`;
      }
      case 'inQuery':
        return this.inQuery(expr, scope);
      case 'quantified':
        return this.quantified(expr, scope);
      case 'exists': {
        const changes = this.existsChanges(expr.query);
        if (changes) return changes;
        return `(exists (${this.bindQuery(expr.query, scope).sql}))`;
      }
      case 'like':
        return this.like(expr, scope);
      default: {
        if (expr.kind === 'call' && (expr.name === 'CONTAINS' || expr.name === 'FREETEXT'))
          throw unsupported('full-text search', expr.line);
        this.value(expr, scope);
        throw new SqlError(
          4145,
          `An expression of non-boolean type specified in a context where a condition is expected, near '${nearOf(expr)}'.`,
          expr.line,
          15,
        );
      }
    }
  }

  /**
   * `a > @a OR (a = @a AND b > @b) …`, T-SQL's way to say where a page of a composite key begins, as the row comparison
   * that PostgreSQL can look up in an index.
   */
  private keyset(expr: Expr, scope: Scope | undefined): string | undefined {
    const branches = flattened(expr, 'or').map((branch) => flattened(branch, 'and'));
    const shaped = branches.every(
      (tests, i) =>
        tests.length === i + 1 &&
        tests.every((test, k) => test.kind === 'compare' && test.op === (k < i ? '=' : '>')),
    );
    if (!shaped || branches.length < 2) return undefined;
    const pairs: [string, string][] = [];
    for (const test of branches.at(-1) ?? []) {
      const pair = this.comparedPair(test, scope);
      if (!pair) return undefined;
      pairs.push(pair);
    }
    const same = branches.every((tests) =>
      tests.every((test, k) => this.comparedPair(test, scope)?.join(' ') === pairs[k]?.join(' ')),
    );
    return same
      ? `((${pairs.map(([x]) => x).join(', ')}) > (${pairs.map(([, y]) => y).join(', ')}))`
      : undefined;
  }

  /** Both sides of a comparison with a column that can't be NULL. */
  private comparedPair(test: Expr, scope: Scope | undefined): [string, string] | undefined {
    if (test.kind !== 'compare' || test.left.kind !== 'column') return undefined;
    const left = this.value(test.left, scope);
    if (left.nullable || left.type.name === 'datetimeoffset') return undefined;
    return splitComparison(this.comparison('>', left, this.value(test.right, scope), test.line));
  }

  protected comparison(op: CompareOp, left: Typed, right: Typed, line: number): string {
    if (left.untyped && right.untyped) return `(null::int4 ${op} null::int4)`;
    const a = left.untyped ? { ...left, type: right.type } : left;
    const b = right.untyped ? { ...right, type: left.type } : right;
    for (const e of [a, b]) {
      if (['text', 'ntext', 'image', 'xml'].includes(e.type.name)) {
        throw new SqlError(
          402,
          `The data types ${a.type.name} and ${b.type.name} are incompatible in the ${comparisonName(op)} operator.`,
          line,
        );
      }
    }
    if (isText(a.type) && isText(b.type)) {
      const { name } = this.collationOf(a, b, line);
      const x = left.untyped ? 'null::bpchar' : asKey(a, name);
      const y = right.untyped ? 'null::bpchar' : asKey(b, name);
      return `(${x} ${op} ${y})`;
    }
    if (isNumeric(a.type) && isNumeric(b.type)) return this.numericComparison(op, a, b, line);
    const type = commonType(a.type, b.type);
    if (isText(type)) throw this.incompatible(a.type, b.type, comparisonName(op), line);
    const operator = type.name === 'datetimeoffset' ? `operator(emu.${op})` : op;
    return `(${this.to(a, wide(type), line)} ${operator} ${this.to(b, wide(type), line)})`;
  }

  private numericComparison(op: CompareOp, a: Typed, b: Typed, line: number): string {
    if (a.type.name === 'bit' && b.type.name === 'bit') return `(${a.pg} ${op} ${b.pg})`;
    const plain = (e: Typed): string =>
      e.untyped ? `null::${pgType(e.type)}` : e.type.name === 'bit' ? `(${e.pg})::int4` : e.pg;
    // `flag = 1` on a bit column may use an index of it.
    if (op === '=' && a.type.name === 'bit' && b.constant && (b.pg === '1' || b.pg === '0'))
      return `(${a.pg} = ${b.pg === '1'})`;
    const float = familyOf(a.type) === 'float' || familyOf(b.type) === 'float';
    if (float) {
      const real = a.type.name !== 'float' && b.type.name !== 'float';
      const type: SqlType = { name: real ? 'real' : 'float' };
      return `(${this.to(a, type, line)} ${op} ${this.to(b, type, line)})`;
    }
    return `(${plain(a)} ${op} ${plain(b)})`;
  }

  private queryColumn(
    expr: ExprOf<'inQuery'> | ExprOf<'quantified'>,
    scope: Scope | undefined,
  ): { sql: string; column: Typed; alias: string } {
    const bound = this.bindQuery(expr.query, scope);
    const [column] = bound.columns;
    if (!column || bound.columns.length !== 1) {
      throw new SqlError(
        116,
        'Only one expression can be specified in the select list when the subquery is not introduced with EXISTS.',
        expr.line,
      );
    }
    const alias = this.nextAlias('q');
    return {
      sql: bound.sql,
      alias,
      column: {
        pg: `${alias}.c1`,
        type: column.type,
        nullable: column.nullable,
        ...(isText(column.type) ? { raw: true, collationFrom: 'column' as const } : {}),
      },
    };
  }

  private inQuery(expr: ExprOf<'inQuery'>, scope: Scope | undefined): string {
    const operand = this.value(expr.operand, scope);
    const { sql, column, alias } = this.queryColumn(expr, scope);
    const test = this.comparison('=', operand, column, expr.line);
    const [left, right] = splitComparison(test);
    const rows = right === `${alias}.c1` ? sql : `select ${right} from (${sql}) as ${alias}`;
    return `(${left} ${expr.negated ? 'not ' : ''}in (${rows}))`;
  }

  private quantified(expr: ExprOf<'quantified'>, scope: Scope | undefined): string {
    const left = this.value(expr.left, scope);
    const { sql, column, alias } = this.queryColumn(expr, scope);
    const [x, y] = splitComparison(this.comparison(expr.op, left, column, expr.line));
    return `(${x} ${expr.op} ${expr.all ? 'all' : 'any'} (select ${y} from (${sql}) as ${alias}))`;
  }

  private like(expr: ExprOf<'like'>, scope: Scope | undefined): string {
    const operand = this.value(expr.operand, scope);
    const pattern = this.value(expr.pattern, scope);
    const escape = expr.escape ? this.text(this.value(expr.escape, scope), expr.line) : 'null';
    const collation = this.collationOf(operand, pattern, expr.line).name;
    const operator = isCaseSensitive(collation) ? '~' : '~*';
    const subject = `${this.text(operand, expr.line)} collate "und-x-icu"`;
    return `(${expr.negated ? 'not ' : ''}(${subject} ${operator} emu.like_regex(${this.text(pattern, expr.line)}, ${escape})))`;
  }

  protected regexLiteral(pattern: string): string {
    return literal(pattern);
  }
}

const flattened = (expr: Expr, op: 'and' | 'or'): Expr[] =>
  expr.kind === 'logical' && expr.op === op
    ? [...flattened(expr.left, op), ...flattened(expr.right, op)]
    : [expr];

const isTextLike = (e: Typed): boolean => e.untyped === true || isText(e.type);

/** An integer literal beside a decimal takes its own precision. */
const literalAware = (previous: Typed, next: Typed, type: SqlType): SqlType => {
  if (next.constant && familyOf(next.type) === 'int' && familyOf(previous.type) === 'decimal') {
    return commonType(type, decimal(Math.max(1, next.pg.replace(/[^0-9]/g, '').length), 0));
  }
  return commonType(type, next.type);
};

/** Comparisons must not round: dates and times meet at full precision. */
const wide = (type: SqlType): SqlType =>
  'scale' in type && ['time', 'datetime2', 'datetimeoffset'].includes(type.name)
    ? { ...type, scale: 7 }
    : type;

/** Takes `(a op b)` apart again at the top-level operator. */
const splitComparison = (test: string): [string, string] => {
  const inner = test.slice(1, -1);
  let depth = 0;
  let quoted = false;
  for (let i = 0; i < inner.length; i++) {
    const c = inner[i];
    if (c === "'") quoted = !quoted;
    if (quoted) continue;
    if (c === '(') depth++;
    if (c === ')') depth--;
    const match = depth === 0 ? /^ (?:operator\(emu\.[<>=]+\)|[<>=]+) /.exec(inner.slice(i, i + 20)) : null;
    if (match) return [inner.slice(0, i), inner.slice(i + match[0].length)];
  }
  throw new Error('a comparison without operator');
};

const operatorName = (op: string): string =>
  ({ '-': 'subtract', '*': 'multiply', '/': 'divide', '%': 'modulo' })[op] ?? op;
const comparisonName = (op: string): string =>
  ({ '=': 'equal to', '<>': 'not equal to', '<': 'less than', '>': 'greater than' })[op] ?? op;
const nearOf = (expr: Expr): string =>
  expr.kind === 'column' ? (expr.parts.at(-1) ?? '') : expr.kind === 'variable' ? expr.name : ')';

export { integers };
