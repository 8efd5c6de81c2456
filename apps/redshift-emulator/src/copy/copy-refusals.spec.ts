import type pg from 'pg';
import { copyTable } from '../testing/copy-table.js';
import { ROLE, startFixture, type Fixture } from '../testing/fixture.js';

let fixture: Fixture;
let client: pg.Client;

beforeAll(async () => {
  fixture = await startFixture();
  client = await fixture.connect();
});
afterAll(async () => fixture[Symbol.asyncDispose]());

const rows = async (sql: string): Promise<unknown[][]> =>
  (await client.query({ text: sql, rowMode: 'array' })).rows as unknown[][];

const load = (columns: string, file: string | Buffer, options: string): Promise<string> =>
  copyTable(fixture, client, columns, file, options);

type Refused = readonly [
  title: string,
  columns: string,
  file: string | Buffer,
  options: string,
  code: number,
  reason: RegExp,
];

/** Source: r_Load_Error_Reference and reports of the messages. */
const refused: readonly Refused[] = [
  ['too many columns', 'a int', '1|2\n', '', 1202, /^Extra column\(s\) found$/],
  ['too few columns', 'a int, b int', '1\n', '', 1203, /^Delimiter not found$/],
  ['too long a VARCHAR', 'a varchar(2)', 'äö\n', '', 1204, /^String length exceeds DDL length$/],
  ['too long a CHAR', 'a char(2)', 'abc\n', '', 1204, /^Char length exceeds DDL length$/],
  ['a date', 'a date', '2020-02-30\n', '', 1205, /^Invalid Date Format/],
  ['a timestamp', 'a timestamp', 'yesterday\n', '', 1206, /^Invalid timestamp format or value/],
  ['no digit', 'a int', '1a\n', '', 1207, /^Invalid digit, Value 'a', Pos 1, Type: Integer$/],
  ['an integer out of range', 'a smallint', '40000\n', '', 1207, /^Overflow/],
  ['a DECIMAL out of range', 'a decimal(4,2)', '100\n', '', 1207, /^Overflow for NUMERIC\(4,2\)/],
  ['a boolean', 'a boolean', 'maybe\n', '', 1210, /^Unknown boolean format$/],
  ['no value for NOT NULL', 'a int not null', '\\N\n', '', 1213, /^Missing data for not-null field$/],
  ['a wide character in CHAR', 'a char(5)', 'ä\n', '', 1215, /^CHAR string contains invalid ASCII char/],
  ['an open quote', 'a varchar(9)', '"abc\n', 'csv', 1216, /^Invalid quote formatting for CSV$/],
  [
    'text behind a quote',
    'a varchar(9)',
    '"abc"^\n',
    'csv',
    1216,
    /^Missing newline: Unexpected character 0x5e/,
  ],
  [
    'bad UTF-8',
    'a varchar(9)',
    Buffer.from([0xff, 0x0a]),
    '',
    1220,
    /^String contains invalid or unsupported UTF8/,
  ],
  ['SUPER that is no JSON', 'a super', '{x\n', '', 1224, /^Invalid JSON format/],
];

test.each(refused)('refuses %s', async (_title, columns, file, options, code, reason) => {
  await expect(load(columns, file, options)).rejects.toMatchObject({
    code: 'XX000',
    message: /^Load into table/,
  });
  const [[found, told] = []] = await rows(
    'select err_code, trim(err_reason) from stl_load_errors where query = pg_last_copy_id()',
  );
  expect([found, told]).toEqual([code, expect.stringMatching(reason)]);
  expect(
    await rows(
      'select error_code, trim(error_message) from sys_load_error_detail where query_id = pg_last_copy_id()',
    ),
  ).toEqual([[code, told]]);
});

test('one refusal too many for MAXERROR fails the load; all refused rows so far are told', async () => {
  await expect(load('a int', '1\nx\ny\n2\nz\n', 'maxerror 3')).rejects.toThrow(/Load into table/);
  expect(
    await rows('select line_number from stl_load_errors where query = pg_last_copy_id() order by 1'),
  ).toEqual([['2'], ['3'], ['5']]);
});

const errors: readonly (readonly [title: string, options: string, code: string, message: RegExp])[] = [
  ['no credentials', '', '42601', /credentials/],
  ['two credentials', `iam_role '${ROLE}' access_key_id 'a' secret_access_key 'b'`, '42601', /conflicting/],
  ['a role that is none', `iam_role 'loader'`, 'XX000', /Invalid IAM role ARN/],
  [
    'a role that the cluster has not',
    `iam_role 'arn:aws:iam::123456789012:role/other'`,
    'XX000',
    /not authorized to assume IAM Role/,
  ],
  ['no default role', 'iam_role default', 'XX000', /No default IAM role/],
  [
    'a bucket of another region',
    `iam_role '${ROLE}' region 'eu-north-1'`,
    'XX000',
    /Status 301,Error PermanentRedirect/,
  ],
  ['an unknown option', `iam_role '${ROLE}' swiftly`, '42601', /swiftly/],
  ['MAXERROR beyond its limit', `iam_role '${ROLE}' maxerror 100001`, '22023', /100000/],
  ['CSV with ESCAPE', `iam_role '${ROLE}' csv escape`, '0A000', /CSV is not compatible with ESCAPE/],
  [
    'CSV with REMOVEQUOTES',
    `iam_role '${ROLE}' csv removequotes`,
    '0A000',
    /CSV is not compatible with REMOVEQUOTES/,
  ],
  ['JSON with DELIMITER', `iam_role '${ROLE}' json 'auto' delimiter ','`, '0A000', /DELIMITER/],
  ['JSON with NULL AS', `iam_role '${ROLE}' json 'auto' null as 'x'`, '0A000', /NULL/],
  ['PARQUET with REGION', `iam_role '${ROLE}' parquet region 'us-east-1'`, '0A000', /REGION/],
  ['PARQUET with MAXERROR', `iam_role '${ROLE}' parquet maxerror 5`, '0A000', /MAXERROR/],
  ['PARQUET with NULL AS', `iam_role '${ROLE}' parquet null as 'x'`, '0A000', /NULL/],
  ['QUOTE without CSV', `iam_role '${ROLE}' quote as '"'`, '0A000', /QUOTE/],
  ['a DATEFORMAT that is none', `iam_role '${ROLE}' dateformat 'QQQ'`, '22007', /DATEFORMAT/],
  ['ORC', `iam_role '${ROLE}' orc`, '0A000', /not supported by the emulator: COPY format ORC/],
  [
    'FIXEDWIDTH',
    `iam_role '${ROLE}' fixedwidth '1,2'`,
    '0A000',
    /not supported by the emulator: COPY .*FIXEDWIDTH/,
  ],
  ['LZOP', `iam_role '${ROLE}' lzop`, '0A000', /not supported by the emulator: COPY option LZOP/],
  [
    'ENCRYPTED',
    `iam_role '${ROLE}' encrypted`,
    '0A000',
    /not supported by the emulator: COPY option ENCRYPTED/,
  ],
];

test.each(errors)('fails before it loads: %s', async (_title, options, code, message) => {
  await client.query('create table if not exists never (a date)');
  fixture.s3.objects.set('lake/never/file', Buffer.from('2020-01-01\n'));
  await expect(client.query(`copy never from 's3://lake/never/' ${options}`)).rejects.toMatchObject({
    code,
    message: expect.stringMatching(message) as string,
  });
});

test('a manifest: optional files may be missing, mandatory ones not, paths are full, Parquet needs lengths', async () => {
  await client.query('create table listed (a int)');
  const put = (entries: readonly object[]): void => {
    fixture.s3.objects.set('lake/listed/manifest', Buffer.from(JSON.stringify({ entries })));
  };
  fixture.s3.objects.set('lake/listed/1', Buffer.from('1\n'));
  const copy = (options = ''): Promise<unknown> =>
    client.query(`copy listed from 's3://lake/listed/manifest' iam_role '${ROLE}' manifest ${options}`);
  put([{ url: 's3://lake/listed/1' }, { url: 's3://lake/listed/2' }]);
  await copy();
  put([
    { url: 's3://lake/listed/1' },
    { url: 's3://lake/listed/1', mandatory: true, meta: { content_length: 99 } },
  ]);
  await copy();
  expect(await rows('select count(*) from listed')).toEqual([['3']]);
  put([{ url: 's3://lake/listed/2', mandatory: true }]);
  await expect(copy()).rejects.toMatchObject({ detail: expect.stringMatching(/1212/) as string });
  put([{ url: 's3://lake/listed/2' }]);
  await expect(copy()).rejects.toThrow(/does not exist/);
  put([{ url: 's3://lake/listed/' }]);
  await expect(copy()).rejects.toMatchObject({ detail: expect.stringMatching(/8001/) as string });
  put([{ url: 's3://lake/listed/1' }]);
  await expect(copy('format as parquet')).rejects.toThrow(/content_length/);
  put([{ url: 's3://lake/listed/1', meta: { content_length: 99 } }]);
  await expect(copy('format as parquet')).rejects.toMatchObject({
    detail: expect.stringMatching(/15001/) as string,
  });
});
