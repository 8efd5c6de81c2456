import { column, fails, from, one, refused, rows, type TSqlAnswerGroup } from './tsql-answer.js';

/** Windows, recursion, series and JSON. */
export const rowsetAnswers: TSqlAnswerGroup = {
  title: 'windows, recursion and JSON',
  answers: [
    ...from(
      'Microsoft Learn: WITH common_table_expression (Transact-SQL)',
      one('with n as (select 1 as i union all select i + 1 from n where i < 5) select sum(i) from n', 15),
      one('with a(x) as (select 1), b as (select x + 1 as y from a) select y from b', 2),
      fails(
        'with n as (select 1 as i union all select i + 1 from n where i < 1000) select max(i) from n',
        530,
      ),
      one(
        'with n as (select 1 as i union all select i + 1 from n where i < 1000) select max(i) from n option (maxrecursion 0)',
        1000,
      ),
      fails(
        'with n as (select 1 as i union all select i + 1 from n where i < 50) select max(i) from n option (maxrecursion 10)',
        530,
      ),
      one('with n as (select 1 as i union all select i + 1 from n where i < 101) select max(i) from n', 101),
      one(
        `with t as (select * from (values (1, null), (2, 1), (3, 2), (4, 1)) v(id, boss)),
           r as (select id, 0 as depth from t where boss is null union all select t.id, r.depth + 1 from t join r on t.boss = r.id)
         select string_agg(concat(id, ':', depth), ' ') within group (order by id) from r`,
        '1:0 2:1 3:2 4:1',
      ),
      fails(
        'with n as (select 1 as i union all select 2.5 + i from n where i < 2) select max(i) from n',
        240,
      ),
      fails('with a as (select 1) select * from a', 8155),
    ),
    ...from(
      'Microsoft Learn: OVER clause, ranking and analytic functions (Transact-SQL)',
      rows('select x, row_number() over (order by x desc) from (values (10), (20), (30)) v(x) order by x', [
        [10, '3'],
        [20, '2'],
        [30, '1'],
      ]),
      rows(
        'select x, rank() over (order by x), dense_rank() over (order by x), ntile(2) over (order by x) from (values (1), (1), (2)) v(x) order by x',
        [
          [1, '1', '1', '1'],
          [1, '1', '1', '1'],
          [2, '3', '2', '2'],
        ],
      ),
      rows(
        'select x, lag(x) over (order by x), lead(x, 1, 0) over (order by x) from (values (1), (2), (3)) v(x) order by x',
        [
          [1, null, 2],
          [2, 1, 3],
          [3, 2, 0],
        ],
      ),
      rows(
        `select x, first_value(x) over (order by x), last_value(x) over (order by x),
           last_value(x) over (order by x rows between unbounded preceding and unbounded following) from (values (1), (2), (3)) v(x) order by x`,
        [
          [1, 1, 1, 3],
          [2, 1, 2, 3],
          [3, 1, 3, 3],
        ],
      ),
      column(
        'select first_value(x) ignore nulls over (order by n) from (values (1, null), (2, 7), (3, 8)) v(n, x) order by n',
        [null, 7, 7],
      ),
      column(
        'select last_value(x) ignore nulls over (order by n) from (values (1, 5), (2, null), (3, 8), (4, null)) v(n, x) order by n',
        [5, 5, 8, 8],
      ),
      rows(
        'select x, sum(x) over (order by x), sum(x) over (order by x rows unbounded preceding), sum(x) over () from (values (1), (1), (2)) v(x) order by 1, 3',
        [
          [1, 2, 1, 4],
          [1, 2, 2, 4],
          [2, 4, 4, 4],
        ],
      ),
      column(
        'select avg(x) over (order by x rows between 1 preceding and 1 following) from (values (1), (4), (9)) v(x) order by x',
        [2, 4, 6],
      ),
      rows('select k, count(*) over (partition by k) from (values (1), (1), (2)) v(k) order by k', [
        [1, 2],
        [1, 2],
        [2, 1],
      ]),
      column(
        'select percent_rank() over (order by x) from (values (1), (2), (3)) v(x) order by x',
        [0, 0.5, 1],
      ),
      column('select cume_dist() over (order by x) from (values (1), (2)) v(x) order by x', [0.5, 1]),
      one(
        'select distinct percentile_cont(0.5) within group (order by x) over () from (values (1), (2), (4), (9)) v(x)',
        3,
        'float',
      ),
      one(
        'select distinct percentile_disc(0.5) within group (order by x) over () from (values (1), (2), (4), (9)) v(x)',
        2,
      ),
      fails('select row_number() over () from (values (1)) v(x)', 4112),
      fails('select x from (values (1)) v(x) where row_number() over (order by x) = 1', 4108),
      fails('select rank() from (values (1)) v(x)', 10753),
      column('select sum(x) over w from (values (1), (2)) v(x) window w as (order by x) order by x', [1, 3]),
      fails('select count(distinct x) over () from (values (1)) v(x)', 10759),
    ),
    ...from(
      'Microsoft Learn: GENERATE_SERIES (Transact-SQL)',
      column('select value from generate_series(1, 3) order by value', [1, 2, 3]),
      column('select value from generate_series(1, 10, 4) order by value', [1, 5, 9]),
      column('select value from generate_series(3, 1) order by value desc', [3, 2, 1]),
      column('select value from generate_series(0.0, 1.0, 0.5) order by value', ['0.0', '0.5', '1.0']),
      one('select count(*) from generate_series(1, 0, 1)', 0),
    ),
    ...from(
      'Microsoft Learn: JSON functions (Transact-SQL)',
      one(`select isjson('{"a":1}')`, 1, 'int'),
      one(`select isjson('x')`, 0),
      one(`select isjson('1')`, 0),
      one(`select json_value('{"a":{"b":[10,"x"]}}', '$.a.b[1]')`, 'x', 'nvarchar(4000)'),
      one(`select json_value('{"a":1.50}', '$.a')`, '1.50'),
      one(`select json_value('{"a":true}', '$.a')`, 'true'),
      one(`select json_value('{"a":null}', '$.a')`, null),
      one(`select json_value('{"a":{"b":1}}', '$.a')`, null),
      one(`select json_value('{"a":1}', '$.b')`, null),
      fails(`select json_value('{"a":1}', 'strict $.b')`, 13608),
      one(`select json_value('{"a b":1}', '$."a b"')`, '1'),
      fails(`select json_value('{bad', '$.a')`, 13609),
      one(`select json_query('{"a":{"b": [1, 2]}}', '$.a')`, '{"b": [1, 2]}'),
      one(`select json_query('{"a":1}', '$.a')`, null),
      one(`select json_query('{"a":[1, 2]}')`, '{"a":[1, 2]}'),
      one(`select json_path_exists('{"a":{"b":null}}', '$.a.b')`, 1),
      one(`select json_path_exists('{"a":1}', '$.c')`, 0),
      rows(
        `select [key], value, type from openjson('{"a":1,"b":"x","c":null,"d":[1],"e":true,"f":{}}') order by [key]`,
        [
          ['a', '1', 2],
          ['b', 'x', 1],
          ['c', null, 0],
          ['d', '[1]', 4],
          ['e', 'true', 3],
          ['f', '{}', 5],
        ],
      ),
      rows(
        `select id, name from openjson('[{"id":1,"name":"a"},{"id":2}]') with (id int, name varchar(10)) order by id`,
        [
          [1, 'a'],
          [2, null],
        ],
      ),
      rows(
        `select n, t from openjson('{"o":[{"x":{"y":5},"t":[1,2]}]}', '$.o') with (n int '$.x.y', t nvarchar(max) '$.t' as json)`,
        [[5, '[1,2]']],
      ),
    ),
    ...from(
      'Microsoft Learn: SELECT - GROUP BY (Transact-SQL), WITH ROLLUP and WITH CUBE; ORDER BY: NULL is the lowest value',
      rows(
        "create table #roll (a varchar(5) not null, b int not null, n int not null); insert #roll values ('x', 1, 10), ('y', 1, 20), ('y', 2, 30); select a, b, sum(n) from #roll group by a, b with rollup order by a, b",
        [
          [null, null, 60],
          ['x', null, 10],
          ['x', 1, 10],
          ['y', null, 50],
          ['y', 1, 20],
          ['y', 2, 30],
        ],
      ),
      rows(
        "create table #cube (a varchar(5) not null, b int not null); insert #cube values ('x', 1), ('y', 1); select a, b, count(*) from #cube group by a, b with cube order by a desc, b",
        [
          ['y', null, 1],
          ['y', 1, 1],
          ['x', null, 1],
          ['x', 1, 1],
          [null, null, 2],
          [null, 1, 2],
        ],
      ),
      refused('select x from (values (1)) v(x) group by all x', 'GROUP BY ALL'),
    ),
  ],
};
