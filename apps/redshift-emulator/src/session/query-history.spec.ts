import type pg from 'pg';
import { ROLE, startFixture, type Fixture } from '../testing/fixture.js';

let fixture: Fixture;
let client: pg.Client;
beforeAll(async () => {
  fixture = await startFixture();
  client = await fixture.connect();
});
afterAll(() => fixture[Symbol.asyncDispose]());

const rows = async (sql: string): Promise<unknown[][]> =>
  (await client.query({ text: sql, rowMode: 'array' })).rows as unknown[][];

test('stl_query and sys_query_history tell what the session ran, by both protocols', async () => {
  await client.query('create table h (n int)');
  await client.query("set query_group to 'nightly'");
  await client.query('insert into h values (1)');
  await client.query({ text: 'select n from h where n = $1', values: [1] });
  await expect(client.query('select 1/0 from h')).rejects.toThrow('zero');
  await expect(client.query({ text: 'select 2/0 from h where n = $1', values: [1] })).rejects.toThrow('zero');
  expect(
    await rows(
      "select trim(querytxt), trim(label), aborted from stl_query where pid = pg_backend_pid() and querytxt like '%h%' and querytxt not like '%stl%' order by query",
    ),
  ).toEqual([
    ['insert into h values (1)', 'nightly', 0],
    ['select n from h where n = $1', 'nightly', 0],
    ['select 1/0 from h', 'nightly', 1],
    ['select 2/0 from h where n = $1', 'nightly', 1],
  ]);
  expect(
    await rows(
      "select query_type, trim(status), trim(error_message) from sys_query_history where session_id = pg_backend_pid() and query_text like '%h%' and query_text not like '%quer%' order by query_id",
    ),
  ).toEqual([
    ['DDL', 'success', null],
    ['INSERT', 'success', null],
    ['SELECT', 'success', null],
    ['SELECT', 'failed', expect.stringContaining('zero')],
    ['SELECT', 'failed', expect.stringContaining('zero')],
  ]);
  expect(await rows('select trim(text) from stl_ddltext where pid = pg_backend_pid()')).toEqual([
    ['create table h (n int)'],
  ]);
});

test('a COPY has one id wherever it is told of', async () => {
  fixture.s3.objects.set('history/a.csv', Buffer.from('7\n'));
  await client.query(`copy h from 's3://history/' iam_role '${ROLE}' csv`);
  expect(
    await rows(
      'select q.query = pg_last_copy_id(), h.loaded_rows from stl_query q join sys_load_history h on h.query_id = q.query where q.query = pg_last_copy_id()',
    ),
  ).toEqual([[true, '1']]);
});

test('no secret is kept', async () => {
  const { accessKeyId, secretAccessKey } = fixture.s3;
  const keys = `aws_access_key_id=${accessKeyId};aws_secret_access_key=${secretAccessKey}`;
  await client.query(`copy h from 's3://history/' credentials '${keys}' csv`);
  await client.query(
    `copy h from 's3://history/' access_key_id '${accessKeyId}' secret_access_key '${secretAccessKey}' csv`,
  );
  await client.query('drop user if exists kept');
  await client.query("create user kept password 'Secret123'");
  const texts = (await rows('select query_text from sys_query_history')).flat().join('\n');
  expect(texts).toContain("secret_access_key ''");
  expect(texts).toContain('create user kept');
  expect(texts).not.toContain(secretAccessKey);
  expect(texts).not.toContain('Secret123');
});

test('SHOW SCHEMAS, TABLES, COLUMNS and DATABASES', async () => {
  const { database } = fixture.emulator;
  await client.query('create schema shown; create table shown.things (id int not null, name varchar(20))');
  await client.query('create view shown.names as select name from shown.things');
  const read = async (sql: string) => (await client.query<Record<string, unknown>>(sql)).rows;
  expect(await read(`show schemas from database ${database} like 'sho%'`)).toEqual([
    expect.objectContaining({ database_name: database, schema_name: 'shown', schema_type: 'local' }),
  ]);
  expect(await read(`show tables from schema ${database}.shown`)).toEqual([
    expect.objectContaining({ table_name: 'names', table_type: 'VIEW' }),
    expect.objectContaining({ table_name: 'things', table_type: 'TABLE' }),
  ]);
  expect(await read('show columns from table shown.things limit 1')).toEqual([
    expect.objectContaining({
      column_name: 'id',
      ordinal_position: 1,
      is_nullable: 'NO',
      data_type: 'integer',
    }),
  ]);
  expect(await read('show databases')).toEqual([expect.objectContaining({ database_name: database })]);
  await expect(client.query('show tables from schema a.b.c')).rejects.toMatchObject({ code: '42601' });
});
