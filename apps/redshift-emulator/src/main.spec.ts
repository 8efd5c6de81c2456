import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import pg from 'pg';

const program = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const env = { ...process.env, NODE_OPTIONS: '' };
const postgresUrl = process.env['REDSHIFT_EMULATOR_TEST_POSTGRES'];
const storage = postgresUrl === undefined ? ['--ephemeral'] : ['--postgres-url', postgresUrl];

test('--help names the options, a wrong one is refused', () => {
  const help = spawnSync(process.execPath, [program, '--help'], { env, encoding: 'utf8' });
  expect(help.stdout).toContain('--iam-role <arn[=accessKey:secret]>');
  expect(help.status).toBe(0);
  const wrong = spawnSync(process.execPath, [program, '--port', 'x'], { env, encoding: 'utf8' });
  expect([wrong.status, wrong.stderr]).toEqual([1, expect.stringContaining('--port')]);
  const keyless = spawnSync(process.execPath, [program, '--iam-role', 'arn:x'], { env, encoding: 'utf8' });
  expect([keyless.status, keyless.stderr]).toEqual([1, expect.stringContaining('has no keys')]);
});

test('prints its address, serves, and stops on SIGTERM within 5 s', async () => {
  const child = spawn(
    process.execPath,
    [
      program,
      '--port',
      '0',
      '--user',
      'someone',
      '--password',
      'Pass1234',
      '--database',
      'wh',
      '--auth',
      'cleartext',
      ...storage,
    ],
    { env, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  const ready = JSON.parse(line.toString()) as { port: number; host: string };
  expect(ready).toMatchObject({ ready: true, host: '127.0.0.1', user: 'someone', database: 'wh' });
  const client = new pg.Client({ ...ready, user: 'someone', password: 'Pass1234', database: 'wh' });
  client.on('error', () => undefined);
  await client.connect();
  expect((await client.query('select 1 as n')).rows).toEqual([{ n: 1 }]);
  const began = Date.now();
  child.kill('SIGTERM');
  const [code] = (await once(child, 'exit')) as [number];
  expect([code, Date.now() - began < 5000]).toEqual([0, true]);
});
