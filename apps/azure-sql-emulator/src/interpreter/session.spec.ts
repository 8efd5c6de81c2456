import type { EngineSession, ResultColumn, SqlValue } from '../engine.js';
import { RecordingSink, TestEngine, call, must, run } from '../testing/test-engine.js';

/** Promises of a session: what a failed statement, a transaction and a lost client leave behind. */
describe('session', () => {
  let engine: TestEngine;
  let session: EngineSession;

  beforeAll(async () => {
    engine = await TestEngine.start();
    session = await engine.login();
    await must(
      session,
      'CREATE TABLE account (id int NOT NULL PRIMARY KEY, owner nvarchar(20) NOT NULL, balance money NOT NULL CHECK (balance >= 0))',
    );
  });
  afterAll(async () => {
    await engine.stop();
  });
  beforeEach(async () => {
    await session.reset();
    await must(session, "DELETE account; INSERT account VALUES (1, N'Ada', 100), (2, N'Bob', 50)");
  });

  const scalar = async (sql: string, on = session): Promise<SqlValue | undefined> =>
    (await must(on, sql)).lastRows[0]?.[0];

  test('a failed statement leaves the transaction and what it did before', async () => {
    const sink = await run(
      session,
      "BEGIN TRAN; UPDATE account SET balance = 70 WHERE id = 1; INSERT account VALUES (1, N'x', 0); SELECT @@TRANCOUNT; COMMIT",
    );
    expect(sink.errors.map(({ number }) => number)).toEqual([2627]);
    expect(sink.lastRows).toEqual([[1]]);
    expect(sink.transactions).toEqual(['began', 'commit']);
    expect(await scalar('SELECT balance FROM account WHERE id = 1')).toBe(700000n);
  });

  test('XACT_ABORT rolls the transaction back and ends the batch', async () => {
    const sink = await run(
      session,
      'SET XACT_ABORT ON; BEGIN TRAN; UPDATE account SET balance = 70 WHERE id = 1; UPDATE account SET balance = -1; SELECT 1',
    );
    expect(sink.errors.map(({ number }) => number)).toEqual([547]);
    expect(sink.sets).toEqual([]);
    expect(session.inTransaction).toBe(false);
    expect(await scalar('SELECT balance FROM account WHERE id = 1')).toBe(1000000n);
  });

  test('a conversion error in TRY dooms the transaction', async () => {
    const sink = await run(
      session,
      "BEGIN TRAN; BEGIN TRY SELECT CAST('a' AS int) END TRY BEGIN CATCH SELECT XACT_STATE(), ERROR_NUMBER(); UPDATE account SET balance = 1 END CATCH",
    );
    expect(sink.lastRows).toEqual([[-1, 245]]);
    expect(sink.errors.map(({ number }) => number)).toEqual([3930, 3998]);
    expect(session.inTransaction).toBe(false);
  });

  test('a constraint error in TRY does not, and THROW tells it again', async () => {
    const sink = await run(
      session,
      "BEGIN TRAN; BEGIN TRY INSERT account VALUES (1, N'x', 0) END TRY BEGIN CATCH SELECT XACT_STATE(), ERROR_NUMBER(), ERROR_LINE(); ROLLBACK; THROW; END CATCH",
    );
    expect(sink.lastRows).toEqual([[1, 2627, 1]]);
    expect(sink.errors.map(({ number }) => number)).toEqual([2627]);
  });

  test('a wrong column refuses the batch before anything runs', async () => {
    const sink = await run(session, "PRINT 'started'; DELETE account; SELECT nosuch FROM account");
    expect(sink.messages.map(({ number }) => number)).toEqual([207]);
    expect(await scalar('SELECT COUNT(*) FROM account')).toBe(2);
  });

  test('a missing table is found when its statement runs', async () => {
    const sink = await run(session, 'DELETE account; SELECT 1 FROM nosuch; PRINT 1');
    expect(sink.messages.map(({ number }) => number)).toEqual([208]);
    expect(await scalar('SELECT COUNT(*) FROM account')).toBe(0);
  });

  test('savepoints undo part of a transaction', async () => {
    await must(
      session,
      'BEGIN TRAN; UPDATE account SET balance = 1 WHERE id = 1; SAVE TRAN s; UPDATE account SET balance = 2 WHERE id = 2; ROLLBACK TRAN s; COMMIT',
    );
    expect((await must(session, 'SELECT balance FROM account ORDER BY id')).lastRows).toEqual([
      [10000n],
      [500000n],
    ]);
  });

  test('DDL in a transaction is undone with it', async () => {
    await must(session, 'BEGIN TRAN; CREATE TABLE made (a int); INSERT made VALUES (1); ROLLBACK');
    expect((await run(session, 'SELECT * FROM made')).errors[0]?.number).toBe(208);
    await must(session, 'BEGIN TRAN; CREATE TABLE made (a int); COMMIT; DROP TABLE made');
  });

  test('SNAPSHOT sees one moment, and its update conflict is 3960', async () => {
    const other = await engine.login();
    await must(session, 'SET TRANSACTION ISOLATION LEVEL SNAPSHOT; BEGIN TRAN; SELECT COUNT(*) FROM account');
    await must(other, 'UPDATE account SET balance = 99 WHERE id = 1');
    expect(await scalar('SELECT balance FROM account WHERE id = 1')).toBe(1000000n);
    const sink = await run(session, 'UPDATE account SET balance = 1 WHERE id = 1; SELECT 1');
    expect(sink.errors.map(({ number }) => number)).toEqual([3960]);
    expect(session.inTransaction).toBe(false);
    await other.close();
  });

  test('a snapshot older than TRUNCATE is refused with 3961, never shown an empty table', async () => {
    const other = await engine.login();
    await must(session, 'CREATE TABLE cut (a int); INSERT cut VALUES (1)');
    await must(session, 'SET TRANSACTION ISOLATION LEVEL SNAPSHOT; BEGIN TRAN; SELECT COUNT(*) FROM account');
    await must(other, 'TRUNCATE TABLE cut');
    const sink = await run(session, 'SELECT * FROM cut');
    expect(sink.errors.map(({ number }) => number)).toEqual([3961]);
    expect(session.inTransaction).toBe(false);
    await must(session, 'DROP TABLE cut');
    await other.close();
  });

  test('SNAPSHOT is refused with 3952 while the database does not allow it', async () => {
    await must(session, 'ALTER DATABASE CURRENT SET ALLOW_SNAPSHOT_ISOLATION OFF');
    const sink = await run(
      session,
      'SET TRANSACTION ISOLATION LEVEL SNAPSHOT; BEGIN TRAN; SELECT 1; SELECT * FROM account',
    );
    expect(sink.errors.map(({ number }) => number)).toEqual([3952]);
    await must(
      session,
      'IF @@TRANCOUNT > 0 ROLLBACK; ALTER DATABASE CURRENT SET ALLOW_SNAPSHOT_ISOLATION ON',
    );
  });

  test('a deadlock is 1205 for one of the two', async () => {
    const other = await engine.login();
    await must(session, 'BEGIN TRAN; UPDATE account SET balance = 1 WHERE id = 1');
    await must(other, 'BEGIN TRAN; UPDATE account SET balance = 2 WHERE id = 2');
    const both = await Promise.all([
      run(session, 'UPDATE account SET balance = 3 WHERE id = 2'),
      run(other, 'UPDATE account SET balance = 4 WHERE id = 1'),
    ]);
    expect(both.flatMap((sink) => sink.errors.map(({ number }) => number))).toEqual([1205]);
    expect([session.inTransaction, other.inTransaction].sort()).toEqual([false, true]);
    await other.close();
  });

  test('cancel stops a running statement without an ERROR message', async () => {
    const sink = new RecordingSink();
    const running = session.batch('SELECT COUNT_BIG(*) FROM GENERATE_SERIES(1, 2000000000)', sink);
    setTimeout(() => session.cancel(), 300);
    await running;
    expect(sink.messages).toEqual([]);
    expect(await scalar('SELECT 1')).toBe(1);
  });

  test('a slow client stops the rows, and gets them all', async () => {
    class SlowSink extends RecordingSink {
      largest = 0;
      private taken = 0;
      override rows(rows: readonly (readonly SqlValue[])[]): boolean {
        this.taken += rows.length;
        this.largest = Math.max(this.largest, rows.length);
        super.rows(rows);
        return this.taken % 1024 !== 0;
      }
      override drained(): Promise<void> {
        return new Promise((resolve) => setImmediate(resolve));
      }
    }
    const sink = new SlowSink();
    await session.batch('SELECT value FROM GENERATE_SERIES(1, 20000)', sink);
    expect(sink.lastRows.length).toBe(20000);
    expect(sink.lastRows.at(-1)).toEqual([20000]);
    expect(sink.largest).toBeLessThanOrEqual(256);
  });

  test('prepared statements run by handle until they are unprepared', async () => {
    const text = { name: 'nvarchar', length: -1 } as const;
    const int = { name: 'int' } as const;
    const given = (type: typeof text | typeof int, value: SqlValue, output = false) => ({
      name: '',
      type,
      value,
      output,
    });
    const prepared = await call(session, 'sp_prepare', [
      given(int, null, true),
      given(text, '@id int'),
      given(text, 'SELECT owner FROM account WHERE id = @id'),
    ]);
    const handle = prepared.outputs[0]?.value ?? 0;
    expect((await call(session, 'sp_execute', [given(int, handle), given(int, 2)])).lastRows).toEqual([
      ['Bob'],
    ]);
    await call(session, 'sp_unprepare', [given(int, handle)]);
    expect((await call(session, 'sp_execute', [given(int, handle), given(int, 2)])).errors[0]?.number).toBe(
      8179,
    );
  });

  test('sp_executesql gives its output parameters back', async () => {
    const sink = await call(session, 'sp_executesql', [
      {
        name: '',
        type: { name: 'nvarchar', length: -1 },
        value: 'SELECT @n = COUNT(*) FROM account WHERE balance > @min',
        output: false,
      },
      { name: '', type: { name: 'nvarchar', length: -1 }, value: '@min money, @n int OUTPUT', output: false },
      { name: '@min', type: { name: 'money' }, value: 600000n, output: false },
      { name: '@n', type: { name: 'int' }, value: null, output: true },
    ]);
    expect(sink.errors).toEqual([]);
    expect(sink.outputs).toEqual([{ name: '@n', type: { name: 'int' }, value: 1 }]);
    expect(sink.status).toBe(0);
  });

  test('bulk load stores rows and obeys constraints', async () => {
    const columns: ResultColumn[] = [
      { name: 'id', type: { name: 'int' }, nullable: false },
      { name: 'owner', type: { name: 'nvarchar', length: 20 }, nullable: false },
      { name: 'balance', type: { name: 'money' }, nullable: false },
    ];
    const rows = async function* (from: number): AsyncGenerator<SqlValue[]> {
      for (let i = from; i < from + 1000; i++) yield [i, `tab\there \\ ${i}`, BigInt(i)];
      await Promise.resolve();
    };
    const announce = 'insert bulk account (id int, owner nvarchar(20), balance money)';
    await must(session, announce);
    const sink = new RecordingSink();
    await session.bulk(columns, rows(10), sink);
    expect(sink.dones).toEqual([{ command: 'insert', rowCount: 1000 }]);
    expect(await scalar('SELECT owner FROM account WHERE id = 11')).toBe('tab\there \\ 11');
    await must(session, announce);
    const again = new RecordingSink();
    await session.bulk(columns, rows(500), again);
    expect(again.errors[0]?.number).toBe(2627);
    expect(await scalar('SELECT COUNT(*) FROM account')).toBe(1002);
  });

  test('reset takes away transaction, options, temporary tables and handles', async () => {
    await must(session, 'SET NOCOUNT ON; CREATE TABLE #t (a int); BEGIN TRAN; DELETE account');
    await session.reset();
    expect(session.inTransaction).toBe(false);
    expect((await must(session, 'SELECT COUNT(*) FROM account')).dones).toEqual([
      { command: 'select', rowCount: 1 },
    ]);
    expect((await run(session, 'SELECT * FROM #t')).errors[0]?.number).toBe(208);
  });

  test('closing in mid-transaction gives its locks back', async () => {
    const other = await engine.login();
    await must(other, 'BEGIN TRAN; UPDATE account SET balance = 0');
    await other.close();
    await must(session, 'SET LOCK_TIMEOUT 5000; UPDATE account SET balance = 5');
  });

  test('closing in mid-result ends the statement and gives its locks back', async () => {
    const other = await engine.login();
    class StuckSink extends RecordingSink {
      stuck: (() => void) | undefined;
      readonly reached = new Promise<void>((resolve) => (this.stuck = resolve));
      override rows(): boolean {
        this.stuck?.();
        return false;
      }
      override drained(): Promise<void> {
        return new Promise(() => undefined);
      }
    }
    const sink = new StuckSink();
    await must(other, 'BEGIN TRAN; UPDATE account SET balance = 0');
    const running = other.batch('SELECT a.value FROM GENERATE_SERIES(1, 3000000) AS a', sink);
    await sink.reached;
    await other.close();
    await running;
    await must(session, 'SET LOCK_TIMEOUT 5000; UPDATE account SET balance = 6');
  });

  test('a hundred sessions work side by side', async () => {
    const sessions = await Promise.all(Array.from({ length: 100 }, () => engine.login()));
    await Promise.all(
      sessions.map((one) => must(one, 'UPDATE account SET balance = balance + 1 WHERE id = 1')),
    );
    expect(await scalar('SELECT balance FROM account WHERE id = 1')).toBe(2000000n);
    await Promise.all(sessions.map((one) => one.close()));
  });

  test('logins are checked', async () => {
    const request = {
      userName: 'sa',
      password: 'wrong',
      database: 'app',
      hostName: '',
      applicationName: '',
      readOnlyIntent: false,
    };
    await expect(engine.engine.login(request)).rejects.toMatchObject({ messages: [{ number: 18456 }] });
    await expect(
      engine.engine.login({ ...request, password: 'secret', database: 'nope' }),
    ).rejects.toMatchObject({ messages: [{ number: 4060 }, { number: 18456 }] });
  });
});
