import fc from 'fast-check';
import sql from 'mssql';
import { startPostgres, type PostgresServer } from '@thalamus/embedded-postgres';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmulator, type Emulator } from '../emulator.js';
import { PgConnection } from '../storage/pg-connection.js';
import { applyMutations, mutations } from './testing/mutations.js';
import { RawClient, type Recording } from './testing/raw-client.js';
import { recordSession } from './testing/record-session.js';
import { batches } from './testing/statements.js';

/** `npm run fuzz -- seconds` lasts as long as told; the tests look in for a moment, always at the same cases. */
const SECONDS = Number(process.env['FUZZ_SECONDS'] ?? 4);
const SEED = Number(process.env['FUZZ_SEED'] ?? 20_240_229);
/** A mutilated message may leave the server waiting for more: it is not waited for long. */
const PATIENCE_MS = 150;
/** No statement of the grammar has work for longer. */
const HANG_MS = 10_000;
const IMMUNE = '__still there__';

let directory: string;
let postgres: PostgresServer;
let emulator: Emulator;

const configuration = (port: number): sql.config => ({
  server: '127.0.0.1',
  port,
  user: 'sa',
  password: 'Password1!',
  database: 'shop',
  requestTimeout: HANG_MS,
  pool: { max: 1 },
  options: { encrypt: false, tdsVersion: '7_4' },
});

async function withPool<T>(port: number, work: (pool: sql.ConnectionPool) => Promise<T>): Promise<T> {
  const pool = await new sql.ConnectionPool(configuration(port)).connect();
  try {
    return await work(pool);
  } finally {
    await pool.close();
  }
}

async function backends(): Promise<number> {
  const { host, port, user, password } = postgres;
  const connection = await PgConnection.open({ host, port, user, password }, 'postgres');
  try {
    const [[count] = ['0']] = await connection.query(
      "select count(*) from pg_stat_activity where datname = 'sql_shop'",
    );
    return Number(count);
  } finally {
    await connection.close();
  }
}

/** Sessions end a moment after their sockets do. */
async function eventually(check: () => Promise<boolean>, what: string): Promise<void> {
  const until = Date.now() + HANG_MS;
  while (!(await check())) {
    if (Date.now() > until) throw new Error(what);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** A new client is served, and whatever was opened for the others is closed again. */
async function expectSound(before: number): Promise<void> {
  expect(
    await withPool(emulator.port, async (pool) => (await pool.query(`SELECT N'${IMMUNE}' AS v`)).recordset),
  ).toEqual([{ v: IMMUNE }]);
  await eventually(
    async () => (await backends()) <= before,
    `more than the ${before} PostgreSQL backends of the start are left`,
  );
}

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'azure-sql-fuzz-'));
  postgres = await startPostgres({ dataDir: join(directory, 'pg'), ephemeral: true });
  emulator = await startEmulator({
    password: 'Password1!',
    databases: ['shop'],
    postgresUrl: postgres.url(),
  });
});

afterAll(async () => {
  await emulator.stop();
  await postgres.stop();
  await rm(directory, { recursive: true, force: true });
});

/** Runs the property until the time is over; a failure prints its seed and its shortest case. */
async function during<T>(values: fc.Arbitrary<T>, property: (value: T) => Promise<void>): Promise<void> {
  await fc.assert(fc.asyncProperty(values, property), {
    seed: SEED,
    numRuns: 1_000_000,
    interruptAfterTimeLimit: SECONDS * 1000,
    markInterruptAsFailure: false,
    endOnFailure: true,
  });
}

describe('fuzzing', () => {
  it(
    'of recorded sessions neither crashes nor hangs the server, nor leaks a connection',
    async () => {
      const record = (work: (pool: sql.ConnectionPool) => Promise<unknown>): Promise<Recording> =>
        recordSession(emulator.port, (port) => withPool(port, async (pool) => void (await work(pool))));
      const recordings = [
        await record((pool) =>
          pool.batch(
            'CREATE TABLE dbo.fuzzed (id int PRIMARY KEY, t nvarchar(20) NULL); SELECT * FROM dbo.fuzzed',
          ),
        ),
        await record((pool) =>
          pool
            .request()
            .input('a', sql.Int, 1)
            .input('b', sql.NVarChar(sql.MAX), 'ż'.repeat(50))
            .input('c', sql.Decimal(20, 5), 1.5)
            .query('SELECT @a, @b, @c'),
        ),
        await record(async (pool) => {
          const statement = new sql.PreparedStatement(pool);
          statement.input('n', sql.BigInt);
          await statement.prepare('SELECT @n');
          await statement.execute({ n: 7 });
          await statement.unprepare();
        }),
        await record(async (pool) => {
          const transaction = new sql.Transaction(pool);
          await transaction.begin();
          await new sql.Request(transaction).query('INSERT INTO dbo.fuzzed VALUES (1, NULL)');
          await transaction.rollback();
        }),
        await record((pool) => {
          const table = new sql.Table('dbo.fuzzed');
          table.columns.add('id', sql.Int, { nullable: false });
          table.columns.add('t', sql.NVarChar(20), { nullable: true });
          for (let id = 100; id < 130; id++) table.rows.add(id, `row ${id}`);
          return pool.request().bulk(table);
        }),
      ];
      const before = await backends();
      let runs = 0;
      await during(fc.tuple(fc.constantFrom(...recordings), mutations), async ([recording, list]) => {
        const client = new RawClient(emulator.port);
        try {
          for (const message of applyMutations(recording, list)) await client.send(message, PATIENCE_MS);
        } finally {
          await client.close();
        }
        if (++runs % 50 === 0) await expectSound(before);
      });
      expect(runs).toBeGreaterThan(10);
      await expectSound(before);
    },
    (SECONDS + 60) * 1000,
  );

  it(
    'of statements neither crashes nor hangs the server, nor leaks a connection',
    async () => {
      const before = await backends();
      let runs = 0;
      let pool = await new sql.ConnectionPool(configuration(emulator.port)).connect();
      try {
        await during(batches, async (text) => {
          if (!pool.connected) pool = await new sql.ConnectionPool(configuration(emulator.port)).connect();
          runs++;
          const error = await pool.batch(text).then(
            () => undefined,
            (caught: unknown) => caught as { code?: string; message: string; number?: number },
          );
          // A refusal has a number; a time-out is a hang, and a failure inside of the emulator a defect.
          expect([text, error?.code]).not.toEqual([text, 'ETIMEOUT']);
          expect([text, error?.message]).not.toEqual([text, expect.stringMatching(/emulator failed/i)]);
        });
      } finally {
        await pool.close();
      }
      expect(runs).toBeGreaterThan(10);
      await expectSound(before);
    },
    (SECONDS + 60) * 1000,
  );
});
