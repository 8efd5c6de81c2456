import { spawn, spawnSync } from 'node:child_process';
import sql from 'mssql';
import { startEmulator, type Emulator } from './emulator.js';

let emulator: Emulator;

beforeAll(async () => {
  emulator = await startEmulator({ password: 'Password1!', databases: ['shop', 'Other Db'] });
});

afterAll(() => emulator.stop());

const configuration = (changes: Partial<sql.config> = {}): sql.config => ({
  server: '127.0.0.1',
  port: emulator.port,
  user: emulator.user,
  password: emulator.password,
  database: 'shop',
  ...changes,
  options: { encrypt: true, trustServerCertificate: true, ...changes.options },
});

async function withPool<T>(
  work: (pool: sql.ConnectionPool) => Promise<T>,
  changes: Partial<sql.config> = {},
): Promise<T> {
  const pool = await new sql.ConnectionPool(configuration(changes)).connect();
  try {
    return await work(pool);
  } finally {
    await pool.close();
  }
}

const one = async (pool: sql.ConnectionPool, text: string): Promise<unknown> => {
  const [row] = (await pool.query<Record<string, unknown>>(text)).recordset;
  return row === undefined ? undefined : Object.values(row)[0];
};

describe('logins', () => {
  it('open the database asked for, in any spelling', async () => {
    expect(await withPool((pool) => one(pool, 'SELECT DB_NAME()'), { database: 'OTHER db' })).toBe(
      'Other Db',
    );
  });

  it.each([
    ['a wrong password', { password: 'wrong' }, 'Login failed for user'],
    ['an unknown user', { user: 'nobody' }, 'Login failed for user'],
    ['an unknown database', { database: 'nowhere' }, 'Cannot open database "nowhere"'],
  ])('%s is refused', async (_name, changes, message) => {
    const error = await withPool((pool) => one(pool, 'SELECT 1'), changes).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: 'ELOGIN' });
    const { message: text, originalError } = error as {
      message: string;
      originalError?: { errors?: Error[] };
    };
    const all = [text, ...(originalError?.errors ?? []).map((inner) => inner.message)].join('\n');
    expect(all).toContain(message.startsWith('Cannot') ? 'Login failed' : message);
  });
});

describe('transactions', () => {
  it('keep what was committed, and undo to a savepoint', async () => {
    await withPool(async (pool) => {
      await pool.request().batch('CREATE TABLE dbo.kept (id int PRIMARY KEY)');
      const transaction = new sql.Transaction(pool);
      await transaction.begin(sql.ISOLATION_LEVEL.READ_COMMITTED);
      await new sql.Request(transaction).batch('INSERT INTO dbo.kept VALUES (1)');
      await new sql.Request(transaction).batch(
        'SAVE TRANSACTION s; INSERT INTO dbo.kept VALUES (2); ROLLBACK TRANSACTION s',
      );
      await transaction.commit();
      const undone = new sql.Transaction(pool);
      await undone.begin();
      await new sql.Request(undone).batch('INSERT INTO dbo.kept VALUES (3)');
      await undone.rollback();
      expect((await pool.query('SELECT id FROM dbo.kept')).recordset).toEqual([{ id: 1 }]);
      expect(await one(pool, 'SELECT @@TRANCOUNT')).toBe(0);
    });
  });

  it('survive a failed statement', async () => {
    await withPool(async (pool) => {
      await pool.request().batch('CREATE TABLE dbo.failing (id int PRIMARY KEY)');
      const transaction = new sql.Transaction(pool);
      await transaction.begin();
      const request = () => new sql.Request(transaction);
      await request().batch('INSERT INTO dbo.failing VALUES (1)');
      await expect(request().batch('INSERT INTO dbo.failing VALUES (1)')).rejects.toMatchObject({
        number: 2627,
      });
      await request().batch('INSERT INTO dbo.failing VALUES (2)');
      await transaction.commit();
      expect(await one(pool, 'SELECT COUNT(*) FROM dbo.failing')).toBe(2);
    });
  });

  it('told by T-SQL are known to the client', async () => {
    await withPool(
      async (pool) => {
        await pool.request().batch('BEGIN TRANSACTION');
        expect(await one(pool, 'SELECT @@TRANCOUNT')).toBe(1);
        await pool.request().batch('COMMIT');
        expect(await one(pool, 'SELECT @@TRANCOUNT')).toBe(0);
      },
      { pool: { max: 1 } },
    );
  });

  it('of SNAPSHOT isolation conflict with 3960', async () => {
    await withPool(async (pool) => {
      await pool
        .request()
        .batch('CREATE TABLE dbo.fought (id int PRIMARY KEY, n int); INSERT INTO dbo.fought VALUES (1, 0)');
      const transaction = new sql.Transaction(pool);
      await transaction.begin(sql.ISOLATION_LEVEL.SNAPSHOT);
      await new sql.Request(transaction).query('SELECT * FROM dbo.fought');
      await pool.request().batch('UPDATE dbo.fought SET n = 1');
      await expect(new sql.Request(transaction).batch('UPDATE dbo.fought SET n = 2')).rejects.toMatchObject({
        number: 3960,
      });
      await transaction.rollback().catch(() => undefined);
    });
  });
});

describe('requests', () => {
  it('run prepared statements', async () => {
    await withPool(async (pool) => {
      const statement = new sql.PreparedStatement(pool);
      statement.input('a', sql.Int).input('b', sql.NVarChar(20));
      await statement.prepare('SELECT @a + 1 AS a, @b AS b');
      expect((await statement.execute({ a: 1, b: 'é' })).recordset).toEqual([{ a: 2, b: 'é' }]);
      expect((await statement.execute({ a: null, b: null })).recordset).toEqual([{ a: null, b: null }]);
      await statement.unprepare();
    });
  });

  it('are cancelled, and the session goes on', async () => {
    await withPool(
      async (pool) => {
        const spid = await one(pool, 'SELECT @@SPID');
        const request = pool.request();
        const running = request.batch(`WAITFOR DELAY '00:00:30'; SELECT 1`);
        const cancel = setTimeout(() => request.cancel(), 300);
        await expect(running).rejects.toMatchObject({ code: 'ECANCEL' });
        clearTimeout(cancel);
        expect(await one(pool, 'SELECT @@SPID')).toBe(spid);
      },
      { pool: { max: 1 } },
    );
  });

  it('stream a long result and stop in the middle of it', async () => {
    await withPool(
      async (pool) => {
        await pool
          .request()
          .batch(
            'CREATE TABLE dbo.digits (d int); INSERT INTO dbo.digits VALUES (0),(1),(2),(3),(4),(5),(6),(7),(8),(9)',
          );
        const request = pool.request();
        request.stream = true;
        let seen = 0;
        request.on('row', () => {
          if (++seen === 1000) request.cancel();
        });
        const ended = new Promise<Error>((resolve) => request.on('error', resolve));
        void request.query(
          `SELECT a.d, REPLICATE('x', 100) AS pad FROM dbo.digits a, dbo.digits b, dbo.digits c, dbo.digits d, dbo.digits e, dbo.digits f`,
        );
        expect(await ended).toMatchObject({ code: 'ECANCEL' });
        expect(seen).toBeLessThan(900_000);
        expect(await one(pool, 'SELECT 1')).toBe(1);
      },
      { pool: { max: 1 } },
    );
  });

  it('of 20 connections at once each see their own session', async () => {
    await withPool(
      async (pool) => {
        const results = await Promise.all(
          Array.from({ length: 20 }, (_, index) =>
            pool.request().batch(`WAITFOR DELAY '00:00:00.2'; SELECT ${index} AS i, @@SPID AS spid`),
          ),
        );
        expect(results.map(({ recordset }) => (recordset as { i: number }[])[0]?.i)).toEqual(
          Array.from({ length: 20 }, (_, index) => index),
        );
      },
      { pool: { max: 20 } },
    );
  });

  it('name what the emulator does not do', async () => {
    await withPool(async (pool) => {
      await expect(pool.request().batch(`BACKUP DATABASE shop TO DISK = 'x'`)).rejects.toThrow(
        /not supported by the emulator/,
      );
    });
  });
});

const present = spawnSync('tsql', ['-C']).status === 0;
if (!present)
  console.warn(
    'SKIPPED: FreeTDS is not installed (Debian package freetds-bin); its interoperability was not tested.',
  );

(present ? describe : describe.skip)('FreeTDS', () => {
  it('runs a script of batches', async () => {
    const script = `
create table dbo.scripted (id int not null primary key, name nvarchar(20) null)
go
insert into dbo.scripted values (1, N'Zoë'), (2, null)
go
declare @n int = (select count(*) from dbo.scripted)
if @n = 2 print 'two rows' else print 'something else'
select id, name from dbo.scripted order by id desc
go
exit
`;
    const output = await new Promise<string>((resolve) => {
      const child = spawn(
        'tsql',
        [
          '-H',
          '127.0.0.1',
          '-p',
          String(emulator.port),
          '-U',
          'sa',
          '-P',
          'Password1!',
          '-D',
          'shop',
          '-o',
          'fhq',
        ],
        { env: { PATH: process.env['PATH'], TDSVER: '7.4', LC_ALL: 'C.UTF-8' } },
      );
      let text = '';
      child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
      child.stderr.on('data', (chunk: Buffer) => (text += chunk.toString()));
      child.on('close', () => resolve(text));
      child.stdin.end(script);
    });
    expect(output).toContain('two rows');
    expect(output.split('\n').filter((line) => line.includes('\t'))).toEqual(['2\tNULL', '1\tZoë']);
  });
});
