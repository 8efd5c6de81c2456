/**
 * pg is CommonJS inside: with the condition `import` its own require calls would get ES modules.
 *
 * @jest-environment-options {"customExportConditions": ["@thalamus/source", "node", "node-addons"]}
 */
import { spawn, execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { isAlive } from './data-directory.js';
import { freePort, startPostgres } from './index.js';

const scratch = mkdtempSync(join(tmpdir(), 'thalamus-pg-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query({ text: sql, rowMode: 'array' })).rows.flat();
  } finally {
    await client.end();
  }
}

async function eventually(holds: () => boolean, withinMs: number): Promise<void> {
  const deadline = Date.now() + withinMs;
  while (!holds()) {
    if (Date.now() > deadline) throw new Error(`not within ${withinMs} ms: ${holds.toString()}`);
    await delay(25);
  }
}

test('an ephemeral server answers, sorts by code point, knows ICU, and leaves nothing', async () => {
  const dataDir = join(scratch, 'ephemeral', 'data');
  const lines: string[] = [];
  const server = await startPostgres({ dataDir, ephemeral: true, log: (line) => lines.push(line) });
  expect(await query(server.url(), `select 'Z' < 'a', lower('ÄÖ'), current_setting('fsync')`)).toEqual([
    true,
    'äö',
    'off',
  ]);
  await query(
    server.url(),
    `create collation ci (provider = icu, locale = 'und-u-ks-level2', deterministic = false)`,
  );
  expect(await query(server.url(), `select 'ABC' collate ci = 'abc'`)).toEqual([true]);
  await server.stop();
  await server.stop();
  expect(isAlive(server.pid)).toBe(false);
  expect(existsSync(dataDir)).toBe(false);
  expect(lines.join('\n')).toContain('ready to accept connections');
});

test('data and password outlive a restart; a wrong password is refused by the server and by a second start', async () => {
  const dataDir = join(scratch, 'kept');
  const first = await startPostgres({ dataDir, settings: { synchronous_commit: 'off' } });
  await query(first.url(), 'create database "odd name"');
  await query(first.url('odd name'), 'create table t as select 42 as n');
  const wrong = first.url().replace(first.password, 'wrong');
  await expect(query(wrong, 'select 1')).rejects.toMatchObject({ code: '28P01' });
  await first.stop();

  await using second = await startPostgres({ dataDir });
  expect(second.password).toBe(first.password);
  expect(await query(second.url('odd name'), 'select n from t')).toEqual([42]);
  await expect(startPostgres({ dataDir: join(scratch, 'kept'), password: 'other' })).rejects.toThrow(
    /another password/,
  );
});

test('an interrupted initdb is repeated and a foreign directory refused', async () => {
  const dataDir = join(scratch, 'interrupted');
  // A pid beyond every system's limit: its maker is surely dead.
  execFileSync('mkdir', ['-p', `${dataDir}.init-99999999/base`]);
  await using server = await startPostgres({ dataDir, ephemeral: true });
  expect(await query(server.url(), 'select 1')).toEqual([1]);
  expect(existsSync(`${dataDir}.init-99999999`)).toBe(false);

  const foreign = mkdtempSync(join(scratch, 'foreign-'));
  writeFileSync(join(foreign, 'letter.txt'), 'not a database');
  await expect(startPostgres({ dataDir: foreign })).rejects.toThrow(/neither empty nor a PostgreSQL cluster/);
});

test('a pid file whose number now belongs to another program does not stop the start', async () => {
  const dataDir = join(scratch, 'stale');
  const server = await startPostgres({ dataDir });
  const pidFile = readFileSync(join(dataDir, 'postmaster.pid'), 'utf8');
  await server.stop();
  writeFileSync(join(dataDir, 'postmaster.pid'), pidFile.replace(/^\d+/, String(process.pid)));
  await using again = await startPostgres({ dataDir });
  expect(await query(again.url(), 'select 1')).toEqual([1]);
});

test('a taken port is named', async () => {
  const port = await freePort();
  const rival = createServer().listen(port, '127.0.0.1');
  try {
    await expect(startPostgres({ dataDir: join(scratch, 'taken'), port })).rejects.toThrow(
      `port ${port} of 127.0.0.1 is taken`,
    );
  } finally {
    rival.close();
  }
});

test('open connections do not delay the stop', async () => {
  const server = await startPostgres({ dataDir: join(scratch, 'busy'), ephemeral: true });
  const client = new pg.Client({ connectionString: server.url() });
  client.on('error', () => undefined);
  await client.connect();
  const sleeping = client.query('select pg_sleep(60)').catch((error: unknown) => error);
  const began = Date.now();
  await server.stop();
  expect(Date.now() - began).toBeLessThan(5000);
  expect(await sleeping).toMatchObject({ code: '57P01' });
});

test('the server and its ephemeral data do not outlive a killed parent', async () => {
  const dataDir = join(scratch, 'orphan');
  const script = `
    const { startPostgres } = await import(process.argv[1]);
    const server = await startPostgres({ dataDir: process.argv[2], ephemeral: true });
    process.stdout.write(String(server.pid));
    setInterval(() => undefined, 1000);`;
  const built = new URL('../dist/index.js', import.meta.url).href;
  const parent = spawn(process.execPath, ['--input-type=module', '-e', script, built, dataDir], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  const pid = await new Promise<number>((resolve) => {
    parent.stdout.once('data', (chunk: Buffer) => resolve(Number(chunk.toString())));
  });
  expect(isAlive(pid)).toBe(true);
  parent.kill('SIGKILL');
  await eventually(() => !isAlive(pid), 10_000);
  await eventually(() => !existsSync(dataDir), 10_000);
});
