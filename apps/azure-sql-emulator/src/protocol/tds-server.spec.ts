import sql from 'mssql';
import { Connection } from 'tedious';
import { CannedEngine, sendCounting, type CannedScript } from './testing/canned-engine.js';
import { startTdsServer, type TdsServer, type TdsServerOptions } from './tds-server.js';

let server: TdsServer;
let engine: CannedEngine;
let gathered = 0;

const script: CannedScript = async ({ sql: text, parameters, session, sink }) => {
  if (text.includes('hang')) {
    await session.untilCancelled();
    return;
  }
  const count = /count (\d+)/.exec(text)?.[1];
  if (count !== undefined) return sendCounting(sink, Number(count), 'x'.repeat(50));
  const gathering = /gather (\d+)/.exec(text)?.[1];
  if (gathering !== undefined) {
    gathered++;
    while (gathered < Number(gathering)) await new Promise(setImmediate);
    return sendCounting(sink, 2000);
  }
  if (text.includes('two results')) {
    await sendCounting(sink, 2);
    await sendCounting(sink, 3);
    return;
  }
  if (text.includes('boom')) {
    sink.message({
      number: 3960,
      severity: 16,
      state: 2,
      message: 'Update conflict.',
      line: 7,
      procedure: 'p',
    });
    sink.done({ command: 'select', failed: true });
    return;
  }
  if (text.includes('print')) sink.message({ number: 0, severity: 0, state: 1, message: 'hello', line: 1 });
  if (text.includes('fatal')) {
    sink.message({ number: 596, severity: 21, state: 1, message: 'The session is killed.', line: 1 });
    sink.done({ command: 'other', failed: true });
    return;
  }
  if (text.includes('unencodable')) {
    sink.columns([{ name: 'a', type: { name: 'int' }, nullable: false }]);
    sink.rows([[1]]);
    sink.rows([['text']]);
  }
  if (text.includes('output')) {
    const output = parameters.find((parameter) => parameter.output);
    if (output !== undefined) sink.returnValue(0, output.name, { name: 'int' }, 42);
  }
  sink.columns([{ name: '', type: { name: 'int' }, nullable: false }]);
  sink.rows([[1]]);
  sink.done({ command: 'select', rowCount: 1 });
};

async function start(options: Partial<TdsServerOptions> = {}): Promise<void> {
  gathered = 0;
  engine = new CannedEngine({ script });
  server = await startTdsServer({ engine, tls: 'off', ...options });
}

afterEach(async () => {
  await server.close();
});

/** The pool opens one connection to try the settings and closes it again: the session in use is the last one. */
function session() {
  const last = engine.sessions.at(-1);
  if (last === undefined) throw new Error('Nobody has logged in.');
  return last;
}

async function withPool<T>(
  config: Partial<sql.config>,
  work: (pool: sql.ConnectionPool) => Promise<T>,
): Promise<T> {
  const pool = new sql.ConnectionPool({
    server: '127.0.0.1',
    port: server.port,
    user: 'sa',
    password: 'secret',
    ...config,
    options: { encrypt: false, trustServerCertificate: true, ...config.options },
  });
  await pool.connect();
  try {
    return await work(pool);
  } finally {
    await pool.close();
  }
}

function connectTedious(): Promise<Connection> {
  const connection = new Connection({
    server: '127.0.0.1',
    authentication: { type: 'default', options: { userName: 'sa', password: 'secret' } },
    options: { port: server.port, encrypt: false },
  });
  return new Promise((resolve, reject) => {
    connection.connect((error) =>
      error === undefined || error === null ? resolve(connection) : reject(error),
    );
  });
}

describe('login', () => {
  it('tells the engine who logs in, and opens the database asked for', async () => {
    await start();
    await withPool({ database: 'shop', options: { appName: 'capture', readOnlyIntent: true } }, (pool) =>
      pool.query('select 1'),
    );
    expect(engine.sessions[0]?.loginRequest).toMatchObject({
      userName: 'sa',
      password: 'secret',
      database: 'shop',
      applicationName: 'capture',
      readOnlyIntent: true,
    });
  });

  it('keeps passwords of every kind', async () => {
    engine = new CannedEngine({ script, password: 'pä$$ "wörd" ☃ {}' });
    server = await startTdsServer({ engine, tls: 'off' });
    await withPool({ password: 'pä$$ "wörd" ☃ {}' }, (pool) => pool.query('select 1'));
    expect(engine.sessions).not.toHaveLength(0);
  });

  it('refuses a wrong password with 18456', async () => {
    await start();
    await expect(withPool({ password: 'bad' }, (pool) => pool.query('select 1'))).rejects.toMatchObject({
      code: 'ELOGIN',
      message: expect.stringContaining("Login failed for user 'sa'"),
    });
  });

  it('refuses an unknown database with 4060', async () => {
    await start();
    await expect(withPool({ database: 'nowhere' }, (pool) => pool.query('select 1'))).rejects.toMatchObject({
      code: 'ELOGIN',
    });
  });
});

describe('TLS', () => {
  it.each([
    ['optional', true],
    ['optional', false],
    ['required', true],
    ['off', false],
  ] as const)('server %s, client encrypt %s', async (tls, encrypt) => {
    await start({ tls });
    const rows = await withPool(
      { options: { encrypt } },
      async (pool) => (await pool.query('count 3000')).recordset,
    );
    expect(rows).toHaveLength(3000);
  });

  it('turns clear text away when TLS is required', async () => {
    await start({ tls: 'required' });
    await expect(withPool({}, (pool) => pool.query('select 1'))).rejects.toMatchObject({ code: 'EENCRYPT' });
  });

  it('speaks TDS 8.0 with TLS first', async () => {
    await start({ tls: 'optional' });
    const config = {
      options: {
        encrypt: 'strict',
        serverName: 'localhost',
        cryptoCredentialsDetails: { ca: server.certificate },
      },
    } as unknown as Partial<sql.config>;
    const rows = await withPool(config, async (pool) => (await pool.query('count 3000')).recordset);
    expect(rows).toHaveLength(3000);
  });
});

describe('requests', () => {
  it.each([512, 4096, 32_767])('stream with packets of %i bytes', async (packetSize) => {
    await start();
    const { recordset } = await withPool({ options: { packetSize } }, (pool) =>
      pool.query(`count 5000 -- ${'y'.repeat(3000)}`),
    );
    expect(recordset.map((row: { n: number }) => row.n)).toEqual(
      Array.from({ length: 5000 }, (_, i) => i + 1),
    );
  });

  it('answer with several results, by batch and by RPC', async () => {
    await start();
    await withPool({}, async (pool) => {
      const byRpc = await pool.query('two results');
      const byBatch = await pool.request().batch('two results');
      for (const { recordsets, rowsAffected } of [byRpc, byBatch]) {
        expect(recordsets).toHaveLength(2);
        expect(rowsAffected).toEqual([2, 3]);
      }
    });
  });

  it('report errors with all their parts, and leave the connection usable', async () => {
    await start();
    await withPool({ pool: { max: 1 } }, async (pool) => {
      for (const send of [() => pool.query('boom'), () => pool.request().batch('boom')])
        await expect(send()).rejects.toMatchObject({
          number: 3960,
          class: 16,
          state: 2,
          lineNumber: 7,
          procName: 'p',
          message: 'Update conflict.',
        });
      expect((await pool.query('select 1')).recordset).toHaveLength(1);
    });
    expect(engine.sessions).toHaveLength(2);
  });

  it('say which column cannot be sent', async () => {
    await start();
    await withPool({}, async (pool) => {
      await expect(pool.query('unencodable')).rejects.toThrow(/Column 1 \('a'\) cannot be sent/);
      expect((await pool.query('select 1')).recordset).toHaveLength(1);
    });
  });

  it('pass informational messages on', async () => {
    await start();
    await withPool({}, async (pool) => {
      const request = pool.request();
      const heard: string[] = [];
      request.on('info', (info: { message: string }) => heard.push(info.message));
      await request.batch('print');
      expect(heard).toEqual(['hello']);
    });
  });

  it('return output parameters and the status', async () => {
    await start();
    await withPool({}, async (pool) => {
      const result = await pool.request().output('answer', sql.Int).query('output');
      expect(result.output).toEqual({ answer: 42 });
    });
  });

  it('close the connection after an error of severity 20 or more', async () => {
    await start();
    await withPool({ pool: { max: 1, min: 0 } }, async (pool) => {
      await expect(pool.request().batch('fatal')).rejects.toMatchObject({ number: 596 });
    });
    while (!session().closed) await new Promise(setImmediate);
  });
});

describe('back-pressure', () => {
  it('stops the engine while the client does not read', async () => {
    let produced = 0;
    let waits = 0;
    engine = new CannedEngine({
      script: async ({ sql: text, sink }) => {
        // The pool asks SELECT 1 first.
        if (!text.includes('everything')) return sendCounting(sink, 1);
        sink.columns([{ name: 'pad', type: { name: 'nvarchar', length: 4000 }, nullable: false }]);
        for (; produced < 40_000; produced += 100) {
          if (!sink.rows(Array.from({ length: 100 }, () => ['x'.repeat(1000)]))) {
            waits++;
            await sink.drained();
          }
        }
        sink.done({ command: 'select', rowCount: produced });
        return undefined;
      },
    });
    server = await startTdsServer({ engine, tls: 'off' });
    await withPool({ pool: { max: 1 } }, async (pool) => {
      const request = pool.request();
      request.stream = true;
      let seen = 0;
      let checked: Promise<void> | undefined;
      request.on('row', () => {
        if (++seen !== 5) return;
        request.pause();
        checked = (async () => {
          // Settled when nothing more is produced over many turns of the event loop.
          for (let last = -1, calm = 0; calm < 200; calm = last === produced ? calm + 1 : 0) {
            last = produced;
            await new Promise((resolve) => setTimeout(resolve, 1));
          }
          expect(produced).toBeLessThan(20_000);
          request.resume();
        })();
      });
      const ended = new Promise((resolve) => request.on('done', resolve));
      void request.query('everything');
      await ended;
      await checked;
      expect(seen).toBe(40_000);
      expect(waits).toBeGreaterThan(10);
    });
  });
});

describe('RESETCONNECTION', () => {
  it('resets the session before the request that carries it', async () => {
    await start();
    const connection = await connectTedious();
    await new Promise<void>((resolve, reject) =>
      connection.reset((error) => (error === undefined || error === null ? resolve() : reject(error))),
    );
    expect(session().resets).toBe(1);
    expect(session().log.at(-1)).toMatch(/^set ansi_nulls on/);
    connection.close();
  });
});

describe('cancel', () => {
  it('stops a request that has not answered yet, and the connection goes on', async () => {
    await start();
    await withPool({ pool: { max: 1 } }, async (pool) => {
      const request = pool.request();
      const running = request.batch('hang');
      while (session().log.at(-1) !== 'hang') await new Promise(setImmediate);
      request.cancel();
      await expect(running).rejects.toMatchObject({ code: 'ECANCEL' });
      expect((await pool.query('select 1')).recordset).toHaveLength(1);
    });
    expect(engine.sessions).toHaveLength(2);
    expect(session().cancels).toBe(1);
  });

  it('stops in the middle of a result, and the connection goes on', async () => {
    await start();
    await withPool({ pool: { max: 1 } }, async (pool) => {
      const request = pool.request();
      request.stream = true;
      let seen = 0;
      request.on('row', () => {
        seen++;
        if (seen === 10) request.cancel();
      });
      const ended = new Promise<Error>((resolve) => request.on('error', resolve));
      void request.query('count 2000000');
      await expect(ended).resolves.toMatchObject({ code: 'ECANCEL' });
      expect(seen).toBeLessThan(1_000_000);
      expect((await pool.query('select 1')).recordset).toHaveLength(1);
    });
    expect(engine.sessions).toHaveLength(2);
  });
});

describe('transactions', () => {
  it('begin, commit and roll back through the transaction manager', async () => {
    await start();
    await withPool({ pool: { max: 1 } }, async (pool) => {
      const first = new sql.Transaction(pool);
      await first.begin(sql.ISOLATION_LEVEL.SNAPSHOT);
      await new sql.Request(first).query('select 1');
      await first.commit();
      const second = new sql.Transaction(pool);
      await second.begin();
      await second.rollback();
    });
    const kinds = session().log.filter((line) => /^(begin|commit|rollback)/.test(line));
    expect(kinds).toEqual(['begin snapshot', 'commit', 'begin read committed', 'rollback']);
  });
});

describe('prepared statements', () => {
  it('go through sp_prepare, sp_execute and sp_unprepare', async () => {
    engine = new CannedEngine({
      script: ({ procedure, parameters, sink }) => {
        if (procedure === 'sp_prepare') sink.returnValue(0, '@handle', { name: 'int' }, 7);
        if (procedure !== 'sp_execute') return;
        sink.columns([{ name: 'got', type: { name: 'nvarchar', length: 10 }, nullable: true }]);
        sink.rows([[parameters[1]?.value ?? null]]);
        sink.done({ command: 'select', rowCount: 1 });
      },
    });
    server = await startTdsServer({ engine, tls: 'off' });
    await withPool({ pool: { max: 1 } }, async (pool) => {
      const statement = new sql.PreparedStatement(pool);
      statement.input('name', sql.NVarChar(10));
      await statement.prepare('select @name');
      expect((await statement.execute({ name: 'Zoë' })).recordset).toEqual([{ got: 'Zoë' }]);
      expect((await statement.execute({ name: null })).recordset).toEqual([{ got: null }]);
      await statement.unprepare();
    });
    const names = session().log.filter((line) => /^sp_(p|execute$|unp)/.test(line));
    expect(names).toEqual(['sp_prepare', 'sp_execute', 'sp_execute', 'sp_unprepare']);
  });
});

describe('many connections', () => {
  it('are served at once and closed with the server', async () => {
    await start();
    await withPool({ pool: { max: 50, min: 0 } }, async (pool) => {
      const results = await Promise.all(Array.from({ length: 50 }, () => pool.request().batch('gather 50')));
      expect(results.every(({ recordset }) => recordset?.length === 2000)).toBe(true);
      expect(server.connections).toBe(50);
    });
    await server.close();
    expect(engine.sessions.every(({ closed }) => closed)).toBe(true);
  });
});
