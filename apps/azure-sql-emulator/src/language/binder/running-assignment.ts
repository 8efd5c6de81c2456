import type { SqlType } from '../../engine.js';
import { isText, pgType } from '../types.js';
import { asKey, typed } from './typed.js';

/** One `@v = expression` of a SELECT: the parameter that holds the variable's value, and the expression. */
export interface Assigned {
  /** `$n`. */
  readonly parameter: string;
  readonly type: SqlType;
  readonly pg: string;
}

/** What a SELECT reads its rows from, in pieces; `order` does not name outputs. */
export interface RowSource {
  readonly from: string;
  readonly order: string;
  readonly limits: string;
  /** PostgreSQL text of every column that the expressions can name. */
  readonly columns: readonly string[];
}

/**
 * `SELECT @s = @s + name FROM t`: every row's expressions read what the rows before it, and the expressions to the left of
 * them, assigned. As a recursive query that takes one row after the other; the last row carries the values.
 */
export const runningAssignment = (assigned: readonly Assigned[], rows: RowSource): string => {
  const used = rows.columns.filter((column) => assigned.some(({ pg }) => mentions(pg, column)));
  const kept = used.map((column, i) => `${column} as k${i + 1}`).join(', ');
  const source = `select ${kept === '' ? '1 as k0' : kept}${rows.from}${rows.order}${rows.limits}`;
  const numbered = `select row_number() over () as n_, q_.* from (${source}) as q_`;
  const cast = (pg: string, type: SqlType): string =>
    isText(type) ? `(${pg})::text collate "C"` : `(${pg})::${pgType(type)}`;
  const start = assigned.map(({ parameter, type }) => cast(`${parameter}::${pgType(type)}`, type));
  const steps = assigned.map(({ pg, type }, at) => {
    let text = pg;
    used.forEach((column, i) => (text = replaced(text, column, `r_.k${i + 1}`)));
    assigned.forEach(({ parameter, type: held }, i) => {
      const value = i < at ? `s${i + 1}.v` : `p_.v${i + 1}`;
      text = replaced(text, parameter, isText(held) ? `(${value})` : value);
    });
    return ` cross join lateral (select ${cast(text, type)} as v) as s${at + 1}`;
  });
  const names = assigned.map((_, i) => `v${i + 1}`).join(', ');
  const next = assigned.map((_, i) => `s${i + 1}.v`).join(', ');
  const outputs = assigned.map(({ type }, i) => {
    const value = `case when t_.n_ = (select count(*) from rows_) then t_.v${i + 1} end`;
    return `${isText(type) ? asKey(typed(`(${value})`, type)) : value} as c${i + 1}`;
  });
  return (
    `select * from (with recursive rows_ as materialized (${numbered}), ` +
    `steps_(n_, ${names}) as (select 0::int8, ${start.join(', ')} ` +
    `union all select r_.n_, ${next} from steps_ as p_ join rows_ as r_ on r_.n_ = p_.n_ + 1${steps.join('')}) ` +
    `select ${outputs.join(', ')} from steps_ as t_ where t_.n_ > 0 order by t_.n_) as a_`
  );
};

const pattern = (text: string): RegExp =>
  new RegExp(`(?<![\\w".])${text.replace(/[$.*+?^()[\]{}|\\]/g, '\\$&')}(?![\\w"])`, 'g');

/** Outside of string literals. */
const replaced = (pg: string, what: string, by: string): string =>
  pg
    .split(/('(?:[^']|'')*')/)
    .map((part, i) => (i % 2 === 1 ? part : part.replace(pattern(what), () => by)))
    .join('');

const mentions = (pg: string, what: string): boolean => replaced(pg, what, '') !== pg;
