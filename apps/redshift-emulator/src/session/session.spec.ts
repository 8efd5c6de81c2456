import { execFile, spawnSync } from 'node:child_process';
import { promisify } from 'node:util';
import pg from 'pg';
import { startFixture, type Fixture } from '../testing/fixture.js';

let fixture: Fixture;
let client: pg.Client;

beforeAll(async () => {
  fixture = await startFixture({ tls: true, controlPort: 0 });
  client = await fixture.connect();
});
afterAll(async () => fixture[Symbol.asyncDispose]());

const rows = async (sql: string, values?: unknown[]): Promise<unknown[][]> =>
  (await client.query({ text: sql, rowMode: 'array', ...(values && { values }) })).rows as unknown[][];

/** Resolves when the promise is still open after PostgreSQL shows a waiting lock. */
async function untilWaiting(): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const waiting = await fixture.rows('select count(*) from pg_locks where not granted');
    if (waiting[0]?.[0] !== '0') return;
  }
  throw new Error('nothing waits for a lock');
}

describe('logging in', () => {
  test('says it is Redshift', async () => {
    expect(String((await rows('select version()'))[0])).toMatch(/^PostgreSQL 8\.0\.2 .* Redshift 1\.0\./);
    expect(await rows('show server_version')).toEqual([['8.0.2']]);
    expect(await rows('select current_user')).toEqual([['awsuser']]);
  });

  test.each([
    ['a wrong password', { password: 'wrong' }, '28P01'],
    ['an unknown user', { user: 'nobody' }, '28P01'],
    ['an unknown database', { database: 'other' }, '3D000'],
  ])('refuses %s', async (_what, change, code) => {
    const { host, port, user, password, database } = fixture.emulator;
    const other = new pg.Client({ host, port, user, password, database, ...change });
    await expect(other.connect()).rejects.toMatchObject({ code });
  });

  test('TLS, and users made by CREATE USER', async () => {
    const reader = `reader_${process.pid}`;
    await client.query(`create user ${reader} password 'Reader123'`);
    await client.query('create table secret (n int)');
    const { host, port, database } = fixture.emulator;
    const other = new pg.Client({
      host,
      port,
      database,
      user: reader,
      password: 'Reader123',
      ssl: { rejectUnauthorized: false },
    });
    await other.connect();
    await expect(other.query('select * from secret')).rejects.toMatchObject({ code: '42501' });
    await client.query(`grant select on secret to ${reader}`);
    expect((await other.query('select * from secret')).rows).toEqual([]);
    await other.end();
    await client.query(`drop table secret; drop user ${reader}`);
  });
});

describe('statements', () => {
  test('parameters, prepared statements and several statements in one message', async () => {
    await client.query('create table s (id int primary key, v varchar(10))');
    await client.query('insert into s values ($1, $2)', [1, "it's"]);
    const prepared = { name: 'again', text: 'select v from s where id = $1', values: [1] };
    expect((await client.query(prepared)).rows).toEqual([{ v: "it's" }]);
    expect((await client.query(prepared)).rows).toEqual([{ v: "it's" }]);
    const results = (await client.query(
      'insert into s values (2, null); select count(*) as n from s',
    )) as unknown as pg.QueryResult[];
    expect(results[1]?.rows).toEqual([{ n: '2' }]);
    await expect(client.query('insert into s values (3, null); select 1/0')).rejects.toMatchObject({
      code: '22012',
    });
    expect(await rows('select count(*) from s')).toEqual([['2']]);
    expect((await client.query('')).rows).toEqual([]);
  });

  test('PRIMARY KEY is not enforced; quoted names fold; backslashes escape', async () => {
    await client.query(`create table "MiXed" ("Id" int primary key, other int references s (id))`);
    await client.query('insert into mixed values (1, 99), (1, 99)');
    expect(await rows('select count(*), max("ID") from "MIXED"')).toEqual([['2', 1]]);
    expect(await rows(`select 'a\\\\b', 'it\\'s'`)).toEqual([['a\\b', "it's"]]);
  });

  test('definitions through the extended protocol, as JDBC sends them', async () => {
    const run = (text: string) => client.query({ name: '', text, values: [] as unknown[], rowMode: 'array' });
    await client.query({ name: 'ddl', text: 'create table ext (a int) diststyle even' });
    await client.query({ name: 'b', text: 'begin' });
    await client.query({ name: 'ins', text: 'insert into ext values (1)' });
    await client.query({ name: 'c', text: 'commit' });
    expect((await run('select a from ext')).rows).toEqual([[1]]);
    await expect(client.query({ name: 'bad', text: 'create index i on ext (a)' })).rejects.toMatchObject({
      code: '0A000',
    });
    await expect(client.query({ name: 'bad2', text: 'select 1 from ext for update' })).rejects.toMatchObject({
      code: '0A000',
    });
    expect((await run('select a from ext')).rows).toEqual([[1]]);
  });

  test('a refusal aborts the transaction it is in', async () => {
    for (const query of [
      'create index i on s (id)',
      { name: 'refused', text: 'insert into s values (7) returning id' },
    ]) {
      await client.query('begin');
      await expect(client.query(query)).rejects.toMatchObject({ code: '0A000' });
      await expect(client.query('select 1')).rejects.toMatchObject({ code: '25P02' });
      await client.query({ name: 'end', text: 'rollback' });
    }
    expect(await rows('select count(*) from s')).toEqual([['2']]);
  });

  test('a cancelled statement', async () => {
    const other = await fixture.connect();
    const slow = other.query(
      'select count(*) from pg_attribute a, pg_attribute b, pg_attribute c, pg_attribute d',
    );
    const { processID, secretKey } = other as unknown as { processID: number; secretKey: number };
    const { connect } = await import('node:net');
    const packet = Buffer.alloc(16);
    packet.writeInt32BE(16, 0);
    packet.writeInt32BE(80877102, 4);
    packet.writeInt32BE(processID, 8);
    packet.writeInt32BE(secretKey, 12);
    const failed = expect(slow).rejects.toMatchObject({ code: '57014' });
    // A cancel that comes before the statement does nothing.
    for (let running = '0'; running === '0';) {
      const found = await fixture.rows('select count(*) from stv_recents where pid = $1 and status = $2', [
        processID,
        'Running',
      ]);
      running = String(found[0]?.[0]);
    }
    connect(fixture.emulator.port, '127.0.0.1').end(packet);
    await failed;
  });
});

describe('types and limits', () => {
  test('VARCHAR counts bytes, without length it is 256, CHAR is single-byte, DECIMAL(19) is 64 bits', async () => {
    await client.query(
      'create table l (v varchar(3), w varchar, c char(3), d decimal(19,2), t text, x varchar(max))',
    );
    await client.query("insert into l (v) values ('abc')");
    await expect(client.query("insert into l (v) values ('äb€')")).rejects.toMatchObject({
      code: '22001',
      message: 'value too long for type character varying(3)',
    });
    await expect(client.query('insert into l (w) values ($1)', ['x'.repeat(257)])).rejects.toMatchObject({
      message: 'value too long for type character varying(256)',
    });
    await expect(client.query("insert into l (c) values ('äöü')")).rejects.toMatchObject({
      message: 'value too long for type character(3)',
    });
    await expect(client.query('insert into l (d) values (92233720368547758.08)')).rejects.toMatchObject({
      code: '22003',
    });
    await client.query('insert into l (d, x) values (92233720368547758.07, $1)', ['é'.repeat(32_000)]);
    expect(await rows('select "column", type from pg_table_def where tablename = \'l\'')).toEqual([
      ['v', 'character varying(3)'],
      ['w', 'character varying(256)'],
      ['c', 'character(3)'],
      ['d', 'numeric(19,2)'],
      ['t', 'character varying(256)'],
      ['x', 'character varying(65535)'],
    ]);
  });

  test('SUPER and VARBYTE look as on Redshift', async () => {
    await client.query('create table sup (doc super, bin varbyte(4))');
    await client.query(`insert into sup values (json_parse('{"a": [1, 2], "b c": ", "}'), from_hex('CAFE'))`);
    const result = await client.query({ text: 'select doc, bin from sup', rowMode: 'array' });
    expect(result.rows).toEqual([['{"a":[1,2],"b c":", "}', 'cafe']]);
    expect(result.fields.map(({ dataTypeID }) => dataTypeID)).toEqual([4000, 6551]);
  });

  test('CREATE TABLE AS and LIKE keep Redshift limits', async () => {
    await client.query(
      "create table ctas distkey(k) as select 'ab'::varchar(2) as k, v || 'x' as y, 1::decimal as n from l",
    );
    await expect(client.query("insert into ctas values ('äb', '', 1)")).rejects.toMatchObject({
      message: /character varying\(2\)/,
    });
    await client.query('create temp table tmp (like ctas)');
    await client.query('create table #hash (like ctas)');
    await expect(client.query("insert into #hash values ('äb', '', 1)")).rejects.toMatchObject({
      code: '22001',
    });
    expect(await rows(`select diststyle from svv_table_info where "table" = 'ctas'`)).toEqual([['KEY(k)']]);
  });
});

describe('transactions', () => {
  test('TRUNCATE commits', async () => {
    await client.query('create table tr (n int); insert into tr values (1)');
    await client.query('create table tr2 (n int)');
    await client.query('begin');
    await client.query('insert into tr2 values (1)');
    await client.query('truncate tr');
    await client.query('rollback');
    expect(await rows('select (select count(*) from tr), (select count(*) from tr2)')).toEqual([['0', '1']]);
  });

  test('what cannot run in a block, and what can', async () => {
    await client.query('begin');
    await client.query('create table inblock (v varchar(5) not null)');
    await client.query('alter table inblock add column w int');
    await expect(client.query('alter table inblock alter column v type varchar(9)')).rejects.toMatchObject({
      code: '25001',
      message: 'ALTER TABLE ALTER COLUMN cannot run inside a transaction block',
    });
    await client.query('rollback');
    await client.query('begin');
    await expect(client.query('vacuum s')).rejects.toMatchObject({ code: '25001' });
    await client.query('rollback');
    await client.query("create table outblock (v varchar(5)); insert into outblock values ('12345')");
    await client.query('alter table outblock alter column v type varchar(9)');
    await client.query("insert into outblock values ('123456789')");
    await expect(client.query("insert into outblock values ('1234567890')")).rejects.toMatchObject({
      message: /varying\(9\)/,
    });
    await expect(client.query('alter table outblock alter column v type varchar(8)')).rejects.toThrow(
      /target column size 8 should be larger or equal to current maximum column size 9/,
    );
    await client.query('vacuum delete only s to 75 percent');
    await client.query('analyze s predicate columns');
  });

  test('a transaction sees one snapshot, and a lost update is error 1023', async () => {
    await client.query('create table iso (id int, n int); insert into iso values (1, 0)');
    const other = await fixture.connect();
    await client.query('begin');
    expect(await rows('select n from iso')).toEqual([[0]]);
    await other.query('update iso set n = 1');
    expect(await rows('select n from iso')).toEqual([[0]]);
    await expect(client.query('update iso set n = n + 10')).rejects.toMatchObject({
      code: 'XX000',
      message: '1023',
      detail: expect.stringMatching(
        /^Serializable isolation violation on table - \d+, transactions forming the cycle are: /,
      ) as unknown,
    });
    await client.query('rollback');
    expect(await rows('select n from iso')).toEqual([[1]]);
  });

  test('the first statement of a transaction waits for the writer before it and then sees its work', async () => {
    await client.query('create table fence (n int); insert into fence values (0)');
    const other = await fixture.connect();
    await other.query('begin');
    await other.query('update fence set n = 1 where n = 0');
    await client.query('begin');
    const second = client.query({ text: 'update fence set n = 1 where n = $1', values: [0] });
    await untilWaiting();
    await other.query('commit');
    expect((await second).rowCount).toBe(0);
    await client.query('commit');
  });

  test('autocommitted writers of a table take turns, and both count', async () => {
    await client.query('create table counter (n int); insert into counter values (0)');
    const writers = await Promise.all([0, 1, 2, 3].map(() => fixture.connect()));
    await Promise.all(
      writers.map(async (writer, index) => {
        for (let turn = 0; turn < 10; turn += 1) {
          if (index % 2 === 0) await writer.query('update counter set n = n + 1');
          else await writer.query('update counter set n = n + $1', [1]);
        }
      }),
    );
    expect(await rows('select n from counter')).toEqual([[40]]);
  });

  test('swapping tables by renames is one transaction', async () => {
    await client.query('create table swap (n int); insert into swap values (1)');
    await client.query('create table swap_new (n int); insert into swap_new values (2)');
    await client.query('begin');
    await client.query('drop table swap');
    await client.query('alter table swap_new rename to swap');
    expect(await fixture.rows('select count(*) from pg_class where relname = $1', ['swap_new'])).toEqual([
      ['1'],
    ]);
    await client.query('commit');
    expect(await rows('select n from swap')).toEqual([[2]]);
  });
});

describe('moods', () => {
  const mood = async (moods: object): Promise<void> => {
    const response = await fetch(`${fixture.emulator.controlUrl}/moods`, {
      method: 'POST',
      body: JSON.stringify(moods),
    });
    expect(response.status).toBe(200);
  };

  test('a COMMIT whose answer is lost has happened; one before which the connection drops has not', async () => {
    await client.query('create table lost (n int)');
    for (const [moods, expected] of [
      [{ loseCommitAnswers: 1 }, '1'],
      [{ dropBeforeCommit: 1 }, '1'],
    ] as const) {
      const other = await fixture.connect();
      await other.query('begin');
      await other.query('insert into lost values (1)');
      await mood(moods);
      await expect(other.query('commit')).rejects.toThrow(/terminated|ended/i);
      expect(await rows('select count(*) from lost')).toEqual([[expected]]);
    }
  });

  test('a COMMIT can be made to fail with 1023', async () => {
    await mood({ serializationFailures: 1 });
    await client.query('begin');
    await client.query('insert into lost values (5)');
    await expect(client.query('commit')).rejects.toMatchObject({ message: '1023' });
    expect(await rows('select count(*) from lost where n = 5')).toEqual([['0']]);
  });

  test('an unknown mood is refused by name', async () => {
    const response = await fetch(`${fixture.emulator.controlUrl}/moods`, {
      method: 'POST',
      body: '{"grumpy":1}',
    });
    expect([response.status, await response.json()]).toMatchObject([
      400,
      { error: expect.stringMatching(/unknown mood grumpy/) as unknown },
    ]);
  });
});

const psql = spawnSync('psql', ['--version']).status === 0;
(psql ? test : test.skip)(`psql connects${psql ? '' : ' (SKIPPED: no psql on this machine)'}`, async () => {
  const { port, user, password, database } = fixture.emulator;
  const where = `host=127.0.0.1 port=${port} user=${user} dbname=${database} sslmode=require`;
  const script =
    "create table ps (n int encode az64) sortkey (n); insert into ps values (1); select n, getdate() > '2020-01-01' from ps";
  const { stdout } = await promisify(execFile)('psql', [where, '-At', '-c', script], {
    env: { ...process.env, PGPASSWORD: password },
  });
  expect(stdout).toBe('CREATE TABLE\nINSERT 0 1\n1|t\n');
});

test('a table re-made or emptied after the snapshot is error 1018', async () => {
  await client.query('create table base (n int); create table made (n int); insert into made values (1)');
  const other = await fixture.connect();
  const remake = async (sql: string): Promise<void> => {
    await client.query('begin');
    await client.query('select * from base');
    await other.query(sql);
  };
  const refused = { code: 'XX000', message: '1018', detail: 'Relation does not exist' };
  const swap =
    'create table next (n int); insert into next values (2); drop table made; alter table next rename to made';
  await remake(swap);
  await expect(client.query('select count(*) from base, made')).rejects.toMatchObject(refused);
  await client.query('rollback');
  await remake(swap);
  await expect(
    client.query({ name: 'late', text: 'insert into base select n from made' }),
  ).rejects.toMatchObject(refused);
  await client.query('rollback');
  await remake('truncate made');
  await expect(client.query('select * from made')).rejects.toMatchObject(refused);
  await client.query('rollback');
  await client.query('begin');
  await client.query('create table own as select 1 as n');
  expect(await rows('select n from own')).toEqual([[1]]);
  await client.query('rollback');
});
