import { notSupportedByEmulator, syntaxError } from '../errors.js';
import type { OpenCall, Step } from './calls.js';
import { after, endOfGroup, isSymbol, isWord, raw } from './token-walk.js';

/** The call's OVER clause, or nothing. */
function overClause({ tokens, end, expression }: OpenCall): { text: string; next: number } {
  const over = after(tokens, end - 1);
  if (!isWord(tokens[over], 'over')) return { text: '', next: end };
  const open = after(tokens, over);
  if (!isSymbol(tokens[open], '(')) return { text: ` over ${tokens[open]?.text ?? ''}`, next: open + 1 };
  const next = endOfGroup(tokens, open);
  return { text: ` over (${expression(tokens.slice(open + 1, next - 1))})`, next };
}

/** AVG of whole numbers is whole, of DECIMAL a DECIMAL: the quotient is Redshift's, see storage/semantics.sql.ts. */
export function rewriteAverage(call: OpenCall): Step {
  const argument = call.expression(call.tokens.slice(call.open + 1, call.end - 1));
  const { text, next } = overClause(call);
  const sum = `redshift_emulator.sum(${argument})${text}`;
  return { tokens: [raw(`redshift_emulator.avg(${sum}, count(${argument})${text})`)], next };
}

/** SUM of BIGINT is a BIGINT; as a window function it is a DECIMAL, as PostgreSQL has it. */
export function rewriteSum(call: OpenCall): Step | undefined {
  if (overClause(call).text !== '') return undefined;
  return { tokens: [raw('redshift_emulator.sum')], next: call.index + 1 };
}

/** PERCENTILE_CONT(0.5) is MEDIAN, in its types; PostgreSQL's own, for other percentiles, gives floating point. */
export function rewritePercentile({ args, tokens, end, expression, ...call }: OpenCall): Step | undefined {
  const within = after(tokens, end - 1);
  if (expression(args[0]) !== '0.5' && expression(args[0]) !== '.5') return undefined;
  const open = after(tokens, after(tokens, within));
  if (!isWord(tokens[within], 'within') || !isSymbol(tokens[open], '(')) return undefined;
  const close = endOfGroup(tokens, open);
  const inside = tokens.slice(open + 1, close - 1);
  const value = inside
    .slice(inside.findIndex((token) => isWord(token, 'by')) + 1)
    .filter((token) => !isWord(token, 'asc', 'desc'));
  const { text, next } = overClause({ args, tokens, expression, ...call, end: close });
  const median = `redshift_emulator.median(${expression(value)})${text}`;
  return { tokens: [raw(`redshift_emulator.percentile_cont(${median})`)], next };
}

/** RANK and DENSE_RANK are INTEGER. */
export function rewriteRank(call: OpenCall, name: string): Step | undefined {
  const { text, next } = overClause(call);
  return text === '' ? undefined : { tokens: [raw(`(${name}()${text})::int`)], next };
}

/** LISTAGG([DISTINCT] e [, delimiter]) [WITHIN GROUP (ORDER BY …)]; NULLs and empty strings do not count. */
export function rewriteListagg(call: OpenCall): Step {
  const { args, tokens, expression, end } = call;
  let next = end;
  let order = '';
  const within = after(tokens, end - 1);
  if (isWord(tokens[within], 'within')) {
    const open = after(tokens, after(tokens, within));
    next = endOfGroup(tokens, open);
    order = ` ${expression(tokens.slice(open + 1, next - 1))}`;
  }
  const [first = [], delimiter] = args;
  const lead = first.find(({ kind }) => kind !== 'blank');
  const distinct = isWord(lead, 'distinct');
  const over = overClause({ ...call, end: next });
  if (distinct && over.text !== '') throw notSupportedByEmulator('LISTAGG DISTINCT … OVER');
  const value = expression(lead !== undefined && distinct ? first.slice(first.indexOf(lead) + 1) : first);
  const separator = delimiter === undefined ? "''" : expression(delimiter);
  const cast = (text: string): string => `nullif((${text})::varchar, '')`;
  if (over.text !== '') {
    // A whole partition in the list's order is what PostgreSQL's window gives in every row.
    const frame = `${order} rows between unbounded preceding and unbounded following)`;
    const window = over.text.replace(/\)$/, frame);
    const list = `string_agg(${cast(value)}, ${separator})${window}`;
    return { tokens: [raw(`redshift_emulator.listagg(${list})`)], next: over.next };
  }
  // With DISTINCT, PostgreSQL wants the order by the argument itself.
  const ordered = distinct ? order.replace(value, () => cast(value)) : order;
  const list = `string_agg(${distinct ? 'distinct ' : ''}${cast(value)}, ${separator}${ordered})`;
  return { tokens: [raw(`redshift_emulator.listagg(${list})`)], next };
}

/** RATIO_TO_REPORT(e) OVER (…). */
export function rewriteRatio(call: OpenCall): Step {
  const { text, next } = overClause(call);
  if (text === '') throw syntaxError('RATIO_TO_REPORT needs an OVER clause');
  const value = call.expression(call.args[0]);
  return {
    tokens: [raw(`((${value})::float8 / nullif(sum(${value})${text}, 0)::float8)`)],
    next,
  };
}
