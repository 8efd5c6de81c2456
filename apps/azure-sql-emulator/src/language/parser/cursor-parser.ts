import type { Expr, Statement } from '../ast.js';
import type { FetchDirection } from '../routine-ast.js';
import { SqlError } from '../errors.js';
import { RoutineParser } from './routine-parser.js';

/** DECLARE CURSOR, OPEN, FETCH, CLOSE, DEALLOCATE and DBCC. */
export abstract class CursorParser extends RoutineParser {
  /** `DECLARE c [INSENSITIVE] [SCROLL] CURSOR …`, DECLARE read already. */
  protected declareCursor(line: number): Statement {
    const name = this.identifier();
    this.accept('INSENSITIVE');
    const scroll = this.accept('SCROLL');
    this.expect('CURSOR');
    return this.cursorDefinition(name, scroll, line);
  }

  /** `SET @c = CURSOR …`, CURSOR read already, or a declaration from its options on. */
  protected cursorDefinition(name: string, scrolls: boolean, line: number): Statement {
    let scroll = scrolls;
    let local: boolean | undefined;
    while (!this.at('FOR')) {
      const word = this.advance().upper;
      if (word === 'LOCAL' || word === 'GLOBAL') local = word === 'LOCAL';
      else if (word === 'SCROLL') scroll = true;
      else if (['DYNAMIC', 'KEYSET', 'SCROLL_LOCKS', 'OPTIMISTIC', 'TYPE_WARNING'].includes(word))
        throw this.unsupported(`${word} cursors`, line);
      else if (!['FORWARD_ONLY', 'STATIC', 'FAST_FORWARD', 'READ_ONLY'].includes(word))
        throw this.syntaxError(this.tokens[this.index - 1]);
    }
    this.expect('FOR');
    const query = this.query();
    if (this.accept('FOR')) {
      if (this.accept('UPDATE')) throw this.unsupported('cursors FOR UPDATE', line);
      this.expect('READ', 'ONLY');
    }
    return { kind: 'declareCursor', name: name.toLowerCase(), query, scroll, local, line };
  }

  /** A cursor's name or variable, GLOBAL before it allowed. */
  private cursorName(): string {
    if (this.at('GLOBAL') && this.peek().kind !== 'end') this.advance();
    if (this.token.kind === 'variable') return this.advance().text.toLowerCase();
    return this.identifier().toLowerCase();
  }

  protected cursorStatement(): Statement {
    const { line, upper } = this.advance();
    switch (upper) {
      case 'OPEN':
        if (this.atAny('SYMMETRIC', 'MASTER')) throw this.unsupported(`OPEN ${this.token.upper} KEY`, line);
        return { kind: 'openCursor', cursor: this.cursorName(), line };
      case 'CLOSE':
        if (this.atAny('SYMMETRIC', 'MASTER', 'ALL') && this.peek().kind === 'word')
          throw this.unsupported(`CLOSE ${this.token.upper} KEY`, line);
        return { kind: 'closeCursor', cursor: this.cursorName(), line };
      case 'DEALLOCATE':
        return { kind: 'deallocateCursor', cursor: this.cursorName(), line };
      default:
        return this.fetch(line);
    }
  }

  private fetch(line: number): Statement {
    const directions: Record<string, FetchDirection> = {
      NEXT: 'next',
      PRIOR: 'prior',
      FIRST: 'first',
      LAST: 'last',
      ABSOLUTE: 'absolute',
      RELATIVE: 'relative',
    };
    let direction: FetchDirection = 'next';
    let offset: Expr | undefined;
    const written = directions[this.token.upper];
    if (written !== undefined && this.peek().upper !== 'INTO' && this.peek().kind !== 'end') {
      direction = written;
      this.advance();
      if (direction === 'absolute' || direction === 'relative') offset = this.expression();
    }
    this.accept('FROM');
    const cursor = this.cursorName();
    const into = this.accept('INTO')
      ? this.commaList(() => {
          if (this.token.kind !== 'variable') throw this.syntaxError();
          return this.advance().text.toLowerCase();
        })
      : undefined;
    return { kind: 'fetch', cursor, direction, offset, into, line };
  }

  /** DBCC command [(arguments)] [WITH option …]. */
  protected dbcc(): Statement {
    const { line } = this.advance();
    const command = this.advance().upper;
    const args: Expr[] = [];
    if (this.accept('(')) {
      if (!this.at(')')) args.push(...this.commaList(() => this.dbccArgument()));
      this.expect(')');
    }
    if (this.accept('WITH')) this.commaList(() => this.advance());
    return { kind: 'dbcc', command, args, line };
  }

  /** Names stand bare, quoted or as strings: CHECKIDENT ("Orders", RESEED, 0). */
  private dbccArgument(): Expr {
    const { line } = this;
    if (!this.atIdentifier) return this.expression();
    const parts = this.qualifiedName();
    if (this.at('(')) throw new SqlError(102, "Incorrect syntax near '('.", line, 15);
    return { kind: 'column', parts, line };
  }
}
