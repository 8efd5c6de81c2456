import type { EngineSession, SqlValue } from '../engine.js';
import { TestEngine, must } from '../testing/test-engine.js';
import { errorsOf, runScript } from './run-script.js';

/** What other people's scripts hold besides tables and rows. */
describe('habits of scripts', () => {
  let engine: TestEngine;
  let session: EngineSession;

  beforeAll(async () => {
    engine = await TestEngine.start();
    session = await engine.login();
  });
  afterAll(async () => {
    await engine.stop();
  });
  beforeEach(async () => {
    await session.reset();
    await must(session, 'DROP DATABASE IF EXISTS habits; CREATE DATABASE habits');
    await must(session, 'USE habits');
  });
  afterEach(async () => {
    await session.reset();
  });

  /** Rows of the last result; the script has no error. */
  const last = async (script: string): Promise<SqlValue[][]> => {
    const answers = await runScript(session, script);
    expect(errorsOf(answers)).toEqual([]);
    return answers.flatMap(({ sets }) => sets).at(-1)?.rows ?? [];
  };
  const failing = async (script: string): Promise<string[]> =>
    errorsOf(await runScript(session, script)).map((error) => error.split(' ').slice(0, 2).join(' '));

  const people = `CREATE TABLE dbo.t (id int NOT NULL PRIMARY KEY, v varchar(10) NULL);
    INSERT t VALUES (1, 'a'), (2, 'b'), (3, NULL)\nGO\n`;

  it('cursors go through a result, and back if they SCROLL', async () => {
    expect(
      await last(`${people}
        DECLARE c CURSOR LOCAL FAST_FORWARD FOR SELECT id, v FROM t ORDER BY id
        DECLARE @id int, @v varchar(10), @all varchar(100) = ''
        OPEN c
        FETCH NEXT FROM c INTO @id, @v
        WHILE @@FETCH_STATUS = 0
        BEGIN
          SET @all = @all + CAST(@id AS varchar(9)) + ISNULL(@v, '?')
          FETCH NEXT FROM c INTO @id, @v
        END
        CLOSE c; DEALLOCATE c
        SELECT @all, @@FETCH_STATUS, @@CURSOR_ROWS`),
    ).toEqual([['1a2b3?', -1, 3]]);
    expect(
      await last(`DECLARE @c CURSOR; DECLARE @a int, @b int
        SET @c = CURSOR SCROLL FOR SELECT id FROM t ORDER BY id
        OPEN @c; FETCH LAST FROM @c INTO @a; FETCH RELATIVE -2 FROM @c INTO @b
        SELECT @a, @b`),
    ).toEqual([[3, 1]]);
    expect(await failing('DECLARE d CURSOR DYNAMIC FOR SELECT 1 AS a')).toEqual(['1: 40515']);
  });

  it('scalar functions compute, read and call themselves', async () => {
    expect(
      await last(`${people}
        CREATE FUNCTION dbo.fac (@n int) RETURNS bigint AS
        BEGIN
          IF @n < 2 RETURN 1;
          RETURN @n * dbo.fac(@n - 1)
        END
        GO
        CREATE FUNCTION dbo.named (@v varchar(10)) RETURNS varchar(30) WITH SCHEMABINDING AS
        BEGIN
          DECLARE @n int = 0, @i int
          SELECT @n = COUNT(*) FROM dbo.t WHERE v = @v
          SET @i = 0
          WHILE @i < 2 BEGIN SET @n += 10; SET @i += 1 END
          RETURN @v + ':' + CAST(@n AS varchar(9))
        END
        GO
        SELECT dbo.fac(id + 2), dbo.named(v) FROM t WHERE dbo.named(v) IS NOT NULL ORDER BY id`),
    ).toEqual([
      [6n, 'a:21'],
      [24n, 'b:21'],
    ]);
    expect(await failing('SELECT dbo.fac()\nGO\nSELECT dbo.nope(1)')).toEqual(['1: 313', '3: 4121']);
  });

  it('inline functions are joined and applied', async () => {
    expect(
      await last(`${people}
        CREATE FUNCTION dbo.above (@min int) RETURNS TABLE AS RETURN (SELECT id, v, @min AS least FROM dbo.t WHERE id > @min)
        GO
        SELECT t.id, o.id, o.least FROM t CROSS APPLY dbo.above(t.id) AS o ORDER BY 1, 2`),
    ).toEqual([
      [1, 2, 1],
      [1, 3, 1],
      [2, 3, 2],
    ]);
    expect(await last("SELECT COUNT(*) FROM dbo.above(0) WHERE v = 'B'")).toEqual([[1]]);
  });

  it('AFTER triggers see what was and what is, and may undo it', async () => {
    const script = `${people}
      CREATE TABLE dbo.log (n int IDENTITY, what char(1), id int, was varchar(10), is_ varchar(10))
      GO
      CREATE TRIGGER dbo.tr ON dbo.t AFTER INSERT, UPDATE, DELETE AS
      BEGIN
        INSERT log (what, id, was, is_)
        SELECT CASE WHEN d.id IS NULL THEN 'I' WHEN i.id IS NULL THEN 'D' ELSE 'U' END, COALESCE(i.id, d.id), d.v, i.v
        FROM inserted AS i FULL JOIN deleted AS d ON d.id = i.id
        IF UPDATE(id) AND EXISTS (SELECT 1 FROM inserted WHERE id < 0) ROLLBACK
      END
      GO
      INSERT t VALUES (4, 'd'); UPDATE t SET v = 'x' WHERE id = 1; DELETE t WHERE id = 2
      SELECT what, id, was, is_ FROM log ORDER BY n`;
    expect(await last(script)).toEqual([
      ['I', 4, null, 'd'],
      ['U', 1, 'a', 'x'],
      ['D', 2, 'b', null],
    ]);
    expect(await failing("BEGIN TRANSACTION; INSERT t VALUES (-1, 'no'); SELECT 1")).toEqual(['1: 3609']);
    expect(await last('SELECT @@TRANCOUNT, COUNT(*), (SELECT COUNT(*) FROM log) FROM t')).toEqual([
      [0, 3, 3],
    ]);
    expect(
      await last("DISABLE TRIGGER tr ON t; INSERT t VALUES (-1, 'yes'); SELECT COUNT(*) FROM log"),
    ).toEqual([[3]]);
    expect(await failing('ENABLE TRIGGER tr ON t; DELETE t OUTPUT deleted.id')).toEqual(['1: 334']);
  });

  it('an error in a trigger undoes the statement', async () => {
    const script = `${people}
      CREATE TRIGGER bad ON t FOR UPDATE AS SELECT 1 / 0
      GO
      UPDATE t SET v = 'z'; SELECT 'not reached'`;
    expect(await failing(script)).toEqual(['8: 8134']);
    expect(await last("SELECT COUNT(*) FROM t WHERE v = 'z'")).toEqual([[0]]);
  });

  it('sequences, synonyms and alias types', async () => {
    expect(
      await last(`CREATE TYPE dbo.Flag FROM bit NOT NULL
        GO
        CREATE SEQUENCE dbo.s AS int START WITH 10 INCREMENT BY 5
        CREATE TABLE dbo.u (id int DEFAULT (NEXT VALUE FOR dbo.s), f dbo.Flag DEFAULT 1, x int)
        CREATE SYNONYM dbo.other FOR dbo.u
        INSERT other (x) VALUES (1), (2)
        SELECT id, f, x, (SELECT is_nullable FROM sys.columns WHERE object_id = OBJECT_ID('u') AND name = 'f') FROM other ORDER BY id`),
    ).toEqual([
      [10, true, 1, false],
      [15, true, 2, false],
    ]);
    expect(
      await failing('SELECT NEXT VALUE FOR s AS a, NEXT VALUE FOR s AS b\nGO\nDROP SEQUENCE nope'),
    ).toEqual(['1: 40515', '3: 15151']);
  });

  it('INSERT … EXEC takes every result; SET ROWCOUNT limits what follows', async () => {
    expect(
      await last(`${people}
        CREATE TABLE r (a int, b varchar(10) NULL)
        INSERT r EXEC ('SELECT 7, ''x''; SELECT id, v FROM t')
        SET ROWCOUNT 2
        DELETE r
        SELECT @@ROWCOUNT
        SET ROWCOUNT 0
        SELECT COUNT(*) FROM r`),
    ).toEqual([[2]]);
  });

  it('procedures have defaults, outputs and a status; the text keeps what stood before CREATE', async () => {
    const script = `-- the first line\nCREATE PROCEDURE p @a int, @b nvarchar(9) = N'def', @o int OUTPUT AS\nBEGIN\n  SET @o = @a * 2\n  IF @a < 0 SELECT 1 / 0\n  RETURN 7\nEND\nGO\n`;
    expect(
      await last(
        `${script} DECLARE @o int, @r int, @name sysname = N'p'; EXEC @r = @name 21, @o = @o OUTPUT; SELECT @o, @r`,
      ),
    ).toEqual([[42, 7]]);
    const answers = await runScript(session, 'DECLARE @o int; EXEC p -1, DEFAULT, @o OUTPUT');
    expect(answers[0]?.errors.map(({ number, line }) => [number, line])).toEqual([[8134, 5]]);
    expect(
      await last("SELECT LEFT(definition, 17) FROM sys.sql_modules WHERE object_id = OBJECT_ID('p')"),
    ).toEqual([['-- the first line']]);
  });

  it('databases come and go; the session is where USE put it', async () => {
    expect(await last("USE master\nGO\nSELECT DB_NAME(), DB_ID('habits') - DB_ID()")).toEqual([
      ['master', expect.any(Number)],
    ]);
    const other = await engine.login();
    await must(other, 'USE habits');
    expect(await failing('DROP DATABASE habits\nGO\nCREATE DATABASE habits\nGO\nUSE nope')).toEqual([
      '1: 3702',
      '3: 1801',
      '5: 911',
    ]);
    await last('ALTER DATABASE habits SET SINGLE_USER WITH ROLLBACK IMMEDIATE; DROP DATABASE habits');
    await expect(must(other, 'SELECT 1')).rejects.toThrow('596');
    await other.close();
  });

  it('a read-only database refuses writes and says so', async () => {
    await last(`${people} ALTER DATABASE CURRENT SET READ_ONLY`);
    expect(await failing("UPDATE t SET v = 'z'\nGO\nCREATE TABLE u (a int)")).toEqual(['1: 3906', '3: 3906']);
    expect(
      await last(
        "SELECT DATABASEPROPERTYEX('habits', 'Updateability'), is_read_only FROM sys.databases WHERE name = 'habits'",
      ),
    ).toEqual([['READ_ONLY', true]]);
    await last("ALTER DATABASE CURRENT SET READ_WRITE; UPDATE t SET v = 'z'");
  });
});
