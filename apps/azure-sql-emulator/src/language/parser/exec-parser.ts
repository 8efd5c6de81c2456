import type { ExecArgument, Expr, Statement } from '../ast.js';
import { CursorParser } from './cursor-parser.js';

/** EXEC of procedures and strings. */
export abstract class ExecParser extends CursorParser {
  protected override execStatement(): Statement {
    const { line } = this.advance();
    if (this.at('AS')) throw this.unsupported('EXECUTE AS');
    if (this.at('(')) {
      const text = this.parenthesised(() => this.expression());
      if (this.accept('AT')) throw this.unsupported('EXEC … AT linked server');
      return { kind: 'execString', text, line };
    }
    return this.procedureCall(line);
  }

  protected procedureCall(line: number): Statement {
    let into: string | undefined;
    if (this.token.kind === 'variable' && this.peek().upper === '=') {
      into = this.advance().text.toLowerCase();
      this.advance();
    }
    const variable = this.token.kind === 'variable' ? this.advance().text.toLowerCase() : undefined;
    const procedure = variable === undefined ? this.qualifiedName() : [];
    const args: ExecArgument[] = [];
    if (this.startsArgument()) args.push(...this.commaList(() => this.execArgument()));
    if (this.accept('WITH')) {
      if (this.accept('RECOMPILE')) return { kind: 'exec', procedure, variable, args, into, line };
      throw this.unsupported('EXEC … WITH RESULT SETS');
    }
    return { kind: 'exec', procedure, variable, args, into, line };
  }

  private startsArgument(): boolean {
    const { kind, upper } = this.token;
    return (
      ['number', 'variable', 'string', 'nstring', 'hex', 'quoted'].includes(kind) ||
      upper === '-' ||
      upper === 'NULL' ||
      upper === 'DEFAULT' ||
      (kind === 'word' && this.atIdentifier && !['THROW', 'GO'].includes(upper))
    );
  }

  private execArgument(): ExecArgument {
    const { line } = this;
    let name: string | undefined;
    if (this.token.kind === 'variable' && this.peek().upper === '=') {
      name = this.advance().text.toLowerCase();
      this.advance();
    }
    const value = this.argumentValue();
    const output = this.accept('OUTPUT') || this.accept('OUT');
    return { name, value, output, line };
  }

  private argumentValue(): Expr {
    const { line } = this;
    if (this.accept('DEFAULT')) return { kind: 'default', line };
    // A bare word is a string: EXEC sp_help Orders.
    if (this.atIdentifier && this.token.kind !== 'variable') {
      return { kind: 'string', value: this.advance().text, national: true, line };
    }
    return this.expression();
  }
}
