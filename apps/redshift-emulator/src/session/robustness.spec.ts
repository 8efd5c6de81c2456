import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { eventually } from '../testing/eventually.js';
import { startFixture, ROLE, type Fixture } from '../testing/fixture.js';
import { summary, wire, WireClient } from '../testing/wire-client.js';

let fixture: Fixture;
beforeAll(async () => {
  fixture = await startFixture();
});
afterAll(() => fixture[Symbol.asyncDispose]());

const ENDLESS =
  'select count(*) from generate_series(1, 1000000) a(n), generate_series(1, 1000000) b(n) where a.n * b.n = -1';

/** Backends of clients, this test's own left out. */
async function backends(state = ''): Promise<number> {
  const [[count] = []] = await fixture.rows(
    `select count(*) from pg_stat_activity where backend_type = 'client backend' and application_name <> 'redshift-emulator'
     and datname = current_database() and pid <> pg_backend_pid() ${state}`,
  );
  return Number(count);
}
const running = (): Promise<number> => backends("and state = 'active'");

describe('a client that is lost', () => {
  test.each([
    ['simple query', () => [wire.query(ENDLESS)]],
    ['extended query', () => [wire.parse(ENDLESS), wire.bind(), wire.execute(), wire.sync()]],
  ])('takes its running %s with it', async (_what, messages) => {
    const before = await backends();
    const client = await WireClient.open(fixture.emulator);
    client.send(...messages());
    await eventually(running, (count) => count === 1, { withinMs: 5000, because: 'the statement starts' });
    await client[Symbol.asyncDispose]();
    await eventually(backends, (count) => count === before, {
      withinMs: 5000,
      because: 'the statement is cancelled and its session ended',
    });
  });

  test('has its transaction rolled back and its locks freed', async () => {
    await fixture.rows('create table held (n int)');
    const client = await WireClient.open(fixture.emulator);
    client.send(wire.query('begin'), wire.query('insert into held values (1)'));
    expect(summary([...(await client.until('Z')), ...(await client.until('Z'))])).toEqual(
      expect.arrayContaining(['C BEGIN', 'C INSERT 0 1']),
    );
    await client[Symbol.asyncDispose]();
    await fixture.rows('insert into held values (2)');
    expect(await fixture.rows('select n from held')).toEqual([[2]]);
  });

  test('is let go while it loads', async () => {
    await fixture.rows('create table loading (n int)');
    for (let part = 0; part < 400; part += 1)
      fixture.s3.objects.set(`lost/${part}.csv`, Buffer.from('1\n'.repeat(2000)));
    const before = await backends();
    const client = await WireClient.open(fixture.emulator);
    client.send(wire.query(`copy loading from 's3://lost/' iam_role '${ROLE}' csv`));
    await eventually(backends, (count) => count > before, { withinMs: 5000, because: 'the COPY starts' });
    await client[Symbol.asyncDispose]();
    await eventually(backends, (count) => count === before, { withinMs: 10_000, because: 'the COPY ends' });
    expect(await fixture.rows('select count(*) from loading')).toEqual([['0']]);
  });

  test('but one that says goodbye has its last statement done', async () => {
    await fixture.rows('create table parting (n int)');
    const client = await WireClient.open(fixture.emulator);
    client.send(wire.query('insert into parting values (1)'), wire.terminate());
    client.socket.end();
    await client.end();
    await eventually(
      () => fixture.rows('select n from parting'),
      (found) => found.length === 1,
      {
        withinMs: 5000,
        because: 'the INSERT is not cancelled',
      },
    );
  });
});

test('fifty clients at once, and none of them leaves anything behind', async () => {
  await fixture.rows('create table busy (client int, n int)');
  const before = await backends();
  const clients = await Promise.all(Array.from({ length: 50 }, () => fixture.connect()));
  await Promise.all(
    clients.map(async (client, index) => {
      for (let n = 0; n < 4; n += 1) {
        await client.query('begin');
        await client.query('insert into busy values ($1, $2)', [index, n]);
        await client.query('select count(*) from busy');
        await client.query(n % 2 === 0 ? 'commit' : 'rollback');
      }
    }),
  );
  expect(await fixture.rows('select count(*), count(distinct client) from busy')).toEqual([['100', '50']]);
  await Promise.all(clients.map((client) => client.end()));
  await eventually(backends, (count) => count === before, { withinMs: 5000, because: 'sessions end' });
});

describe('pipelining', () => {
  test('a thousand statements are answered in their order', async () => {
    await using client = await WireClient.open(fixture.emulator);
    const messages = Array.from({ length: 1000 }, (_value, n) => [
      wire.parse('select $1::int'),
      wire.bind([String(n)]),
      wire.describe(),
      wire.execute(),
    ]).flat();
    client.send(...messages, wire.sync());
    const answers = await client.until('Z');
    const values = answers
      .filter(({ type }) => type === 'D')
      .map(({ body }) => Number(body.toString('utf8', 6)));
    expect(values).toEqual(Array.from({ length: 1000 }, (_value, n) => n));
    expect(answers).toHaveLength(5001);
  });

  test('definitions, loads and queries between one another; an error skips to its Sync', async () => {
    fixture.s3.objects.set('pipe/a.csv', Buffer.from('1\n2\n'));
    await using client = await WireClient.open(fixture.emulator);
    const run = (sql: string): Buffer => Buffer.concat([wire.parse(sql), wire.bind(), wire.execute()]);
    client.send(
      run('create table piped (n int)'),
      run(`copy piped from 's3://pipe/' iam_role '${ROLE}' csv`),
      run('insert into piped values (3)'),
      run('select count(*) from piped'),
      wire.sync(),
      run('select 1/0'),
      run('insert into piped values (4)'),
      wire.sync(),
      run('create index i on piped (n)'),
      run('insert into piped values (5)'),
      wire.sync(),
      wire.query('select n from piped where n > 2'),
      run('truncate piped'),
      wire.sync(),
    );
    const rounds: string[][] = [];
    for (let round = 0; round < 5; round += 1) {
      rounds.push(summary(await client.until('Z')).filter((type) => !['1', '2', 'T', 'N'].includes(type)));
    }
    expect(rounds).toEqual([
      ['C CREATE TABLE', 'C COPY', 'C INSERT 0 1', 'D', 'C SELECT 1', 'Z'],
      ['E 22012', 'Z'],
      [expect.stringMatching(/^E /), 'Z'],
      ['D', 'C SELECT 1', 'Z'],
      ['C TRUNCATE TABLE', 'Z'],
    ]);
  });

  // A simple query between a failure and its Sync is ignored by PostgreSQL too; the proxy once waited for its answer for ever.
  test('a simple query before the Sync of a failed statement is ignored', async () => {
    await using client = await WireClient.open(fixture.emulator);
    client.send(wire.bind([], 'nowhere'), wire.query('select 1'), wire.sync());
    expect(summary(await client.until('Z'))).toEqual(['E 26000', 'Z']);
    client.send(
      wire.parse('create index i on t (n)'),
      wire.query('select 1'),
      wire.sync(),
      wire.query('select 2'),
    );
    expect(summary(await client.until('Z'))).toEqual(['E 0A000', 'Z']);
    expect(summary(await client.until('Z'))).toEqual(['T', 'D', 'C SELECT 1', 'Z']);
  });

  test('a portal is read by portions', async () => {
    await using client = await WireClient.open(fixture.emulator);
    client.send(wire.query('begin'));
    await client.until('Z');
    client.send(
      wire.parse('select n from generate_series(1, 5) s(n)', 'five'),
      wire.bind([], 'five', 'p'),
      wire.execute(2, 'p'),
      wire.execute(2, 'p'),
      wire.execute(0, 'p'),
      wire.close('P', 'p'),
      wire.close('S', 'five'),
      wire.sync(),
    );
    expect(summary(await client.until('Z'))).toEqual([
      '1',
      '2',
      'D',
      'D',
      's',
      'D',
      'D',
      's',
      'D',
      'C SELECT 1',
      '3',
      '3',
      'Z',
    ]);
  });
});

/** Resident memory of a process, in MiB. */
function residentMiB(child: ChildProcess): number {
  return Number(spawnSync('ps', ['-o', 'rss=', '-p', String(child.pid)], { encoding: 'utf8' }).stdout) / 1024;
}
const noPs = spawnSync('ps', ['-o', 'rss=', '-p', String(process.pid)]).status !== 0;

(noPs ? test.skip : test)(
  `a large result passes through in bounded memory${noPs ? ' (SKIPPED: ps is not installed)' : ''}`,
  async () => {
    const program = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
    const child = spawn(process.execPath, [program, '--port', '0', '--ephemeral'], {
      env: { ...process.env, NODE_OPTIONS: '', NODE_NO_WARNINGS: '' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let complaints = '';
    child.stderr.on('data', (chunk: Buffer) => (complaints += chunk.toString()));
    try {
      const [line] = (await once(child.stdout, 'data')) as [Buffer];
      const { port } = JSON.parse(line.toString()) as { port: number };
      const client = new pg.Client({
        port,
        host: '127.0.0.1',
        user: 'awsuser',
        password: 'Password1',
        database: 'dev',
      });
      await client.connect();
      await client.query('select 1');
      const emulator = { ...fixture.emulator, port, user: 'awsuser', password: 'Password1', database: 'dev' };
      const before = residentMiB(child);
      await using reader = await WireClient.open(emulator);
      reader.send(wire.query("select n, repeat('x', 500) from generate_series(1, 400000) s(n)"));
      // A reader slower than the server: it stops after each portion.
      let bytes = 0;
      let most = 0;
      reader.socket.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        reader.socket.pause();
        setImmediate(() => reader.socket.resume());
      });
      for (let rows = 0; ; rows += 1) {
        const message = await reader.next();
        if (rows % 50_000 === 0) most = Math.max(most, residentMiB(child));
        if (message === undefined || message.type === 'Z') break;
      }
      expect(bytes / 1024 / 1024).toBeGreaterThan(190);
      expect(most - before).toBeLessThan(120);
      await client.end();
      // Node warns of listeners that nobody takes away.
      expect(complaints).toBe('');
    } finally {
      const gone = once(child, 'exit');
      child.kill('SIGTERM');
      await gone;
    }
  },
);
