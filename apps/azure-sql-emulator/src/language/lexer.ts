import { SqlError } from './errors.js';

export type TokenKind =
  'word' | 'quoted' | 'string' | 'nstring' | 'number' | 'hex' | 'variable' | 'op' | 'end';

export interface Token {
  readonly kind: TokenKind;
  /** Decoded text: identifiers without their brackets, strings without their quotes. */
  readonly text: string;
  /** Upper-case text of a bare word or operator; empty for everything else, so that `[select]` is no keyword. */
  readonly upper: string;
  readonly line: number;
  readonly start: number;
  readonly end: number;
}

const wordStart = /[\p{L}_#]/u;
const wordPart = /[\p{L}\p{Nd}_@#$]/u;
const twoCharacterOperators = new Set([
  '<<',
  '>>',
  '<>',
  '<=',
  '>=',
  '!=',
  '!<',
  '!>',
  '+=',
  '-=',
  '*=',
  '/=',
  '%=',
  '&=',
  '|=',
  '^=',
  '::',
]);

/** Turns T-SQL into tokens; keeps each token's line for error messages. */
export class Lexer {
  private position = 0;
  private line = 1;
  private readonly tokens: Token[] = [];

  constructor(
    private readonly source: string,
    private readonly quotedIdentifier = true,
  ) {}

  run(): Token[] {
    for (;;) {
      this.skipBlanks();
      if (this.position >= this.source.length) break;
      this.next();
    }
    this.push('end', '', this.position);
    return this.tokens;
  }

  private push(kind: TokenKind, text: string, start: number, line = this.line): void {
    const upper = kind === 'word' || kind === 'op' ? text.toUpperCase() : '';
    this.tokens.push({ kind, text, upper, line, start, end: this.position });
  }

  private skipBlanks(): void {
    const { source } = this;
    while (this.position < source.length) {
      const c = source.charCodeAt(this.position);
      if (c === 10) this.line++;
      if (c <= 32 || c === 0xa0 || c === 0xfeff || c === 0x3000) this.position++;
      else if (c === 45 && source.charCodeAt(this.position + 1) === 45) this.skipLine();
      else if (c === 47 && source.charCodeAt(this.position + 1) === 42) this.skipComment();
      else return;
    }
  }

  private skipLine(): void {
    const end = this.source.indexOf('\n', this.position);
    this.position = end < 0 ? this.source.length : end;
  }

  private skipComment(): void {
    const startLine = this.line;
    let depth = 0;
    do {
      const two = this.source.substr(this.position, 2);
      if (two === '/*' || two === '*/') {
        depth += two === '/*' ? 1 : -1;
        this.position += 2;
      } else {
        if (this.position >= this.source.length)
          throw new SqlError(113, "Missing end comment mark '*/'.", startLine, 15);
        if (this.source[this.position] === '\n') this.line++;
        this.position++;
      }
    } while (depth > 0);
  }

  private next(): void {
    const c = this.source[this.position] ?? '';
    const following = this.source[this.position + 1] ?? '';
    if (c === "'") return this.delimited("'", 'string', 0);
    if ((c === 'N' || c === 'n') && following === "'") return this.delimited("'", 'nstring', 1);
    if (c === '[') return this.delimited(']', 'quoted', 0);
    if (c === '"') return this.delimited('"', this.quotedIdentifier ? 'quoted' : 'string', 0);
    if (c === '@') return this.variable();
    if (c === '0' && (following === 'x' || following === 'X')) return this.hex();
    if (
      /[0-9]/.test(c) ||
      (c === '.' && /[0-9]/.test(following)) ||
      (c === '$' && /[0-9.]/.test(following))
    ) {
      return this.number();
    }
    if (wordStart.test(this.character())) return this.word();
    this.operator(c);
  }

  private character(): string {
    return String.fromCodePoint(this.source.codePointAt(this.position) ?? 0);
  }

  private delimited(close: string, kind: TokenKind, prefix: number): void {
    const start = this.position;
    const line = this.line;
    const { source } = this;
    let from = (this.position += prefix + 1);
    let text = '';
    for (;;) {
      const at = source.indexOf(close, from);
      if (at < 0) {
        const rest = source.slice(start + prefix + 1, start + prefix + 1 + 128);
        throw new SqlError(105, `Unclosed quotation mark after the character string '${rest}'.`, line, 15);
      }
      text += source.slice(from, at);
      if (source[at + 1] !== close) {
        this.position = at + 1;
        break;
      }
      text += close;
      from = at + 2;
    }
    for (let i = start; i < this.position; i++) if (source.charCodeAt(i) === 10) this.line++;
    // A backslash before a line end joins the two lines of a string.
    const joined = kind === 'quoted' ? text : text.replace(/\\\r?\n/g, '');
    this.push(kind, joined, start, line);
  }

  private variable(): void {
    const start = this.position;
    while (this.source[this.position] === '@') this.position++;
    this.consumeWord();
    this.push('variable', this.source.slice(start, this.position), start);
  }

  private consumeWord(): void {
    for (;;) {
      const c = this.character();
      if (this.position >= this.source.length || !wordPart.test(c)) return;
      this.position += c.length;
    }
  }

  private hex(): void {
    const start = this.position;
    this.position += 2;
    while (/[0-9a-fA-F]/.test(this.source[this.position] ?? '')) this.position++;
    this.push('hex', this.source.slice(start + 2, this.position), start);
  }

  private number(): void {
    const start = this.position;
    const match = /^\$?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?/.exec(this.source.slice(start, start + 400));
    this.position = start + (match?.[0].length ?? 1);
    this.push('number', this.source.slice(start, this.position), start);
  }

  private word(): void {
    const start = this.position;
    this.consumeWord();
    this.push('word', this.source.slice(start, this.position), start);
  }

  private operator(c: string): void {
    const start = this.position;
    const two = this.source.substr(start, 2);
    if (twoCharacterOperators.has(two)) {
      this.position += 2;
      return this.push('op', two, start);
    }
    if (!'+-*/%=<>(),.;&|^~:$'.includes(c))
      throw new SqlError(102, `Incorrect syntax near '${c}'.`, this.line, 15);
    this.position++;
    this.push('op', c, start);
  }
}
