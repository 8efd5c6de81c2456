import type { EngineSession } from '../engine.js';
import { TestEngine, must, run } from '../testing/test-engine.js';
import {
  compileCases,
  dataCases,
  definitionCases,
  errorSchema,
  flowCases,
  type ErrorCase,
} from './testing/error-cases.js';

/** Errors as SQL Server words, numbers and places them; what the batch and the transaction become of them. */
describe('errors', () => {
  let engine: TestEngine;
  let session: EngineSession;

  beforeAll(async () => {
    engine = await TestEngine.start();
    session = await engine.login();
    for (const sql of errorSchema) await must(session, sql);
  });
  afterAll(async () => {
    await engine.stop();
  });
  beforeEach(async () => {
    await session.reset();
  });

  const said = async (sql: string) => {
    const sink = await run(session, sql);
    const errors = sink.errors.map(({ number, severity, state, line, message, procedure }) => [
      number,
      severity,
      state,
      line,
      message,
      ...(procedure === undefined ? [] : [procedure]),
    ]);
    return { errors, rows: sink.lastRows };
  };

  const check = async ({ sql, errors, rows }: ErrorCase): Promise<void> => {
    const answer = await said(sql);
    expect(answer.errors).toEqual(errors);
    if (rows) expect(answer.rows).toEqual(rows);
    else expect(answer.rows.flat().filter((value) => value !== 0)).toEqual([]);
  };

  const named = (cases: readonly ErrorCase[]): [string, ErrorCase][] =>
    cases.map((each) => [`${each.errors[0]?.[0] ?? 'caught'}: ${each.sql.replaceAll('\n', ' ')}`, each]);

  test.each(named(dataCases))('data %s', (_name, each) => check(each));
  test.each(named(compileCases))('compile %s', (_name, each) => check(each));
  test.each(named(definitionCases))('definition %s', (_name, each) => check(each));
  test.each(named(flowCases))('flow %s', (_name, each) => check(each));

  test('a terminated statement is followed by 3621', async () => {
    const sink = await run(session, "INSERT dbo.Parent VALUES (1, 'x', 1, 'z')");
    expect(sink.messages.map(({ number, severity }) => [number, severity])).toEqual([
      [2627, 14],
      [3621, 0],
    ]);
  });

  test('a batch that ends in a conversion error has rolled its transaction back', async () => {
    await run(session, "BEGIN TRANSACTION; UPDATE dbo.Parent SET Age = 9; SELECT CAST('x' AS int); SELECT 1");
    expect(session.inTransaction).toBe(false);
    expect((await must(session, 'SELECT COUNT(*) FROM dbo.Parent WHERE Age = 9')).lastRows).toEqual([[0]]);
  });

  test('an update conflict under SNAPSHOT is 3960 and rolls back', async () => {
    const other = await engine.login();
    await must(
      session,
      'SET TRANSACTION ISOLATION LEVEL SNAPSHOT; BEGIN TRANSACTION; SELECT * FROM dbo.Parent',
    );
    await must(other, 'UPDATE dbo.Parent SET Age = 3 WHERE Id = 1');
    const sink = await run(session, 'SELECT 0;\nUPDATE dbo.Parent SET Age = 4 WHERE Id = 1;\nSELECT 1');
    expect(sink.errors.map(({ number, severity, state, line }) => [number, severity, state, line])).toEqual([
      [3960, 16, 2, 2],
    ]);
    expect(sink.lastRows).toEqual([[0]]);
    expect(session.inTransaction).toBe(false);
    await other.close();
  });

  test('a table altered behind a snapshot that had read only the version is 3961', async () => {
    const other = await engine.login();
    await must(
      session,
      'SET TRANSACTION ISOLATION LEVEL SNAPSHOT; BEGIN TRANSACTION; SELECT CHANGE_TRACKING_CURRENT_VERSION()',
    );
    await must(other, 'ALTER TABLE dbo.Child ADD Later int NULL');
    const sink = await run(session, 'SELECT * FROM dbo.Child');
    expect(sink.errors.map(({ number, severity, state }) => [number, severity, state])).toEqual([
      [3961, 16, 1],
    ]);
    expect(session.inTransaction).toBe(false);
    await other.close();
  });

  test('of two transactions that wait for each other one is the victim, 1205', async () => {
    const other = await engine.login();
    await must(session, 'BEGIN TRANSACTION; UPDATE dbo.Parent SET Age = 5 WHERE Id = 1');
    await must(other, 'BEGIN TRANSACTION; UPDATE dbo.Parent SET Age = 5 WHERE Id = 2');
    const [first, second] = await Promise.all([
      run(session, 'UPDATE dbo.Parent SET Age = 6 WHERE Id = 2'),
      run(other, 'UPDATE dbo.Parent SET Age = 6 WHERE Id = 1'),
    ]);
    const errors = [...first.errors, ...second.errors];
    expect(errors.map(({ number, severity }) => [number, severity])).toEqual([[1205, 13]]);
    expect([session.inTransaction, other.inTransaction].filter(Boolean)).toHaveLength(1);
    await session.reset();
    await other.close();
  });

  test('SET LOCK_TIMEOUT ends a wait with 1222 and leaves the transaction', async () => {
    const other = await engine.login();
    await must(other, 'BEGIN TRANSACTION; UPDATE dbo.Parent SET Age = 7 WHERE Id = 1');
    const sink = await run(
      session,
      'SET LOCK_TIMEOUT 50;\nBEGIN TRANSACTION;\nUPDATE dbo.Parent SET Age = 8 WHERE Id = 1;\nSELECT @@TRANCOUNT;\nROLLBACK',
    );
    expect(sink.errors.map(({ number, severity, state, line }) => [number, severity, state, line])).toEqual([
      [1222, 16, 51, 3],
    ]);
    expect(sink.lastRows).toEqual([[1]]);
    await other.close();
  });
});
