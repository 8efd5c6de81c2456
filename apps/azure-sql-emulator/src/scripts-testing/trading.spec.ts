import type { EngineSession, SqlValue } from '../engine.js';
import { TestEngine, must, run } from '../testing/test-engine.js';
import { errorsOf, runScript, scriptNamed, type BatchAnswer } from './run-script.js';

/** A script of the kind that makes Northwind: quoted names, sysobjects, image and ntext, NOCHECK, views, procedures. */
describe('the trading company', () => {
  let engine: TestEngine;
  let session: EngineSession;
  let answers: BatchAnswer[];

  beforeAll(async () => {
    engine = await TestEngine.start();
    session = await engine.login();
    answers = await runScript(session, scriptNamed('trading.sql'));
  });
  afterAll(async () => {
    await engine.stop();
  });

  const answerTo = (text: string): SqlValue[][] =>
    answers.find(({ sql }) => sql.includes(text))?.sets.at(-1)?.rows ?? [];
  const rows = async (sql: string): Promise<SqlValue[][]> => (await must(session, sql)).lastRows;

  it('has only those statements refused by name that the emulator does not carry out', () => {
    expect(errorsOf(answers).map((error) => error.replace(/^\d+: /, ''))).toEqual([
      '40515 not supported by the emulator: system procedure sp_addmessage',
      '40515 not supported by the emulator: system procedure sp_help',
      '40515 not supported by the emulator: system procedure sp_helpdb',
      "156 Incorrect syntax near the keyword 'transaction'.",
    ]);
  });

  it('runs its procedures', () => {
    expect(
      answerTo('exec "Sales by Year"').map(([, order, subtotal, year]) => [order, subtotal, year]),
    ).toEqual([
      [10248, 2660000n, '1996'],
      [10249, 6069800n, '1997'],
    ]);
    expect(answerTo('exec "Three Dearest Goods"')).toEqual([
      ['Knäckebröd', 2635000n],
      ["Chef's Mix", 213500n],
      ['Still Water', 190000n],
    ]);
    expect(answerTo('SELECT count(*) FROM Goods')).toEqual([[5]]);
    expect(answerTo('exec "Buyer Orders Detail"')).toEqual([
      ['Green Tea', 186000n, 9, 5, 1590300n],
      ['Knäckebröd', 2635000n, 2, 15, 4479500n],
    ]);
  });

  it('computes its views', async () => {
    // 21.35 * 5 * (1 - 0.05) / 100 is 1.014125: money keeps 1.0141 of it.
    expect(await rows('SELECT OrderID, Subtotal FROM "Order Subtotals" ORDER BY OrderID')).toEqual([
      [10248, 2660000n],
      [10249, 6069800n],
      [10250, 6714100n],
      [10251, 100000n],
    ]);
    expect(await rows('SELECT * FROM "Group Sales for 1997" ORDER BY GroupName')).toEqual([
      ['Drinks', 1590300n],
      ['Grain', 4479500n],
    ]);
    expect(
      await rows(
        'SELECT CompanyName, Relationship FROM "Buyers and Makers by City" WHERE City = N\'London\'',
      ),
    ).toEqual([
      ['Cedar & Sons', 'Buyers'],
      ['Exotic Water', 'Makers'],
    ]);
    expect(await rows('SELECT GoodName FROM "Goods Above Average Price" ORDER BY 1')).toEqual([
      ['Knäckebröd'],
    ]);
  });

  it('has its constraints again after CHECK CONSTRAINT ALL', async () => {
    const bad = 'INSERT "Order Lines" VALUES (10248, 2, 1, 0, 0)';
    const { errors } = await run(session, bad);
    expect(errors.map(({ number, message }) => [number, message.includes('"CK_Quantity"')])).toEqual([
      [547, true],
    ]);
    await must(session, 'ALTER TABLE "Order Lines" NOCHECK CONSTRAINT CK_Quantity');
    await must(session, `${bad}; DELETE "Order Lines" WHERE Quantity = 0`);
    await must(session, 'ALTER TABLE "Order Lines" WITH CHECK CHECK CONSTRAINT ALL');
    expect((await run(session, bad)).errors.map(({ number }) => number)).toEqual([547]);
    expect(
      await rows(
        "SELECT name, is_disabled, is_not_trusted FROM sys.check_constraints WHERE name = 'CK_Quantity'",
      ),
    ).toEqual([['CK_Quantity', false, false]]);
  });

  it('refuses to trust rows that break a constraint', async () => {
    await must(
      session,
      'ALTER TABLE Goods NOCHECK CONSTRAINT ALL; UPDATE Goods SET GroupID = 99 WHERE GoodID = 1',
    );
    const { errors } = await run(session, 'ALTER TABLE Goods WITH CHECK CHECK CONSTRAINT FK_Goods_Groups');
    expect(errors.map(({ number, state }) => [number, state])).toEqual([[547, 0]]);
    await must(
      session,
      'ALTER TABLE Goods CHECK CONSTRAINT ALL; UPDATE Goods SET GroupID = 1 WHERE GoodID = 1',
    );
  });

  it('tells of itself in the old catalogue', async () => {
    expect(
      await rows(
        "SELECT COUNT(*) FROM dbo.sysobjects WHERE id = OBJECT_ID(N'[dbo].[Orders]') AND OBJECTPROPERTY(id, N'IsUserTable') = 1 AND sysstat & 0xf = 3",
      ),
    ).toEqual([[1]]);
    expect(await rows("SELECT COUNT(*) FROM sysdatabases WHERE name = 'Trading'")).toEqual([[1]]);
  });

  it('has its identities where DBCC CHECKIDENT put them', async () => {
    expect(await rows("INSERT Carriers (CompanyName) VALUES ('x'); SELECT CAST(@@IDENTITY AS int)")).toEqual([
      [101],
    ]);
  });
});
