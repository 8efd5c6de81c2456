import type { Token } from './lexer.js';
import { sqlName } from './plan.js';

const INTRODUCE = new Set(['from', 'join', 'using', 'into', 'update']);
/** Words that end a list of tables. */
const END = new Set(
  'where on group order having limit offset union except intersect minus select set values window qualify'.split(
    ' ',
  ),
);

/**
 * The tables a query or change names, quoted for PostgreSQL. By place (behind FROM, JOIN, USING, INTO, UPDATE and the
 * commas that follow), so aliases and names of WITH may be among them: who looks them up finds no table.
 */
export function tablesIn(tokens: readonly Token[]): string[] {
  const words = tokens.filter(({ kind }) => kind !== 'blank');
  const found = new Set<string>();
  let listening = false;
  let expecting = false;
  for (let index = 0; index < words.length; index += 1) {
    const token = words[index]!;
    if (token.kind === 'word' && INTRODUCE.has(token.value)) listening = expecting = true;
    else if (token.kind === 'word' && END.has(token.value)) listening = expecting = false;
    else if (token.kind === 'symbol' && token.value === ',') expecting = listening;
    else if (expecting && (token.kind === 'word' || token.kind === 'quoted')) {
      const [name, last] = nameAt(words, index);
      if (words[last + 1]?.value !== '(' || words[last + 1]?.kind !== 'symbol') found.add(name);
      index = last;
      expecting = false;
    } else expecting = false;
  }
  return [...found];
}

/** A name of one or two parts, and where it ends. */
function nameAt(words: readonly Token[], index: number): [string, number] {
  const first = words[index]!;
  const dot = words[index + 1];
  const second = words[index + 2];
  const qualified = dot?.kind === 'symbol' && dot.value === '.' && second !== undefined;
  if (!qualified) return [sqlName({ name: first.value }), index];
  return [sqlName({ schema: first.value, name: second.value }), index + 2];
}
