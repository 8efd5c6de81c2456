import type { Token } from './lexer.js';

/** A statement in which names of the SELECT list are used before the list is a result. */
export interface LateralAliases {
  /** The alias of each group of references; one alias may have groups in several query blocks. */
  readonly aliases: readonly string[];
  /** The statement with the expressions of these groups in the place of their references. */
  substitute(groups: ReadonlySet<number>): Token[];
}

interface Group {
  readonly alias: string;
  /** The expression: from, and up to. */
  readonly from: number;
  readonly to: number;
  readonly references: readonly number[];
}

/** Ends what references are looked for in; a list behind FROM, GROUP BY or ORDER BY is none of it. */
const CLAUSES = new Set([
  'from',
  'where',
  'group',
  'having',
  'qualify',
  'order',
  'limit',
  'offset',
  'window',
]);
const SEARCHED = new Set(['where', 'having', 'qualify']);
const SET_OPERATORS = new Set(['union', 'except', 'intersect', 'minus']);
/** Words that end an expression themselves, so that they are no alias behind it. */
const NO_ALIAS = new Set(
  `end null true false precision varying zone sysdate current_date current_time current_timestamp current_user
   session_user user localtime localtimestamp current_user_id asc desc`.split(/\s+/),
);
/** Behind these an expression goes on. */
const OPERATOR_WORDS = new Set(
  `and or not is in like ilike similar between then else when case from distinct all any some interval escape to
   collate as select top approximate prior`.split(/\s+/),
);

/**
 * Finds references to aliases of the same SELECT list, in later items and in WHERE, HAVING and QUALIFY. A column of
 * that name in FROM would take priority, which only the database can tell: each group can be substituted or not.
 */
export function lateralAliases(tokens: readonly Token[]): LateralAliases | undefined {
  const groups = tokens.flatMap((token, index) =>
    token.kind === 'word' && token.value === 'select' ? groupsOfBlock(tokens, index) : [],
  );
  if (groups.length === 0) return undefined;
  return {
    aliases: groups.map(({ alias }) => alias),
    substitute: (selected) => {
      const replaced = new Map<number, Group>();
      for (const [index, group] of groups.entries()) {
        if (selected.has(index)) for (const reference of group.references) replaced.set(reference, group);
      }
      return expand(tokens, 0, tokens.length, replaced);
    },
  };
}

const symbol = (text: string): Token => ({ kind: 'symbol', value: text, text });

/** An expression stands before all references to it, so this ends. */
function expand(
  tokens: readonly Token[],
  from: number,
  to: number,
  replaced: ReadonlyMap<number, Group>,
): Token[] {
  const out: Token[] = [];
  for (let index = from; index < to; index += 1) {
    const group = replaced.get(index);
    if (group === undefined) out.push(tokens[index]!);
    else out.push(symbol('('), ...expand(tokens, group.from, group.to, replaced), symbol(')'));
  }
  return out;
}

/** Where the parts of one query block lie. */
interface Block {
  /** Items of the list: from, and up to. */
  readonly items: readonly (readonly [number, number])[];
  /** WHERE and its like: from, and up to. */
  readonly conditions: readonly (readonly [number, number])[];
}

function blockAt(tokens: readonly Token[], select: number): Block {
  const items: [number, number][] = [];
  const conditions: [number, number][] = [];
  let depth = 0;
  let start = select + 1;
  let clause: string | undefined;
  const close = (end: number): void => {
    if (clause === undefined) items.push([start, end]);
    else if (SEARCHED.has(clause)) conditions.push([start, end]);
  };
  let index = select + 1;
  for (; index < tokens.length; index += 1) {
    const { kind, value } = tokens[index]!;
    if (kind === 'symbol' && value === '(') depth += 1;
    else if (kind === 'symbol' && value === ')') {
      depth -= 1;
      if (depth < 0) break;
    } else if (depth > 0) continue;
    else if (kind === 'word' && SET_OPERATORS.has(value)) break;
    else if (kind === 'word' && CLAUSES.has(value) && !continues(tokens, index)) {
      close(index);
      clause = value;
      start = index + 1;
    } else if (clause === undefined && kind === 'symbol' && value === ',') {
      close(index);
      start = index + 1;
    }
  }
  close(index);
  return { items, conditions };
}

/** `t.group` and `is distinct from` are no clauses. */
function continues(tokens: readonly Token[], index: number): boolean {
  const previous = tokens[neighbour(tokens, index, -1)];
  if (previous?.kind === 'symbol') return previous.value === '.';
  return previous?.kind === 'word' && (previous.value === 'as' || previous.value === 'within');
}

function neighbour(tokens: readonly Token[], index: number, step: 1 | -1): number {
  let next = index + step;
  while (tokens[next]?.kind === 'blank') next += step;
  return next;
}

interface NamedItem {
  readonly alias: string;
  readonly from: number;
  readonly to: number;
  /** Where the alias itself stands. */
  readonly at: number;
}

function namedItem(
  tokens: readonly Token[],
  from: number,
  to: number,
  first: boolean,
): NamedItem | undefined {
  const start = first ? behindModifiers(tokens, from) : neighbour(tokens, from - 1, 1);
  const at = neighbour(tokens, to, -1);
  const alias = tokens[at];
  if (alias === undefined || at <= start || (alias.kind !== 'word' && alias.kind !== 'quoted'))
    return undefined;
  const before = neighbour(tokens, at, -1);
  const previous = tokens[before];
  if (previous === undefined || before < start) return undefined;
  const item = { alias: alias.value, from: start, at };
  if (previous.kind === 'word' && previous.value === 'as')
    return { ...item, to: neighbour(tokens, before, -1) + 1 };
  if (alias.kind === 'word' && NO_ALIAS.has(alias.value)) return undefined;
  if (previous.kind === 'symbol' && previous.value !== ')') return undefined;
  if (previous.kind === 'word' && OPERATOR_WORDS.has(previous.value)) return undefined;
  return { ...item, to: before + 1 };
}

/** Passes ALL, DISTINCT and TOP n. */
function behindModifiers(tokens: readonly Token[], from: number): number {
  let at = neighbour(tokens, from - 1, 1);
  const word = (): string => (tokens[at]?.kind === 'word' ? (tokens[at]?.value ?? '') : '');
  while (['all', 'distinct', 'top'].includes(word())) {
    const top = word() === 'top';
    at = neighbour(tokens, at, 1);
    if (top) at = neighbour(tokens, at, 1);
  }
  return at;
}

function groupsOfBlock(tokens: readonly Token[], select: number): Group[] {
  const { items, conditions } = blockAt(tokens, select);
  const named = items.map(([from, to], index) => namedItem(tokens, from, to, index === 0));
  const ownNames = new Set(named.map((item) => item?.at));
  const groups: Group[] = [];
  for (const [index, item] of named.entries()) {
    if (item === undefined || isBareName(tokens, item)) continue;
    const places = [...items.slice(index + 1), ...conditions];
    const references = places
      .flatMap(([from, to]) => referencesIn(tokens, from, to, item.alias))
      .filter((at) => !ownNames.has(at));
    if (references.length > 0) groups.push({ alias: item.alias, from: item.from, to: item.to, references });
  }
  return groups;
}

/** `x AS x` names nothing new. */
function isBareName(tokens: readonly Token[], { alias, from, to }: NamedItem): boolean {
  const words = tokens.slice(from, to).filter(({ kind }) => kind !== 'blank');
  return words.length === 1 && words[0]?.value === alias && words[0].kind !== 'string';
}

/** Where the name is used as a column, queries within left out. */
function referencesIn(tokens: readonly Token[], from: number, to: number, name: string): number[] {
  const found: number[] = [];
  let skipAbove: number | undefined;
  let depth = 0;
  for (let index = from; index < to; index += 1) {
    const token = tokens[index]!;
    if (token.kind === 'symbol' && token.value === '(') depth += 1;
    else if (token.kind === 'symbol' && token.value === ')') {
      depth -= 1;
      if (skipAbove !== undefined && depth < skipAbove) skipAbove = undefined;
    } else if (token.kind === 'word' && token.value === 'select') skipAbove ??= depth;
    else if (skipAbove === undefined && isReference(tokens, index, name)) found.push(index);
  }
  return found;
}

function isReference(tokens: readonly Token[], index: number, name: string): boolean {
  const token = tokens[index]!;
  if ((token.kind !== 'word' && token.kind !== 'quoted') || token.value !== name) return false;
  const previous = tokens[neighbour(tokens, index, -1)];
  const next = tokens[neighbour(tokens, index, 1)];
  if (previous?.kind === 'symbol' && ['.', '::'].includes(previous.value)) return false;
  if (previous?.kind === 'word' && previous.value === 'as') return false;
  return !(next?.kind === 'symbol' && ['(', '.'].includes(next.value));
}
