import type { AnswerGroup } from './answer.js';

/** System tables and views, and what they show of a table. */
export const catalogueAnswers: AnswerGroup = {
  title: 'system tables',
  setup: [
    `create table "Mixed" (id int not null distkey, name varchar(10) encode zstd, "tag" int) sortkey (id)`,
    `insert into mixed values (1, 'a', 7), (2, 'b', 8)`,
    `analyze mixed`,
  ],
  answers: [
    [
      `select "column", type, distkey, sortkey, "notnull" from pg_table_def where tablename = 'mixed' order by 1`,
      [
        ['id', 'integer', 't', '1', 't'],
        ['name', 'character varying(10)', 'f', '0', 'f'],
        ['tag', 'integer', 'f', '0', 'f'],
      ],
      'r_PG_TABLE_DEF',
    ],
    [`select "tag" from mixed where id = 1`, '7', 'r_pg_keywords'],
    [
      `select "table", diststyle, sortkey1, tbl_rows from svv_table_info where "table" = 'mixed'`,
      [['mixed', 'KEY(id)', 'id', '2']],
      'r_SVV_TABLE_INFO',
    ],
    [`select sum(rows) from stv_tbl_perm where name = 'mixed'`, '2', 'r_STV_TBL_PERM'],
    [`select count(*) > 0 from stl_query where querytxt like 'insert into mixed%'`, 't', 'r_STL_QUERY'],
    [
      `select count(*) from stv_recents where status = 'Running' and query like '%stv_recents%'`,
      '1',
      'r_STV_RECENTS',
    ],
    [`select count(*) >= 0 from svv_transactions where txn_owner = current_user`, 't', 'r_SVV_TRANSACTIONS'],
    [
      `select column_name, data_type, character_maximum_length from svv_columns where table_name = 'mixed' and column_name = 'name'`,
      [['name', 'character varying', '10']],
      'r_SVV_COLUMNS',
    ],
  ],
};
