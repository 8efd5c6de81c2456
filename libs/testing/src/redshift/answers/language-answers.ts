import type { AnswerGroup } from './answer.js';

/** Names that differ only behind the 63rd byte, where PostgreSQL's end. */
const long = `${'long_'.repeat(20)}name`;

/** What comparisons, names and statements mean. */
export const languageAnswers: AnswerGroup = {
  title: 'comparisons, names, MERGE, APPEND',
  setup: [
    `create table address (address1 varchar(50), city_name char(20))`,
    `insert into address (address1) values ('9516 Magnolia Boulevard'), ('9516 Magnolia Boulevard  ')`,
    `create table people (name varchar(20) collate case_insensitive, other varchar(20))`,
    `insert into people values ('john', 'john'), ('JOHN', 'JOHN')`,
    `create table raw_data (clicks decimal(8,2), impressions int)`,
    `insert into raw_data values (1.00, 4)`,
    `create table shadowed (clicks int, probability int)`,
    `insert into shadowed values (1, 7)`,
    `create table target (id int, name char(10))`,
    `create table source (id int, name char(10))`,
    `insert into target values (101, 'Bob'), (102, 'John'), (103, 'Susan')`,
    `insert into source values (102, 'Tony'), (103, 'Alice'), (104, 'Bill')`,
    `merge into target using source on target.id = source.id
       when matched then update set id = source.id, name = source.name
       when not matched then insert values (source.id, source.name)`,
    `create table second (id int, name char(10))`,
    `insert into second values (101, 'Bob'), (102, 'Tony')`,
    `merge into second using source on second.id = source.id
       when matched then delete when not matched then insert values (source.id, source.name)`,
    `create table doubled (id int, name char(10))`,
    `create table replacing (id int, name char(10))`,
    `insert into doubled values (30, 'Tony'), (11, 'Alice'), (23, 'Bill'), (23, 'Nikki')`,
    `insert into replacing values (23, 'David'), (22, 'Clarence')`,
    `merge into doubled using replacing on doubled.id = replacing.id remove duplicates`,
    `create table yearly (a int, b varchar(5))`,
    `create table monthly (b varchar(5), a int)`,
    `insert into monthly values ('x', 1), ('y', 2)`,
    `alter table yearly append from monthly`,
    `create table filled (a int, c int default 7)`,
    `create table filling (a int)`,
    `insert into filling values (3)`,
    `alter table filled append from filling filltarget`,
    `create table ${long} (${long}_a int, ${long}_b int)`,
    `insert into ${long} (${long}_b, ${long}_a) values (2, 1)`,
    `create table "Group" ("This ""IS IT""" char(10))`,
    `insert into "GROUP" values ('yes')`,
  ],
  answers: [
    [
      `select count(*) from address where address1 = '9516 Magnolia Boulevard'`,
      '2',
      'r_Examples_with_character_types',
    ],
    [
      `select length(address1) as l from address order by 1`,
      [['23'], ['25']],
      'r_Examples_with_character_types',
    ],
    [`select 'a' = 'a  '`, 't', 'r_Character_types'],
    [`select 'a'::char(3) = 'a'::varchar(5)`, 't', 'r_Character_types'],
    [`select count(distinct address1) from address`, '1', 'r_Character_types'],
    [`select count(*) from address a join address b on a.address1 = b.address1`, '4', 'r_Character_types'],
    [`select count(*) from (select address1 from address group by address1)`, '1', 'r_Character_types'],
    [`select 'a ' in ('b', 'a')`, 't', 'r_Character_types'],
    [`select 'a ' like 'a'`, 'f', 'r_patternmatching_condition_like'],
    [`select count(*) from people where name = 'John'`, '2', 'r_CREATE_TABLE_NEW: COLLATE'],
    [`select count(*) from people where other = 'john'`, '1', 'r_COLLATE'],
    [`select count(*) from people where collate(other, 'case_insensitive') = 'john'`, '2', 'r_COLLATE'],
    [`select count(*) from people where collate(name, 'case_sensitive') = 'john'`, '1', 'r_COLLATE'],
    [`select count(distinct name) from people`, '1', 'r_CREATE_TABLE_NEW: COLLATE'],
    [`select count(*) from people where name like 'jo%'`, '2', 'r_CREATE_TABLE_NEW: COLLATE'],
    [
      `select clicks * impressions as probability, round(100 * probability, 1) as percentage from raw_data`,
      [['4.00', '400.0']],
      'r_SELECT_list',
    ],
    [
      `select clicks * 100 as probability, probability + 1 as next from shadowed`,
      [['100', '8']],
      'r_SELECT_list: a column takes priority',
    ],
    [
      `select clicks + 1 as more, more + 1 as most from raw_data where more > 1`,
      [['2.00', '3.00']],
      'r_SELECT_list',
    ],
    [
      `select id, trim(name) as n from target order by 1`,
      [
        ['101', 'Bob'],
        ['102', 'Tony'],
        ['103', 'Alice'],
        ['104', 'Bill'],
      ],
      'r_MERGE',
    ],
    [
      `select id, trim(name) as n from second order by 1`,
      [
        ['101', 'Bob'],
        ['103', 'Alice'],
        ['104', 'Bill'],
      ],
      'r_MERGE',
    ],
    [
      `select id, trim(name) as n from doubled order by 1`,
      [
        ['11', 'Alice'],
        ['22', 'Clarence'],
        ['23', 'David'],
        ['30', 'Tony'],
      ],
      'r_MERGE: REMOVE DUPLICATES',
    ],
    [
      `select a, b from yearly order by 1`,
      [
        ['1', 'x'],
        ['2', 'y'],
      ],
      'r_ALTER_TABLE_APPEND',
    ],
    [`select count(*) from monthly`, '0', 'r_ALTER_TABLE_APPEND'],
    [`select a, c from filled`, [['3', '7']], 'r_ALTER_TABLE_APPEND'],
    [`select "this ""is it""" from "group"`, 'yes       ', 'r_names'],
    [`select ${long}_a, ${long}_b from ${long}`, [['1', '2']], 'r_names: 127 bytes'],
    [
      `select "column" from pg_table_def where tablename = '${long}' order by 1`,
      [[`${long}_a`], [`${long}_b`]],
      'r_names: 127 bytes',
    ],
    [`select 'it\\'s'`, `it's`, 'r_UNLOAD: a backslash escapes in a literal'],
  ],
  refusals: [
    [
      `insert into address (city_name) values ('City of South San Francisco')`,
      '22001',
      /value too long for type character\(20\)/,
      'r_Examples_with_character_types',
    ],
    [`alter table yearly append from filling`, '0A000', /FILLTARGET/, 'r_ALTER_TABLE_APPEND'],
    [
      `merge into target t using source on t.id = source.id when matched then delete when not matched then insert values (source.id, source.name)`,
      '0A000',
      /alias/,
      'r_MERGE',
    ],
    [
      `merge into target using (select * from source) s on target.id = s.id when matched then delete when not matched then insert values (s.id, s.name)`,
      '0A000',
      /subquery/,
      'r_MERGE',
    ],
    [
      `merge into target using source on target.id = source.id when matched then delete`,
      '0A000',
      /WHEN NOT MATCHED/,
      'r_MERGE',
    ],
    [
      `merge into target using target on target.id = target.id when matched then delete when not matched then insert values (1, '')`,
      '0A000',
      /target/,
      'r_MERGE',
    ],
  ],
};
