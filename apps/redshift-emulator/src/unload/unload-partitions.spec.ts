import type pg from 'pg';
import { ROLE, startFixture, type Fixture } from '../testing/fixture.js';

let fixture: Fixture;
let client: pg.Client;
const role = `iam_role '${ROLE}'`;

beforeAll(async () => {
  fixture = await startFixture();
  client = await fixture.connect();
  await client.query('create table parted (id int, year int, word varchar(9))');
  await client.query(
    `insert into parted values (1, 2019, 'a'), (2, 2019, 'b/c'), (3, 2020, 'a'), (4, null, '')`,
  );
});
afterAll(async () => fixture[Symbol.asyncDispose]());

const found = (prefix: string): Record<string, string> =>
  Object.fromEntries(
    [...fixture.s3.objects]
      .filter(([key]) => key.startsWith(`lake/${prefix}`))
      .map(([key, body]) => [key.slice(`lake/${prefix}`.length), body.toString('utf8')])
      .sort(),
  );
const unload = (target: string, options: string): Promise<pg.QueryResult> =>
  client.query(`unload ('select * from parted') to 's3://lake/${target}' ${role} ${options}`);

test('each partition goes to its folder, without its column', async () => {
  await unload('one', 'csv partition by (year)');
  expect(found('one')).toEqual({
    '/year=2019/0000_part_00': '1,a\n2,b/c\n',
    '/year=2020/0000_part_00': '3,a\n',
    '/year=__HIVE_DEFAULT_PARTITION__/0000_part_00': '4,\n',
  });
  expect((await client.query('select pg_last_unload_count() as n')).rows).toEqual([{ n: '4' }]);
});

test('several columns, INCLUDE, and a manifest at the prefix', async () => {
  await unload('two/', 'csv partition by (year, word) include manifest');
  const files = found('two/');
  expect(Object.keys(files)).toEqual([
    'manifest',
    'year=2019/word=a/0000_part_00',
    'year=2019/word=b%2Fc/0000_part_00',
    'year=2020/word=a/0000_part_00',
    'year=__HIVE_DEFAULT_PARTITION__/word=/0000_part_00',
  ]);
  expect(files['year=2019/word=a/0000_part_00']).toBe('1,2019,a\n');
  const { entries } = JSON.parse(files['manifest'] ?? '') as { entries: { url: string }[] };
  expect(entries.map(({ url }) => url)).toContain('s3://lake/two/year=2020/word=a/0000_part_00');
});

test('Parquet, loaded again by the folders', async () => {
  await unload('three', 'parquet partition by (year) manifest');
  expect(Object.keys(found('three/year=2020'))).toEqual(['/0000_part_00.parquet']);
  await client.query('create table again (id int, word varchar(9))');
  await client.query(`copy again from 's3://lake/three/manifest' ${role} parquet manifest`);
  expect((await client.query('select count(*) as n, sum(id) as s from again')).rows).toEqual([
    { n: '4', s: '10' },
  ]);
});

test('CLEANPATH cleans only the folders that get files', async () => {
  for (const key of ['year=2019/old', 'year=2000/old']) {
    fixture.s3.objects.set(`lake/four/${key}`, Buffer.from('x'));
  }
  await expect(unload('four', 'csv partition by (year)')).rejects.toThrow(/not empty/);
  await unload('four', 'csv partition by (year) cleanpath');
  expect(Object.keys(found('four/year=20'))).toEqual(['00/old', '19/0000_part_00', '20/0000_part_00']);
});

test.each([
  ['a column that is not there', 'csv partition by (nothing)', '42703'],
  ['all columns', 'csv partition by (id, year, word)', '0A000'],
])('refuses %s', async (_title, options, code) => {
  await expect(unload('five', options)).rejects.toMatchObject({ code });
});
