// Drivers of Redshift that nobody here wrote, through one list of cases.
import { ClientAgent, type Field } from '../testing/client-agent.js';
import { startFixture, ROLE, type Fixture } from '../testing/fixture.js';
import { pythonDriver, redshiftJdbc } from '../testing/foreign-clients.js';

/** Servers that ask for passwords in both ways, one of them with TLS. */
let fixture: Fixture;
let cleartext: Fixture;

beforeAll(async () => {
  fixture = await startFixture({ tls: true });
  cleartext = await startFixture({ auth: 'cleartext' });
});
afterAll(async () => {
  await fixture[Symbol.asyncDispose]();
  await cleartext[Symbol.asyncDispose]();
});

/** Type, how the parameter is written, kind of the parameter, values as every agent spells them. */
const TYPES: readonly (readonly [
  type: string,
  parameter: string,
  kind: string,
  values: readonly string[],
])[] = [
  ['smallint', '?', 'int', ['-32768', '0', '32767']],
  ['integer', '?', 'int', ['-2147483648', '2147483647']],
  ['bigint', '?', 'int', ['-9223372036854775808', '9223372036854775807']],
  ['decimal(38,10)', '?', 'decimal', ['-1234567890123456789012345678.0123456789', '0.0000000001']],
  ['decimal(19,4)', '?', 'decimal', ['922337203685477.5807', '-0.0001']],
  ['double precision', '?', 'double', ['0.1', '-1.7976931348623157e308']],
  ['real', '?', 'double', ['0.5', '-1024.25']],
  ['boolean', '?', 'bool', ['true', 'false']],
  ['date', '?', 'date', ['1753-01-01', '2024-02-29', '9999-12-31']],
  ['time', '?', 'time', ['00:00:00.000000', '23:59:59.999999']],
  ['timestamp', '?', 'timestamp', ['2024-02-29 23:59:59.123456', '1900-01-01 00:00:00.000000']],
  ['timestamptz', '?', 'offset', ['2024-02-29 23:59:59.123456Z', '1999-12-31 22:00:00.000000Z']],
  ['char(36)', '?', 'string', ['6f9619ff-8b86-d011-b42d-00c04fc964ff']],
  ['varchar(400)', '?', 'string', ['', "it's", 'back\\slash', 'Zürich € 😀', 'tab\tline\nend', '\\N']],
  ['varchar(max)', '?', 'string', ['x'.repeat(65_535)]],
  ['super', 'json_parse(?)', 'string', ['{"a":[1,null,"ü"]}', '[]']],
  ['varbyte(64)', "to_varbyte(?, 'hex')", 'string', ['00ff10', 'deadbeef']],
];

/** Doubles are spelled differently by Java and Python. */
const comparable = (type: string, text: Field): Field | number =>
  text !== null && ['double precision', 'real'].includes(type) ? Number(text) : text;

describe.each([
  pythonDriver('psycopg'),
  pythonDriver('psycopg2'),
  pythonDriver('redshift_connector'),
  redshiftJdbc(),
])('$name', ({ name, command, missing }) => {
  if (missing !== undefined) {
    test.skip(`SKIPPED: ${missing}`, () => undefined);
    return;
  }
  const schema = name.replace('-', '_');
  let agent: ClientAgent;
  const start = (to: Fixture = fixture): ClientAgent =>
    new ClientAgent(command, to.emulator.host, to.emulator.port);
  const open = (
    client: ClientAgent,
    to: Fixture = fixture,
    changes: { tls?: string; password?: string; database?: string } = {},
  ) =>
    client.ask(
      'open',
      changes.tls ?? 'off',
      to.emulator.user,
      changes.password ?? to.emulator.password,
      changes.database ?? to.emulator.database,
    );

  beforeAll(async () => {
    agent = start();
    expect((await open(agent)).error).toBeUndefined();
    await agent.must('query', `create schema ${schema}`);
  });
  afterAll(() => agent[Symbol.asyncDispose]());

  test('logs in by MD5 and by cleartext, with and without TLS', async () => {
    await using clear = start(cleartext);
    expect((await open(clear, cleartext)).error).toBeUndefined();
    expect(await clear.rows('select current_user')).toEqual([['awsuser']]);
    // redshift_connector accepts no certificate without an authority behind it.
    if (name === 'redshift_connector') return;
    await using secure = start();
    expect((await open(secure, fixture, { tls: 'on' })).error).toBeUndefined();
    expect(await secure.rows('select current_user')).toEqual([['awsuser']]);
  });

  test('is refused with a wrong password and for an unknown database', async () => {
    await using wrong = start();
    expect((await open(wrong, fixture, { password: 'wrong' })).error?.text).toContain(
      'password authentication failed for user "awsuser"',
    );
    await using unknown = start();
    expect((await open(unknown, fixture, { database: 'nowhere' })).error?.text).toContain(
      'database "nowhere" does not exist',
    );
  });

  test.each(TYPES)('round-trips %s', async (type, parameter, kind, values) => {
    const table = `${schema}.${type.replaceAll(/\W/g, '_')}`;
    await agent.must('query', `create table ${table} (k integer, v ${type})`);
    const fields: Field[] = [...values, null];
    const sent = fields.flatMap((value, key) => [String(key), value]);
    await agent.must('prepared', `insert into ${table} values (?, ${parameter})`, `int,${kind}`, ...sent);
    // redshift_connector makes text of a VARBYTE's bytes, which they need not be.
    const value =
      name === 'redshift_connector' && kind === 'string' && type.startsWith('varbyte')
        ? "from_varbyte(v, 'hex')"
        : 'v';
    const read = await agent.rows(`select ${value} from ${table} order by k`);
    expect(read.map(([value]) => comparable(type, value ?? null))).toEqual(
      fields.map((value) => comparable(type, value)),
    );
    const nulls = await agent.must(
      'prepared',
      `select k from ${table} where v is null and k = ?`,
      'int',
      '-1',
      String(values.length),
    );
    expect(nulls.rows).toEqual([[String(values.length)]]);
  });

  test('a failed statement has its SQLSTATE and leaves the session usable', async () => {
    const { error } = await agent.ask('query', `select * from ${schema}.missing`);
    expect(error?.text).toContain('does not exist');
    if (name !== 'redshift_connector') expect(error?.code).toBe('42P01');
    expect(await agent.rows('select 1')).toEqual([['1']]);
    const refused = await agent.ask('query', 'create index i on x (y)');
    expect(refused.error?.text).toContain('is not supported');
    const prepared = await agent.ask('prepared', 'select ? returning', 'int', '1');
    expect(prepared.error).toBeDefined();
    expect(await agent.rows('select 2')).toEqual([['2']]);
  });

  test('commits, rolls back, and recovers from a failure within a transaction', async () => {
    await agent.must('query', `create table ${schema}.t (n integer)`);
    await agent.must('begin');
    await agent.must('query', `insert into ${schema}.t values (1)`);
    await agent.must('rollback');
    await agent.must('begin');
    expect((await agent.must('query', `insert into ${schema}.t values (2), (3)`)).counts).toEqual([2]);
    await agent.must('commit');
    await agent.must('begin');
    await agent.must('query', `delete from ${schema}.t`);
    expect((await agent.ask('query', 'select 1/0')).error).toBeDefined();
    expect((await agent.ask('query', 'select 1')).error?.text).toContain('current transaction is aborted');
    await agent.must('rollback');
    expect(await agent.rows(`select n from ${schema}.t order by n`)).toEqual([['2'], ['3']]);
  });

  test('reads a large result by portions', async () => {
    const { rows } = await agent.must('fetch', 'select n from generate_series(1, 20000) s(n)', '300');
    expect(rows).toEqual([['20000', '200010000']]);
  });

  test('cancels a running statement', async () => {
    const endless =
      'select count(*) from generate_series(1, 100000) a(n), generate_series(1, 100000) b(n) where a.n * b.n = -1';
    const reply = await agent.ask('cancel', endless);
    if (reply.unsupported) {
      expect(name).toBe('redshift_connector');
      return;
    }
    expect(reply.error?.text).toMatch(/cancel/i);
    expect(reply.rows).toEqual([['soon']]);
    expect(await agent.rows('select 3')).toEqual([['3']]);
  });

  test('loads and unloads', async () => {
    const table = `${schema}.loaded`;
    fixture.s3.objects.set(`clients/${schema}/in.csv`, Buffer.from('1,one\n2,"two, 2"\n'));
    await agent.must('query', `create table ${table} (n integer, name varchar(20))`);
    await agent.must('begin');
    await agent.must('query', `copy ${table} from 's3://clients/${schema}/in' iam_role '${ROLE}' csv`);
    expect(await agent.rows('select pg_last_copy_count()')).toEqual([['2']]);
    await agent.must('commit');
    await agent.must(
      'query',
      `unload ('select n, name from ${table} where name <> \\'one\\'') to 's3://clients/${schema}/out_' iam_role '${ROLE}' csv parallel off`,
    );
    expect(fixture.s3.objects.get(`clients/${schema}/out_000`)?.toString()).toBe('2,"two, 2"\n');
    fixture.s3.objects.set(`clients/${schema}/bad.csv`, Buffer.from('x,one\n'));
    const { error } = await agent.ask(
      'query',
      `copy ${table} from 's3://clients/${schema}/bad' iam_role '${ROLE}' csv`,
    );
    expect(error?.text).toContain(`Load into table 'loaded' failed`);
    expect(
      await agent.rows('select trim(colname), err_code from stl_load_errors where query = pg_last_copy_id()'),
    ).toEqual([['n', '1207']]);
  });
});
