import type pg from 'pg';
import { ROLE, startFixture, type Fixture } from '../testing/fixture.js';

describe('serializable isolation, by tables', () => {
  let fixture: Fixture;
  let first: pg.Client;
  let second: pg.Client;
  beforeAll(async () => {
    fixture = await startFixture({ isolation: 'serializable' });
    first = await fixture.connect();
    second = await fixture.connect();
    fixture.s3.objects.set('lake/one.csv', Buffer.from('1\n'));
  });
  afterAll(async () => fixture[Symbol.asyncDispose]());
  beforeEach(async () => {
    await first.query('drop table if exists tab1; drop table if exists tab2');
    await first.query('create table tab1 (n int); create table tab2 (n int)');
  });

  const violation = {
    code: 'XX000',
    message: '1023',
    detail: expect.stringMatching(
      /^Serializable isolation violation on table - \d+, transactions forming the cycle are: \d+, \d+ \(pid:\d+\)$/,
    ) as string,
  };
  /** Simple protocol, or extended when there is a name. */
  const protocols = [
    ['simple', (text: string) => text],
    ['extended', (text: string) => ({ name: text, text, values: [] as unknown[] })],
  ] as const;

  test.each(protocols)('the example of the guide, %s protocol', async (_name, as) => {
    await first.query('begin');
    await second.query('begin');
    await first.query(as('select * from tab1'));
    await first.query(as('insert into tab2 values (1)'));
    await second.query(as('insert into tab1 values (1)'));
    await expect(second.query(as('select * from tab2'))).rejects.toMatchObject(violation);
    await second.query('rollback');
    await first.query('commit');
    expect((await second.query('select count(*) as n from tab2')).rows).toEqual([{ n: '1' }]);
  });

  test.each(protocols)('a statement of its own can close the cycle, %s protocol', async (_name, as) => {
    await first.query('begin');
    await first.query(as('select * from tab1'));
    await second.query(as('insert into tab1 select n from tab2'));
    await expect(first.query(as('insert into tab2 values (1)'))).rejects.toMatchObject(violation);
    await first.query('rollback');
    expect((await second.query('select count(*) as n from tab2')).rows).toEqual([{ n: '0' }]);
  });

  test('transactions that only write one table wait for each other and both commit', async () => {
    await first.query('begin');
    await first.query('insert into tab1 values (1)');
    const waiting = second.query(`copy tab1 from 's3://lake/one.csv' iam_role '${ROLE}' csv`);
    await first.query('commit');
    await waiting;
    expect((await first.query('select count(*) as n from tab1')).rows).toEqual([{ n: '2' }]);
  });

  test('COPY can close a cycle; LOCK in the same order avoids it', async () => {
    const load = `copy tab2 from 's3://lake/one.csv' iam_role '${ROLE}' csv`;
    await first.query('begin');
    await first.query('select * from tab1');
    await second.query('insert into tab1 select n from tab2');
    await expect(first.query(load)).rejects.toMatchObject(violation);
    await first.query('rollback');
    await first.query('begin');
    await first.query('lock tab1, tab2');
    const blocked = second.query('insert into tab1 select n from tab2');
    await first.query('select * from tab1');
    await first.query(load);
    await first.query('commit');
    await blocked;
  });

  test('the level is told', async () => {
    expect((await first.query('select isolation_level from stv_db_isolation_level')).rows).toEqual([
      { isolation_level: 'Serializable' },
    ]);
  });
});

describe('the delays of a cluster', () => {
  const latency = { statementMs: 40, transferMs: 200, definitionMs: 100, commitMs: 150 };
  let fixture: Fixture;
  beforeAll(async () => {
    fixture = await startFixture({ latency });
    fixture.s3.objects.set('lake/one.csv', Buffer.from('1\n'));
    await fixture.rows('create table slow (n int)');
  });
  afterAll(async () => fixture[Symbol.asyncDispose]());

  const tookMs = async (work: () => Promise<unknown>): Promise<number> => {
    const started = performance.now();
    await work();
    // Timers may fire up to a millisecond early.
    return performance.now() - started + 4;
  };

  test('statement, definition, COPY and commit take their time', async () => {
    const client = await fixture.connect();
    expect(await tookMs(() => client.query('select 1'))).toBeGreaterThanOrEqual(latency.statementMs);
    expect(await tookMs(() => client.query('create table slower (n int)'))).toBeGreaterThanOrEqual(
      latency.statementMs + latency.definitionMs + latency.commitMs,
    );
    const copy = `copy slow from 's3://lake/one.csv' iam_role '${ROLE}' csv`;
    expect(await tookMs(() => client.query(copy))).toBeGreaterThanOrEqual(
      latency.statementMs + latency.transferMs + latency.commitMs,
    );
    expect(
      await tookMs(() => client.query({ text: 'insert into slow values ($1)', values: [1] })),
    ).toBeGreaterThanOrEqual(latency.statementMs + latency.commitMs);
  });

  test('commits of the whole cluster queue up', async () => {
    const clients = await Promise.all([0, 1, 2].map(() => fixture.connect()));
    for (const [index, client] of clients.entries()) await client.query(`create table queue${index} (n int)`);
    const took = await tookMs(() =>
      Promise.all(clients.map((client, index) => client.query(`insert into queue${index} values (1)`))),
    );
    expect(took).toBeGreaterThanOrEqual(clients.length * latency.commitMs);
  });

  test('a commit is not held up by a statement that waits for its lock', async () => {
    const [holder, waiter] = [await fixture.connect(), await fixture.connect()];
    await holder.query('begin');
    await holder.query('insert into slow values (2)');
    const waiting = [
      waiter.query('insert into slow values (3)'),
      fixture.rows('insert into slow values ($1)', [4]),
    ];
    await holder.query('commit');
    await Promise.all(waiting);
  });
});
