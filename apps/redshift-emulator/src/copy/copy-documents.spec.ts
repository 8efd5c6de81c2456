import avro from 'avsc';
import type pg from 'pg';
import { ROLE, startFixture, type Fixture } from '../testing/fixture.js';

let fixture: Fixture;
let client: pg.Client;

beforeAll(async () => {
  fixture = await startFixture();
  client = await fixture.connect();
});
afterAll(async () => fixture[Symbol.asyncDispose]());

const put = (key: string, text: string | Buffer): void => {
  fixture.s3.objects.set(`lake/${key}`, Buffer.from(text));
};
const rows = async (sql: string): Promise<unknown[][]> =>
  (await client.query({ text: sql, rowMode: 'array' })).rows as unknown[][];

test('JSON by name keeps digits, nested values and empty strings', async () => {
  await client.query(
    'create table j (id bigint, amount decimal(30,10), name varchar(50), doc super, flag boolean)',
  );
  put(
    'j/1.json',
    '{"id":9007199254740993,"amount":12345678901234567890.0123456789,"name":"","doc":{"a":[1,2.50]},"extra":1}\n' +
      '{"id":2,"name":{"x":1},"flag":true,\n "doc":"s"}{"id":3,"NAME":"upper"}',
  );
  await client.query(`copy j from 's3://lake/j/' iam_role '${ROLE}' json 'auto'`);
  expect(await rows('select id, amount, name, doc, flag from j order by id')).toEqual([
    ['2', null, '{"x":1}', '"s"', true],
    ['3', null, null, null, null],
    ['9007199254740993', '12345678901234567890.0123456789', '', '{"a":[1,2.50]}', null],
  ]);
  await client.query('delete from j');
  await client.query(`copy j (id, name) from 's3://lake/j/' iam_role '${ROLE}' json 'auto ignorecase'`);
  expect(await rows('select name from j where id = 3')).toEqual([['upper']]);
});

test('jsonpaths and refused documents', async () => {
  await client.query('create table p (id int, first varchar(5))');
  put('paths.json', '{"jsonpaths":["$.id","$[\'tags\'][0]"]}');
  put(
    'p/1.json',
    '{"id":1,"tags":["a","b"]}\n{"id":"x","tags":[]}\nnonsense\n{"id":3,"tags":["too long"]}\n',
  );
  await client.query(`copy p from 's3://lake/p/' iam_role '${ROLE}' json 's3://lake/paths.json' maxerror 5`);
  expect(await rows('select * from p')).toEqual([[1, 'a']]);
  expect(
    await rows(
      'select line_number, err_code, trim(colname) from stl_load_errors where query = pg_last_copy_id() order by 1',
    ),
  ).toEqual([
    ['2', 1207, 'id'],
    ['3', 1216, ''],
    ['4', 1204, 'first'],
  ]);
});

test('AVRO by name, 64-bit integers whole', async () => {
  const schema: avro.Schema = {
    type: 'record',
    name: 'r',
    fields: [
      { name: 'id', type: 'long' },
      { name: 'name', type: ['null', 'string'], default: null },
      { name: 'score', type: ['null', 'double'], default: null },
    ],
  };
  const long = avro.types.LongType.__with({
    fromBuffer: (bytes: Buffer) => bytes.readBigInt64LE(0),
    toBuffer: (value: bigint) => {
      const bytes = Buffer.alloc(8);
      bytes.writeBigInt64LE(value);
      return bytes;
    },
    fromJSON: BigInt,
    toJSON: Number,
    isValid: (value: unknown) => typeof value === 'bigint',
    compare: () => 0,
  });
  const type = avro.Type.forSchema(schema, { registry: { long } });
  const encoder = new avro.streams.BlockEncoder(type, { codec: 'deflate' });
  const encoded: Buffer[] = [];
  encoder.on('data', (chunk: Buffer) => encoded.push(chunk));
  encoder.write({ id: 9007199254740993n, name: 'Ünï', score: 1.5 });
  encoder.write({ id: -1n, name: null, score: null });
  await new Promise<void>((resolve) => {
    encoder.on('end', resolve);
    encoder.end();
  });
  await client.query('create table a (id bigint, name varchar(10), score double precision)');
  put('a/1.avro', Buffer.concat(encoded));
  await client.query(`copy a from 's3://lake/a/' iam_role '${ROLE}' format as avro 'auto'`);
  expect(await rows('select * from a order by id')).toEqual([
    ['-1', null, null],
    ['9007199254740993', 'Ünï', 1.5],
  ]);
});

test('options that JSON does not take are refused', async () => {
  await expect(
    client.query(`copy p from 's3://lake/p/' iam_role '${ROLE}' json 'auto' null as 'x'`),
  ).rejects.toThrow(/NULL option is not supported for JSON/);
});
