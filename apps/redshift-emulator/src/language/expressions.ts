import { catalogueName } from './catalogue-names.js';
import { notSupportedByEmulator } from '../errors.js';
import { rewriteCall, type Step } from './calls.js';
import { render, type Token } from './lexer.js';
import { rewriteQualify } from './qualify.js';
import { after, before, BLANK, endOfGroup, isSymbol, isWord, raw } from './token-walk.js';

/** Rewrites the expressions and queries in the tokens into PostgreSQL's words. */
export function rewrite(tokens: readonly Token[]): Token[] {
  const out: Token[] = [];
  for (let index = 0; index < tokens.length;) {
    const token = tokens[index]!;
    const catalogue = catalogueName(tokens, index);
    if (catalogue !== undefined) {
      out.push(raw(catalogue.name));
      index = catalogue.next;
      continue;
    }
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

function rewriteWord(tokens: readonly Token[], index: number, out: readonly Token[]): Step | undefined {
  const previous = before(out);
  if (isSymbol(previous, '.')) return undefined;
  const token = tokens[index]!;
  const next = after(tokens, index);
  if (isSymbol(tokens[next], '(')) {
    const cast = rewriteCastType(tokens, index, next, previous);
    return cast ?? rewriteCall(token.value, { tokens, index, open: next }, rewrite);
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
      return rewriteQualify(tokens, index, rewrite) ?? rewriteTop(tokens, index, next);
    case 'where':
      return rewriteTruth(tokens, index, next);
    case 'respect':
      return isWord(following, 'nulls') ? { tokens: [], next: next + 1 } : undefined;
    case 'ignore':
      if (isWord(following, 'nulls')) throw notSupportedByEmulator('IGNORE NULLS');
      return undefined;
    case 'qualify':
    case 'pivot':
    case 'unpivot':
      throw notSupportedByEmulator(word.toUpperCase());
    default:
      return rewriteCastType(tokens, index, next, previous);
  }
}

/** `WHERE 1 AND …`: a number is a truth value. */
function rewriteTruth(tokens: readonly Token[], index: number, next: number): Step | undefined {
  const number = tokens[next];
  const behind = tokens[after(tokens, next)];
  const alone = behind === undefined || isWord(behind, 'and', 'or', 'order', 'group', 'limit', 'union');
  if (number?.kind !== 'number' || !(alone || isSymbol(behind, ')'))) return undefined;
  return { tokens: [tokens[index]!, BLANK, raw(String(Number(number.value) !== 0))], next: next + 1 };
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
