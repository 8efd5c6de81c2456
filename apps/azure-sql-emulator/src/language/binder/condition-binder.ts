import type { SqlType } from '../../engine.js';
import type { CompareOp, Expr, Query } from '../ast.js';
import { SqlError, unsupported } from '../errors.js';
import { commonType, familyOf, isNumeric, isText, isUnicode, pgType } from '../types.js';
import { ArithmeticBinder } from './arithmetic-binder.js';
import type { Scope } from './environment.js';
import { incompatible } from './operator-errors.js';
import { asKey, isCaseSensitive, type Typed } from './typed.js';

type ExprOf<K extends Expr['kind']> = Extract<Expr, { kind: K }>;

/** Conditions: comparisons, LIKE, IN, EXISTS and how they are joined. */
export abstract class ConditionBinder extends ArithmeticBinder {
  /** EXISTS over nothing but CHANGETABLE(CHANGES …), answered without folding the changes. */
  protected abstract existsChanges(query: Query): string | undefined;

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
    if (isText(type)) throw incompatible(a.type, b.type, comparisonName(op), line);
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
    const bare = this.text(operand, expr.line);
    const ignoresAccents = /_AI(_|$)/i.test(collation ?? '');
    const subject = `${ignoresAccents ? `emu.like_ascii(${bare})` : bare} collate "und-x-icu"`;
    const unicode = [operand, pattern].some((e) => isText(e.type) && isUnicode(e.type));
    const written = this.text(pattern, expr.line);
    const binary = /_BIN2?(_|$)/i.test(collation ?? '');
    const dictionary = isCaseSensitive(collation) && !binary;
    const wanted = dictionary ? `emu.like_sensitive(${written})` : written;
    const regex = `emu.${unicode ? (binary ? 'like_binary' : 'like_regex') : `like_blanks${binary ? '_binary' : ''}`}(${wanted}, ${escape})`;
    return `(${expr.negated ? 'not ' : ''}(${subject} ${operator} ${regex}))`;
  }
}

const flattened = (expr: Expr, op: 'and' | 'or'): Expr[] =>
  expr.kind === 'logical' && expr.op === op
    ? [...flattened(expr.left, op), ...flattened(expr.right, op)]
    : [expr];

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

const comparisonName = (op: string): string =>
  ({ '=': 'equal to', '<>': 'not equal to', '<': 'less than', '>': 'greater than' })[op] ?? op;
const nearOf = (expr: Expr): string =>
  expr.kind === 'column' ? (expr.parts.at(-1) ?? '') : expr.kind === 'variable' ? expr.name : ')';
