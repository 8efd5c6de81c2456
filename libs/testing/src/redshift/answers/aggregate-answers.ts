import type { AnswerGroup } from './answer.js';

/** Aggregates and window functions over the guide's table WINSALES. */
export const aggregateAnswers: AnswerGroup = {
  title: 'aggregates and window functions',
  setup: [
    `create table winsales (salesid int, dateid date, sellerid int, buyerid char(10), qty int, qty_shipped int)`,
    `insert into winsales values
      (30001, '8/2/2003', 3, 'b', 10, 10), (10001, '12/24/2003', 1, 'c', 10, 10), (10005, '12/24/2003', 1, 'a', 30, null),
      (40001, '1/9/2004', 4, 'a', 40, null), (10006, '1/18/2004', 1, 'c', 10, null), (20001, '2/12/2004', 2, 'b', 20, 20),
      (40005, '2/12/2004', 4, 'a', 10, 10), (20002, '2/16/2004', 2, 'c', 20, 20), (30003, '4/18/2004', 3, 'b', 15, null),
      (30004, '4/18/2004', 3, 'b', 20, null), (30007, '9/7/2004', 3, 'c', 30, null)`,
    `create table prices (price decimal(8,2), big bigint, part real, word varchar(10))`,
    `insert into prices values (1.10, 4, 0.5, 'a'), (1.15, 5, 1.5, 'a '), (1.15, 6, 2.5, '')`,
  ],
  answers: [
    [`select avg(qty) from winsales`, '19', 'r_AVG: whole of 215 / 11'],
    [`select avg(qty_shipped) from winsales`, '14', 'r_AVG: NULLs do not count'],
    [`select avg(big) from prices`, '5', 'r_AVG'],
    [`select avg(part) from prices`, '1.5', 'r_AVG'],
    [`select sum(big) / count(*) from prices`, '5', 'r_SUM: SUM of BIGINT is a BIGINT'],
    [`select sum(big) / 2 from prices`, '7', 'r_SUM: SUM of BIGINT is a BIGINT'],
    [`select sum(price) from prices`, '3.40', 'r_SUM: the scale stays'],
    [`select sum(qty) from winsales where qty > 100`, null, 'r_SUM'],
    [`select count(qty_shipped) from winsales`, '5', 'r_COUNT'],
    [`select approximate count(distinct sellerid) from winsales`, '4', 'r_COUNT'],
    [`select count(distinct word) from prices`, '2', 'r_Character_types: trailing blanks'],
    [`select max(qty) - min(qty) from winsales`, '30', 'r_MAX'],
    [`select median(qty) from winsales`, '20.0', 'r_WF_MEDIAN'],
    [`select percentile_cont(0.5) within group (order by qty) from winsales`, '20.0', 'r_WF_PERCENTILE_CONT'],
    [
      `select distinct sellerid, percentile_cont(0.5) within group (order by qty) over (partition by sellerid) as median
       from winsales order by 1`,
      [
        ['1', '10.0'],
        ['2', '20.0'],
        ['3', '17.5'],
        ['4', '25.0'],
      ],
      'r_WF_PERCENTILE_CONT',
    ],
    [
      `select percentile_cont(0.6) within group (order by qty) from winsales`,
      '20',
      'r_PERCENTILE_CONT: row 7 of 11',
    ],
    [`select median(price) from prices`, '1.15', 'r_MEDIAN'],
    [
      `select sellerid, median(qty) as m from winsales group by 1 order by 1`,
      [
        ['1', '10.0'],
        ['2', '20.0'],
        ['3', '17.5'],
        ['4', '25.0'],
      ],
      'r_WF_MEDIAN',
    ],
    [
      `select distinct sellerid, median(qty) over (partition by sellerid) as m from winsales order by 1`,
      [
        ['1', '10.0'],
        ['2', '20.0'],
        ['3', '17.5'],
        ['4', '25.0'],
      ],
      'r_WF_MEDIAN',
    ],
    [
      `select listagg(sellerid) within group (order by dateid, salesid) from winsales`,
      '31141242333',
      'r_LISTAGG',
    ],
    [
      `select listagg(dateid, '|') within group (order by sellerid desc, salesid asc) from winsales where buyerid = 'b'`,
      '2003-08-02|2004-04-18|2004-04-18|2004-02-12',
      'r_LISTAGG',
    ],
    [
      `select listagg(distinct sellerid, ', ') within group (order by sellerid) from winsales`,
      '1, 2, 3, 4',
      'r_LISTAGG',
    ],
    [
      `select listagg(word, ',') within group (order by price) from prices where word <> 'b' and price > 1.1`,
      'a ',
      'r_LISTAGG: empty strings do not count',
    ],
    [
      `select salesid, listagg(salesid, '|') within group (order by dateid desc, salesid) over (partition by sellerid) as l
       from winsales where sellerid in (2, 4) order by 1`,
      [
        ['20001', '20002|20001'],
        ['20002', '20002|20001'],
        ['40001', '40005|40001'],
        ['40005', '40005|40001'],
      ],
      'r_WF_LISTAGG',
    ],
    [
      `select distinct listagg(word, ',') within group (order by price) over () from prices where price > 1.1`,
      'a ',
      'r_WF_LISTAGG: empty strings do not count',
    ],
    [`select bool_and(qty >= 10) from winsales`, 't', 'r_BOOL_AND'],
    [`select bool_or(qty > 40) from winsales`, 'f', 'r_BOOL_OR'],
    [`select bit_and(qty::int) from winsales where sellerid = 2`, '20', 'r_BIT_AND'],
    [
      `select cast(stddev_pop(qty) as decimal(14,2)) from winsales where sellerid = 4`,
      '15.00',
      'r_STDDEV_functions',
    ],
    [
      `select avg(qty) over (order by dateid, salesid rows unbounded preceding) as avg from winsales order by dateid, salesid`,
      ['10', '10', '16', '22', '20', '20', '18', '18', '18', '18', '19'].map((value) => [value]),
      'r_WF_AVG',
    ],
    [
      `select sum(qty) over (order by dateid, salesid rows unbounded preceding) as sum from winsales order by dateid, salesid`,
      ['10', '20', '50', '90', '100', '120', '130', '150', '165', '185', '215'].map((value) => [value]),
      'r_WF_SUM',
    ],
    [
      `select salesid, rank() over (order by qty) as rnk from winsales order by 2, 1`,
      [
        ['10001', '1'],
        ['10006', '1'],
        ['30001', '1'],
        ['40005', '1'],
        ['30003', '5'],
        ['20001', '6'],
        ['20002', '6'],
        ['30004', '6'],
        ['10005', '9'],
        ['30007', '9'],
        ['40001', '11'],
      ],
      'r_WF_RANK',
    ],
    [
      `select salesid, dense_rank() over (order by qty desc) as rnk from winsales where sellerid = 1 order by 1`,
      [
        ['10001', '2'],
        ['10005', '1'],
        ['10006', '2'],
      ],
      'r_WF_DENSE_RANK',
    ],
    [
      `select salesid, row_number() over (partition by sellerid order by salesid) as n from winsales where sellerid = 3 order by 1`,
      [
        ['30001', '1'],
        ['30003', '2'],
        ['30004', '3'],
        ['30007', '4'],
      ],
      'r_WF_ROW_NUMBER',
    ],
    [
      `select salesid, lag(qty, 1) over (order by salesid) as prev from winsales where sellerid = 3 order by 1`,
      [
        ['30001', null],
        ['30003', '10'],
        ['30004', '15'],
        ['30007', '20'],
      ],
      'r_WF_LAG',
    ],
    [
      `select salesid, lead(qty) over (order by salesid) as next from winsales where sellerid = 3 order by 1`,
      [
        ['30001', '15'],
        ['30003', '20'],
        ['30004', '30'],
        ['30007', null],
      ],
      'r_WF_LEAD',
    ],
    [
      `select distinct first_value(salesid) over (partition by sellerid order by salesid rows between unbounded preceding and unbounded following) as f from winsales order by 1`,
      [['10001'], ['20001'], ['30001'], ['40001']],
      'r_WF_first_value',
    ],
    [
      `select distinct last_value(salesid) over (partition by sellerid order by salesid rows between unbounded preceding and unbounded following) as l from winsales order by 1`,
      [['10006'], ['20002'], ['30007'], ['40005']],
      'r_WF_first_value',
    ],
    [`select max(n) from (select ntile(4) over (order by salesid) as n from winsales)`, '4', 'r_WF_NTILE'],
    [
      `select distinct cast(ratio_to_report(qty) over (partition by sellerid) as decimal(3,2)) as r from winsales where sellerid = 4 order by 1`,
      [['0.20'], ['0.80']],
      'r_WF_RATIO_TO_REPORT',
    ],
    [
      `select salesid, cast(cume_dist() over (order by qty) as decimal(4,2)) as c from winsales where sellerid = 3 order by 1`,
      [
        ['30001', '0.25'],
        ['30003', '0.50'],
        ['30004', '0.75'],
        ['30007', '1.00'],
      ],
      'r_WF_CUME_DIST',
    ],
    [`select count(*) from (select top 3 salesid from winsales order by 1)`, '3', 'r_SELECT_list'],
    [
      `select salesid from winsales where sellerid = 2 minus select 20001`,
      '20002',
      'r_UNION: MINUS is EXCEPT',
    ],
    [
      `select qty_shipped from winsales where sellerid = 1 order by 1`,
      [['10'], [null], [null]],
      'c_Window_functions: NULLs last, ascending',
    ],
    [
      `select qty_shipped from winsales where sellerid = 1 order by 1 desc`,
      [[null], [null], ['10']],
      'c_Window_functions: NULLs first, descending',
    ],
  ],
  refusals: [
    [
      `select sum(qty) over (order by salesid) from winsales`,
      '42601',
      /require a frame clause/,
      'c_Window_functions',
    ],
    [
      `select sum(qty) over (order by salesid range between unbounded preceding and current row) from winsales`,
      '0A000',
      /RANGE/,
      'c_Window_functions: ROWS only',
    ],
    [
      `select listagg(rpad('x', 65535, 'x')) from winsales`,
      '22001',
      /Result size exceeds LISTAGG limit/,
      'r_LISTAGG',
    ],
    [
      `select string_agg(buyerid, ',') from winsales`,
      '0A000',
      /string_agg/i,
      'c_unsupported-postgresql-functions',
    ],
    [
      `select count(*) filter (where qty > 10) from winsales`,
      '0A000',
      /FILTER/,
      'c_unsupported-postgresql-features',
    ],
  ],
};
