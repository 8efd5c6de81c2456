import { notSupportedByEmulator, syntaxError } from '../errors.js';
import { splitAtCommas } from './cursor.js';
import { datePart, DATE_PART_FUNCTIONS } from './date-parts.js';
import { quoteLiteral, render, type Token } from './lexer.js';

const BLANK: Token = { kind: 'blank', value: ' ', text: ' ' };
const raw = (text: string): Token => ({ kind: 'symbol', value: text, text });

/** Functions that only need another name. */
const RENAMED: Readonly<Record<string, string>> = {
  nvl: 'coalesce',
  len: 'length',
  version: 'redshift_emulator.version',
  replicate: 'repeat',
  textlen: 'length',
  varbyte: 'redshift_emulator.varbyte',
};

/** Rewrites the expressions and queries in the tokens into PostgreSQL's words. */
export function rewrite(tokens: readonly Token[]): Token[] {
  const out: Token[] = [];
  for (let index = 0; index < tokens.length;) {
    const token = tokens[index]!;
    const step = token.kind === 'word' ? rewriteWord(tokens, index, out) : undefined;
    if (step !== undefined) {
      out.push(...step.tokens);
      index = step.next;
    } else {
      out.push(token);
      index += 1;
    }
  }
  return out;
}

interface Step {
  readonly tokens: readonly Token[];
  readonly next: number;
}

/** Position of the next token that is not blank. */
function after(tokens: readonly Token[], index: number): number {
  let next = index + 1;
  while (tokens[next]?.kind === 'blank') next += 1;
  return next;
}

function before(out: readonly Token[]): Token | undefined {
  let index = out.length - 1;
  while (out[index]?.kind === 'blank') index -= 1;
  return out[index];
}

function isSymbol(token: Token | undefined, symbol: string): boolean {
  return token?.kind === 'symbol' && token.value === symbol;
}

function isWord(token: Token | undefined, ...words: string[]): boolean {
  return token?.kind === 'word' && words.includes(token.value);
}

/** Position behind the group that opens at `open`. */
function endOfGroup(tokens: readonly Token[], open: number): number {
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

function rewriteWord(tokens: readonly Token[], index: number, out: readonly Token[]): Step | undefined {
  const previous = before(out);
  if (isSymbol(previous, '.')) return undefined;
  const token = tokens[index]!;
  const next = after(tokens, index);
  if (isSymbol(tokens[next], '(')) {
    const cast = rewriteCastType(tokens, index, next, previous);
    return cast ?? rewriteCall(token.value, tokens, index, next);
  }
  return rewriteKeyword(tokens, index, next, previous);
}

function rewriteKeyword(
  tokens: readonly Token[],
  index: number,
  next: number,
  previous: Token | undefined,
): Step | undefined {
  const word = tokens[index]!.value;
  const following = tokens[next];
  switch (word) {
    case 'sysdate':
      return { tokens: [raw('redshift_emulator.sysdate()')], next: index + 1 };
    case 'current_user_id':
      return { tokens: [raw('redshift_emulator.current_user_id()')], next: index + 1 };
    case 'approximate':
      return isWord(following, 'count', 'percentile_disc') ? { tokens: [], next } : undefined;
    case 'minus':
      return isWord(following, 'select') || isSymbol(following, '(') || isWord(following, 'all')
        ? { tokens: [raw('except')], next: index + 1 }
        : undefined;
    case 'select':
      return rewriteTop(tokens, index, next);
    case 'qualify':
    case 'pivot':
    case 'unpivot':
      throw notSupportedByEmulator(word.toUpperCase());
    default:
      return rewriteCastType(tokens, index, next, previous);
  }
}

/** `SELECT [ALL|DISTINCT] TOP n …` becomes `SELECT … LIMIT n`, the limit standing where this query block ends. */
function rewriteTop(tokens: readonly Token[], index: number, next: number): Step | undefined {
  const head: Token[] = [tokens[index]!, BLANK];
  let at = next;
  if (isWord(tokens[at], 'all', 'distinct')) {
    head.push(tokens[at]!, BLANK);
    at = after(tokens, at);
  }
  const count = tokens[after(tokens, at)];
  if (!isWord(tokens[at], 'top') || count?.kind !== 'number') return undefined;
  const from = after(tokens, after(tokens, at));
  let depth = 0;
  let end = from;
  for (; end < tokens.length; end += 1) {
    if (isSymbol(tokens[end], '(')) depth += 1;
    else if (isSymbol(tokens[end], ')')) depth -= 1;
    if (depth < 0) break;
    if (depth === 0 && isWord(tokens[end], 'union', 'except', 'intersect', 'minus')) break;
  }
  const body = rewrite(tokens.slice(from, end));
  return { tokens: [...head, ...body, raw(` limit ${count.value} `)], next: end };
}

/** Types behind `::` or AS: lengths and names that PostgreSQL has not. */
function rewriteCastType(
  tokens: readonly Token[],
  index: number,
  next: number,
  previous: Token | undefined,
): Step | undefined {
  if (!isSymbol(previous, '::') && !isWord(previous, 'as')) return undefined;
  const word = tokens[index]!.value;
  const grouped = isSymbol(tokens[next], '(');
  const end = grouped ? endOfGroup(tokens, next) : index + 1;
  // `AS name` is an alias unless a cast's parenthesis closes behind it.
  if (isWord(previous, 'as') && !isSymbol(tokens[grouped ? after(tokens, end - 1) : next], ')'))
    return undefined;
  const length = grouped ? render(tokens.slice(next, end)) : undefined;
  const replaced = castType(word, length);
  return replaced === undefined ? undefined : { tokens: [raw(replaced)], next: end };
}

function castType(word: string, length: string | undefined): string | undefined {
  switch (word) {
    case 'varchar':
    case 'nvarchar':
      if (length === undefined) return 'varchar(256)';
      return `varchar${/max/i.test(length) ? '(65535)' : length}`;
    case 'nchar':
      return `char${length ?? ''}`;
    case 'super':
      return 'jsonb';
    case 'varbyte':
    case 'varbinary':
      return 'bytea';
    case 'decimal':
    case 'numeric':
      return length === undefined ? 'numeric(18,0)' : undefined;
    default:
      return undefined;
  }
}

function rewriteCall(name: string, tokens: readonly Token[], index: number, open: number): Step | undefined {
  const renamed = RENAMED[name];
  if (renamed !== undefined) return { tokens: [raw(renamed)], next: index + 1 };
  const end = endOfGroup(tokens, open);
  const args = splitAtCommas(tokens.slice(open + 1, end - 1));
  if (DATE_PART_FUNCTIONS.has(name)) return rewriteDatePart(name, args, end);
  switch (name) {
    case 'convert':
      return rewriteConvert(args, end);
    case 'decode':
      return { tokens: [raw(decode(args.map(expression)))], next: end };
    case 'nvl2': {
      const [test = '', present = '', absent = ''] = args.map(expression);
      return {
        tokens: [raw(`(case when (${test}) is not null then ${present} else ${absent} end)`)],
        next: end,
      };
    }
    case 'median':
      return {
        tokens: [raw(`percentile_cont(0.5) within group (order by ${expression(args[0] ?? [])})`)],
        next: end,
      };
    case 'listagg':
      return rewriteListagg(args, tokens, end);
    case 'ratio_to_report':
      return rewriteRatio(args, tokens, end);
    default:
      return undefined;
  }
}

const expression = (tokens: readonly Token[]): string => render(rewrite(tokens)).trim();

function rewriteDatePart(name: string, args: readonly Token[][], end: number): Step | undefined {
  const [first = [], ...rest] = args;
  const words = first.filter(({ kind }) => kind !== 'blank');
  const [part] = words;
  if (words.length !== 1 || part === undefined || !['word', 'quoted', 'string'].includes(part.kind)) {
    return undefined;
  }
  const literal = quoteLiteral(datePart(part.value));
  const text = [literal, ...rest.map(expression)].join(', ');
  return { tokens: [raw(`${DATE_PART_FUNCTIONS.get(name) ?? name}(${text})`)], next: end };
}

/** CONVERT(type, expression). */
function rewriteConvert(args: readonly Token[][], end: number): Step {
  const [type = [], value = []] = args;
  const cast = rewrite([
    raw('('),
    raw('x'),
    BLANK,
    { kind: 'word', value: 'as', text: 'as' },
    BLANK,
    ...type,
    raw(')'),
  ]);
  const target = render(cast.slice(4)).trim().replace(/\)$/, '');
  return { tokens: [raw(`cast(${expression(value)} as ${target})`)], next: end };
}

/** DECODE finds NULL equal to NULL. */
function decode(args: readonly string[]): string {
  const [subject = '', ...rest] = args;
  const branches: string[] = [];
  let at = 0;
  for (; at + 1 < rest.length; at += 2) {
    branches.push(`when (${subject}) is not distinct from ${rest[at]} then ${rest[at + 1]}`);
  }
  const otherwise = at < rest.length ? ` else ${rest[at]}` : '';
  return `(case ${branches.join(' ')}${otherwise} end)`;
}

/** LISTAGG([DISTINCT] e [, delimiter]) [WITHIN GROUP (ORDER BY …)]. */
function rewriteListagg(args: readonly Token[][], tokens: readonly Token[], end: number): Step {
  let next = end;
  let order = '';
  const within = after(tokens, end - 1);
  if (isWord(tokens[within], 'within')) {
    const open = after(tokens, after(tokens, within));
    next = endOfGroup(tokens, open);
    order = ` ${expression(tokens.slice(open + 1, next - 1))}`;
  }
  if (isWord(tokens[after(tokens, next - 1)], 'over')) throw notSupportedByEmulator('LISTAGG … OVER');
  const [first = [], delimiter] = args;
  const lead = first.find(({ kind }) => kind !== 'blank');
  const distinct = isWord(lead, 'distinct');
  const value = expression(distinct ? first.slice(first.indexOf(lead!) + 1) : first);
  const separator = delimiter === undefined ? "''" : expression(delimiter);
  const cast = (text: string): string => `(${text})::varchar`;
  // With DISTINCT, PostgreSQL wants the order by the argument itself.
  const ordered = distinct ? order.replace(value, cast(value)) : order;
  return {
    tokens: [raw(`string_agg(${distinct ? 'distinct ' : ''}${cast(value)}, ${separator}${ordered})`)],
    next,
  };
}

/** RATIO_TO_REPORT(e) OVER (…). */
function rewriteRatio(args: readonly Token[][], tokens: readonly Token[], end: number): Step {
  const over = after(tokens, end - 1);
  if (!isWord(tokens[over], 'over')) throw syntaxError('RATIO_TO_REPORT needs an OVER clause');
  const open = after(tokens, over);
  const next = endOfGroup(tokens, open);
  const value = expression(args[0] ?? []);
  const window = expression(tokens.slice(open + 1, next - 1));
  return {
    tokens: [raw(`((${value})::float8 / nullif(sum(${value}) over (${window}), 0)::float8)`)],
    next,
  };
}
