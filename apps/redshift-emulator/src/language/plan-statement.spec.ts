import { splitStatements, tokenize } from './lexer.js';
import type { Plan } from './plan.js';
import { planStatement } from './plan-statement.js';

function plan(sql: string): Plan {
  const [tokens = []] = splitStatements(tokenize(sql));
  return planStatement(tokens, 'snapshot');
}

function forwarded(sql: string): string {
  const planned = plan(sql);
  if (planned.kind === 'refusal') throw planned.error;
  if (planned.kind !== 'forward') throw new Error(`planned as ${planned.kind}`);
  return planned.sql.replace(/\s+/g, ' ').trim();
}

function refusal(sql: string): string {
  const planned = plan(sql);
  if (planned.kind !== 'refusal') throw new Error(`not refused: ${sql}`);
  return planned.error.message;
}

/** redshift.md §9: what PostgreSQL takes and Redshift does not. */
test.each([
  'insert into t values (1) on conflict do nothing',
  'insert into t values (1) returning a',
  'delete from t returning *',
  'update t set a = 1 returning a',
  'create index i on t (a)',
  'create unique index i on t (a)',
  'create trigger x before insert on t execute function f()',
  'create sequence s',
  'create table t (a serial)',
  'create table t (a int[])',
  'create table t (a uuid)',
  'create table t (a jsonb)',
  'create table t (a bytea)',
  'create table t (a money)',
  'create table t (a int check (a > 0))',
  'create table t (a int, check (a > 0))',
  'create table t (a int, exclude using gist (a with =))',
  'create table t (a int generated always as (1) stored)',
  'create table t (a decimal(39,2))',
  'create table t (a decimal(38,38))',
  'create table t (a varchar(65536))',
  'create table t (a char(4097))',
  'create table t (a int) inherits (p)',
  'create table t (a int) partition by range (a)',
  'create table t (a int) tablespace x',
  "create tablespace x location '/x'",
  'create domain d as int',
  'create extension pgcrypto',
  'select array[1, 2]',
  "select '{1}'::int[]",
  'select * from (values (1), (2)) v (a)',
  'values (1)',
  'insert into t select generate_series(1, 10)',
  "select string_agg(a, ',') from t",
  'select array_agg(a) from t',
  'select a is distinct from b from t',
  'select a is not distinct from b from t',
  "select format('%s', a) from t",
  "select overlay('abc' placing 'x' from 1)",
  "select encode(a, 'hex') from t",
  "select convert_from(a, 'UTF8') from t",
  "select regexp_matches('a', 'b')",
  "select regexp_split_to_table('a', 'b')",
  "select bit_length('a')",
  "select justify_days(interval '1 day')",
  'select clock_timestamp()',
  'select transaction_timestamp()',
  'select pg_sleep(1)',
  'select pg_advisory_lock(1)',
  'rollback to savepoint a',
  'rollback to a',
  'savepoint a',
  'select * from t, lateral (select 1) x',
  'select count(*) filter (where a > 1) from t',
  'select distinct on (a) a, b from t',
  "select to_tsvector('a')",
  'with d as (delete from t returning *) select * from d',
  'alter table t alter column a type int using a::int',
  'alter table t alter column a type int',
  'alter table t alter column a set not null',
  'alter table t alter column a set default 1',
  'alter table t add column a int, add column b int',
  'alter table t add column a int not null',
  'alter table t add column a int primary key',
  'alter table t set schema s',
  'copy t from stdin',
  'select ctid from t',
  'select xmin from t',
  'select a::uuid from t',
  'select a::jsonb from t',
  'select * from t for update',
  'select * from only t',
  'select * from t tablesample system (1)',
  'merge into t as x using s on x.a = s.a when matched then delete when not matched then insert values (1)',
  'merge into t using s on t.a = s.a when matched then update set b = 1',
  'merge into t using (select 1) s on t.a = s.a when matched then delete when not matched then insert values (1)',
  'merge into t using s on t.a = s.a when matched and s.x then delete when not matched then insert values (1)',
  'lock table t in share mode',
  'do $$ begin end $$',
  'listen x',
  'select a into b from t',
])('refuses %s', (sql) => {
  expect(refusal(sql)).toMatch(
    /not support|not recognized|no such type|only|cannot|needs|must|exceed|VARCHAR|syntax error|takes no/,
  );
});

/** Names that look like refused words and are none. */
test.each([
  'select returning from t',
  'insert into t (returning) values (1)',
  'update t set returning = 1',
  'select "on" , "conflict" from t',
  "select 'on conflict returning'",
  'select t.format from t',
  'select filter, mode from t',
  'select a from t where a in (select b from u) order by 1 limit 1',
  'insert into t (a) values (1), (2)',
  "select date_trunc('month', a) from t",
])('takes %s', (sql) => {
  expect(plan(sql).kind).toBe('forward');
});

test.each([
  ['select nvl(a, 0), len(b) from t', 'select coalesce(a, 0), redshift_emulator.len(b) from t'],
  ['select dateadd(month, -1, d)', "select redshift_emulator.date_add('month', -1, d)"],
  ["select DATEDIFF('qtr', a, b)", "select redshift_emulator.date_diff('quarter', a, b)"],
  ['select sysdate', 'select redshift_emulator.sysdate()'],
  ['select decode(a, 1, 2, 3)', 'select (case when (a) is not distinct from 1 then 2 else 3 end)'],
  ['select nvl2(a, b, c)', 'select (case when (a) is not null then b else c end)'],
  [
    "select listagg(distinct a, ', ') within group (order by a)",
    "select redshift_emulator.listagg(string_agg(distinct nullif((a)::varchar, ''), ', ' order by nullif((a)::varchar, '')))",
  ],
  ['select avg(a) from t', 'select redshift_emulator.avg(redshift_emulator.sum(a), count(a)) from t'],
  ['select sum(a), sum(a) over () from t', 'select redshift_emulator.sum(a), sum(a) over () from t'],
  [
    'select percentile_cont(0.5) within group (order by case when a then b end desc) over (partition by c) from t',
    'select redshift_emulator.percentile_cont(redshift_emulator.median(case when a then b end) over (partition by c)) from t',
  ],
  [
    'select percentile_cont(0.9) within group (order by a) from t',
    'select percentile_cont(0.9) within group (order by a) from t',
  ],
  ['select rank() over (order by a) from t', 'select (rank() over (order by a))::int from t'],
  ["select concat(a, 'x')", "select redshift_emulator.concat((a) || ('x'))"],
  ['select extract(mon from d)', "select redshift_emulator.date_part(d, 'month')"],
  ['select convert(varchar(max), a)', 'select cast(a as varchar(65535))'],
  [
    'select a::varchar, b::decimal, cast(c as super)',
    'select a::varchar(256), b::numeric(18,0), cast(c as jsonb)',
  ],
  ['select a as varchar from t', 'select a as varchar from t'],
  ['select top 3 a from t order by a', 'select a from t order by a limit 3'],
  ['select * from (select top 1 a from t) x', 'select * from (select a from t limit 1 ) x'],
  ['select a from t minus select a from u', 'select a from t except select a from u'],
  ['select approximate count(distinct a) from t', 'select count(distinct a) from t'],
  ['select median(a) from t', 'select redshift_emulator.median(a) from t'],
  ['select "ColName" from "S"."T"', 'select "colname" from "s"."t"'],
  ['delete t where a = 1', 'delete from t where a = 1'],
  ['select 1 -- comment\n + 1', 'select 1 + 1'],
])('rewrites %s', (sql, expected) => {
  expect(forwarded(sql)).toBe(expected);
});

test('CREATE TABLE keeps layout in the side catalogue', () => {
  const planned = plan(`create table if not exists "S"."T" (
    Id bigint identity(1,1) encode az64 distkey, Name nvarchar(10) not null default 'a' encode zstd,
    constraint pk primary key (id)) backup no diststyle key compound sortkey (name, id)`);
  if (planned.kind !== 'definition') throw new Error(planned.kind);
  const [create, record = ''] = planned.steps;
  expect(create).toBe(
    `create table if not exists "s"."t" ("id" bigint generated always as identity (start with 1 increment by 1 minvalue 1) not null, ` +
      `"name" character varying(10) default 'a' not null)`,
  );
  const attributes = JSON.parse(/, '(\{.*\})'\)$/.exec(record)?.[1]?.replaceAll("''", "'") ?? '') as object;
  expect(attributes).toMatchObject({
    diststyle: 'key',
    distkey: 'id',
    sortstyle: 'compound',
    sortkeys: ['name', 'id'],
    backup: false,
    constraints: [{ type: 'PRIMARY KEY', name: 'pk', columns: ['id'] }],
    columns: [
      { name: 'id', type: 'bigint', encode: 'az64' },
      { name: 'name', type: 'character varying(10)', encode: 'zstd' },
    ],
  });
});

test('options of COPY come in any order', () => {
  const variants = [
    `copy "s"."t" ("A","b") from 's3://b/m' FORMAT AS CSV GZIP NULL AS '@NULL@' manifest CREDENTIALS 'aws_iam_role=arn'`,
    `copy s.t(a,b) from 's3://b/m' iam_role 'arn' gzip format csv null '@NULL@' manifest compupdate off statupdate off`,
  ];
  for (const sql of variants) {
    const planned = plan(sql);
    if (planned.kind !== 'copy') throw new Error(planned.kind);
    expect(planned.statement).toMatchObject({
      table: { schema: 's', name: 't' },
      columns: ['a', 'b'],
      source: 's3://b/m',
      credential: { kind: 'role', arns: ['arn'] },
      options: { format: 'csv', compression: 'gzip', nullAs: '@NULL@', manifest: true },
    });
  }
});

test('NULL AS takes its backslash once or twice', () => {
  for (const text of ["'\\N'", "'\\\\N'"]) {
    const planned = plan(`copy t from 's3://b/x' iam_role 'a' null as ${text}`);
    expect(planned).toMatchObject({ statement: { options: { nullAs: '\\N' } } });
  }
});

test('the text of UNLOAD is unescaped', () => {
  const planned = plan(
    `unload ('select ''a'', \\'b\\' from t') to 's3://b/p' with credentials as 'aws_access_key_id=k;aws_secret_access_key=s;token=t' parallel off maxfilesize 6 mb`,
  );
  expect(planned).toMatchObject({
    statement: {
      query: "select 'a', 'b' from t",
      credential: { kind: 'keys', accessKeyId: 'k', secretAccessKey: 's', sessionToken: 't' },
      options: { parallel: false, maxFileBytes: 6 * 1024 * 1024 },
    },
  });
});
