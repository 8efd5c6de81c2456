import type { Expr, Query } from '../ast.js';
import { SqlError } from '../errors.js';
import { CallParser } from './call-parser.js';

const niladic = new Set([
  'CURRENT_TIMESTAMP',
  'CURRENT_USER',
  'SESSION_USER',
  'SYSTEM_USER',
  'USER',
  'CURRENT_DATE',
]);
const callableKeywords = new Set(['COALESCE', 'NULLIF', 'LEFT', 'RIGHT', 'IDENTITY']);

/** What operators stand between: literals, names, calls, CASE, CAST and parentheses. */
export abstract class OperandParser extends CallParser {
  abstract query(): Query;
  protected abstract unary(): Expr;

  /** A query within another: its order means nothing unless it limits the rows. */
  protected nestedQuery(): Query {
    const query = this.query();
    const { body, orderBy, offset, forClause } = query;
    const limited = offset !== undefined || forClause !== undefined || (body.kind === 'select' && body.top);
    if (orderBy.length > 0 && !limited)
      throw new SqlError(
        1033,
        'The ORDER BY clause is invalid in views, inline functions, derived tables, subqueries, and common table expressions, unless TOP, OFFSET or FOR XML is also specified.',
        orderBy[0]?.line ?? query.line,
        15,
      );
    return query;
  }

  protected startsQuery(): boolean {
    let ahead = 0;
    while (this.peek(ahead).upper === '(') ahead++;
    return ['SELECT', 'WITH'].includes(this.peek(ahead).upper);
  }

  protected postfix(start: Expr): Expr {
    let expr = start;
    for (;;) {
      const { line } = this;
      if (this.accept('COLLATE'))
        expr = { kind: 'collate', operand: expr, collation: this.identifier(), line };
      else if (this.accept('AT', 'TIME', 'ZONE'))
        expr = { kind: 'atTimeZone', operand: expr, zone: this.unary(), line };
      else if (this.at('.') && expr.kind !== 'number' && this.peek().kind === 'word') {
        this.advance();
        const method = this.advance().text;
        const args = this.at('(') ? this.argumentList() : [];
        expr = { kind: 'method', operand: expr, method, args, line };
      } else return expr;
    }
  }

  protected primary(): Expr {
    const { token } = this;
    const { line } = token;
    switch (token.kind) {
      case 'number':
        return this.numberLiteral();
      case 'string':
      case 'nstring':
        this.advance();
        return { kind: 'string', value: token.text, national: token.kind === 'nstring', line };
      case 'hex':
        this.advance();
        return { kind: 'binary', hex: token.text.length % 2 ? `0${token.text}` : token.text, line };
      case 'variable':
        this.advance();
        return { kind: 'variable', name: token.text.toLowerCase(), line };
      case 'quoted':
        return this.reference();
      case 'word':
        return this.wordExpression();
      default:
        return this.parenthesisedExpression();
    }
  }

  private parenthesisedExpression(): Expr {
    const { line } = this;
    if (this.at('$') && this.peek().upper === 'ACTION') {
      this.index += 2;
      return { kind: 'column', parts: ['$action'], line };
    }
    if (!this.at('(')) throw this.syntaxError();
    if (this.startsQuery()) {
      const before = this.index;
      this.advance();
      if (this.startsQuery() || this.atAny('SELECT', 'WITH')) {
        try {
          const query = this.nestedQuery();
          this.expect(')');
          return { kind: 'subquery', query, line };
        } catch (error) {
          // `((SELECT 1) + 1)` begins like a query in parentheses.
          if (!(error instanceof SqlError) || this.tokens[before + 1]?.upper !== '(') throw error;
        }
      }
      this.index = before;
    }
    this.expect('(');
    const inner = this.expression();
    this.expect(')');
    return inner;
  }

  /** UPDATE(column), a predicate of triggers. */
  private updatePredicate(line: number): Expr {
    this.advance();
    const value = this.parenthesised(() => this.identifier());
    const column: Expr = { kind: 'string', value, national: true, line };
    return {
      kind: 'compare',
      op: '=',
      left: { kind: 'call', name: 'UPDATE', args: [column], line },
      right: { kind: 'number', text: '1', form: 'int', line },
      line,
    };
  }

  /** NEXT VALUE FOR sequence [OVER (ORDER BY …)]. */
  private nextValue(line: number): Expr {
    const parts = this.qualifiedName();
    if (this.at('OVER')) throw this.unsupported('NEXT VALUE FOR … OVER', line);
    const value = parts.map((part) => `[${part.replaceAll(']', ']]')}]`).join('.');
    const name: Expr = { kind: 'string', value, national: true, line };
    return { kind: 'call', name: 'NEXT VALUE FOR', args: [name], line };
  }

  private numberLiteral(): Expr {
    const { text, line } = this.advance();
    if (text.startsWith('$')) return { kind: 'number', text: text.slice(1), form: 'money', line };
    const form = /[eE]/.test(text) ? 'float' : text.includes('.') ? 'decimal' : 'int';
    return { kind: 'number', text, form, line };
  }

  private wordExpression(): Expr {
    const { token } = this;
    const { line } = token;
    const followed = this.peek().upper === '(';
    switch (token.upper) {
      case 'NULL':
        this.advance();
        return { kind: 'null', line };
      case 'DEFAULT':
        this.advance();
        return { kind: 'default', line };
      case 'UPDATE':
        if (followed) return this.updatePredicate(line);
        break;
      case 'NEXT':
        if (this.accept('NEXT', 'VALUE', 'FOR')) return this.nextValue(line);
        break;
      case 'CASE':
        return this.caseExpression();
      case 'CAST':
      case 'TRY_CAST':
      case 'PARSE':
      case 'TRY_PARSE':
        if (followed) return this.castExpression();
        break;
      case 'CONVERT':
      case 'TRY_CONVERT':
        if (followed) return this.convertExpression();
        break;
    }
    if (niladic.has(token.upper) && !followed) {
      this.advance();
      return { kind: 'call', name: token.upper, args: [], line };
    }
    if (followed && (callableKeywords.has(token.upper) || this.atIdentifier)) return this.call();
    return this.reference();
  }

  private reference(): Expr {
    const { line } = this;
    const parts = this.dottedName();
    if (this.at('(')) return this.callWith(parts.join('.'), line);
    return { kind: 'column', parts, line };
  }

  private dottedName(): string[] {
    const parts = [this.identifier()];
    while (
      this.at('.') &&
      (this.peek().kind === 'word' || this.peek().kind === 'quoted' || this.peek().upper === '.')
    ) {
      this.advance();
      if (this.at('.')) parts.push('');
      else parts.push(this.advance().text);
    }
    return parts;
  }

  private caseExpression(): Expr {
    const { line } = this.advance();
    const operand = this.at('WHEN') ? undefined : this.expression();
    const branches: { when: Expr; then: Expr }[] = [];
    while (this.accept('WHEN')) {
      const when = this.expression();
      this.expect('THEN');
      branches.push({ when, then: this.expression() });
    }
    if (branches.length === 0) throw this.syntaxError();
    const otherwise = this.accept('ELSE') ? this.expression() : undefined;
    this.expect('END');
    return { kind: 'case', operand, branches, otherwise, line };
  }

  private castExpression(): Expr {
    const { upper, line } = this.advance();
    this.expect('(');
    const operand = this.expression();
    this.expect('AS');
    const type = this.dataType(30);
    if (this.accept('USING')) throw this.unsupported(`${upper} … USING culture`, line);
    this.expect(')');
    return {
      kind: 'cast',
      operand,
      type,
      attempt: upper.startsWith('TRY_'),
      parse: upper.endsWith('PARSE'),
      line,
    };
  }

  private convertExpression(): Expr {
    const { upper, line } = this.advance();
    this.expect('(');
    const type = this.dataType(30);
    this.expect(',');
    const operand = this.expression();
    const style = this.accept(',') ? this.expression() : undefined;
    this.expect(')');
    return { kind: 'cast', operand, type, style, attempt: upper === 'TRY_CONVERT', line };
  }
}
