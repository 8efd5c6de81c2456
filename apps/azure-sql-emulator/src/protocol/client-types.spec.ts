import sql from 'mssql';
import type { ResultColumn, RpcParameter, SqlValue } from '../engine.js';
import { CannedEngine } from './testing/canned-engine.js';
import { TYPE_SAMPLES, VARIANT_SAMPLE } from './testing/type-samples.js';
import { startTdsServer, type TdsServer } from './tds-server.js';

let server: TdsServer;
let pool: sql.ConnectionPool;
let parameters: readonly RpcParameter[] = [];
let result: { columns: ResultColumn[]; rows: SqlValue[][] } = { columns: [], rows: [] };

beforeAll(async () => {
  const engine = new CannedEngine({
    script: ({ sql: text, parameters: sent, sink }) => {
      if (text.startsWith('keep'))
        parameters = sent.filter(({ name }) => !/^@(statement|params|stmt)$/.test(name));
      sink.columns(result.columns);
      sink.rows(result.rows);
      sink.done({ command: 'select', rowCount: result.rows.length });
    },
  });
  server = await startTdsServer({ engine, tls: 'off' });
  pool = await new sql.ConnectionPool({
    server: '127.0.0.1',
    port: server.port,
    user: 'sa',
    password: 'secret',
    arrayRowMode: true,
    options: { encrypt: false },
  }).connect();
});

afterAll(async () => {
  await pool.close();
  await server.close();
});

describe('results as mssql reads them', () => {
  it.each([...TYPE_SAMPLES, VARIANT_SAMPLE].map((sample) => [JSON.stringify(sample.type), sample] as const))(
    '%s',
    async (_name, { type, values }) => {
      result = {
        columns: [
          { name: 'before', type: { name: 'int' }, nullable: false },
          { name: 'value', type, nullable: true },
          { name: 'after', type: { name: 'nvarchar', length: 10 }, nullable: true },
        ],
        rows: [...values.map(([value]) => [1, value, 'z']), [2, null, 'z'], [3, null, null]],
      };
      const { recordset } = (await pool.query('select')) as unknown as { recordset: unknown[][] };
      expect(recordset).toEqual([
        ...values.map(([, seen]) => [1, seen, 'z']),
        [2, null, 'z'],
        [3, null, null],
      ]);
    },
  );

  it('tell each column its name, type, length and whether it is nullable', async () => {
    result = {
      columns: [
        { name: 'id', type: { name: 'int' }, nullable: false, identity: true },
        { name: '', type: { name: 'nvarchar', length: 20 }, nullable: true },
        { name: 'd', type: { name: 'decimal', precision: 12, scale: 3 }, nullable: true },
      ],
      rows: [],
    };
    const { columns } = (await pool.query('select')) as unknown as { columns: Record<string, unknown>[][] };
    expect(columns[0]).toMatchObject([
      { name: 'id', nullable: false, identity: true, readOnly: false },
      { name: '', length: 40, nullable: true },
      { name: 'd', precision: 12, scale: 3 },
    ]);
  });
});

describe('parameters as mssql sends them', () => {
  const DATE = new Date('2024-02-29T12:34:56.789Z');
  it.each<[string, sql.ISqlType | (() => sql.ISqlType), unknown, string, SqlValue]>([
    ['bit', sql.Bit, true, 'bit', true],
    ['tinyint', sql.TinyInt, 255, 'tinyint', 255],
    ['smallint', sql.SmallInt, -5, 'smallint', -5],
    ['int', sql.Int, -2_147_483_648, 'int', -2_147_483_648],
    ['bigint', sql.BigInt, '9223372036854775807', 'bigint', 9_223_372_036_854_775_807n],
    ['float', sql.Float, 0.1, 'float', 0.1],
    ['real', sql.Real, 0.5, 'real', 0.5],
    ['decimal', sql.Decimal(10, 3), -1234.567, 'decimal', '-1234.567'],
    ['numeric', sql.Numeric(18, 0), 42, 'numeric', '42'],
    ['money', sql.Money, -1.2345, 'money', -12_345n],
    ['smallmoney', sql.SmallMoney, 1.5, 'smallmoney', 15_000n],
    ['date', sql.Date, DATE, 'date', 738_944],
    ['time', sql.Time(3), DATE, 'time', 452_967_890_000],
    ['datetime', sql.DateTime, DATE, 'datetime', 45_349n * 25_920_000n + 13_589_037n],
    ['smalldatetime', sql.SmallDateTime, DATE, 'smalldatetime', 45_349 * 1440 + 754],
    ['datetime2', sql.DateTime2(7), DATE, 'datetime2', 638_448_068_967_890_000n],
    [
      'datetimeoffset',
      sql.DateTimeOffset(7),
      DATE,
      'datetimeoffset',
      { ticks: 638_448_068_967_890_000n, offsetMinutes: 0 },
    ],
    ['nvarchar', sql.NVarChar(20), 'żółć 😀', 'nvarchar', 'żółć 😀'],
    ['nvarchar(max)', sql.NVarChar(sql.MAX), 'ж'.repeat(50_000), 'nvarchar', 'ж'.repeat(50_000)],
    ['nchar', sql.NChar(4), 'abcd', 'nchar', 'abcd'],
    ['varchar', sql.VarChar(20), 'café €', 'varchar', 'café €'],
    ['varchar(max)', sql.VarChar(sql.MAX), 'é'.repeat(20_000), 'varchar', 'é'.repeat(20_000)],
    ['char', sql.Char(3), 'abc', 'char', 'abc'],
    ['text', sql.Text, 'some é', 'text', 'some é'],
    ['ntext (sent as nvarchar)', sql.NText, 'some ж', 'nvarchar', 'some ж'],
    ['image', sql.Image, Buffer.from([1, 2]), 'image', Buffer.from([1, 2])],
    ['varbinary', sql.VarBinary(10), Buffer.from([0, 255]), 'varbinary', Buffer.from([0, 255])],
    ['varbinary(max)', sql.VarBinary(sql.MAX), Buffer.alloc(70_000, 3), 'varbinary', Buffer.alloc(70_000, 3)],
    ['binary', sql.Binary, Buffer.from([7, 8]), 'binary', Buffer.from([7, 8])],
    [
      'uniqueidentifier',
      sql.UniqueIdentifier,
      '00112233-4455-6677-8899-aabbccddeeff',
      'uniqueidentifier',
      '00112233-4455-6677-8899-AABBCCDDEEFF',
    ],
  ])('%s', async (_name, type, value, expectedName, expected) => {
    await pool
      .request()
      .input('p', type, value)
      .input('none', type, null)
      .input('after', sql.Int, 7)
      .query('keep');
    expect(parameters.map(({ name, value: seen }) => [name, seen])).toEqual([
      ['@p', expected],
      ['@none', null],
      ['@after', 7],
    ]);
    expect(parameters[0]?.type.name).toBe(expectedName);
  });

  it('carry statements of more than 4,000 characters', async () => {
    await pool
      .request()
      .input('p', sql.Int, 1)
      .query(`keep ${'-'.repeat(10_000)}`);
    expect(parameters.map(({ name }) => name)).toEqual(['@p']);
  });

  it('refuse table-valued parameters by name, and the connection goes on', async () => {
    const table = new sql.Table('dbo.rows');
    table.columns.add('id', sql.Int);
    table.rows.add(1);
    await expect(pool.request().input('t', table).query('keep')).rejects.toMatchObject({
      number: 40515,
      message: 'not supported by the emulator: table-valued parameters.',
    });
    await pool.request().input('p', sql.Int, 5).query('keep');
    expect(parameters[0]?.value).toBe(5);
  });

  it('that cannot be encoded leave the connection usable', async () => {
    const tooLong = '12345678901234567890123456789012345678';
    await expect(pool.request().input('d', sql.Decimal(38, 0), tooLong).query('keep')).rejects.toMatchObject({
      code: 'EREQUEST',
    });
    await pool.request().input('p', sql.Int, 6).query('keep');
    expect(parameters[0]?.value).toBe(6);
  });
});
