import { gzipSync } from 'node:zlib';
import type pg from 'pg';
import { manifest, ROLE, startFixture, type Fixture } from '../testing/fixture.js';

let fixture: Fixture;
let client: pg.Client;
const notices: string[] = [];

beforeAll(async () => {
  fixture = await startFixture();
  client = await fixture.connect();
  client.on('notice', (notice) => notices.push(`${notice.severity}: ${notice.message}`));
});
afterAll(async () => fixture[Symbol.asyncDispose]());

const put = (key: string, text: string | Buffer): void => {
  fixture.s3.objects.set(`lake/${key}`, Buffer.from(text));
};
const rows = async (sql: string): Promise<unknown[][]> =>
  (await client.query({ text: sql, rowMode: 'array' })).rows as unknown[][];

const OPTIONS = `iam_role '${ROLE}' csv null as '@NULL@' timeformat 'auto' dateformat 'auto' compupdate off statupdate off`;

test('loads gzip CSV files of a manifest in a transaction, and counts them', async () => {
  await client.query(
    'create table first (id bigint not null primary key, name varchar(10), born date, seen timestamp, paid decimal(8,2), ok boolean)',
  );
  put('a/1.csv.gz', gzipSync('1,"Ann, ""A""",2000-02-29,2024-05-06 07:08:09.1234567,12.349,t\n2,,,,,\n'));
  put(
    'a/2.csv.gz',
    gzipSync('3,@NULL@,1/31/2001,2024-05-06T07:08:09Z,-.5,false\n4,"two\nlines",2001-01-31,,0,1\n'),
  );
  put('a/manifest', manifest(['s3://lake/a/1.csv.gz', 's3://lake/a/2.csv.gz'], fixture.s3.objects));
  notices.length = 0;
  await client.query('begin');
  await client.query(
    `copy first (id, name, born, seen, paid, ok) from 's3://lake/a/manifest' manifest gzip ${OPTIONS}`,
  );
  expect(await rows('select pg_last_copy_count(), pg_last_copy_id() > 0')).toEqual([['4', true]]);
  await client.query('commit');
  expect(
    await rows('select id, name, born::varchar, seen::varchar, paid, ok from first order by id'),
  ).toEqual([
    ['1', 'Ann, "A"', '2000-02-29', '2024-05-06 07:08:09.123456', '12.34', true],
    ['2', '', null, null, null, null],
    ['3', null, '2001-01-31', '2024-05-06 07:08:09', '-0.50', false],
    ['4', 'two\nlines', '2001-01-31', null, '0.00', true],
  ]);
  expect(notices).toEqual(["INFO: Load into table 'first' completed, 4 record(s) loaded successfully."]);
  expect(
    await rows(
      'select trim(filename), lines_scanned from stl_load_commits where query = pg_last_copy_id() order by 1',
    ),
  ).toEqual([
    ['s3://lake/a/1.csv.gz', '2'],
    ['s3://lake/a/2.csv.gz', '2'],
  ]);
  expect(
    await rows('select status, loaded_rows from sys_load_history where query_id = pg_last_copy_id()'),
  ).toEqual([['completed', '4']]);
});

test('a refused row is found by its error after the rollback', async () => {
  await client.query('create table strict (id int, name varchar(4))');
  put('b/x.csv', '1,good\n2,gruß\n3,x\n');
  await client.query('begin');
  await expect(client.query(`copy strict from 's3://lake/b/x' ${OPTIONS}`)).rejects.toMatchObject({
    code: 'XX000',
    message: "Load into table 'strict' failed.  Check 'stl_load_errors' system table for details.",
  });
  await expect(client.query('select 1')).rejects.toMatchObject({ code: '25P02' });
  await client.query('rollback');
  expect(
    await rows(
      `select trim(filename), line_number, trim(colname), trim(type), trim(col_length), trim(raw_line), trim(raw_field_value), err_code, trim(err_reason)
       from stl_load_errors where query = pg_last_query_id()`,
    ),
  ).toEqual([
    [
      's3://lake/b/x.csv',
      '2',
      'name',
      'varchar',
      '4',
      '2,gruß',
      'gruß',
      1204,
      'String length exceeds DDL length',
    ],
  ]);
  expect(await rows('select pg_last_copy_count(), (select count(*) from strict)')).toEqual([['0', '0']]);
  expect(
    await rows(
      'select trim(error_message), line_number from sys_load_error_detail where query_id = pg_last_copy_id()',
    ),
  ).toEqual([['String length exceeds DDL length', '2']]);
});

test('MAXERROR lets so many rows go', async () => {
  await client.query('create table loose (id int, n smallint not null)');
  put('c/x.csv', '1,1\nx,2\n3,\n4,40000\n5,5\n6,6,6\n7\n8,8\n');
  notices.length = 0;
  await client.query(`copy loose from 's3://lake/c/x.csv' ${OPTIONS} maxerror 10`);
  expect(await rows('select * from loose order by 1')).toEqual([
    [1, 1],
    [5, 5],
    [8, 8],
  ]);
  expect(notices).toEqual([
    "INFO: Load into table 'loose' completed, 5 record(s) could not be loaded.  Check 'stl_load_errors' system table for details.",
    "INFO: Load into table 'loose' completed, 3 record(s) loaded successfully.",
  ]);
  expect(
    await rows(
      'select line_number, err_code, trim(err_reason) from stl_load_errors where query = pg_last_copy_id() order by 1',
    ),
  ).toEqual([
    ['2', 1207, "Invalid digit, Value 'x', Pos 0, Type: Integer"],
    ['3', 1213, 'Missing data for not-null field'],
    ['4', 1207, "Overflow, Value '40000', Type: Short"],
    ['6', 1202, 'Extra column(s) found'],
    ['7', 1203, 'Delimiter not found'],
  ]);
});

test('NULL and empty fields follow the table of the documentation', async () => {
  await client.query("create table empties (n int, t varchar(20), d date, u varchar(20) default 'absent')");
  put('d/x.csv', '1,,,a\n2,"",,b\n3,\\N,\\N,c\n4,"\\N",,d\n5,  ,  ,e\n');
  await client.query(`copy empties from 's3://lake/d/x.csv' iam_role '${ROLE}' csv`);
  expect(await rows('select n, t, d, u from empties order by 1')).toEqual([
    [1, '', null, 'a'],
    [2, '', null, 'b'],
    [3, null, null, 'c'],
    [4, null, null, 'd'],
    [5, '  ', null, 'e'],
  ]);
  await client.query('delete from empties');
  await client.query(
    `copy empties (n, t, d) from 's3://lake/d/x.csv' iam_role '${ROLE}' csv emptyasnull blanksasnull maxerror 10`,
  );
  expect(await rows('select count(*) from empties')).toEqual([['0']]);
  put('d/y.csv', '1,,\n5,  ,  \n');
  await client.query(
    `copy empties (n, t, d) from 's3://lake/d/y.csv' iam_role '${ROLE}' csv emptyasnull blanksasnull`,
  );
  expect(await rows('select n, t, d, u from empties order by 1')).toEqual([
    [1, null, null, 'absent'],
    [5, null, null, 'absent'],
  ]);
});

test('TEXT with ESCAPE, TRUNCATECOLUMNS and ACCEPTINVCHARS', async () => {
  await client.query('create table notes (id int, note varchar(5))');
  put(
    'e/x.txt',
    Buffer.concat([Buffer.from('1|a\\|b\n2|caféé\n3|'), Buffer.from([0xff, 0x41]), Buffer.from('\n4|\\N\n')]),
  );
  await client.query(
    `copy notes from 's3://lake/e/x.txt' iam_role '${ROLE}' escape truncatecolumns acceptinvchars '^'`,
  );
  expect(await rows('select * from notes order by 1')).toEqual([
    [1, 'a|b'],
    [2, 'café'],
    [3, '^A'],
    [4, null],
  ]);
});

test('NUL and bad UTF-8 are refused by byte', async () => {
  put('f/x.csv', Buffer.from('1,a\0b\n'));
  await expect(client.query(`copy notes from 's3://lake/f/x.csv' ${OPTIONS}`)).rejects.toThrow(/failed/);
  expect(
    await rows('select err_code, position from stl_load_errors where query = pg_last_copy_id()'),
  ).toEqual([[1220, 1]]);
});

test.each([
  ['a missing prefix', "from 's3://lake/none' ", /prefix 'none' does not exist/],
  [
    'a manifest with a missing mandatory file',
    "from 's3://lake/bad/manifest' manifest ",
    /does not exist: s3:\/\/lake\/gone/,
  ],
  ['a manifest that is none', "from 's3://lake/b/x.csv' manifest ", /Manifest file .* is not valid/],
  ['CSV with ESCAPE', "from 's3://lake/b/x.csv' escape ", /CSV is not compatible with ESCAPE/],
])('%s is refused', async (_what, source, message) => {
  put('bad/manifest', JSON.stringify({ entries: [{ url: 's3://lake/gone', mandatory: true }] }));
  await expect(client.query(`copy notes ${source} ${OPTIONS}`)).rejects.toThrow(message);
});

test('roles are checked against the cluster and S3 checks their keys', async () => {
  const copy = (authorization: string) =>
    client.query(`copy notes from 's3://lake/e/x.txt' ${authorization} csv`);
  await expect(copy("iam_role 'arn:aws:iam::123456789012:role/unknown'")).rejects.toThrow(
    /not authorized to assume/,
  );
  await expect(copy(`iam_role '${ROLE}-denied'`)).rejects.toThrow(/Status 403/);
  await expect(copy("access_key_id 'WRONG' secret_access_key 'x'")).rejects.toThrow(/Status 403/);
  await expect(copy('')).rejects.toThrow(/credentials/);
});

test('writers of a table take turns; readers pass', async () => {
  await client.query('create table turns (n int)');
  put('g/x.csv', '2\n');
  const other = await fixture.connect();
  await client.query('begin');
  await client.query('insert into turns values (1)');
  const order: string[] = [];
  const copy = other.query(`copy turns from 's3://lake/g/x.csv' ${OPTIONS}`).then(() => order.push('copied'));
  expect(await fixture.rows('select count(*) from turns')).toEqual([['0']]);
  order.push('committed');
  await client.query('commit');
  await copy;
  expect(order).toEqual(['committed', 'copied']);
  expect(await rows('select * from turns order by 1')).toEqual([[1], [2]]);
});

test('a large file streams', async () => {
  await client.query('create table large (id int, t varchar(100), at timestamp)');
  const lines: string[] = [];
  for (let id = 0; id < 100_000; id += 1)
    lines.push(`${id},"row ${id}, with a comma",2024-01-02 03:04:05.${id}`);
  put('h/x.csv', lines.join('\n'));
  await client.query(`copy large from 's3://lake/h/x.csv' ${OPTIONS}`);
  expect(await rows('select count(*), sum(id), max(t) from large')).toEqual([
    ['100000', '4999950000', 'row 99999, with a comma'],
  ]);
});
