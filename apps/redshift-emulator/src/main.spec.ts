import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { eventually } from './testing/eventually.js';

const program = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const env = { ...process.env, NODE_OPTIONS: '' };
const postgresUrl = process.env['REDSHIFT_EMULATOR_TEST_POSTGRES'];
const storage = postgresUrl === undefined ? ['--ephemeral'] : ['--postgres-url', postgresUrl];

interface Ready {
  readonly port: number;
  readonly host: string;
}

const start = (...args: readonly string[]): ChildProcess =>
  spawn(process.execPath, [program, '--port', '0', ...args], { env, stdio: ['ignore', 'pipe', 'inherit'] });

async function readyLine(child: ChildProcess): Promise<Ready> {
  const [line] = (await once(child.stdout ?? child, 'data')) as [Buffer];
  return JSON.parse(line.toString()) as Ready;
}

async function connect({ host, port }: Ready, change: pg.ClientConfig = {}): Promise<pg.Client> {
  const client = new pg.Client({
    host,
    port,
    user: 'awsuser',
    password: 'Password1',
    database: 'dev',
    ...change,
  });
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

/** Stops it as an operator does; its exit code, and whether it took less than 5 s. */
async function stop(child: ChildProcess, signal: NodeJS.Signals = 'SIGTERM'): Promise<[number, boolean]> {
  const began = Date.now();
  const exited = once(child, 'exit');
  child.kill(signal);
  const [code] = (await exited) as [number];
  return [code, Date.now() - began < 5000];
}

test('--help names the options, a wrong one is refused', () => {
  const help = spawnSync(process.execPath, [program, '--help'], { env, encoding: 'utf8' });
  for (const option of [
    '--iam-role <arn[=accessKey:secret]>',
    '--data-dir',
    '--ephemeral',
    '--exit-with-parent',
  ])
    expect(help.stdout).toContain(option);
  expect(help.status).toBe(0);
  const wrong = spawnSync(process.execPath, [program, '--port', 'x'], { env, encoding: 'utf8' });
  expect([wrong.status, wrong.stderr]).toEqual([1, expect.stringContaining('--port')]);
  const keyless = spawnSync(process.execPath, [program, '--iam-role', 'arn:x'], { env, encoding: 'utf8' });
  expect([keyless.status, keyless.stderr]).toEqual([1, expect.stringContaining('has no keys')]);
});

test('prints its address, serves, and stops on SIGTERM within 5 s, clients or not', async () => {
  const child = start(
    '--user',
    'someone',
    '--password',
    'Pass1234',
    '--database',
    'wh',
    '--auth',
    'cleartext',
    ...storage,
  );
  const ready = await readyLine(child);
  expect(ready).toMatchObject({ ready: true, host: '127.0.0.1', user: 'someone', database: 'wh' });
  const client = await connect(ready, { user: 'someone', password: 'Pass1234', database: 'wh' });
  expect((await client.query('select 1 as n')).rows).toEqual([{ n: 1 }]);
  const running = client.query(
    'select count(*) from generate_series(1, 1000000) a(n), generate_series(1, 1000000) b(n)',
  );
  const broken = expect(running).rejects.toThrow();
  expect(await stop(child)).toEqual([0, true]);
  await broken;
});

test('--data-dir keeps everything over a clean stop and over a kill', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'redshift-emulator-data-'));
  const dataDir = join(folder, 'data');
  try {
    const first = start('--data-dir', dataDir);
    let client = await connect(await readyLine(first));
    await client.query('create table kept (n int distkey, primary key (n)); insert into kept values (1)');
    await client.end();
    expect(await stop(first, 'SIGINT')).toEqual([0, true]);

    const second = start('--data-dir', dataDir);
    client = await connect(await readyLine(second));
    await client.query('insert into kept values (2)');
    await client.end();
    const killed = once(second, 'exit');
    second.kill('SIGKILL');
    await killed;

    const third = start('--data-dir', dataDir);
    client = await connect(await readyLine(third));
    expect((await client.query('select n from kept where n = 1')).rows).toEqual([{ n: 1 }]);
    expect(
      (await client.query('select diststyle from svv_table_info where "table" = \'kept\'')).rows,
    ).toEqual([{ diststyle: 'KEY(n)' }]);
    await client.end();
    expect(await stop(third)).toEqual([0, true]);
    expect(existsSync(dataDir)).toBe(true);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

test('--ephemeral leaves nothing behind', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'redshift-emulator-ephemeral-'));
  try {
    const child = start('--ephemeral', '--data-dir', join(folder, 'data'));
    const client = await connect(await readyLine(child));
    await client.query('create table gone (n int)');
    await client.end();
    expect(await stop(child)).toEqual([0, true]);
    expect(await readdir(folder)).toEqual([]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

test('--exit-with-parent ends it, and its database, when its parent is killed', async () => {
  // A parent between this test and the emulator: it passes the ready line on and can be killed alone.
  const code = `const { spawn } = require('node:child_process');
    const child = spawn(process.execPath, process.argv.slice(1), { stdio: ['ignore', 'inherit', 'inherit'] });
    process.stderr.write('pid ' + child.pid + '\\n');`;
  const parent = spawn(
    process.execPath,
    ['-e', code, '--', program, '--port', '0', '--exit-with-parent', ...storage],
    { env, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const [pid] = (await once(parent.stderr, 'data')) as [Buffer];
  const emulator = Number(/pid (\d+)/.exec(pid.toString())?.[1]);
  const ready = await readyLine(parent);
  const client = await connect(ready);
  await client.end();
  const killed = once(parent, 'exit');
  parent.kill('SIGKILL');
  await killed;
  const isAlive = (): Promise<boolean> => {
    try {
      return Promise.resolve(process.kill(emulator, 0));
    } catch (error) {
      return Promise.resolve((error as NodeJS.ErrnoException).code !== 'ESRCH');
    }
  };
  await eventually(isAlive, (alive) => !alive, { withinMs: 8000, because: 'the parent is gone' });
});
