import type { Token } from '../language/lexer.js';
import { after, endOfGroup, isSymbol, isWord } from '../language/token-walk.js';

/** An operator between two operands in a statement's text. */
export interface OperatorToken {
  readonly index: number;
  readonly symbol: string;
  /** Byte in the text, as PostgreSQL counts. */
  readonly location: number;
}

const OPERATORS = new Set(['+', '-', '*', '/']);
/** Words that an operand cannot end with, so that a sign behind them is a sign. */
const NO_OPERAND = new Set(
  `select distinct all and or not in like ilike between when then else case from where on by having limit offset as is
   union except intersect any some set values returning using`.split(/\s+/),
);

/** The arithmetic operators between two operands. */
export function operatorsIn(tokens: readonly Token[]): OperatorToken[] {
  const found: OperatorToken[] = [];
  let location = 0;
  let previous: Token | undefined;
  for (const [index, token] of tokens.entries()) {
    const { kind, value, text } = token;
    if (kind === 'symbol' && OPERATORS.has(value) && endsOperand(previous)) {
      const next = tokens[after(tokens, index)];
      const star = value === '*' && (next === undefined || isSymbol(next, ',') || isWord(next, 'from'));
      if (!star) found.push({ index, symbol: value, location });
    }
    location += Buffer.byteLength(text);
    if (kind !== 'blank') previous = token;
  }
  return found;
}

function endsOperand(token: Token | undefined): boolean {
  if (token === undefined) return false;
  if (token.kind === 'symbol') return [')', ']'].includes(token.value);
  return token.kind !== 'word' || !NO_OPERAND.has(token.value);
}

/** Behind the right operand of an operator: what binds more tightly than it. */
export function endOfOperand(tokens: readonly Token[], operator: OperatorToken): number {
  let end = endOfFactor(tokens, after(tokens, operator.index));
  const sums = operator.symbol === '+' || operator.symbol === '-';
  for (;;) {
    const next = after(tokens, end - 1);
    const token = tokens[next];
    if (token?.kind !== 'symbol') return end;
    if (token.value !== '^' && !(sums && ['*', '/', '%'].includes(token.value))) return end;
    end = endOfFactor(tokens, after(tokens, next));
  }
}

function endOfFactor(tokens: readonly Token[], start: number): number {
  let at = start;
  while (isSymbol(tokens[at], '-') || isSymbol(tokens[at], '+')) at = after(tokens, at);
  return endOfPostfix(tokens, endOfPrimary(tokens, at));
}

function endOfPrimary(tokens: readonly Token[], start: number): number {
  if (isSymbol(tokens[start], '(')) return endOfGroup(tokens, start);
  if (isWord(tokens[start], 'case')) return endOfCase(tokens, start);
  let end = start + 1;
  while (isSymbol(tokens[end], '.')) end += 2;
  const open = after(tokens, end - 1);
  return isSymbol(tokens[open], '(') ? endOfCall(tokens, open) : end;
}

/** A call, with WITHIN GROUP (…) and OVER (…). */
function endOfCall(tokens: readonly Token[], open: number): number {
  let end = endOfGroup(tokens, open);
  const within = after(tokens, end - 1);
  if (isWord(tokens[within], 'within')) end = endOfGroup(tokens, after(tokens, after(tokens, within)));
  const over = after(tokens, end - 1);
  if (!isWord(tokens[over], 'over')) return end;
  const window = after(tokens, over);
  return isSymbol(tokens[window], '(') ? endOfGroup(tokens, window) : window + 1;
}

function endOfCase(tokens: readonly Token[], start: number): number {
  let depth = 0;
  for (let index = start; index < tokens.length; index += 1) {
    if (isWord(tokens[index], 'case')) depth += 1;
    else if (isWord(tokens[index], 'end') && --depth === 0) return index + 1;
  }
  return tokens.length;
}

/** `::type(…)` and `[…]`. */
function endOfPostfix(tokens: readonly Token[], start: number): number {
  let end = start;
  for (;;) {
    const next = after(tokens, end - 1);
    if (!isSymbol(tokens[next], '::')) return end;
    const type = after(tokens, next);
    end = type + 1;
    while (isSymbol(tokens[end], '.')) end += 2;
    const second = after(tokens, end - 1);
    if (isWord(tokens[second], 'precision', 'varying')) end = second + 1;
    const open = after(tokens, end - 1);
    if (isSymbol(tokens[open], '(')) end = endOfGroup(tokens, open);
  }
}
