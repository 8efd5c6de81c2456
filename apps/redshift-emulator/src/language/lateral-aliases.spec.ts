import { lateralAliases } from './lateral-aliases.js';
import { render, tokenize } from './lexer.js';

/** The aliases found, and the statement with all of them substituted. */
function read(sql: string): [readonly string[], string] | undefined {
  const found = lateralAliases(tokenize(sql));
  if (found === undefined) return undefined;
  return [found.aliases, render(found.substitute(new Set(found.aliases.keys())))];
}

test.each([
  ['select a + 1 as b, b * 2 c from t', ['b'], 'select a + 1 as b, (a + 1) * 2 c from t'],
  [
    'select a + 1 b, b * 2 as c, c from t where c > 3',
    ['b', 'c'],
    'select a + 1 b, (a + 1) * 2 as c, ((a + 1) * 2) from t where ((a + 1) * 2) > 3',
  ],
  [
    'select distinct f(a, b) as "x y", "x y" || 1 from t',
    ['x y'],
    'select distinct f(a, b) as "x y", (f(a, b)) || 1 from t',
  ],
  [
    'select count(*) as n from t group by k having n > 1',
    ['n'],
    'select count(*) as n from t group by k having (count(*)) > 1',
  ],
  [
    'insert into u select 1 as one, one + 1 from t union select 2 as two, two from t',
    ['one', 'two'],
    'insert into u select 1 as one, (1) + 1 from t union select 2 as two, (2) from t',
  ],
])('%s', (sql, aliases, substituted) => {
  expect(read(sql)).toEqual([aliases, substituted]);
});

test.each([
  'select a as b from t',
  'select a as b, t.b, b.c, b(1) from t',
  'select a as b from t order by b',
  'select a as b from t group by b',
  'select a as b, (select b from u) from t',
  'select a::double precision, precision from t',
  'select case when a then 1 end, end from t',
  "select 'b' as b, 'b' from t",
  'select b as b, b + 1 from t',
])('%s has none', (sql) => {
  expect(read(sql)).toBeUndefined();
});
