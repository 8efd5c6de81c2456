import type { Expr, Statement } from '../ast.js';
import { VariableParser } from './variable-parser.js';

/** Control of flow, transactions and errors. */
export abstract class FlowParser extends VariableParser {
  protected abstract statement(): Statement;

  protected startsValue(): boolean {
    const { kind, upper } = this.token;
    return (
      ['number', 'variable', 'string', 'nstring', 'hex'].includes(kind) ||
      ['(', '-', '+', '@', 'CASE', 'CAST', 'CONVERT', 'NULL'].includes(upper) ||
      (kind === 'word' && this.peek().upper === '(')
    );
  }

  protected requiredStatement(): Statement {
    while (this.accept(';'));
    const statement = this.statement();
    return statement;
  }

  protected ifStatement(): Statement {
    const { line } = this.advance();
    const condition = this.expression();
    const then = this.requiredStatement();
    const afterThen = this.index;
    while (this.accept(';'));
    if (this.accept('ELSE'))
      return { kind: 'if', condition, then, otherwise: this.requiredStatement(), line };
    this.index = afterThen;
    return { kind: 'if', condition, then, line };
  }

  protected beginStatement(): Statement {
    const { line } = this.advance();
    if (this.at('DISTRIBUTED')) throw this.unsupported('distributed transactions');
    if (this.accept('TRANSACTION') || this.accept('TRAN')) {
      const name = this.transactionName();
      if (this.accept('WITH', 'MARK')) this.advance();
      return { kind: 'beginTransaction', name, line };
    }
    if (this.accept('TRY')) {
      const body = this.statementList(['END']);
      this.expect('END', 'TRY');
      while (this.accept(';'));
      this.expect('BEGIN', 'CATCH');
      const handler = this.statementList(['END']);
      this.expect('END', 'CATCH');
      return { kind: 'try', body, handler, line };
    }
    if (this.at('ATOMIC') || this.at('DIALOG') || this.at('CONVERSATION'))
      throw this.unsupported(`BEGIN ${this.token.upper}`);
    const statements = this.statementList(['END']);
    if (statements.length === 0) throw this.syntaxError();
    this.expect('END');
    return { kind: 'block', statements, line };
  }

  private transactionName(): Expr | undefined {
    const { line } = this;
    if (this.token.kind === 'variable')
      return { kind: 'variable', name: this.advance().text.toLowerCase(), line };
    if (this.token.kind === 'quoted' || (this.atIdentifier && this.token.upper !== 'THROW')) {
      return { kind: 'string', value: this.advance().text, national: true, line };
    }
    return undefined;
  }

  protected transactionStatement(): Statement {
    const { line, upper } = this.advance();
    const explicit = this.accept('TRANSACTION') || this.accept('TRAN');
    if (!explicit) this.accept('WORK');
    const name = explicit ? this.transactionName() : undefined;
    if (upper === 'COMMIT') {
      if (this.at('WITH') && this.peek().upper === '(') {
        this.advance();
        this.skipParentheses();
      }
      return { kind: 'commit', line };
    }
    if (upper === 'ROLLBACK') return { kind: 'rollback', name, line };
    if (!name) throw this.syntaxError();
    return { kind: 'save', name, line };
  }

  protected throwStatement(): Statement {
    const { line } = this.advance();
    if (!this.startsValue()) return { kind: 'throw', line };
    const number = this.expression();
    this.expect(',');
    const message = this.expression();
    this.expect(',');
    return { kind: 'throw', args: [number, message, this.expression()], line };
  }

  protected raiserror(): Statement {
    const { line } = this.advance();
    this.expect('(');
    const values = this.commaList(() => this.expression());
    this.expect(')');
    const [message, severity, state, ...args] = values;
    if (!message || !severity || !state) throw this.syntaxError();
    const options = this.accept('WITH') ? this.commaList(() => this.advance().upper) : [];
    return { kind: 'raiserror', message, severity, state, args, options, line };
  }

  protected waitfor(line: number): Statement {
    const until = this.accept('TIME');
    if (!until) this.expect('DELAY');
    return { kind: 'waitfor', delay: this.expression(), until, line };
  }
}
