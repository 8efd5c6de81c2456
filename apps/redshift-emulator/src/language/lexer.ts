import { syntaxError } from '../errors.js';
import { shortName } from './long-names.js';

/**
 * A piece of a statement. `value` is what it means (identifiers folded, strings unescaped), `text` how PostgreSQL is
 * to read it, so that joining the texts gives back a statement.
 */
export interface Token {
  readonly kind: 'word' | 'quoted' | 'string' | 'number' | 'parameter' | 'symbol' | 'blank';
  readonly value: string;
  readonly text: string;
}

/** What changes how text is read. */
export interface LexerOptions {
  /** `enable_case_sensitive_identifier`: quoted identifiers keep their case. Default false. */
  readonly caseSensitive?: boolean;
}

const PATTERN = new RegExp(
  [
    String.raw`(?<blank>\s+|--[^\n]*)`,
    String.raw`(?<comment>/\*)`,
    String.raw`(?<string>[eE]?'(?:[^'\\]|\\[\s\S]|'')*')`,
    String.raw`(?<hex>[xX]'[^']*')`,
    String.raw`(?<quoted>"(?:[^"]|"")*")`,
    String.raw`(?<dollar>\$(?:[A-Za-z_]\w*)?\$)`,
    String.raw`(?<parameter>\$\d+)`,
    String.raw`(?<word>#?[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*)`,
    String.raw`(?<number>(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)`,
    String.raw`(?<symbol>::|<=|>=|<>|!=|\|\||[\s\S])`,
  ].join('|'),
  'gy',
);

/** Quotes an identifier for PostgreSQL. */
export function quoteIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** Quotes text for PostgreSQL. */
export function quoteLiteral(text: string): string {
  const doubled = text.replaceAll("'", "''");
  return text.includes('\\') ? `E'${doubled.replaceAll('\\', '\\\\')}'` : `'${doubled}'`;
}

/** Cuts a statement, or several, into tokens. @throws RedshiftError when a string or comment does not end */
export function tokenize(sql: string, options: LexerOptions = {}): Token[] {
  const tokens: Token[] = [];
  const pattern = new RegExp(PATTERN);
  while (pattern.lastIndex < sql.length) {
    const start = pattern.lastIndex;
    const groups = pattern.exec(sql)?.groups;
    if (groups === undefined) throw syntaxError(`syntax error at or near "${sql.slice(start, start + 20)}"`);
    if (groups['comment'] !== undefined) {
      pattern.lastIndex = endOfComment(sql, start);
      tokens.push({ kind: 'blank', value: ' ', text: ' ' });
    } else if (groups['dollar'] !== undefined) {
      const tag = groups['dollar'];
      const end = sql.indexOf(tag, pattern.lastIndex);
      if (end < 0) throw syntaxError('unterminated dollar-quoted string');
      const value = sql.slice(pattern.lastIndex, end);
      pattern.lastIndex = end + tag.length;
      tokens.push({ kind: 'string', value, text: quoteLiteral(value) });
    } else {
      tokens.push(tokenOf(groups, options));
      // `then 1when`: PostgreSQL 8.0 ended a number where a letter begins, and Redshift's driver relies on it.
      const glued = groups['number'] !== undefined && /[a-z_]/i.test(sql[pattern.lastIndex] ?? '');
      if (glued) tokens.push({ kind: 'blank', value: ' ', text: ' ' });
    }
  }
  return tokens;
}

function tokenOf(groups: Readonly<Record<string, string | undefined>>, options: LexerOptions): Token {
  const { blank, string, hex, quoted, parameter, word, number, symbol } = groups;
  if (word !== undefined) return wordToken(word);
  if (blank !== undefined) return { kind: 'blank', value: ' ', text: blank.startsWith('--') ? ' ' : blank };
  if (string !== undefined) {
    const value = unescapeString(string);
    return { kind: 'string', value, text: quoteLiteral(value) };
  }
  if (quoted !== undefined) {
    const raw = quoted.slice(1, -1).replaceAll('""', '"');
    const value = shortName(options.caseSensitive === true ? raw : foldAscii(raw));
    return { kind: 'quoted', value, text: quoteIdentifier(value) };
  }
  if (number !== undefined) return { kind: 'number', value: number, text: number };
  if (parameter !== undefined) return { kind: 'parameter', value: parameter, text: parameter };
  if (hex !== undefined) return { kind: 'symbol', value: hex, text: hex };
  if (symbol === "'" || symbol === '"') {
    throw syntaxError(symbol === "'" ? 'unterminated quoted string' : 'unterminated quoted identifier');
  }
  return { kind: 'symbol', value: symbol ?? '', text: symbol ?? '' };
}

function wordToken(word: string): Token {
  // #name is a temporary table; the name itself has no #.
  if (word.startsWith('#'))
    return {
      kind: 'word',
      value: shortName(foldAscii(word)),
      text: quoteIdentifier(shortName(foldAscii(word))),
    };
  const value = foldAscii(word);
  const short = shortName(value);
  return { kind: 'word', value: short, text: short === value ? word : quoteIdentifier(short) };
}

/** Only ASCII letters fold, as in the server. */
function foldAscii(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

function endOfComment(sql: string, start: number): number {
  let depth = 0;
  const marks = /\/\*|\*\//g;
  marks.lastIndex = start;
  for (let mark = marks.exec(sql); mark !== null; mark = marks.exec(sql)) {
    depth += mark[0] === '/*' ? 1 : -1;
    if (depth === 0) return marks.lastIndex;
  }
  throw syntaxError('unterminated /* comment');
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f' };

/**
 * The text of a string literal. As in the server's PostgreSQL 8.0, a backslash escapes the character after it in
 * ordinary strings too.
 */
function unescapeString(literal: string): string {
  const body = literal.slice(literal.indexOf("'") + 1, -1);
  if (!body.includes('\\')) return body.replaceAll("''", "'");
  return body.replace(/''|\\([0-7]{1,3})|\\x([0-9a-f]{1,2})|\\([\s\S])/gi, (_all, octal, hex, other) => {
    if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal as string, 8));
    if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex as string, 16));
    return other === undefined ? "'" : (ESCAPES[other as string] ?? (other as string));
  });
}

/** The statement that the tokens make. */
export function render(tokens: readonly Token[]): string {
  return tokens.map(({ text }) => text).join('');
}

/** Splits at semicolons, dropping statements of blanks only. */
export function splitStatements(tokens: readonly Token[]): Token[][] {
  const statements: Token[][] = [];
  let current: Token[] = [];
  for (const token of tokens) {
    if (token.kind === 'symbol' && token.value === ';') {
      statements.push(current);
      current = [];
    } else current.push(token);
  }
  statements.push(current);
  return statements.filter((statement) => statement.some(({ kind }) => kind !== 'blank'));
}
