import { CaptureUnderTest } from './capture-under-test.js';

/**
 * capture-mirrors-the-source: what the topics hold of the live generations is the source, row by row and digit by digit,
 * whatever happens to the source, to the connection and to capture itself.
 */
describe('capture between a source and Kafka', () => {
  let capture: CaptureUnderTest;

  beforeAll(async () => {
    capture = await CaptureUnderTest.start();
    await capture.stack.service('capture', 1).start();
  }, 240_000);

  afterAll(() => capture?.[Symbol.asyncDispose](), 30_000);

  const expectMirror = async (): Promise<void> => {
    const { published, source } = await capture.compare();
    expect(published).toEqual(source);
  };
  const lastBatch = async (): Promise<number> => (await capture.batches()).at(-1)?.batch ?? 0;
  const reasons = async (table: string): Promise<string[]> =>
    (await capture.journal()).flatMap((entry) =>
      entry.type === 'generation.started' && entry.data.table === table ? [entry.data.reason] : [],
    );

  it('loads every type and every kind of key', async () => {
    await capture.caughtUp();
    const { source } = await capture.compare();
    expect(Object.keys(source)).toHaveLength(7);
    await expectMirror();
  }, 120_000);

  it('follows changes', async () => {
    await capture.run('changes.sql');
    await capture.caughtUp();
    await expectMirror();
  }, 150_000);

  it('numbers batches without gaps, each from where the one before ended', async () => {
    const batches = await capture.batches();
    expect(batches.map(({ batch }) => batch)).toEqual(batches.map((_, index) => index + 1));
    for (const [index, batch] of batches.entries())
      if (index > 0) expect(batch.previousVersion).toBe(batches[index - 1]?.version);
  });

  it('survives throttling, lost connections and deadlocks', async () => {
    const before = await lastBatch();
    await capture.control('/moods', {
      errors: [
        { number: 40501, match: 'CHANGETABLE', count: 2 },
        { number: 1205, match: '__version', count: 1 },
      ],
    });
    await capture.execute(`update lab.[Every Type] set c_int = 4711`);
    await capture.control('/connections/reset', {}).catch(() => undefined); // ours is among them
    await capture.caughtUp({ after: before });
    await expectMirror();
  }, 150_000);

  it('goes on with another replica when one is killed', async () => {
    const before = await lastBatch();
    await capture.stack.service('capture', 2).start();
    await capture.stack.service('capture', 1).kill();
    await capture.execute(`update lab.[Every Type] set c_int = 4712`);
    await capture.caughtUp({ after: before });
    await expectMirror();
    await capture.stack.service('capture', 1).start();
  }, 150_000);

  it('begins a new generation after TRUNCATE, after expired history, after re-creation and by signal', async () => {
    await capture.execute(`create table lab.Harmed (Id int not null primary key, X nvarchar(20) null)`);
    await capture.execute(`alter table lab.Harmed enable change_tracking`);
    await capture.execute(`insert into lab.Harmed values (1, N'a'), (2, N'b'), (3, N'c')`);
    await capture.caughtUp();

    let before = await lastBatch();
    await capture.execute(`truncate table lab.Harmed`);
    await capture.execute(`insert into lab.Harmed values (9, N'after')`);
    await capture.caughtUp({ after: before });
    await expectMirror();

    before = await lastBatch();
    await capture.stack.service('capture', 1).stop();
    await capture.stack.service('capture', 2).stop();
    await capture.execute(`delete from lab.Harmed; insert into lab.Harmed values (10, N'unseen')`);
    await capture.control('/change-tracking/expire', { database: 'lab', table: 'lab.Harmed' });
    await capture.stack.service('capture', 1).start();
    await capture.caughtUp({ after: before });
    await expectMirror();

    before = await lastBatch();
    await capture.execute(
      `drop table lab.Harmed; create table lab.Harmed (Id int not null primary key, X nvarchar(20) null);
       alter table lab.Harmed enable change_tracking; insert into lab.Harmed values (11, N'new')`,
    );
    await capture.caughtUp({ after: before });
    await expectMirror();

    before = await lastBatch();
    await capture.signal({
      id: 'reload',
      type: 'execute-snapshot',
      data: { 'data-collections': ['lab.Harmed'] },
    });
    await capture.caughtUp({ after: before });
    await expectMirror();
    expect(await reasons('lab.Harmed')).toEqual([
      'initial',
      'truncated',
      'history-expired',
      'recreated',
      'requested',
    ]);
  }, 300_000);

  it('takes new columns as they come, and loads anew when a column changes', async () => {
    let before = await lastBatch();
    await capture.execute(`alter table lab.Harmed add Y decimal(9, 2) null`);
    await capture.execute(`update lab.Harmed set Y = 12.50 where Id = 11`);
    await capture.caughtUp({ after: before });
    await expectMirror();
    before = await lastBatch();
    await capture.execute(`alter table lab.Harmed add Z int not null default 7`);
    await capture.execute(`insert into lab.Harmed (Id, X, Y) values (12, N'twelve', 1.00)`);
    await capture.caughtUp({ after: before });
    await expectMirror();
    expect((await reasons('lab.Harmed')).at(-1)).toBe('schema-changed');
  }, 150_000);
});
