import { RESERVED_WORDS } from './reserved-words.js';
import { syntaxError } from '../errors.js';
import { render, type Token } from './lexer.js';

/** A name as written: `schema.table`, `table`, or `#table`. */
export interface QualifiedName {
  readonly schema?: string;
  readonly name: string;
}

/** Walks a statement's tokens; blanks are invisible to it but kept by {@link Cursor.sliceFrom}. */
export class Cursor {
  private index = 0;

  constructor(readonly tokens: readonly Token[]) {
    this.skipBlanks();
  }

  private skipBlanks(): void {
    while (this.tokens[this.index]?.kind === 'blank') this.index += 1;
  }

  /** Where the cursor stands, for {@link Cursor.sliceFrom} and {@link Cursor.reset}. */
  get position(): number {
    return this.index;
  }

  reset(position: number): void {
    this.index = position;
    this.skipBlanks();
  }

  get atEnd(): boolean {
    return this.index >= this.tokens.length;
  }

  /** The token at the cursor, or the one `ahead` further on. */
  peek(ahead = 0): Token | undefined {
    let index = this.index;
    for (let left = ahead; left > 0 && index < this.tokens.length;) {
      index += 1;
      if (this.tokens[index]?.kind !== 'blank') left -= 1;
    }
    return this.tokens[index];
  }

  next(): Token {
    const token = this.tokens[this.index];
    if (token === undefined) throw syntaxError('syntax error at end of input');
    this.index += 1;
    this.skipBlanks();
    return token;
  }

  /** Whether the unquoted words at the cursor are these. */
  at(...words: string[]): boolean {
    return words.every((word, ahead) => {
      const token = this.peek(ahead);
      return token?.kind === 'word' && token.value === word;
    });
  }

  /** Passes the words if they are there. */
  accept(...words: string[]): boolean {
    if (!this.at(...words)) return false;
    for (const _word of words) this.next();
    return true;
  }

  expect(...words: string[]): void {
    if (!this.accept(...words)) throw this.unexpected();
  }

  atSymbol(symbol: string): boolean {
    const token = this.peek();
    return token?.kind === 'symbol' && token.value === symbol;
  }

  acceptSymbol(symbol: string): boolean {
    if (!this.atSymbol(symbol)) return false;
    this.next();
    return true;
  }

  expectSymbol(symbol: string): void {
    if (!this.acceptSymbol(symbol)) throw this.unexpected();
  }

  /** An identifier, quoted or not. */
  identifier(): string {
    const token = this.peek();
    if (token?.kind !== 'word' && token?.kind !== 'quoted') throw this.unexpected();
    return this.next().value;
  }

  /** A name of a table's or column's own, which cannot be a reserved word. @throws RedshiftError */
  ownName(): string {
    const token = this.peek();
    if (token?.kind === 'word' && RESERVED_WORDS.has(token.value)) throw this.unexpected();
    return this.identifier();
  }

  qualifiedName(): QualifiedName {
    const parts = [this.ownName()];
    while (this.acceptSymbol('.')) parts.push(this.identifier());
    const name = parts.pop() ?? '';
    const schema = parts.pop();
    return schema === undefined ? { name } : { schema, name };
  }

  /** A string literal's text. */
  string(): string {
    if (this.peek()?.kind !== 'string') throw this.unexpected();
    return this.next().value;
  }

  /** A whole number. */
  integer(): number {
    const negative = this.acceptSymbol('-');
    if (this.peek()?.kind !== 'number') throw this.unexpected();
    const value = Number(this.next().value);
    return negative ? -value : value;
  }

  /** The tokens of a parenthesised group, without the parentheses; the cursor passes it. */
  group(): Token[] {
    this.expectSymbol('(');
    const start = this.index;
    let depth = 1;
    for (;;) {
      const token = this.next();
      if (token.kind !== 'symbol') continue;
      if (token.value === '(') depth += 1;
      else if (token.value === ')') depth -= 1;
      if (depth === 0) break;
    }
    let end = this.index - 1;
    while (this.tokens[end]?.kind === 'blank' || this.tokens[end] === undefined) end -= 1;
    return this.tokens.slice(start, end);
  }

  /** The tokens from a position up to the cursor. */
  sliceFrom(position: number): Token[] {
    return this.tokens.slice(position, this.index);
  }

  /** All tokens from the cursor on. */
  rest(): Token[] {
    return this.tokens.slice(this.index);
  }

  /** The error for the token at the cursor. */
  unexpected(): Error {
    const token = this.peek();
    return syntaxError(
      token === undefined ? 'syntax error at end of input' : `syntax error at or near "${render([token])}"`,
    );
  }
}

/** Splits tokens at top-level commas. */
export function splitAtCommas(tokens: readonly Token[]): Token[][] {
  const parts: Token[][] = [[]];
  let depth = 0;
  for (const token of tokens) {
    if (token.kind === 'symbol') {
      if (token.value === '(' || token.value === '[') depth += 1;
      else if (token.value === ')' || token.value === ']') depth -= 1;
      else if (token.value === ',' && depth === 0) {
        parts.push([]);
        continue;
      }
    }
    parts.at(-1)?.push(token);
  }
  return parts;
}
