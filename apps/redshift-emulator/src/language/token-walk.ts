import { syntaxError } from '../errors.js';
import type { Token } from './lexer.js';

/** One blank. */
export const BLANK: Token = { kind: 'blank', value: ' ', text: ' ' };

/** Text of PostgreSQL's that needs no further look. */
export function raw(text: string): Token {
  return { kind: 'symbol', value: text, text };
}

/** Position of the next token that is not blank. */
export function after(tokens: readonly Token[], index: number): number {
  let next = index + 1;
  while (tokens[next]?.kind === 'blank') next += 1;
  return next;
}

/** The last token that is not blank. */
export function before(out: readonly Token[]): Token | undefined {
  let index = out.length - 1;
  while (out[index]?.kind === 'blank') index -= 1;
  return out[index];
}

export function isSymbol(token: Token | undefined, symbol: string): boolean {
  return token?.kind === 'symbol' && token.value === symbol;
}

export function isWord(token: Token | undefined, ...words: string[]): boolean {
  return token?.kind === 'word' && words.includes(token.value);
}

/** Position behind the group that opens at `open`. */
export function endOfGroup(tokens: readonly Token[], open: number): number {
  let depth = 0;
  for (let index = open; index < tokens.length; index += 1) {
    if (isSymbol(tokens[index], '(')) depth += 1;
    else if (isSymbol(tokens[index], ')')) {
      depth -= 1;
      if (depth === 0) return index + 1;
    }
  }
  throw syntaxError('syntax error at end of input');
}

/** Position of a top-level word, or -1. */
export function topLevel(tokens: readonly Token[], word: string): number {
  let depth = 0;
  for (const [index, token] of tokens.entries()) {
    if (isSymbol(token, '(')) depth += 1;
    else if (isSymbol(token, ')')) depth -= 1;
    else if (depth === 0 && isWord(token, word)) return index;
  }
  return -1;
}
