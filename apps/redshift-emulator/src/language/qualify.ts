import { notSupportedByEmulator, syntaxError } from '../errors.js';
import type { Step } from './calls.js';
import { splitAtCommas } from './cursor.js';
import { quoteIdentifier, render, type Token } from './lexer.js';
import { after, isSymbol, isWord, raw } from './token-walk.js';

type Rewrite = (tokens: readonly Token[]) => Token[];

const QUERY = 'redshift_emulator_qualified';
const SET_OPERATORS = ['union', 'except', 'intersect', 'minus'];

/** The parts of a query block with QUALIFY. */
interface QualifiedBlock {
  readonly items: readonly (readonly Token[])[];
  /** FROM up to QUALIFY. */
  readonly body: readonly Token[];
  readonly condition: readonly Token[];
  readonly order: readonly (readonly Token[])[];
  /** LIMIT and OFFSET. */
  readonly rest: readonly Token[];
  readonly end: number;
}

/** A column of the block: how it is computed inside, and shown outside. */
interface Column {
  readonly inner: string;
  readonly outer: string;
  readonly name?: string;
}

/**
 * `SELECT … FROM … QUALIFY condition` becomes a query of the block with the condition as one more column. `tokens[index]`
 * is SELECT; undefined when its block has no QUALIFY.
 */
export function rewriteQualify(tokens: readonly Token[], index: number, rewrite: Rewrite): Step | undefined {
  const block = blockOf(tokens, index);
  if (block === undefined) return undefined;
  requireAlias(block.body);
  const text = (part: readonly Token[]): string => render(rewrite(part)).trim();
  const columns = block.items.map((item, at) => columnOf(item, at, block, text));
  const order = block.order.map((item, at) => orderOf(item, at, columns, text));
  const hidden = order.flatMap(({ inner }) => (inner === undefined ? [] : [inner]));
  const inner = [
    ...columns.map((column) => column.inner),
    `(${text(block.condition)}) as qualified`,
    ...hidden,
  ];
  const outer = columns.map((column) => column.outer).join(', ');
  const by = order.length === 0 ? '' : ` order by ${order.map((item) => item.outer).join(', ')}`;
  const sql = `select ${outer} from (select ${inner.join(', ')} ${text(block.body)}) as ${QUERY} where ${QUERY}.qualified${by} ${text(block.rest)}`;
  return { tokens: [raw(`${sql} `)], next: block.end };
}

function blockOf(tokens: readonly Token[], select: number): QualifiedBlock | undefined {
  const at = new Map<string, number>();
  let depth = 0;
  let end = select + 1;
  for (; end < tokens.length; end += 1) {
    const token = tokens[end];
    if (isSymbol(token, '(')) depth += 1;
    else if (isSymbol(token, ')') && --depth < 0) break;
    if (depth !== 0 || token?.kind !== 'word') continue;
    if (SET_OPERATORS.includes(token.value)) break;
    const known = token.value === 'from' || at.has('from');
    if (known && !at.has(token.value)) at.set(token.value, end);
  }
  const qualify = at.get('qualify');
  const from = at.get('from');
  if (qualify === undefined || from === undefined) return undefined;
  const first = tokens[after(tokens, select)];
  if (isWord(first, 'distinct', 'top'))
    throw notSupportedByEmulator(`QUALIFY with ${first?.value.toUpperCase()}`);
  const behind = (word: string): number => {
    const found = at.get(word);
    return found === undefined || found < qualify ? end : found;
  };
  const limit = Math.min(behind('limit'), behind('offset'));
  const order = Math.min(behind('order'), limit);
  return {
    items: splitAtCommas(tokens.slice(select + 1, from)),
    body: tokens.slice(from, qualify),
    condition: tokens.slice(qualify + 1, order),
    order: order < limit ? splitAtCommas(tokens.slice(after(tokens, order) + 1, limit)) : [],
    rest: tokens.slice(limit, end),
    end,
  };
}

const words = (part: readonly Token[]): readonly Token[] => part.filter(({ kind }) => kind !== 'blank');

/** QUALIFY right behind FROM wants the table to have another name (developer guide, QUALIFY clause). */
function requireAlias(body: readonly Token[]): void {
  const parts = words(body).slice(1);
  const name = parts.every(({ kind, value }, at) =>
    at % 2 === 0 ? kind === 'word' || kind === 'quoted' : value === '.',
  );
  if (name) throw syntaxError('syntax error at or near "qualify": the table needs an alias');
}

function columnOf(
  item: readonly Token[],
  at: number,
  block: QualifiedBlock,
  text: (part: readonly Token[]) => string,
): Column {
  const parts = words(item);
  const own = `redshift_emulator_${at}`;
  if (isSymbol(parts.at(-1), '*') && (parts.length === 1 || isSymbol(parts.at(-2), '.'))) {
    const row = parts.length === 1 ? onlyTable(block.body) : quoteIdentifier(parts[0]?.value ?? '');
    return { inner: `${row} as ${own}`, outer: `(${QUERY}.${own}).*` };
  }
  const { expression, name } = named(item, parts);
  return {
    inner: `(${text(expression)}) as ${own}`,
    outer: `${QUERY}.${own} as ${quoteIdentifier(name)}`,
    name,
  };
}

/** The name a column has: its alias, its own, or its function's. */
function named(
  item: readonly Token[],
  parts: readonly Token[],
): { expression: readonly Token[]; name: string } {
  const last = parts.at(-1);
  const before = parts.at(-2);
  if (last !== undefined && (last.kind === 'word' || last.kind === 'quoted') && before !== undefined) {
    const expression = (kept: number): readonly Token[] =>
      item.slice(0, item.indexOf(parts.at(kept) ?? last));
    if (isWord(before, 'as')) return { expression: expression(-2), name: last.value };
    const ends = before.kind !== 'symbol' || before.value === ')';
    if (ends && !isWord(last, 'end')) return { expression: expression(-1), name: last.value };
  }
  if (
    last !== undefined &&
    last.kind !== 'symbol' &&
    parts.every(({ kind, value }) => kind !== 'symbol' || value === '.')
  ) {
    return {
      expression: item,
      name: last.kind === 'word' || last.kind === 'quoted' ? last.value : '?column?',
    };
  }
  const call = parts[0]?.kind === 'word' && isSymbol(parts[1], '(');
  return { expression: item, name: call ? (parts[0]?.value ?? '') : '?column?' };
}

/** The alias of the table or query that `*` is of. */
function onlyTable(body: readonly Token[]): string {
  const clause = words(body).findIndex((token) => isWord(token, 'where', 'group', 'having'));
  const parts = words(body).slice(1, clause < 0 ? undefined : clause);
  let depth = 0;
  for (const token of parts) {
    if (isSymbol(token, '(')) depth += 1;
    else if (isSymbol(token, ')')) depth -= 1;
    else if (depth === 0 && (isSymbol(token, ',') || isWord(token, 'join'))) {
      throw notSupportedByEmulator('QUALIFY of * from several tables; name the tables (t.*)');
    }
  }
  const last = parts.at(-1);
  if (last === undefined || isSymbol(last, ')')) throw syntaxError('a query in FROM needs an alias');
  return quoteIdentifier(last.value);
}

function orderOf(
  item: readonly Token[],
  at: number,
  columns: readonly Column[],
  text: (part: readonly Token[]) => string,
): { outer: string; inner?: string } {
  const parts = words(item);
  const direction = parts.findIndex((token, index) => index > 0 && isWord(token, 'asc', 'desc', 'nulls'));
  const end = direction < 0 ? item.length : item.findIndex((token) => token === parts[direction]);
  const suffix = direction < 0 ? '' : ` ${text(item.slice(end))}`;
  const expression = item.slice(0, end);
  const [only, more] = words(expression);
  if (more === undefined && only?.kind === 'number') return { outer: `${only.value}${suffix}` };
  const same = columns.findIndex(({ name }) => name === only?.value);
  if (more === undefined && same >= 0) return { outer: `${QUERY}.redshift_emulator_${same}${suffix}` };
  const own = `redshift_emulator_by_${at}`;
  return { outer: `${QUERY}.${own}${suffix}`, inner: `(${text(expression)}) as ${own}` };
}
