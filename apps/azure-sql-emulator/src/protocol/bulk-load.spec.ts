import sql from 'mssql';
import { ByteWriter } from './byte-writer.js';
import { BulkAborted, BulkStream } from './bulk-stream.js';
import { rowEncoder } from './row-encoder.js';
import { CannedEngine } from './testing/canned-engine.js';
import { startTdsServer, type TdsServer } from './tds-server.js';
import { writeColumns, writePlainDone } from './tokens.js';

const COLUMNS = [
  { name: 'id', type: { name: 'int' }, nullable: false },
  { name: 'text', type: { name: 'nvarchar', length: -1 }, nullable: true },
] as const;

function message(rows: readonly (readonly [number, string | null])[]): Buffer {
  const writer = new ByteWriter();
  writeColumns(writer, COLUMNS);
  const encode = rowEncoder(COLUMNS);
  for (const row of rows) encode(writer, row);
  writePlainDone(writer, 0);
  return Buffer.from(writer.buffer.subarray(0, writer.length));
}

async function readAll(stream: BulkStream): Promise<unknown[]> {
  await stream.columns();
  const rows: unknown[] = [];
  for await (const row of stream.rows()) rows.push(row);
  return rows;
}

describe('a bulk stream', () => {
  const rows = [
    [1, 'é'.repeat(5000)],
    [2, null],
    [3, ''],
  ] as const;

  it.each([1, 7, 512, 100_000])('reads rows that come in pieces of %i bytes', async (size) => {
    const stream = new BulkStream({ pause: () => undefined, resume: () => undefined });
    const bytes = message(rows);
    const reading = readAll(stream);
    for (let at = 0; at < bytes.length; at += size) {
      stream.push(bytes.subarray(at, at + size));
      if (at % 4096 === 0) await new Promise(setImmediate);
    }
    stream.end();
    expect(await reading).toEqual(rows);
  });

  it('makes the client wait while rows are not taken', async () => {
    const flow: string[] = [];
    const stream = new BulkStream({ pause: () => flow.push('pause'), resume: () => flow.push('resume') });
    stream.push(message(Array.from({ length: 2000 }, (_, index) => [index, 'x'.repeat(200)] as const)));
    stream.end();
    expect(flow).toEqual(['pause']);
    expect(await readAll(stream)).toHaveLength(2000);
    expect(flow).toContain('resume');
  });

  it('fails when the client gives up', async () => {
    const stream = new BulkStream({ pause: () => undefined, resume: () => undefined });
    stream.push(message(rows).subarray(0, 60));
    const reading = readAll(stream);
    stream.abort();
    await expect(reading).rejects.toThrow(BulkAborted);
  });
});

describe('mssql bulk load', () => {
  let server: TdsServer;
  let engine: CannedEngine;
  let pool: sql.ConnectionPool;

  beforeEach(async () => {
    engine = new CannedEngine({ script: ({ sink }) => sink.done({ command: 'other' }) });
    server = await startTdsServer({ engine, tls: 'off' });
    pool = await new sql.ConnectionPool({
      server: '127.0.0.1',
      port: server.port,
      user: 'sa',
      password: 'secret',
      pool: { max: 1 },
      options: { encrypt: false },
    }).connect();
  });

  afterEach(async () => {
    await pool.close();
    await server.close();
  });

  it('brings rows of every kind', async () => {
    const table = new sql.Table('dbo.t');
    table.columns.add('id', sql.Int, { nullable: false });
    table.columns.add('name', sql.NVarChar(50), { nullable: true });
    table.columns.add('price', sql.Decimal(10, 2), { nullable: true });
    table.columns.add('at', sql.DateTime2(3), { nullable: true });
    table.columns.add('notes', sql.NVarChar(sql.MAX), { nullable: true });
    table.columns.add('bytes', sql.VarBinary(sql.MAX), { nullable: true });
    table.rows.add(1, 'żółć', 12.34, new Date('2000-01-01T00:00:00Z'), 'n'.repeat(9000), Buffer.from([1, 2]));
    table.rows.add(2, null, null, null, null, null);
    const { rowsAffected } = await pool.request().bulk(table);
    expect(rowsAffected).toBe(2);
    const session = engine.sessions.at(-1);
    expect(session?.log.at(-1)).toMatch(/^insert bulk \[dbo\]\.\[t\]/);
    expect(session?.bulkColumns.map(({ name, type }) => [name, type.name, type.length])).toEqual([
      ['id', 'int', undefined],
      ['name', 'nvarchar', 50],
      ['price', 'decimal', undefined],
      ['at', 'datetime2', undefined],
      ['notes', 'nvarchar', -1],
      ['bytes', 'varbinary', -1],
    ]);
    expect(session?.bulkRows).toEqual([
      [1, 'żółć', '12.34', 630_822_816_000_000_000n, 'n'.repeat(9000), Buffer.from([1, 2])],
      [2, null, null, null, null, null],
    ]);
  });

  it('streams many rows and leaves the connection usable', async () => {
    const table = new sql.Table('dbo.t');
    table.columns.add('id', sql.Int, { nullable: false });
    table.columns.add('pad', sql.VarChar(200), { nullable: false });
    for (let index = 0; index < 20_000; index++) table.rows.add(index, 'p'.repeat(100));
    expect((await pool.request().bulk(table)).rowsAffected).toBe(20_000);
    await pool.request().batch('anything');
  });
});
