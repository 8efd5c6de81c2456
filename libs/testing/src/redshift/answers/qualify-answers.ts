import type { AnswerGroup } from './answer.js';

/** QUALIFY, over rows of the guide's page and of WINSALES. */
export const qualifyAnswers: AnswerGroup = {
  title: 'QUALIFY',
  setup: [
    `create table store_sales (ss_sold_date date, ss_sold_time time, ss_item text, ss_sales_price float)`,
    `insert into store_sales values ('2022-01-01', '09:00:00', 'Product 1', 100.0), ('2022-01-01', '11:00:00', 'Product 2', 500.0),
      ('2022-01-01', '15:00:00', 'Product 3', 20.0), ('2022-01-01', '17:00:00', 'Product 4', 1000.0),
      ('2022-01-01', '18:00:00', 'Product 5', 30.0), ('2022-01-02', '10:00:00', 'Product 6', 5000.0), ('2022-01-02', '16:00:00', 'Product 7', 5.0)`,
    `create table sold (salesid int, sellerid int, qty int)`,
    `insert into sold values (30001, 3, 10), (10001, 1, 10), (10005, 1, 30), (40001, 4, 40), (10006, 1, 10), (20001, 2, 20),
      (40005, 4, 10), (20002, 2, 20), (30003, 3, 15), (30004, 3, 20), (30007, 3, 30)`,
    `create table parts (price decimal(8,2), big bigint, part real, word varchar(10))`,
    `insert into parts values (1.10, 4, 0.5, 'a'), (1.15, 5, 1.5, 'a '), (1.15, 6, 2.5, '')`,
  ],
  answers: [
    [
      `select * from store_sales ss where ss_sold_time > time '12:00:00'
       qualify row_number() over (partition by ss_sold_date order by ss_sales_price desc) <= 2`,
      [
        ['2022-01-01', '17:00:00', 'Product 4', '1000'],
        ['2022-01-01', '18:00:00', 'Product 5', '30'],
        ['2022-01-02', '16:00:00', 'Product 7', '5'],
      ],
      'r_QUALIFY_clause',
    ],
    [
      `select salesid, qty from sold w qualify row_number() over (partition by sellerid order by qty desc, salesid) = 1 order by 1`,
      [
        ['10005', '30'],
        ['20001', '20'],
        ['30007', '30'],
        ['40001', '40'],
      ],
      'r_QUALIFY_clause',
    ],
    [
      `select salesid, rank() over (partition by sellerid order by qty desc) as r from sold where sellerid > 2 qualify r = 2 order by salesid`,
      [
        ['30004', '2'],
        ['40005', '2'],
      ],
      'r_QUALIFY_clause: an alias of the list',
    ],
    [
      `select * from parts p where big > 4 qualify row_number() over (order by big desc) <= 1`,
      [['1.15', '6', '2.5', '']],
      'r_QUALIFY_clause',
    ],
    [
      `select w.salesid, p.* from sold w join parts p on w.qty = p.big * 5 where w.sellerid = 2 qualify row_number() over (order by w.salesid desc) = 1`,
      [['20002', '1.10', '4', '0.5', 'a']],
      'r_QUALIFY_clause',
    ],
    [
      `select sellerid, sum(qty) from sold w group by sellerid having sum(qty) > 40 qualify row_number() over (order by sum(qty) desc, sellerid) <= 2 order by sum(qty) desc, sellerid`,
      [
        ['3', '75'],
        ['1', '50'],
      ],
      'r_QUALIFY_clause: beside HAVING',
    ],
    [
      `select count(*) from (select salesid from sold w qualify row_number() over (order by qty desc) < 4 limit 2) q`,
      '2',
      'r_QUALIFY_clause',
    ],
  ],
  refusals: [
    [
      `select salesid from sold qualify row_number() over (order by qty) = 1`,
      '42601',
      /alias/,
      'r_QUALIFY_clause: behind FROM the table needs an alias',
    ],
  ],
};
