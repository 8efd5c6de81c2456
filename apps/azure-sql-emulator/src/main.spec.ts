import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sql from 'mssql';
import { EmulatorProcess, programMissing, runProgram } from './protocol/testing/emulator-process.js';

async function ask(emulator: EmulatorProcess, text: string): Promise<unknown> {
  const pool = await new sql.ConnectionPool({
    server: '127.0.0.1',
    port: emulator.port,
    user: 'sa',
    password: 'Password1!',
    database: 'shop',
    options: { encrypt: false },
  }).connect();
  try {
    const [row] = (await pool.query<Record<string, unknown>>(text)).recordset ?? [];
    return row && Object.values(row)[0];
  } finally {
    await pool.close();
  }
}

describe('the program', () => {
  if (programMissing !== undefined) {
    test.skip(`SKIPPED: ${programMissing}`, () => undefined);
    return;
  }

  let directory: string;
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'azure-sql-program-'));
  });
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  it('explains its options', () => {
    const help = runProgram('--help');
    for (const option of ['--port', '--data-dir', '--ephemeral', '--database', '--tls', '--control-port'])
      expect(help).toContain(option);
  });

  it('keeps its data in a directory over a clean stop', async () => {
    const data = join(directory, 'kept');
    const first = await EmulatorProcess.start('--data-dir', data);
    await ask(first, 'CREATE TABLE dbo.kept (id int PRIMARY KEY); INSERT INTO dbo.kept VALUES (42)');
    expect(await first.stop()).toBe(0);
    await using second = await EmulatorProcess.start('--data-dir', data);
    expect(await ask(second, 'SELECT id FROM dbo.kept')).toBe(42);
  });

  it('leaves nothing behind when it is ephemeral', async () => {
    const data = join(directory, 'passing');
    const emulator = await EmulatorProcess.start('--data-dir', data, '--ephemeral');
    expect(await ask(emulator, 'SELECT 1')).toBe(1);
    expect(existsSync(data)).toBe(true);
    expect(await emulator.stop()).toBe(0);
    expect(existsSync(data)).toBe(false);
  });
});
