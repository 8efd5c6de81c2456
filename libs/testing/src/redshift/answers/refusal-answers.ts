import type { AnswerGroup, Refusal } from './answer.js';

const unsupported = (
  statement: string,
  message: RegExp,
  source = 'c_unsupported-postgresql-features',
): Refusal => [statement, '0A000', message, source];

const functions =
  `array_agg(a) array_to_string(null,',') array_append(null,1) overlay('abc','x',1) encode('a','hex') convert_from('a','UTF8') convert_to('a','UTF8')
  regexp_matches('a','a') regexp_split_to_array('a','a') regexp_split_to_table('a','a') bit_length('a') justify_days(interval'1day') justify_hours(interval'1day')
  justify_interval(interval'1day') clock_timestamp() transaction_timestamp() pg_sleep(1) pg_advisory_lock(1) nextval('a') currval('a')
  format('%s','a') unnest(null) to_tsvector('a') xmlforest(1) gen_random_uuid()`.split(/\s+/);

/** What PostgreSQL takes and Redshift refuses. */
export const refusalAnswers: AnswerGroup = {
  title: 'what Redshift refuses',
  setup: [`create table plain (id int, name varchar(10))`, `create table other (id int)`],
  refusals: [
    ...functions.map((call) =>
      unsupported(
        `select ${call.replace('(a)', '(id)')} from plain`,
        new RegExp(call.slice(0, call.indexOf('(')), 'i'),
        'c_unsupported-postgresql-functions',
      ),
    ),
    unsupported(`insert into plain values (1, 'a') on conflict do nothing`, /ON CONFLICT/),
    unsupported(`insert into plain values (1, 'a') returning id`, /RETURNING/),
    unsupported(`delete from plain returning id`, /RETURNING/),
    unsupported(`create index i on plain (id)`, /INDEX/),
    unsupported(`create unique index i on plain (id)`, /not supported/),
    unsupported(`create sequence s1`, /SEQUENCE/),
    unsupported(`create trigger tr before insert on plain execute procedure f()`, /TRIGGER/),
    unsupported(`create table t1 (id serial)`, /serial/, 'c_unsupported-postgresql-datatypes'),
    unsupported(`create table t1 (id int[])`, /array/, 'c_unsupported-postgresql-datatypes'),
    unsupported(`create table t1 (id uuid)`, /uuid/, 'c_unsupported-postgresql-datatypes'),
    unsupported(`create table t1 (doc json)`, /json/, 'c_unsupported-postgresql-datatypes'),
    unsupported(`create table t1 (doc jsonb)`, /jsonb/, 'c_unsupported-postgresql-datatypes'),
    unsupported(`create table t1 (b bytea)`, /bytea/, 'c_unsupported-postgresql-datatypes'),
    unsupported(`create table t1 (m money)`, /money/, 'c_unsupported-postgresql-datatypes'),
    unsupported(`create table t1 (b bit(3))`, /bit/, 'c_unsupported-postgresql-datatypes'),
    unsupported(`create table t1 (x xml)`, /xml/, 'c_unsupported-postgresql-datatypes'),
    unsupported(`create table t1 (i inet)`, /inet/, 'c_unsupported-postgresql-datatypes'),
    unsupported(`create table t1 (id int check (id > 0))`, /CHECK/, 'r_CREATE_TABLE_NEW'),
    unsupported(`create table t1 (id int, exclude using gist (id with =))`, /EXCLUDE/, 'r_CREATE_TABLE_NEW'),
    [
      'create table t1 (id int) inherits (plain)',
      '42601',
      /syntax error/,
      'c_redshift-sql-implementated-differently',
    ],
    [
      'create table t1 (id int) partition by range (id)',
      '42601',
      /syntax error/,
      'c_redshift-sql-implementated-differently',
    ],
    [
      'create table t1 (id int) tablespace x',
      '42601',
      /syntax error/,
      'c_redshift-sql-implementated-differently',
    ],
    unsupported(`select distinct on (id) id from plain`, /DISTINCT ON/),
    unsupported(`select 1 from plain p, lateral (select p.id) q`, /LATERAL/),
    unsupported(`select * from (values (1)) v`, /VALUES/),
    unsupported(`values (1)`, /VALUES/),
    unsupported(`select 1 is distinct from 2`, /IS DISTINCT FROM/),
    unsupported(`select array[1, 2]`, /array/i),
    unsupported(`select id from plain for update`, /FOR UPDATE/),
    unsupported(`with gone as (delete from plain returning id) select * from gone`, /WITH|RETURNING/),
    unsupported(`savepoint a`, /SAVEPOINT/, 'c_redshift-sql-implementated-differently'),
    unsupported(`rollback to savepoint a`, /SAVEPOINT/, 'c_redshift-sql-implementated-differently'),
    unsupported(`copy plain from stdin`, /STDIN/, 'r_COPY'),
    unsupported(`select ctid from plain`, /ctid/, 'c_redshift-sql-implementated-differently'),
    ...['xmax', 'cmin', 'cmax', 'tableoid'].map((column) =>
      unsupported(
        `select ${column} from plain`,
        new RegExp(column),
        'c_redshift-sql-implementated-differently',
      ),
    ),
    [`select oid from plain`, '42703', /oid/, 'c_redshift-sql-implementated-differently'],
    [`create table t1 (tag int)`, '42601', /tag/, 'r_pg_keywords'],
    [`create table t1 (open date)`, '42601', /open/, 'r_pg_keywords'],
    [`create table snapshot (id int)`, '42601', /snapshot/, 'r_pg_keywords'],
    [`alter table plain add column system int`, '42601', /system/, 'r_pg_keywords'],
    [`alter table plain rename column name to start`, '42601', /start/, 'r_pg_keywords'],
    unsupported(`select xmin from plain`, /xmin/, 'c_redshift-sql-implementated-differently'),
    unsupported(`insert into other select generate_series(1, 3)`, /not supported on Redshift tables/),
    unsupported(`alter table plain add column a int, add column b int`, /one column/, 'r_ALTER_TABLE'),
    unsupported(`alter table plain alter column id type bigint`, /VARCHAR/, 'r_ALTER_TABLE'),
    unsupported(`alter table plain alter column name type varchar(20) using name`, /USING/, 'r_ALTER_TABLE'),
    unsupported(`alter table plain alter column id set not null`, /ALTER COLUMN/, 'r_ALTER_TABLE'),
    unsupported(`alter table plain alter column id set default 1`, /ALTER COLUMN/, 'r_ALTER_TABLE'),
    [`alter table plain add column c int not null`, '42P16', /default/, 'r_ALTER_TABLE'],
    [`create table t1 (c char(4097))`, '22023', /4096/, 'r_Character_types'],
    [`create table t1 (v varchar(65536))`, '22023', /65535/, 'r_Character_types'],
    [`create table t1 (d decimal(39, 2))`, '22023', /38/, 'r_Numeric_types201'],
    [`create table t1 (d decimal(38, 38))`, '22023', /37/, 'r_Numeric_types201'],
    [`select nothing_like_it(1)`, '42883', /does not exist/, 'c_SQL_functions'],
    [`select missing from plain`, '42703', /does not exist/, 'r_SELECT_list'],
    [`select * from nowhere_at_all`, '42P01', /does not exist/, 'r_FROM_clause30'],
  ],
};
