/**
 * Real Kafka, PostgreSQL and SeaweedFS; needs the set-up (npm run setup) and the build of this project.
 * pg is CommonJS inside: with the condition `import` its own require calls would get ES modules.
 *
 * @jest-environment-options {"customExportConditions": ["@thalamus/source", "node", "node-addons"]}
 */
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { jest } from '@jest/globals';
import { execFile, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import kafkajs from 'kafkajs';
import pg from 'pg';
import type { StackDescription } from './control-client.js';
import { startStack, type LocalStack } from './index.js';
import { isRunning, processIdentity } from './process-identity.js';
import { cloneRoot, installed } from './stack-paths.js';
import { isFree } from './stack-ports.js';
import { eventually } from './testing/eventually.js';

const scratch = mkdtempSync(join(tmpdir(), 'thalamus-stack-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** A busy machine starts Kafka in half a minute. */
jest.setTimeout(240_000);

const identities = (components: readonly { pid?: number }[]): string[] =>
  components.map(({ pid }) => (pid === undefined ? 'none' : (processIdentity(pid) ?? 'none')));

async function selectOne(stack: LocalStack): Promise<unknown> {
  const client = new pg.Client({ connectionString: stack.endpoints.postgres.url });
  await client.connect();
  const { rows } = await client.query<{ one: number }>('select 1 as one');
  await client.end();
  return rows[0]?.one;
}

async function listTopics(stack: LocalStack): Promise<string[]> {
  const kafka = new kafkajs.Kafka({
    brokers: [...stack.endpoints.kafka.brokers],
    logLevel: kafkajs.logLevel.NOTHING,
  });
  const admin = kafka.admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic: 'spec', numPartitions: 3 }], waitForLeaders: true });
  const topics = await admin.listTopics();
  await admin.disconnect();
  return topics;
}

function s3Client({ endpoints: { s3 } }: LocalStack): S3Client {
  const { endpoint, region, accessKeyId, secretAccessKey } = s3;
  return new S3Client({
    endpoint,
    region,
    forcePathStyle: true,
    credentials: { accessKeyId, secretAccessKey },
  });
}

test('Kafka, PostgreSQL and S3 answer; a killed S3 keeps its objects and address; the stop leaves nothing', async () => {
  const dir = join(scratch, 'infrastructure');
  const stack = await startStack({ dir, ephemeral: true, components: ['kafka', 'postgres', 's3'] });
  const processes = identities(stack.status());
  try {
    expect(processes.every(isRunning)).toBe(true);
    expect(await selectOne(stack)).toBe(1);
    expect(await listTopics(stack)).toContain('spec');

    const store = s3Client(stack);
    const object = { Bucket: stack.endpoints.s3.bucket, Key: 'a/b.txt' };
    await store.send(new PutObjectCommand({ ...object, Body: 'kept' }));
    await stack.service('s3').kill();
    expect(stack.status().find(({ name }) => name === 's3')?.state).toBe('killed');
    await stack.service('s3').start();
    const found = await store.send(new GetObjectCommand(object));
    expect(await found.Body?.transformToString()).toBe('kept');
    store.destroy();

    await expect(startStack({ dir, components: ['postgres'] })).rejects.toThrow(/already runs a stack/);
    await expect(stack.service('kafka', 2).start()).rejects.toThrow('kafka runs once');
    expect(() => stack.service('spark').stop()).toThrow(/this stack has no spark/);
    processes.push(...identities(stack.status()));
  } finally {
    const began = Date.now();
    await stack.stop();
    expect(Date.now() - began).toBeLessThan(10_000);
  }
  expect(processes.filter(isRunning)).toEqual([]);
  expect(existsSync(dir)).toBe(false);
});

test('a component that dies is started again at its old address', async () => {
  const lines: string[] = [];
  await using stack = await startStack({
    dir: join(scratch, 'dies'),
    ephemeral: true,
    components: ['postgres'],
    log: (line) => lines.push(line),
  });
  const [before] = stack.status();
  process.kill(before?.pid ?? 0, 'SIGKILL');
  await eventually(
    () => stack.status()[0]?.state === 'running' && stack.status()[0]?.pid !== before?.pid,
    30_000,
  );
  expect(stack.status()[0]?.address).toBe(before?.address);
  expect(await selectOne(stack)).toBe(1);
  expect(lines.join('\n')).toMatch(/postgres: ended with .*starting it again/);
});

const run = promisify(execFile);
const main = join(cloneRoot, 'libs', 'local-stack', 'dist', 'main.js');

function command(dir: string, ...args: string[]): Promise<{ stdout: string }> {
  const { NODE_OPTIONS: _options, ...env } = process.env;
  return run(installed.node, [main, '--dir', dir, ...args], { env });
}

async function statusOf(dir: string): Promise<StackDescription> {
  return JSON.parse((await command(dir, 'status', '--json')).stdout) as StackDescription;
}

test('up, up again, status, service and down as commands', async () => {
  const dir = join(scratch, 'commands');
  await expect(command(dir, 'status', '--json')).rejects.toMatchObject({
    code: 3,
    stdout: expect.stringMatching(/"running": false/),
  });
  await command(dir, 'up', '--components', 'postgres');
  try {
    expect((await command(dir, 'up')).stdout).toContain('a stack runs already');
    const { components, endpoints } = await statusOf(dir);
    expect(components).toMatchObject([
      { name: 'postgres', state: 'running', address: `127.0.0.1:${endpoints.postgres.port}` },
    ]);
    expect(endpoints.postgres.password).toEqual({ file: join(dir, 'stack.json'), field: 'secrets.postgres' });
    await command(dir, 'service', 'stop', 'postgres');
    expect((await statusOf(dir)).components).toMatchObject([{ state: 'stopped' }]);
    expect(await isFree(endpoints.postgres.port)).toBe(true);
    await command(dir, 'service', 'start', 'postgres');
    expect((await statusOf(dir)).endpoints).toEqual(endpoints);
    await expect(command(dir, 'service', 'kill', 'nobody')).rejects.toMatchObject({
      stderr: expect.stringMatching(/no nobody/),
    });
  } finally {
    await command(dir, 'down');
  }
  await expect(command(dir, 'status')).rejects.toMatchObject({ code: 3 });
});

test('a killed supervisor leaves no process, and the next one starts on the same data', async () => {
  const dir = join(scratch, 'orphans');
  await command(dir, 'up', '--components', 'postgres,s3');
  const { pid, components } = await statusOf(dir);
  const processes = identities(components);
  expect(processes.every(isRunning)).toBe(true);
  process.kill(pid, 'SIGKILL');
  await eventually(() => !processes.some(isRunning), 10_000);
  await command(dir, 'up', '--components', 'postgres,s3');
  await command(dir, 'down');
});

test('Ctrl-C while starting ends what has been started', async () => {
  const dir = join(scratch, 'interrupted');
  const { NODE_OPTIONS: _options, ...env } = process.env;
  const child = spawn(installed.node, [main, '--dir', dir, 'supervise', '--components', 'kafka,postgres'], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  await new Promise<void>((resolve) =>
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk;
      if (output.includes('postgres: answers')) resolve();
    }),
  );
  const postgres = processIdentity(Number(/\(pid (\d+)\)/.exec(output)?.[1])) ?? '';
  expect(isRunning(postgres)).toBe(true);
  child.kill('SIGINT');
  expect(await exited).toBe(0);
  expect(isRunning(postgres)).toBe(false);
});
