import sql from 'mssql';
import type { ChangeTrackingAdmin } from './change-tracking/change-tracking-admin.js';
import { CannedEngine, sendCounting } from './protocol/testing/canned-engine.js';
import type { RestorePoints } from './restore-points.js';
import { startServer, type RunningServer } from './server.js';

let server: RunningServer;
let engine: CannedEngine;
const cleaned: unknown[] = [];

const changeTracking = {
  cleanup: (...args: unknown[]) => Promise.resolve(cleaned.push(args)),
  expire: (...args: unknown[]) => Promise.resolve(cleaned.push(args)),
} as unknown as ChangeTrackingAdmin;

const restorePoints = {} as unknown as RestorePoints;

beforeEach(async () => {
  cleaned.length = 0;
  engine = new CannedEngine({
    script: ({ sql: text, sink }) => sendCounting(sink, Number(/count (\d+)/.exec(text)?.[1] ?? 1)),
  });
  server = await startServer({ engine, tls: 'off', control: { port: 0, changeTracking, restorePoints } });
});

afterEach(() => server.stop());

async function call(
  method: string,
  path: string,
  body?: unknown,
): Promise<{ status: number; body: unknown }> {
  const response = await fetch(`${server.controlUrl ?? ''}${path}`, {
    method,
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: await response.json() };
}

const connect = () => {
  const pool = new sql.ConnectionPool({
    server: '127.0.0.1',
    port: server.port,
    user: 'sa',
    password: 'secret',
    pool: { max: 1 },
    options: { encrypt: false },
  });
  // What happens to idle connections is heard here; these tests look at requests.
  pool.on('error', () => undefined);
  return pool.connect();
};

async function withPool<T>(work: (pool: sql.ConnectionPool) => Promise<T>): Promise<T> {
  const pool = await connect();
  try {
    return await work(pool);
  } finally {
    await pool.close();
  }
}

describe('the control endpoint', () => {
  it('tells that it is well', async () => {
    expect(await call('GET', '/health')).toEqual({ status: 200, body: { status: 'ok', connections: 0 } });
  });

  it('says what there is', async () => {
    expect(await call('GET', '/nothing')).toMatchObject({ status: 404, body: { error: /POST \/moods/ } });
  });

  it('refuses moods it does not have by their name', async () => {
    expect(await call('POST', '/moods', { meteorite: true })).toMatchObject({
      status: 400,
      body: { error: expect.stringContaining("mood 'meteorite'") as unknown },
    });
  });

  it('cleans up and expires history', async () => {
    await call('POST', '/change-tracking/cleanup', { database: 'shop' });
    await call('POST', '/change-tracking/cleanup', { database: 'shop', table: 'dbo.t' });
    await call('POST', '/change-tracking/expire', { database: 'shop', table: 'dbo.t', version: 5 });
    expect(cleaned).toEqual([
      ['shop', undefined],
      ['shop', 'dbo.t'],
      ['shop', 'dbo.t', 5],
    ]);
    expect(await call('POST', '/change-tracking/expire', { database: 'shop' })).toMatchObject({
      status: 400,
    });
  });
});

describe('moods', () => {
  it('answer matching requests with an error, as often as asked', async () => {
    await call('POST', '/moods', { errors: [{ number: 49918, match: 'count', count: 2 }] });
    await withPool(async (pool) => {
      await expect(pool.request().batch('count 5')).rejects.toMatchObject({ number: 49918, class: 16 });
      await expect(pool.query('count 5')).rejects.toMatchObject({ number: 49918 });
      expect((await pool.query('count 5')).recordset).toHaveLength(5);
    });
  });

  it('throttle with 40501, which ends the connection', async () => {
    await call('POST', '/moods', { errors: [{ number: 40501, match: 'count', count: 1 }] });
    await withPool(async (pool) => {
      await expect(pool.request().batch('count 5')).rejects.toMatchObject({ number: 40501, class: 20 });
      expect((await pool.query('count 5')).recordset).toHaveLength(5);
    });
  });

  it('roll the transaction back with a deadlock', async () => {
    await call('POST', '/moods', { errors: [{ number: 1205, match: 'count', count: 1 }] });
    await withPool(async (pool) => {
      const transaction = new sql.Transaction(pool);
      await transaction.begin();
      await expect(new sql.Request(transaction).query('count 5')).rejects.toMatchObject({ number: 1205 });
      expect(engine.sessions.at(-1)?.log.at(-1)).toBe('rollback');
      expect(engine.sessions.at(-1)?.inTransaction).toBe(false);
      await expect(transaction.rollback()).rejects.toMatchObject({ code: 'EABORT' });
    });
  });

  it('refuse connections', async () => {
    await call('POST', '/moods', { refuseConnections: true });
    await expect(connect()).rejects.toMatchObject({ code: 'ESOCKET' });
    await call('POST', '/moods', { refuseConnections: false });
    await withPool((pool) => pool.query('count 1'));
  });

  it('refuse logins', async () => {
    await call('POST', '/moods', { refuseLogins: { number: 18456, severity: 14, message: 'Not today.' } });
    await expect(connect()).rejects.toMatchObject({ code: 'ELOGIN', message: 'Not today.' });
  });

  it('reset the connection in the middle of a result', async () => {
    await call('POST', '/moods', { resetAfterRows: { rows: 2000, match: 'count', count: 1 } });
    await withPool(async (pool) => {
      const request = pool.request();
      request.stream = true;
      let rows = 0;
      request.on('row', () => rows++);
      const failed = new Promise<Error>((resolve) => request.on('error', resolve));
      void request.query('count 100000');
      expect((await failed).message).toMatch(/ECONNRESET|Connection lost/);
      expect(rows).toBeLessThan(100_000);
      expect((await pool.query('count 5')).recordset).toHaveLength(5);
    });
  });

  it('are slow', async () => {
    await call('POST', '/moods', { slow: { milliseconds: 300, match: 'count' } });
    await withPool(async (pool) => {
      const start = performance.now();
      await pool.request().batch('count 1');
      expect(performance.now() - start).toBeGreaterThan(290);
    });
  });

  it('reset every connection at once', async () => {
    await withPool(async (pool) => {
      await pool.query('count 1');
      expect(await call('POST', '/connections/reset')).toMatchObject({
        status: 200,
        body: { connections: 1 },
      });
      expect((await pool.query('count 1')).recordset).toHaveLength(1);
    });
  });
});
