import type { Expr, FunctionCall } from '../ast.js';
import { SqlError, unsupported } from '../errors.js';
import { INT, commonType, decimal, familyOf, isTemporal, isText, pgType } from '../types.js';
import type { SqlType } from '../../engine.js';
import { ConditionBinder } from './condition-binder.js';
import { convert, ticksOf } from './conversion.js';
import type { Scope } from './environment.js';
import { asText, pgCollation, typed, type Typed } from './typed.js';

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

/** Types of expressions and their PostgreSQL text. */
export abstract class ExpressionBinder extends ConditionBinder {
  protected abstract call(call: FunctionCall, scope: Scope | undefined): Typed;
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
      ...(column.json ? { json: true } : {}),
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
    const pg = this.styledConversion(operand, expr, scope);
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

  private styledConversion(operand: Typed, expr: ExprOf<'cast'>, scope: Scope | undefined): string {
    const converted = (style: number | undefined): string =>
      convert(operand, expr.type, { mode: 'explicit', style, attempt: expr.attempt, line: expr.line });
    const { style } = expr;
    if (!style) return converted(undefined);
    if (style.kind === 'number') return converted(Number(style.text));
    // The style is known when the statement runs: one branch for each there is.
    const value = this.int(this.value(style, scope), expr.line);
    const temporal = isTemporal(operand.type) || isTemporal(expr.type);
    const styles = temporal ? temporalStyles : [0, 1, 2, 3, 126];
    const branches = styles.map((n) => `when ${n} then ${converted(n)}`);
    const other = `emu.fail(281, (${value}) || ' is not a valid style number when converting from ${operand.type.name} to a character string.')`;
    return `(case ${value} ${branches.join(' ')} else case when (${value}) is not null then ${other} end::${pgType(expr.type)} end)`;
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
}

const temporalStyles = [
  ...Array.from({ length: 15 }, (_, n) => n),
  ...[20, 21, 22, 23, 24, 25],
  ...Array.from({ length: 15 }, (_, n) => n + 100),
  ...[120, 121, 126, 127],
];

/** An integer literal beside a decimal takes its own precision. */
const literalAware = (previous: Typed, next: Typed, type: SqlType): SqlType => {
  if (next.constant && familyOf(next.type) === 'int' && familyOf(previous.type) === 'decimal') {
    return commonType(type, decimal(Math.max(1, next.pg.replace(/[^0-9]/g, '').length), 0));
  }
  return commonType(type, next.type);
};
