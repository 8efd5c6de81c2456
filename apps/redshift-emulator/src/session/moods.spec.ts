import pg from 'pg';
import { ROLE, startFixture, type Fixture } from '../testing/fixture.js';
import type { MoodRequest } from './moods.js';

let fixture: Fixture;

beforeAll(async () => {
  fixture = await startFixture({ controlPort: 0 });
  fixture.s3.objects.set('lake/moods/x.csv', Buffer.from('1\n'));
  await fixture.rows('create table moody (n int)');
});
afterAll(async () => fixture[Symbol.asyncDispose]());

/** Asks by the control endpoint, as a test of another program would. */
async function mood(moods: MoodRequest): Promise<unknown> {
  const response = await fetch(`${fixture.emulator.controlUrl}/moods`, {
    method: 'POST',
    body: JSON.stringify(moods),
  });
  expect(response.status).toBe(200);
  return response.json();
}

const copy = `copy moody from 's3://lake/moods/' iam_role '${ROLE}' csv`;
const count = async (client: pg.Client): Promise<unknown> =>
  (await client.query<{ n: string }>('select count(*) as n from moody')).rows[0]?.n;

/** A client of its own, which the emulator may drop. */
const stranger = (): pg.Client => {
  const client = new pg.Client({ connectionString: fixture.emulator.url });
  client.on('error', () => undefined);
  return client;
};

test('paused: connections drop, and none is taken until the cluster is resumed', async () => {
  const client = await fixture.connect();
  const gone = new Promise((resolve) => client.once('end', resolve));
  await mood({ paused: 1 });
  await gone;
  await expect(stranger().connect()).rejects.toThrow();
  await expect(stranger().connect()).rejects.toThrow();
  expect(await mood({ paused: 0 })).toMatchObject({ paused: 0 });
  expect(await count(await fixture.connect())).toBe('0');
});

test('resized: an open transaction is lost with its connection, and the cluster comes back by itself', async () => {
  const client = await fixture.connect();
  await client.query('begin');
  await client.query('insert into moody values (1)');
  const gone = new Promise((resolve) => client.once('end', resolve));
  await mood({ resizeMs: 400 });
  await gone;
  let refused = 0;
  let back: pg.Client | undefined;
  while (back === undefined) {
    const next = stranger();
    await next.connect().then(
      () => (back = next),
      () => (refused += 1),
    );
  }
  expect(refused).toBeGreaterThan(0);
  expect(await count(back)).toBe('0');
  await back.end();
});

test('disk full: a write fails as on Redshift, in either protocol and in COPY, and takes its transaction along', async () => {
  const client = await fixture.connect();
  const full = {
    code: 'XX000',
    message: 'Disk Full',
    detail: expect.stringMatching(/code: {6}1016/) as string,
  };
  await mood({ diskFull: 3 });
  await client.query('begin');
  await expect(client.query('insert into moody values (1)')).rejects.toMatchObject(full);
  await expect(client.query('select 1')).rejects.toMatchObject({ code: '25P02' });
  await client.query('rollback');
  await expect(
    client.query({ name: 'full', text: 'insert into moody values ($1)', values: [1] }),
  ).rejects.toMatchObject(full);
  expect(await count(client)).toBe('0');
  await expect(client.query(copy)).rejects.toMatchObject(full);
  await client.query(copy);
  await client.query('delete from moody');
});

test('S3 denied: COPY and UNLOAD fail with status 403, once each', async () => {
  const client = await fixture.connect();
  const unload = `unload ('select * from moody') to 's3://lake/moods-out/' iam_role '${ROLE}' allowoverwrite`;
  await mood({ denyS3: 2 });
  await expect(client.query(copy)).rejects.toThrow(/S3ServiceException:Access Denied,Status 403/);
  await expect(client.query(unload)).rejects.toThrow(/Status 403/);
  await client.query(unload);
});

test('slow S3: every request waits', async () => {
  const client = await fixture.connect();
  await mood({ slowS3Ms: 150 });
  const started = performance.now();
  await client.query(copy);
  // One list and one read.
  expect(performance.now() - started).toBeGreaterThanOrEqual(290);
  await mood({ slowS3Ms: 0 });
  await client.query('delete from moody');
});

test('dropped connections: the statement does not run', async () => {
  const client = await fixture.connect();
  await mood({ dropConnections: 1 });
  await expect(client.query('insert into moody values (1)')).rejects.toThrow(/terminated/);
  expect(await count(await fixture.connect())).toBe('0');
});

test('what is left can be seen, and a wrong request changes nothing', async () => {
  await mood({ diskFull: 2 });
  for (const body of ['{"diskFull":0,"slowMs":-1}', '{"diskFull":0,"grumpy":1}', 'no json']) {
    const response = await fetch(`${fixture.emulator.controlUrl}/moods`, { method: 'POST', body });
    expect(response.status).toBe(400);
  }
  const shown: unknown = await (await fetch(`${fixture.emulator.controlUrl}/moods`)).json();
  expect(shown).toMatchObject({ diskFull: 2, slowMs: 0, paused: 0 });
  await mood({ diskFull: 0 });
});
