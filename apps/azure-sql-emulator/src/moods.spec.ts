import sql from 'mssql';
import { startEmulator, type Emulator } from './emulator.js';

const password = 'Password1!';

/** Every mood and control over the wire, as a client meets it. */
describe('a server told to misbehave', () => {
  let emulator: Emulator;
  const pools: sql.ConnectionPool[] = [];

  beforeAll(async () => {
    emulator = await startEmulator({ password, databases: ['shop'], controlPort: 0, ephemeral: true });
    const pool = await connect();
    await pool.request().batch(`
      ALTER DATABASE CURRENT SET CHANGE_TRACKING = ON;
      CREATE TABLE dbo.item (id int NOT NULL PRIMARY KEY, name nvarchar(20) NOT NULL);
      ALTER TABLE dbo.item ENABLE CHANGE_TRACKING;
      INSERT dbo.item VALUES (1, N'one'), (2, N'two')`);
  });
  afterEach(async () => {
    await control('/moods', {
      refuseConnections: false,
      refuseLogins: null,
      errors: null,
      resetAfterRows: null,
      readOnly: null,
      slow: null,
    });
    await Promise.all(pools.splice(0).map((pool) => pool.close()));
  });
  afterAll(async () => {
    await emulator.stop();
  });

  async function control(path: string, body: unknown): Promise<Record<string, unknown>> {
    const response = await fetch(`${emulator.controlUrl ?? ''}${path}`, {
      method: 'POST',
      body: JSON.stringify(body),
    });
    return (await response.json()) as Record<string, unknown>;
  }

  async function connect(options: Partial<sql.config['options']> = {}): Promise<sql.ConnectionPool> {
    const pool = new sql.ConnectionPool({
      server: '127.0.0.1',
      port: emulator.port,
      user: 'sa',
      password,
      database: 'shop',
      pool: { max: 1 },
      options: { encrypt: false, ...options },
    });
    // What happens to idle connections is heard here; these tests look at requests.
    pool.on('error', () => undefined);
    pools.push(pool);
    return pool.connect();
  }

  const one = async (pool: sql.ConnectionPool, text: string): Promise<unknown> => {
    const { recordset } = await pool.request().query<{ v: unknown }>(text);
    return recordset[0]?.v;
  };

  const numberOf = async (work: Promise<unknown>): Promise<unknown> =>
    work.then(
      () => undefined,
      (error: unknown) => (error as { number?: number }).number,
    );

  it.each([40501, 10928, 40613, 49918, 1205])('throttles with %i, once', async (number) => {
    const pool = await connect();
    await control('/moods', { errors: [{ number, match: 'throttled', count: 1 }] });
    expect(await numberOf(pool.request().query("SELECT 'throttled'"))).toBe(number);
    const again = await connect();
    expect(await one(again, "SELECT 'throttled' AS v")).toBe('throttled');
  });

  it('is slow', async () => {
    const pool = await connect();
    await control('/moods', { slow: { milliseconds: 150, match: 'slowly', count: 1 } });
    const started = performance.now();
    await pool.request().query("SELECT 'slowly'");
    expect(performance.now() - started).toBeGreaterThan(140);
  });

  it('resets the connection in the middle of a result', async () => {
    const pool = await connect();
    await control('/moods', { resetAfterRows: { rows: 10, match: 'GENERATE_SERIES', count: 1 } });
    const request = pool.request();
    request.stream = true;
    let rows = 0;
    request.on('row', () => rows++);
    const failed = new Promise((resolve) => request.once('error', resolve));
    void request.query('SELECT value FROM GENERATE_SERIES(1, 100000)');
    expect(await failed).toMatchObject({ message: expect.stringMatching(/lost|reset|closed/i) as unknown });
    expect(rows).toBeLessThanOrEqual(10);
  });

  it('fails over: connections end, logins are 40613 for a while, and then it is there again', async () => {
    const pool = await connect();
    expect(await control('/failover', { milliseconds: 60_000 })).toMatchObject({ milliseconds: 60_000 });
    await expect(connect()).rejects.toThrow('not currently available');
    await expect(pool.request().query('SELECT 1')).rejects.toThrow();
    // A short one passes within the driver's own retries.
    await control('/failover', { milliseconds: 300 });
    expect(await one(await connect(), 'SELECT COUNT(*) AS v FROM dbo.item')).toBe(2);
  });

  it('is a read-only replica', async () => {
    await control('/moods', { readOnly: 'all' });
    const pool = await connect();
    expect(await one(pool, "SELECT DATABASEPROPERTYEX(DB_NAME(), 'Updateability') AS v")).toBe('READ_ONLY');
    expect(await numberOf(pool.request().query('UPDATE dbo.item SET name = name'))).toBe(3906);
    expect(await numberOf(pool.request().batch('CREATE TABLE dbo.other (a int)'))).toBe(3906);
    expect(await one(pool, 'SELECT COUNT(*) AS v FROM dbo.item')).toBe(2);
    await pool.request().batch('CREATE TABLE #mine (a int); INSERT #mine VALUES (1)');
    await control('/moods', { readOnly: null });
    expect(await one(pool, "SELECT DATABASEPROPERTYEX(DB_NAME(), 'Updateability') AS v")).toBe('READ_WRITE');
  });

  it('has a read-only replica for those who ask for it', async () => {
    await control('/moods', { readOnly: 'intent' });
    const [reader, writer] = [await connect({ readOnlyIntent: true }), await connect()];
    expect(await numberOf(reader.request().query('DELETE dbo.item'))).toBe(3906);
    expect(await numberOf(writer.request().query('UPDATE dbo.item SET name = name'))).toBeUndefined();
  });

  it('goes back to a restore point, with data, versions and object ids', async () => {
    const version = 'SELECT CHANGE_TRACKING_CURRENT_VERSION() AS v';
    const before = await connect();
    const [at, id] = [await one(before, version), await one(before, "SELECT OBJECT_ID('dbo.item') AS v")];
    expect(await control('/restore-points', { database: 'shop', name: 'monday' })).toEqual({
      database: 'shop',
      name: 'monday',
      version: at,
    });
    const meanwhile = await connect();
    await meanwhile.request().batch("INSERT dbo.item VALUES (3, N'three'); DELETE dbo.item WHERE id = 1");
    expect(Number(await one(meanwhile, version))).toBe(Number(at) + 2);
    expect(await control('/restore', { database: 'shop', name: 'monday' })).toMatchObject({ version: at });
    const after = await connect();
    expect(await one(after, 'SELECT SUM(id) AS v FROM dbo.item')).toBe(3);
    expect(await one(after, version)).toBe(at);
    expect(await one(after, "SELECT OBJECT_ID('dbo.item') AS v")).toBe(id);
    await after.request().batch("INSERT dbo.item VALUES (4, N'four')");
    expect(
      await one(
        after,
        `SELECT MAX(SYS_CHANGE_VERSION) AS v FROM CHANGETABLE(CHANGES dbo.item, ${String(at)}) AS t`,
      ),
    ).toBe(String(Number(at) + 1));
    expect(await control('/restore', { database: 'shop', name: 'never' })).toMatchObject({
      error: expect.stringContaining("no restore point 'never'") as unknown,
    });
  });

  it('forgets history', async () => {
    const pool = await connect();
    await pool.request().batch('UPDATE dbo.item SET name = name');
    await control('/change-tracking/expire', { database: 'shop', table: 'dbo.item' });
    const sql =
      "SELECT CHANGE_TRACKING_CURRENT_VERSION() - CHANGE_TRACKING_MIN_VALID_VERSION(OBJECT_ID('dbo.item')) AS v";
    expect(await one(pool, sql)).toBe('0');
  });

  it('refuses what it does not know by its name', async () => {
    expect(await control('/moods', { readOnly: 'sometimes' })).toMatchObject({
      error: expect.stringContaining("'readOnly'") as unknown,
    });
  });
});
