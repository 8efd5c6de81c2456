import type { CompareOp, Expr } from '../ast.js';
import { OperandParser } from './operand-parser.js';

const comparisons: Record<string, CompareOp> = {
  '=': '=',
  '<>': '<>',
  '!=': '<>',
  '<': '<',
  '<=': '<=',
  '>': '>',
  '>=': '>=',
  '!<': '>=',
  '!>': '<=',
};

/** Expressions and conditions, by precedence from OR down to operands. */
export abstract class ExpressionParser extends OperandParser {
  /** A condition or a value: the binder tells which was allowed. */
  override expression(): Expr {
    let left = this.conjunction();
    while (this.at('OR')) {
      const { line } = this.advance();
      left = { kind: 'logical', op: 'or', left, right: this.conjunction(), line };
    }
    return left;
  }

  private conjunction(): Expr {
    let left = this.negation();
    while (this.at('AND')) {
      const { line } = this.advance();
      left = { kind: 'logical', op: 'and', left, right: this.negation(), line };
    }
    return left;
  }

  private negation(): Expr {
    const { line } = this;
    if (this.accept('NOT')) return { kind: 'not', operand: this.negation(), line };
    return this.predicate();
  }

  private predicate(): Expr {
    const { line } = this;
    if (this.at('EXISTS') && this.peek().upper === '(') {
      this.advance();
      return { kind: 'exists', query: this.parenthesised(() => this.nestedQuery()), line };
    }
    let left = this.additive();
    for (;;) {
      const next = this.predicateTail(left);
      if (!next) return left;
      left = next;
    }
  }

  private predicateTail(left: Expr): Expr | undefined {
    const { line } = this;
    const comparison = this.token.kind === 'op' ? comparisons[this.token.upper] : undefined;
    if (comparison) {
      this.advance();
      return this.comparison(left, comparison, line);
    }
    if (this.accept('IS')) return this.isTest(left, line);
    const negated = this.at('NOT') && ['LIKE', 'BETWEEN', 'IN'].includes(this.peek().upper);
    if (negated) this.advance();
    if (this.accept('LIKE')) {
      const pattern = this.additive();
      const escape = this.accept('ESCAPE') ? this.additive() : undefined;
      return { kind: 'like', operand: left, pattern, escape, negated, line };
    }
    if (this.accept('BETWEEN')) {
      const low = this.additive();
      this.expect('AND');
      return { kind: 'between', operand: left, low, high: this.additive(), negated, line };
    }
    if (this.accept('IN')) return this.inTest(left, negated, line);
    return undefined;
  }

  private comparison(left: Expr, op: CompareOp, line: number): Expr {
    if (this.atAny('ALL', 'ANY', 'SOME') && this.peek().upper === '(') {
      const all = this.advance().upper === 'ALL';
      return { kind: 'quantified', op, all, left, query: this.parenthesised(() => this.nestedQuery()), line };
    }
    return { kind: 'compare', op, left, right: this.additive(), line };
  }

  private isTest(operand: Expr, line: number): Expr {
    const negated = this.accept('NOT');
    if (this.accept('DISTINCT', 'FROM')) {
      return { kind: 'distinctFrom', left: operand, right: this.additive(), negated, line };
    }
    this.expect('NULL');
    return { kind: 'isNull', operand, negated, line };
  }

  private inTest(operand: Expr, negated: boolean, line: number): Expr {
    this.expect('(');
    if (this.startsQuery()) {
      const query = this.nestedQuery();
      this.expect(')');
      return { kind: 'inQuery', operand, query, negated, line };
    }
    const list = this.commaList(() => this.expression());
    this.expect(')');
    return { kind: 'in', operand, list, negated, line };
  }

  private additive(): Expr {
    let left = this.multiplicative();
    while (this.token.kind === 'op' && this.atAny('+', '-', '&', '|', '^')) {
      const { upper, line } = this.advance();
      left = { kind: 'arithmetic', op: upper as '+', left, right: this.multiplicative(), line };
    }
    return left;
  }

  private multiplicative(): Expr {
    let left = this.unary();
    while (this.token.kind === 'op' && this.atAny('*', '/', '%')) {
      const { upper, line } = this.advance();
      left = { kind: 'arithmetic', op: upper as '*', left, right: this.unary(), line };
    }
    while (this.token.kind === 'op' && this.atAny('<<', '>>')) {
      const { upper, line } = this.advance();
      const args = [left, this.unary()];
      left = { kind: 'call', name: upper === '<<' ? 'LEFT_SHIFT' : 'RIGHT_SHIFT', args, line };
    }
    return left;
  }

  protected override unary(): Expr {
    const { line } = this;
    if (this.token.kind === 'op' && this.atAny('-', '+', '~')) {
      const op = this.advance().upper as '-';
      return { kind: 'unary', op, operand: this.unary(), line };
    }
    return this.postfix(this.primary());
  }
}
