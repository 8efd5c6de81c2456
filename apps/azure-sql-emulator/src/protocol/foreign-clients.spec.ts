import { startEmulator, type Emulator } from '../emulator.js';
import { ClientAgent, type Field } from './testing/client-agent.js';
import { goMssqldb, mssqlJdbc, pymssql } from './testing/foreign-clients.js';
import { asConverted, asRead, TYPE_CASES } from './testing/type-cases.js';

let emulator: Emulator;

beforeAll(async () => {
  emulator = await startEmulator({ password: 'Password1!', databases: ['shop'] });
});

afterAll(() => emulator.stop());

describe.each([pymssql(), mssqlJdbc(), goMssqldb()])(
  '$name',
  ({ name, command, missing, fractionDigits, readsUtf8, bulkIsExact }) => {
    if (missing !== undefined) {
      test.skip(`SKIPPED: ${missing}`, () => undefined);
      return;
    }

    let agent: ClientAgent;
    const start = (): ClientAgent => new ClientAgent(command, emulator.host, emulator.port);
    const open = (
      client: ClientAgent,
      changes: { tls?: string; password?: string; database?: string; packet?: string } = {},
    ) =>
      client.ask(
        'open',
        changes.tls ?? 'off',
        emulator.user,
        changes.password ?? emulator.password,
        changes.database ?? 'shop',
        changes.packet ?? '4096',
      );

    beforeAll(async () => {
      agent = start();
      const { error } = await open(agent);
      if (error) throw new Error(error.text);
      await agent.must(
        'query',
        `IF OBJECT_ID(N'dbo.numbers') IS NULL EXEC(N'
      CREATE TABLE dbo.numbers (n int PRIMARY KEY, pad nvarchar(100));
      INSERT INTO dbo.numbers SELECT TOP 100000 ROW_NUMBER() OVER (ORDER BY (SELECT 1)), REPLICATE(N''é'', 50)
      FROM (VALUES (1),(2),(3),(4),(5),(6),(7),(8),(9),(10)) a(x), (VALUES (1),(2),(3),(4),(5),(6),(7),(8),(9),(10)) b(x), (VALUES (1),(2),(3),(4),(5),(6),(7),(8),(9),(10)) c(x), (VALUES (1),(2),(3),(4),(5),(6),(7),(8),(9),(10)) d(x), (VALUES (1),(2),(3),(4),(5),(6),(7),(8),(9),(10)) e(x)')`,
      );
    });

    afterAll(() => agent[Symbol.asyncDispose]());

    it.each(['off', 'on'])('logs in with TLS %s', async (tls) => {
      await using other = start();
      expect((await open(other, { tls })).error).toBeUndefined();
      expect(await other.rows('SELECT DB_NAME()')).toEqual([['shop']]);
    });

    it.each(['512', '4096', '16384', '32767'])('speaks in packets of %s bytes', async (packet) => {
      await using other = start();
      expect((await open(other, { packet })).error).toBeUndefined();
      const long = 'xyz€'.repeat(20_000);
      await other.must('prepared', `SELECT CAST(? AS nvarchar(max)) AS v`, 'string', long);
      expect(await other.rows(`SELECT REPLICATE(CAST(N'xyz€' AS nvarchar(max)), 20000)`)).toEqual([[long]]);
    });

    it('is refused with a wrong password and for an unknown database', async () => {
      await using other = start();
      expect((await open(other, { password: 'wrong' })).error).toMatchObject({ number: 18456 });
      await using another = start();
      // 18456 follows 4060, and pymssql keeps the graver of the two.
      const { error } = await open(another, { database: 'nowhere' });
      expect([4060, 18456]).toContain(error?.number);
      if (name !== 'pymssql') expect(error?.text).toContain('Cannot open database "nowhere"');
    });

    it.each(TYPE_CASES.map((each) => [each.type, each] as const))('round-trips %s', async (type, each) => {
      const table = `dbo.[${name} ${type}]`;
      await agent.must('query', `CREATE TABLE ${table} (k int PRIMARY KEY, v ${type} NULL)`);
      const values: Field[] = [...each.values, null];
      const sent = values.flatMap((value, key) => [String(key), value]);
      await agent.must('prepared', `INSERT INTO ${table} VALUES (?, ?)`, `int,${each.kind}`, ...sent);
      const column = async (sql: string): Promise<Field[]> =>
        (await agent.rows(`SELECT ${sql} FROM ${table} ORDER BY k`)).map(([value]) => value ?? null);
      // A driver that knows no UTF-8 collation reads such a column's bytes as another code page, on SQL Server too.
      const blind = !readsUtf8 && type.endsWith('_UTF8');
      const read = await column(blind ? 'CAST(v AS nvarchar(50))' : 'v');
      expect(read.map((value) => comparable(type, value))).toEqual(
        values.map((value) => comparable(type, value && asRead(each, value, fractionDigits))),
      );
      const texts = values.map((value) => asConverted(each, value));
      if (texts.includes(undefined)) return;
      expect(await column(`CONVERT(nvarchar(max), v, ${each.style})`)).toEqual(texts);
    });

    it('runs a prepared statement many times', async () => {
      const values = Array.from({ length: 40 }, (_, n) => [String(n), n % 7 === 0 ? null : `value ${n}`]);
      const { sets, values: loose } = await agent.must(
        'prepared',
        'SELECT ? + 1 AS n, ? AS t',
        'int,string',
        ...values.flat(),
      );
      expect([...loose, ...sets.flatMap(({ rows }) => rows)]).toEqual(
        values.map(([n, t]) => [String(Number(n) + 1), t]),
      );
    });

    it('keeps what it commits and undoes what it rolls back, errors included', async () => {
      const table = `dbo.[${name} kept]`;
      await agent.must('query', `CREATE TABLE ${table} (id int PRIMARY KEY)`);
      await agent.must('begin');
      await agent.must('query', `INSERT INTO ${table} VALUES (1)`);
      await agent.must('commit');
      await agent.must('begin');
      await agent.must('query', `INSERT INTO ${table} VALUES (2)`);
      expect((await agent.ask('query', `INSERT INTO ${table} VALUES (1)`)).error).toMatchObject({
        number: 2627,
      });
      expect(await agent.rows(`SELECT COUNT(*) FROM ${table}`)).toEqual([['2']]);
      await agent.must('rollback');
      expect(await agent.rows(`SELECT id, @@TRANCOUNT FROM ${table}`)).toEqual([['1', '0']]);
    });

    it('reads a large result whole', async () => {
      const { values } = await agent.must('count', 'SELECT n, pad FROM dbo.numbers');
      expect(values).toEqual([['100000']]);
    });

    it('cancels in the middle of a large result, and the connection goes on', async () => {
      const [[spid]] = (await agent.rows('SELECT @@SPID')) as [[string]];
      const { values } = await agent.must(
        'cancel',
        'SELECT a.n, b.pad FROM dbo.numbers a CROSS JOIN (SELECT TOP 100 pad FROM dbo.numbers) b',
        '5000',
      );
      expect(values).toEqual([['5000']]);
      expect(await agent.rows('SELECT @@SPID')).toEqual([[spid]]);
    });

    it('reads several results, with the messages between them', async () => {
      const { sets, infos, error } = await agent.ask(
        'query',
        `SELECT 1 AS a; PRINT N'first ż'; SELECT N'x' AS b, NULL AS c WHERE 1 = 0; RAISERROR(N'second %d', 5, 1, 42); SELECT 2 AS d`,
      );
      expect(error).toBeUndefined();
      expect(sets).toEqual([
        { columns: ['a'], rows: [['1']] },
        { columns: ['b', 'c'], rows: [] },
        { columns: ['d'], rows: [['2']] },
      ]);
      expect(infos.map(({ text }) => text)).toEqual(['first ż', 'second 42']);
    });

    it('hears of an error with its number', async () => {
      expect((await agent.ask('query', `RAISERROR(N'Boom %s', 16, 3, N'!')`)).error).toMatchObject({
        number: 50_000,
        text: expect.stringContaining('Boom !') as string,
      });
      expect((await agent.ask('query', 'SELECT * FROM dbo.nowhere')).error).toMatchObject({ number: 208 });
      expect(await agent.rows('SELECT 1')).toEqual([['1']]);
    });

    it('loads in bulk', async () => {
      const table = `dbo.[${name} bulk]`;
      await agent.must(
        'query',
        `CREATE TABLE ${table} (id int PRIMARY KEY, l bigint NULL, n decimal(38,10) NULL, f float NULL, t nvarchar(50) NULL, b varbinary(20) NULL)`,
      );
      const least = `-${'9'.repeat(bulkIsExact ? 28 : 18)}.9999999999`;
      const empty = bulkIsExact ? '' : null;
      const rows: Field[][] = Array.from({ length: 3000 }, (_, id) => [
        String(id),
        `${id}000000000`,
        `${id}.0000000001`,
        `${id}.5`,
        `row ${id} 😀`,
        '00ff',
      ]);
      rows.push(
        ['3000', '9223372036854775807', least, '1.5', empty, empty],
        ['3001', null, null, null, null, null],
      );
      await agent.must('bulk', table, 'id,l,n,f,t,b', 'int,long,decimal,double,string,bytes', ...rows.flat());
      expect(
        await agent.rows(
          `SELECT COUNT(*), COUNT(l), CAST(MIN(n) AS varchar(41)), CAST(SUM(f) AS int) FROM ${table} WHERE id < 3000`,
        ),
      ).toEqual([['3000', '3000', '0.0000000001', '4500000']]);
      expect(
        await agent.rows(
          `SELECT CONVERT(nvarchar(60), l), CONVERT(nvarchar(60), n), t, CONVERT(nvarchar(60), b, 2) FROM ${table} WHERE id >= 2999 ORDER BY id`,
        ),
      ).toEqual([
        ['2999000000000', '2999.0000000001', 'row 2999 😀', '00FF'],
        ['9223372036854775807', least, empty, empty],
        [null, null, null, null],
      ]);
    });
  },
);

/** Floats by their value, however many digits a driver prints. */
const comparable = (type: string, value: Field): Field | number => {
  if (value === null || !/^(float|real)/.test(type)) return value;
  return type === 'real' ? Math.fround(Number(value)) : Number(value);
};
