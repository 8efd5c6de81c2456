import type { EngineSession, SqlValue } from '../engine.js';
import { TestEngine, must, run } from '../testing/test-engine.js';

const hex = (value: SqlValue | undefined): string | null =>
  Buffer.isBuffer(value) ? value.toString('hex').toUpperCase() : null;

/** Change tracking as statements of T-SQL drive it: masks by the SET list, and what a tracked table forbids. */
describe('change tracking through T-SQL', () => {
  let engine: TestEngine;
  let session: EngineSession;

  beforeAll(async () => {
    engine = await TestEngine.start();
    session = await engine.login();
    await must(session, 'ALTER DATABASE CURRENT SET CHANGE_TRACKING = ON');
  });
  afterAll(async () => {
    await engine.stop();
  });
  beforeEach(async () => {
    await must(
      session,
      `CREATE TABLE dbo.Masked (id int NOT NULL CONSTRAINT PK_Masked PRIMARY KEY, a int NULL, b int NULL, c int NULL, stamp rowversion);
       CREATE TABLE dbo.Child (id int NOT NULL PRIMARY KEY, masked int NULL CONSTRAINT FK_Child REFERENCES dbo.Masked (id) ON UPDATE CASCADE, x int NULL);
       ALTER TABLE dbo.Masked ENABLE CHANGE_TRACKING WITH (TRACK_COLUMNS_UPDATED = ON);
       ALTER TABLE dbo.Child ENABLE CHANGE_TRACKING WITH (TRACK_COLUMNS_UPDATED = ON);
       INSERT dbo.Masked (id, a, b, c) VALUES (1, 1, 1, 1), (2, 2, 2, 2);
       INSERT dbo.Child VALUES (1, 1, 1)`,
    );
  });
  afterEach(async () => {
    await must(session, 'IF @@TRANCOUNT > 0 ROLLBACK; DROP TABLE dbo.Child; DROP TABLE dbo.Masked');
  });

  /** Key, operation and mask of each change that `statement` makes in `table`. */
  const masks = async (statement: string, table = 'dbo.Masked') => {
    const sink = await must(
      session,
      `DECLARE @v bigint = CHANGE_TRACKING_CURRENT_VERSION();
       ${statement};
       SELECT id, SYS_CHANGE_OPERATION, SYS_CHANGE_COLUMNS FROM CHANGETABLE(CHANGES ${table}, @v) AS t ORDER BY id`,
    );
    return sink.lastRows.map(([id, operation, columns]) => [id, operation, hex(columns)]);
  };

  it.each([
    [
      'in the order of the SET list, rowversion last',
      'UPDATE dbo.Masked SET c = 9, a = 9 WHERE id = 1',
      '00000000040000000200000005000000',
    ],
    ['a column set to what it was', 'UPDATE dbo.Masked SET b = b WHERE id = 1', '000000000300000005000000'],
    ['a compound assignment', 'UPDATE dbo.Masked SET a += 7 WHERE id = 1', '000000000200000005000000'],
    [
      'an alias and a join',
      'UPDATE m SET m.b = 5 FROM dbo.Masked AS m JOIN dbo.Child AS k ON k.masked = m.id',
      '000000000300000005000000',
    ],
    [
      'MERGE',
      'MERGE dbo.Masked AS m USING (VALUES (1, 8)) AS s (id, n) ON m.id = s.id WHEN MATCHED THEN UPDATE SET c = s.n;',
      '000000000400000005000000',
    ],
    ['every column but the key: all', 'UPDATE dbo.Masked SET a = 1, b = 2, c = 3 WHERE id = 1', null],
  ])('a mask holds the SET list: %s', async (_title, statement, mask) => {
    expect(await masks(statement)).toEqual([[1, 'U', mask]]);
  });

  it('a mask of several updates holds each of their columns once, in the order they came', async () => {
    const statements =
      'UPDATE dbo.Masked SET c = 1 WHERE id = 1; UPDATE dbo.Masked SET a = 1, c = 2 WHERE id = 1';
    expect(await masks(statements)).toEqual([[1, 'U', '00000000040000000500000002000000']]);
  });

  it('a changed key is a deletion and an insert without masks, and a cascade has its own column', async () => {
    expect(await masks('UPDATE dbo.Masked SET id = 7 WHERE id = 1')).toEqual([
      [1, 'D', null],
      [7, 'I', null],
    ]);
    expect(await masks('UPDATE dbo.Masked SET id = 8 WHERE id = 7', 'dbo.Child')).toEqual([
      [1, 'U', '0000000002000000'],
    ]);
  });

  it('a mask is asked by column id; NULL means every column', async () => {
    const sink = await must(
      session,
      `DECLARE @m varbinary(4100) = 0x000000000300000005000000;
       SELECT CHANGE_TRACKING_IS_COLUMN_IN_MASK(COLUMNPROPERTY(OBJECT_ID('dbo.Masked'), 'b', 'ColumnId'), @m),
              CHANGE_TRACKING_IS_COLUMN_IN_MASK(2, @m), CHANGE_TRACKING_IS_COLUMN_IN_MASK(2, NULL)`,
    );
    expect(sink.lastRows).toEqual([[true, false, true]]);
    expect((await run(session, 'SELECT CHANGE_TRACKING_IS_COLUMN_IN_MASK(2, 0x00)')).errors[0]?.number).toBe(
      22101,
    );
  });

  it.each([
    ['dropping the key', 'ALTER TABLE dbo.Masked DROP CONSTRAINT PK_Masked', 3735],
    ['dropping a key column', 'ALTER TABLE dbo.Masked DROP COLUMN id', 4922],
    ['an expression as the version', 'SELECT * FROM CHANGETABLE(CHANGES dbo.Masked, 1 + 1) AS t', 102],
    [
      'a version of the wrong type',
      "DECLARE @v varchar(9) = 'x'; SELECT * FROM CHANGETABLE(CHANGES dbo.Masked, @v) AS t",
      8114,
    ],
    ['a bigint as the object', 'SELECT CHANGE_TRACKING_MIN_VALID_VERSION(CAST(1 AS bigint))', 8116],
    ['a column outside of the key', 'SELECT * FROM CHANGETABLE(VERSION dbo.Masked, (b), (2)) AS t', 22111],
    ['a wrong number of values', 'SELECT * FROM CHANGETABLE(VERSION dbo.Masked, (id), (2, 3)) AS t', 22103],
    [
      'a context of the wrong type',
      'DECLARE @c int = 1; WITH CHANGE_TRACKING_CONTEXT (@c) UPDATE dbo.Masked SET a = 1',
      22109,
    ],
    ['OFF while a table is tracked', 'ALTER DATABASE CURRENT SET CHANGE_TRACKING = OFF', 22115],
    ['ON twice', 'ALTER DATABASE CURRENT SET CHANGE_TRACKING = ON', 5088],
    [
      'a retention of nothing',
      'ALTER DATABASE CURRENT SET CHANGE_TRACKING (CHANGE_RETENTION = 0 DAYS)',
      5092,
    ],
    ['a unit in the singular', 'ALTER DATABASE CURRENT SET CHANGE_TRACKING (CHANGE_RETENTION = 1 DAY)', 155],
  ])('%s is refused', async (_title, statement, number) => {
    expect((await run(session, statement)).errors[0]?.number).toBe(number);
  });

  it('READ COMMITTED sees a commit between two statements, SNAPSHOT neither row nor version', async () => {
    const versions = `SELECT CHANGE_TRACKING_CURRENT_VERSION(), (SELECT COUNT(*) FROM CHANGETABLE(CHANGES dbo.Masked, NULL) AS t), (SELECT a FROM dbo.Masked WHERE id = 1)`;
    const readers = [await engine.login(), await engine.login()] as const;
    await must(readers[0], 'SET TRANSACTION ISOLATION LEVEL READ COMMITTED; BEGIN TRANSACTION');
    await must(readers[1], 'SET TRANSACTION ISOLATION LEVEL SNAPSHOT; BEGIN TRANSACTION');
    const [committed, snapshot] = [await must(readers[0], versions), await must(readers[1], versions)];
    await must(session, 'UPDATE dbo.Masked SET a = 77 WHERE id = 1');
    const later = [await must(readers[0], versions), await must(readers[1], versions)];
    const before = Number(committed.lastRows[0]?.[0]);
    expect(later[0]?.lastRows).toEqual([[BigInt(before + 1), 2, 77]]);
    expect(later[1]?.lastRows).toEqual(snapshot.lastRows);
    await Promise.all(readers.map((reader) => reader.close()));
  });

  it('TRUNCATE of a caught-up table moves begin_version alone; min_valid is each table its own', async () => {
    await must(session, 'TRUNCATE TABLE dbo.Child');
    const sink = await must(
      session,
      `SELECT CHANGE_TRACKING_CURRENT_VERSION() - CHANGE_TRACKING_MIN_VALID_VERSION(OBJECT_ID('dbo.Child')),
              CASE WHEN CHANGE_TRACKING_MIN_VALID_VERSION(OBJECT_ID('dbo.Masked')) < CHANGE_TRACKING_CURRENT_VERSION() THEN 1 END,
              CHANGE_TRACKING_MIN_VALID_VERSION(OBJECT_ID('dbo.Nope')),
              (SELECT begin_version - min_valid_version FROM sys.change_tracking_tables WHERE object_id = OBJECT_ID('dbo.Child'))`,
    );
    expect(sink.lastRows).toEqual([[0n, 1, null, 0n]]);
  });
});
