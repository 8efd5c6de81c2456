import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type pg from 'pg';
import { ParquetEngine } from '../storage/parquet-engine.js';
import { manifest, ROLE, startFixture, type Fixture } from '../testing/fixture.js';

let fixture: Fixture;
let client: pg.Client;
const scratch = mkdtempSync(join(tmpdir(), 'redshift-emulator-spec-'));

beforeAll(async () => {
  fixture = await startFixture();
  client = await fixture.connect();
  await client.query(`create table source (
    id bigint not null, s smallint, i int, d decimal(20,4), r real, f double precision, b boolean, day date, t time,
    ts timestamp, tz timestamptz, c char(4), v varchar(50), bin varbyte(10), doc super, primary key (id))`);
  await client.query(`insert into source values
    (1, -32768, 2147483647, 1234567890123456.7891, 1.5, 0.1, true, '0001-01-01', '23:59:59.999999',
     '9999-12-31 23:59:59.999999', '2024-03-04 05:06:07.000008+02', 'ab', 'zwölf|"x", y', from_hex('00ff'), json_parse('{"a": [1, "b c"]}')),
    (2, null, null, null, null, null, null, null, null, null, null, null, null, null, null),
    (3, 0, 0, -0.0001, 0, 0, false, '2024-02-29', '00:00:00', '2024-01-01', '1970-01-01+00', '', '', from_hex(''), json_parse('null'))`);
});
afterAll(async () => {
  await fixture[Symbol.asyncDispose]();
  rmSync(scratch, { recursive: true, force: true });
});

const rows = async (sql: string): Promise<unknown[][]> =>
  (await client.query({ text: sql, rowMode: 'array' })).rows as unknown[][];
const keys = (prefix: string): string[] =>
  [...fixture.s3.objects.keys()].filter((key) => key.startsWith(`lake/${prefix}`)).sort();
const text = (key: string): string => (fixture.s3.objects.get(`lake/${key}`) ?? Buffer.alloc(0)).toString();
const role = `iam_role '${ROLE}'`;

async function parquet(key: string, sql: string): Promise<unknown[][]> {
  await using engine = await ParquetEngine.open(scratch);
  const path = join(scratch, 'x.parquet');
  writeFileSync(path, fixture.s3.objects.get(`lake/${key}`) ?? Buffer.alloc(0));
  // Awaited here: the engine closes when this function returns.
  return await engine.run(sql.replace('FILE', `'${path}'`));
}

test('a table goes to Parquet in its types and comes back the same', async () => {
  await client.query(
    `unload ('select * from source order by id') to 's3://lake/p/' ${role} format as parquet manifest verbose`,
  );
  expect(keys('p/')).toEqual(['lake/p/0000_part_00.parquet', 'lake/p/manifest']);
  expect(JSON.parse(text('p/manifest'))).toMatchObject({
    entries: [{ url: 's3://lake/p/0000_part_00.parquet', meta: { record_count: 3 } }],
    meta: { record_count: 3 },
  });
  expect(
    (await parquet('p/0000_part_00.parquet', 'describe select * from FILE')).map(
      ([name, type]) => `${String(name)} ${String(type)}`,
    ),
  ).toEqual([
    'id BIGINT',
    's SMALLINT',
    'i INTEGER',
    'd DECIMAL(20,4)',
    'r FLOAT',
    'f DOUBLE',
    'b BOOLEAN',
    'day DATE',
    't TIME',
    'ts TIMESTAMP',
    'tz TIMESTAMP WITH TIME ZONE',
    'c VARCHAR',
    'v VARCHAR',
    'bin BLOB',
    'doc VARCHAR',
  ]);
  await client.query('create table back (like source)');
  await client.query(`copy back from 's3://lake/p/manifest' ${role} format as parquet manifest`);
  expect(await rows('select count(*) from (select * from source except select * from back)')).toEqual([
    ['0'],
  ]);
  expect(await rows('select count(*), count(v), count(day) from back')).toEqual([['3', '2', '2']]);
  expect(await rows('select pg_last_copy_count(), pg_last_unload_count()')).toEqual([['3', '3']]);
});

test('UNLOAD reads what its own transaction has done, and sums keep their digits', async () => {
  await client.query('begin');
  await client.query('update source set i = 7 where id = 3');
  await client.query(
    `unload ('select i, sum(id) as total, sum(d) as d, count(*) n from source group by i order by 2') to 's3://lake/own/' ${role} parquet`,
  );
  await client.query('rollback');
  expect(
    await parquet(
      'own/0000_part_00.parquet',
      'select i, total::varchar, d::varchar, n from FILE order by total',
    ),
  ).toEqual([
    [2147483647, '1', '1234567890123456.7891', 1n],
    [null, '2', null, 1n],
    [7, '3', '-0.0001', 1n],
  ]);
});

test('no rows leave no file, and a manifest that says so', async () => {
  await client.query(
    `unload ('select * from source where id < 0') to 's3://lake/none/' ${role} parquet manifest`,
  );
  expect(keys('none/')).toEqual(['lake/none/manifest']);
  expect(JSON.parse(text('none/manifest'))).toEqual({ entries: [] });
});

test('files in the way are refused, replaced or removed', async () => {
  const unload = (options: string) =>
    client.query(`unload ('select id from source') to 's3://lake/way/' ${role} ${options}`);
  fixture.s3.objects.set('lake/way/other', Buffer.from('x'));
  await expect(unload('csv')).rejects.toThrow(/destination on S3 is not empty/);
  await unload('csv allowoverwrite');
  expect(keys('way/')).toEqual(['lake/way/0000_part_00', 'lake/way/other']);
  await unload('csv cleanpath parallel off');
  expect(keys('way/')).toEqual(['lake/way/000']);
});

test('many rows leave a file from each slice, and PARALLEL OFF leaves one', async () => {
  await client.query('create table many (n int)');
  fixture.s3.objects.set(
    'lake/many.csv',
    Buffer.from(Array.from({ length: 30_000 }, (_v, n) => `${n}\n`).join('')),
  );
  await client.query(`copy many from 's3://lake/many.csv' ${role} csv`);
  await client.query(`unload ('select n from many') to 's3://lake/many/' ${role} parquet manifest`);
  await client.query(
    `unload ('select n from many order by n') to 's3://lake/one/' ${role} parquet parallel off`,
  );
  await client.query(`unload ('select n from many') to 's3://lake/text/' ${role} gzip`);
  expect(keys('many/')).toEqual([
    'lake/many/0000_part_00.parquet',
    'lake/many/0001_part_00.parquet',
    'lake/many/manifest',
  ]);
  expect(keys('one/')).toEqual(['lake/one/000.parquet']);
  await client.query('create table again (n int)');
  await client.query(`copy again from 's3://lake/many/manifest' ${role} parquet manifest`);
  expect(await rows('select count(*), count(distinct n), sum(n) from again')).toEqual([
    ['30000', '30000', '449985000'],
  ]);
  const lines = keys('text/').map(
    (key) =>
      gunzipSync(fixture.s3.objects.get(key) ?? Buffer.alloc(0))
        .toString()
        .split('\n').length - 1,
  );
  expect(lines).toEqual([15_000, 15_000]);
});

test('TEXT, CSV and JSON', async () => {
  await client.query(`create table plain (n int, v varchar(20), b boolean, d decimal(5,2))`);
  await client.query(
    `insert into plain values (1, 'a|b\\\\c', true, 1.50), (2, null, false, null), (3, 'x,"y"', null, 0)`,
  );
  const unload = (prefix: string, options: string) =>
    client.query(
      `unload ('select * from plain where v is null or v <> \\'none\\' order by n') to 's3://lake/${prefix}' ${role} parallel off ${options}`,
    );
  await unload('t1/', '');
  expect(text('t1/000')).toBe('1|a|b\\c|t|1.50\n2||f|\n3|x,"y"||0.00\n');
  await unload('t2/', "escape null as '@NULL@'");
  expect(text('t2/000')).toBe('1|a\\|b\\\\c|t|1.50\n2|@NULL@|f|@NULL@\n3|x,"y"|@NULL@|0.00\n');
  await unload('t3/', 'csv header');
  expect(text('t3/000')).toBe('n,v,b,d\n1,a|b\\c,t,1.50\n2,,f,\n3,"x,""y""",,0.00\n');
  await unload('t4/', 'json zstd');
  expect(
    zstdDecompressSync(fixture.s3.objects.get('lake/t4/000.json.zst') ?? Buffer.alloc(0)).toString(),
  ).toBe(
    '{"n":1,"v":"a|b\\\\c","b":true,"d":1.50}\n{"n":2,"v":null,"b":false,"d":null}\n{"n":3,"v":"x,\\"y\\"","b":null,"d":0.00}\n',
  );
  await client.query('create table plain2 (like plain)');
  await client.query(`copy plain2 from 's3://lake/t2/' ${role} escape null as '@NULL@'`);
  expect(await rows('select count(*) from (select * from plain except select * from plain2)')).toEqual([
    ['0'],
  ]);
});

test.each([
  ['LIMIT', "('select 1 limit 1')", '', /LIMIT clause is not supported/],
  ['PARQUET with GZIP', "('select 1')", 'parquet gzip', /GZIP is not supported for UNLOAD to PARQUET/],
  ['CSV with ADDQUOTES', "('select 1')", 'csv addquotes', /ADDQUOTES is not supported for UNLOAD to CSV/],
  ['BZIP2', "('select 1')", 'bzip2', /not supported by the emulator: UNLOAD option BZIP2/],
  ['ENCRYPTED', "('select 1')", 'encrypted', /not supported by the emulator: UNLOAD option ENCRYPTED/],
])('%s is refused', async (_what, query, options, message) => {
  await expect(client.query(`unload ${query} to 's3://lake/x/' ${role} ${options}`)).rejects.toThrow(message);
});

test('Parquet of the wrong shape is refused with its column, and no content_length is refused', async () => {
  await using engine = await ParquetEngine.open(scratch);
  const path = join(scratch, 'wrong.parquet');
  const put = async (sql: string): Promise<void> => {
    await engine.run(`copy (${sql}) to '${path}' (format parquet)`);
    fixture.s3.objects.set('lake/w/f.parquet', readFileSync(path));
    fixture.s3.objects.set('lake/w/m', manifest(['s3://lake/w/f.parquet'], fixture.s3.objects));
  };
  await client.query('create table narrow (id int not null, v varchar(3))');
  const copy = () => client.query(`copy narrow from 's3://lake/w/m' ${role} parquet manifest`);
  const detail = async (): Promise<string> =>
    copy().then(
      () => 'loaded',
      (error: pg.DatabaseError) => String(error.detail),
    );
  await put("select 1::bigint as id, 'a' as v");
  expect(await detail()).toMatch(/incompatible Parquet schema for column 'id'/);
  await put('select 1::int as id');
  expect(await detail()).toMatch(/Unmatched number of columns/);
  await put("select 1::int as id, 'abcd' as v");
  expect(await detail()).toMatch(/length of the data column v is longer than the length defined/);
  await put("select null::int as id, 'abc' as v");
  expect(await detail()).toMatch(/not-null/);
  await put("select 1::int as id, 'abc' as other_name");
  expect(await detail()).toBe('loaded');
  fixture.s3.objects.set('lake/w/m', Buffer.from('{"entries":[{"url":"s3://lake/w/f.parquet"}]}'));
  await expect(copy()).rejects.toThrow(/content_length/);
});
