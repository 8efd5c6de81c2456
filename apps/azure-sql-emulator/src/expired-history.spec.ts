import sql from 'mssql';
import { startEmulator, type Emulator } from './emulator.js';

/** The rules of change tracking are the conformance suite's (libs/testing); this switch is the emulator's own. */
describe('history expired by the control endpoint', () => {
  let emulator: Emulator;
  let pool: sql.ConnectionPool;

  beforeAll(async () => {
    emulator = await startEmulator({
      password: 'Password1!',
      databases: ['shop'],
      controlPort: 0,
      tls: 'off',
    });
    const { port, user, password } = emulator;
    pool = await new sql.ConnectionPool({
      server: '127.0.0.1',
      port,
      user,
      password,
      database: 'shop',
      options: { encrypt: false },
    }).connect();
    await pool.request().batch('ALTER DATABASE [shop] SET CHANGE_TRACKING = ON');
    await pool.request().batch('CREATE TABLE dbo.Customer (id int PRIMARY KEY)');
    await pool.request().batch('ALTER TABLE dbo.Customer ENABLE CHANGE_TRACKING');
  });

  afterAll(async () => {
    await pool?.close();
    await emulator?.stop();
  });

  const minValid = async (): Promise<string | undefined> => {
    const { recordset } = await pool
      .request()
      .query<{ m: string }>(`SELECT CHANGE_TRACKING_MIN_VALID_VERSION(OBJECT_ID('dbo.Customer')) AS m`);
    return recordset[0]?.m;
  };

  it('makes every earlier version invalid', async () => {
    await pool.request().batch('INSERT INTO dbo.Customer VALUES (1)');
    expect(await minValid()).toBe('0');
    const response = await fetch(`${emulator.controlUrl ?? ''}/change-tracking/expire`, {
      method: 'POST',
      body: JSON.stringify({ database: 'shop', table: 'dbo.Customer' }),
    });
    expect(response.status).toBe(200);
    expect(await minValid()).toBe('1');
  });
});
