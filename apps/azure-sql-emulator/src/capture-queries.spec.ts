import sql from 'mssql';
import { startEmulator, type Emulator } from './emulator.js';

let emulator: Emulator;
let pool: sql.ConnectionPool;

const config = (): sql.config => ({
  server: '127.0.0.1',
  port: emulator.port,
  user: emulator.user,
  password: emulator.password,
  database: 'shop',
  options: { encrypt: false },
});

beforeAll(async () => {
  emulator = await startEmulator({ password: 'Password1!', databases: ['shop'], controlPort: 0, tls: 'off' });
  pool = await new sql.ConnectionPool(config()).connect();
  await run('ALTER DATABASE [shop] SET CHANGE_TRACKING = ON (CHANGE_RETENTION = 2 DAYS, AUTO_CLEANUP = ON)');
  await run('CREATE SCHEMA sales');
  await run(`CREATE TABLE sales.[Order Line] (
    note nvarchar(100) COLLATE Latin1_General_CI_AS NULL, line int NOT NULL, amount decimal(19,4) NOT NULL DEFAULT 0,
    order_id bigint NOT NULL, changed rowversion, CONSTRAINT pk_line PRIMARY KEY (order_id, line DESC))`);
  await run('CREATE TABLE dbo.Customer (id int IDENTITY PRIMARY KEY, name varchar(50) NULL)');
  await run('ALTER TABLE sales.[Order Line] ENABLE CHANGE_TRACKING WITH (TRACK_COLUMNS_UPDATED = OFF)');
  await run('ALTER TABLE dbo.Customer ENABLE CHANGE_TRACKING');
});

afterAll(async () => {
  await pool.close();
  await emulator.stop();
});

const run = (text: string) => pool.request().batch(text);

async function rows<T = Record<string, unknown>>(
  text: string,
  input: Record<string, number> = {},
): Promise<T[]> {
  const request = pool.request();
  for (const [name, value] of Object.entries(input)) request.input(name, sql.BigInt, value);
  return (await request.query<T>(text)).recordset;
}

const version = async () =>
  Number((await rows<{ v: string }>('SELECT CHANGE_TRACKING_CURRENT_VERSION() AS v'))[0]?.v);

describe('discovery', () => {
  it('finds the tracked tables with their validity', async () => {
    const found = await rows(`
      SELECT s.name AS schema_name, t.name AS table_name, ct.object_id, ct.is_track_columns_updated_on,
             ct.begin_version, ct.cleanup_version, ct.min_valid_version,
             CHANGE_TRACKING_MIN_VALID_VERSION(ct.object_id) AS min_valid
      FROM sys.change_tracking_tables AS ct
      JOIN sys.tables  AS t ON t.object_id = ct.object_id
      JOIN sys.schemas AS s ON s.schema_id = t.schema_id
      ORDER BY s.name, t.name`);
    expect(found).toMatchObject([
      { schema_name: 'dbo', table_name: 'Customer', is_track_columns_updated_on: false, min_valid: '0' },
      { schema_name: 'sales', table_name: 'Order Line', is_track_columns_updated_on: false, min_valid: '0' },
    ]);
  });

  it('describes their columns', async () => {
    const found = await rows(`
      SELECT c.object_id, c.column_id, c.name, ty.name AS user_type, bt.name AS base_type, c.user_type_id, c.system_type_id,
             c.max_length, c.precision, c.scale, c.collation_name, c.is_nullable, c.is_identity, c.is_computed, c.is_hidden,
             c.generated_always_type
      FROM sys.columns AS c
      JOIN sys.types AS ty ON ty.user_type_id = c.user_type_id
      LEFT JOIN sys.types AS bt ON bt.user_type_id = c.system_type_id
      WHERE c.object_id IN (SELECT object_id FROM sys.change_tracking_tables)
      ORDER BY c.object_id, c.column_id`);
    const order = found.filter(({ object_id: id }) => id === found[0]?.['object_id']);
    expect(order).toMatchObject([
      {
        name: 'note',
        user_type: 'nvarchar',
        max_length: 200,
        is_nullable: true,
        collation_name: 'Latin1_General_CI_AS',
      },
      { name: 'line', user_type: 'int', max_length: 4, is_nullable: false },
      { name: 'amount', user_type: 'decimal', precision: 19, scale: 4 },
      { name: 'order_id', user_type: 'bigint', max_length: 8 },
      { name: 'changed', user_type: 'timestamp', max_length: 8 },
    ]);
    expect(found.find(({ name }) => name === 'id')).toMatchObject({ is_identity: true });
  });

  it('describes their keys in key order', async () => {
    const found = await rows(`
      SELECT ic.object_id, ic.key_ordinal, ic.column_id, c.name, ic.is_descending_key
      FROM sys.indexes AS i
      JOIN sys.index_columns AS ic ON ic.object_id = i.object_id AND ic.index_id = i.index_id
      JOIN sys.columns AS c ON c.object_id = ic.object_id AND c.column_id = ic.column_id
      WHERE i.is_primary_key = 1 AND ic.key_ordinal > 0
        AND i.object_id IN (SELECT object_id FROM sys.change_tracking_tables)
      ORDER BY ic.object_id, ic.key_ordinal`);
    expect(found.map(({ name, is_descending_key: descending }) => [name, descending])).toEqual([
      ['order_id', false],
      ['line', true],
      ['id', false],
    ]);
  });

  it("tells the database's state", async () => {
    const found = await rows(`
      SELECT DB_NAME() AS db, DATABASEPROPERTYEX(DB_NAME(),'Updateability') AS updateability, d.snapshot_isolation_state,
             d.is_read_committed_snapshot_on, ctd.retention_period, ctd.retention_period_units_desc, ctd.is_auto_cleanup_on,
             CHANGE_TRACKING_CURRENT_VERSION() AS current_version
      FROM sys.databases AS d LEFT JOIN sys.change_tracking_databases AS ctd ON ctd.database_id = d.database_id
      WHERE d.database_id = DB_ID()`);
    expect(found).toMatchObject([
      {
        db: 'shop',
        updateability: 'READ_WRITE',
        snapshot_isolation_state: 1,
        is_read_committed_snapshot_on: true,
        retention_period: 2,
        retention_period_units_desc: 'DAYS',
        is_auto_cleanup_on: true,
        current_version: '0',
      },
    ]);
  });
});

const PROBE = `
  SELECT 0 AS i, CASE WHEN EXISTS (SELECT 1 FROM CHANGETABLE(CHANGES [sales].[Order Line], @v0) AS ct) THEN 1 ELSE 0 END AS changed
  UNION ALL SELECT 1, CASE WHEN EXISTS (SELECT 1 FROM CHANGETABLE(CHANGES [dbo].[Customer], @v1) AS ct) THEN 1 ELSE 0 END`;

const POLL = `
  SELECT CT.SYS_CHANGE_VERSION AS __ver, CT.SYS_CHANGE_CREATION_VERSION AS __cver, CT.SYS_CHANGE_OPERATION AS __op,
         CT.[order_id] AS __k0, CT.[line] AS __k1, CASE WHEN T.[order_id] IS NULL THEN 0 ELSE 1 END AS __present,
         T.[note] AS [note], CONVERT(varchar(41), T.[amount]) AS [amount]
  FROM CHANGETABLE(CHANGES [sales].[Order Line], @from) AS CT
  LEFT OUTER JOIN [sales].[Order Line] AS T ON T.[order_id] = CT.[order_id] AND T.[line] = CT.[line]
  WHERE CT.SYS_CHANGE_VERSION <= @to
  ORDER BY CT.SYS_CHANGE_VERSION, CT.[order_id], CT.[line]`;

describe('polling', () => {
  it('probes which tables have anything new', async () => {
    const before = await version();
    expect(await rows(PROBE, { v0: before, v1: before })).toEqual([
      { i: 0, changed: 0 },
      { i: 1, changed: 0 },
    ]);
    await run(`INSERT INTO dbo.Customer (name) VALUES ('Ann')`);
    expect(await rows(PROBE, { v0: before, v1: before })).toEqual([
      { i: 0, changed: 0 },
      { i: 1, changed: 1 },
    ]);
  });

  it('reads changes joined with the rows', async () => {
    const from = await version();
    await run(
      `INSERT INTO sales.[Order Line] (order_id, line, note, amount) VALUES (1, 1, N'żółć', 12.5), (1, 2, NULL, -1)`,
    );
    await run(`UPDATE sales.[Order Line] SET amount = 99 WHERE line = 1`);
    await run(`DELETE FROM sales.[Order Line] WHERE line = 2`);
    const to = await version();
    expect(to).toBe(from + 3);
    const at = (offset: number) => String(from + offset);
    expect(await rows(POLL, { from, to })).toEqual([
      {
        __ver: at(2),
        __cver: at(1),
        __op: 'I',
        __k0: '1',
        __k1: 1,
        __present: 1,
        note: 'żółć',
        amount: '99.0000',
      },
      { __ver: at(3), __cver: at(1), __op: 'D', __k0: '1', __k1: 2, __present: 0, note: null, amount: null },
    ]);
    expect(await rows(POLL, { from: from + 1, to: from + 2 })).toMatchObject([
      { __op: 'U', __cver: null, __k1: 1 },
    ]);
    expect(await rows(POLL.replace('@from)', '@from, FORCESEEK)'), { from, to })).toHaveLength(2);
  });

  it('reads pages inside a version', async () => {
    const from = await version();
    await run(`INSERT INTO sales.[Order Line] (order_id, line) VALUES (7, 1), (7, 2), (7, 3), (8, 1)`);
    const page = `
      SELECT TOP (@n) CT.SYS_CHANGE_VERSION AS v, CT.[order_id] AS a, CT.[line] AS b
      FROM CHANGETABLE(CHANGES [sales].[Order Line], @from) AS CT
      WHERE CT.SYS_CHANGE_VERSION <= @to AND (CT.SYS_CHANGE_VERSION > @pv
         OR (CT.SYS_CHANGE_VERSION = @pv AND (CT.[order_id] > @pa OR (CT.[order_id] = @pa AND CT.[line] > @pb))))
      ORDER BY CT.SYS_CHANGE_VERSION, CT.[order_id], CT.[line]`;
    const to = await version();
    const seen: string[] = [];
    let cursor = { pv: from, pa: 0, pb: 0 };
    for (;;) {
      const found = await rows<{ v: string; a: string; b: number }>(page, { n: 3, from, to, ...cursor });
      const last = found.at(-1);
      if (last === undefined) break;
      seen.push(...found.map(({ a, b }) => `${a}/${b}`));
      cursor = { pv: Number(last.v), pa: Number(last.a), pb: last.b };
    }
    expect(seen).toEqual(['7/1', '7/2', '7/3', '8/1']);
  });

  it('reads a snapshot: tables, changes and version of one moment', async () => {
    const before = await version();
    const reader = new sql.Transaction(pool);
    await reader.begin(sql.ISOLATION_LEVEL.SNAPSHOT);
    const inside = async (text: string) =>
      (await new sql.Request(reader).query<{ v: string }>(text)).recordset;
    expect(await inside('SELECT CHANGE_TRACKING_CURRENT_VERSION() AS v')).toEqual([{ v: String(before) }]);
    await run(`INSERT INTO dbo.Customer (name) VALUES ('Bob')`);
    expect(await inside('SELECT CHANGE_TRACKING_CURRENT_VERSION() AS v')).toEqual([{ v: String(before) }]);
    expect(await inside(`SELECT id AS v FROM CHANGETABLE(CHANGES dbo.Customer, ${before}) AS ct`)).toEqual(
      [],
    );
    expect(await inside(`SELECT id AS v FROM dbo.Customer WHERE name = 'Bob'`)).toEqual([]);
    await reader.commit();
    expect(await version()).toBe(before + 1);
  });

  it('maps versions to commit times', async () => {
    const current = await version();
    const [found] = await rows<{ commit_ts: string; commit_time: Date }>(
      'SELECT commit_ts, commit_time FROM sys.dm_tran_commit_table WHERE commit_ts = (SELECT MAX(commit_ts) FROM sys.dm_tran_commit_table)',
    );
    expect(found?.commit_ts).toBe(String(current));
    expect(Math.abs((found?.commit_time.getTime() ?? 0) - Date.now())).toBeLessThan(60_000);
  });

  it('reads chunks of a table by its key', async () => {
    const chunk = `
      SELECT TOP (@n) [order_id], [line] FROM [sales].[Order Line]
      WHERE ([order_id] > @a) OR ([order_id] = @a AND [line] > @b) ORDER BY [order_id], [line]`;
    expect(await rows(chunk, { n: 2, a: 7, b: 1 })).toEqual([
      { order_id: '7', line: 2 },
      { order_id: '7', line: 3 },
    ]);
  });
});

describe('what breaks a cursor', () => {
  it('TRUNCATE moves begin_version, not the version', async () => {
    await run(`INSERT INTO dbo.Customer (name) VALUES ('Cid')`);
    const before = await version();
    await run('TRUNCATE TABLE dbo.Customer');
    expect(await version()).toBe(before);
    expect(
      await rows(
        `SELECT begin_version, min_valid_version FROM sys.change_tracking_tables WHERE object_id = OBJECT_ID('dbo.Customer')`,
      ),
    ).toEqual([{ begin_version: String(before), min_valid_version: String(before) }]);
    expect(await rows(PROBE, { v0: before, v1: 0 })).toMatchObject([{ changed: 0 }, { changed: 0 }]);
  });

  it('history expired by the control endpoint', async () => {
    await run(`INSERT INTO dbo.Customer (name) VALUES ('Dan')`);
    const current = await version();
    const response = await fetch(`${emulator.controlUrl ?? ''}/change-tracking/expire`, {
      method: 'POST',
      body: JSON.stringify({ database: 'shop', table: 'dbo.Customer' }),
    });
    expect(response.status).toBe(200);
    expect(await rows(`SELECT CHANGE_TRACKING_MIN_VALID_VERSION(OBJECT_ID('dbo.Customer')) AS m`)).toEqual([
      { m: String(current) },
    ]);
  });

  it('a table that is not tracked: 22105 for the whole batch', async () => {
    await run('CREATE TABLE dbo.Untracked (id int PRIMARY KEY)');
    await expect(
      run(`SELECT 1 AS x; IF 1 = 0 SELECT * FROM CHANGETABLE(CHANGES dbo.Untracked, 0) AS ct`),
    ).rejects.toMatchObject({ number: 22105 });
    expect(await rows(`SELECT CHANGE_TRACKING_MIN_VALID_VERSION(OBJECT_ID('dbo.Untracked')) AS m`)).toEqual([
      { m: null },
    ]);
  });

  it('DROP and CREATE: another object_id, a new history', async () => {
    await run('CREATE TABLE dbo.Again (id int PRIMARY KEY); ALTER TABLE dbo.Again ENABLE CHANGE_TRACKING');
    const id = async () => (await rows<{ id: number }>(`SELECT OBJECT_ID('dbo.Again') AS id`))[0]?.id;
    const first = await id();
    await run('INSERT INTO dbo.Again VALUES (1); DROP TABLE dbo.Again');
    await run('CREATE TABLE dbo.Again (id int PRIMARY KEY); ALTER TABLE dbo.Again ENABLE CHANGE_TRACKING');
    expect(await id()).not.toBe(first);
    expect(await rows('SELECT * FROM CHANGETABLE(CHANGES dbo.Again, NULL) AS ct')).toEqual([]);
  });

  it('columns come and go under tracking without a change', async () => {
    const before = await version();
    await run('ALTER TABLE dbo.Again ADD extra int NULL');
    await run('ALTER TABLE dbo.Again DROP COLUMN extra');
    expect(await version()).toBe(before);
    await run('INSERT INTO dbo.Again VALUES (5)');
    expect(await version()).toBe(before + 1);
    await expect(run('ALTER TABLE dbo.Again DROP COLUMN id')).rejects.toThrow();
  });

  it.each([
    ['enabling twice', 'ALTER TABLE dbo.Again ENABLE CHANGE_TRACKING', 4996],
    ['disabling an untracked table', 'ALTER TABLE dbo.Untracked DISABLE CHANGE_TRACKING', 4998],
    [
      'a table without key',
      'CREATE TABLE dbo.Keyless (a int); ALTER TABLE dbo.Keyless ENABLE CHANGE_TRACKING',
      4997,
    ],
  ])('%s is refused', async (_name, text, number) => {
    await expect(run(text)).rejects.toMatchObject({ number });
  });
});
