import type { EngineSession } from '../engine.js';
import { TestEngine, must, run } from '../testing/test-engine.js';

/** Permissions of users that aren't the server's administrators. */
describe('access', () => {
  let engine: TestEngine;
  let owner: EngineSession;

  const loginAs = (userName: string, password: string): Promise<EngineSession> =>
    engine.engine.login({
      userName,
      password,
      database: 'app',
      hostName: '',
      applicationName: '',
      readOnlyIntent: false,
    });
  const errorOf = async (session: EngineSession, sql: string): Promise<number | undefined> =>
    (await run(session, sql)).errors[0]?.number;

  beforeAll(async () => {
    engine = await TestEngine.start();
    owner = await engine.login();
    await must(
      owner,
      'ALTER DATABASE CURRENT SET CHANGE_TRACKING = ON; CREATE TABLE t (id int NOT NULL PRIMARY KEY, v int)',
    );
    await must(
      owner,
      "ALTER TABLE t ENABLE CHANGE_TRACKING; CREATE USER capture WITH PASSWORD = 'Secret-1'; CREATE USER clerk WITH PASSWORD = 'Secret-2'",
    );
    await must(owner, 'CREATE VIEW open_v AS SELECT id FROM t');
    await must(owner, 'CREATE PROCEDURE add_one @id int AS INSERT t VALUES (@id, 1)');
  });
  afterAll(async () => {
    await engine.stop();
  });

  test('nothing is allowed that was not granted', async () => {
    const capture = await loginAs('capture', 'Secret-1');
    const sink = await run(capture, 'SELECT * FROM t');
    expect(sink.errors[0]).toMatchObject({
      number: 229,
      severity: 14,
      state: 5,
      message: "The SELECT permission was denied on the object 't', database 'app', schema 'dbo'.",
    });
    expect(await errorOf(capture, 'CREATE TABLE x (a int)')).toBe(262);
    await must(capture, 'CREATE TABLE #x (a int); INSERT #x VALUES (1); SELECT * FROM #x');
  });

  test('CHANGETABLE needs VIEW CHANGE TRACKING beside SELECT', async () => {
    const capture = await loginAs('capture', 'Secret-1');
    await must(owner, 'GRANT SELECT ON SCHEMA::dbo TO capture');
    await must(capture, 'SELECT * FROM t');
    const changes = 'SELECT * FROM CHANGETABLE(CHANGES t, 0) AS c';
    expect((await run(capture, changes)).errors[0]?.message).toBe(
      "The VIEW CHANGE TRACKING permission was denied on the object 't', database 'app', schema 'dbo'.",
    );
    await must(owner, 'GRANT VIEW CHANGE TRACKING ON t TO capture');
    await must(capture, changes);
    expect(await errorOf(capture, 'DELETE t')).toBe(229);
    await must(owner, 'DENY SELECT ON t TO capture');
    expect(await errorOf(capture, changes)).toBe(229);
  });

  test('views and procedures lend their owner’s permissions', async () => {
    const clerk = await loginAs('clerk', 'Secret-2');
    await must(owner, 'GRANT SELECT ON open_v TO clerk; GRANT EXECUTE ON add_one TO clerk');
    await must(clerk, 'EXEC add_one 7; SELECT id FROM open_v');
    expect(await errorOf(clerk, 'SELECT id FROM t')).toBe(229);
    await must(owner, 'ALTER ROLE db_owner ADD MEMBER clerk');
    await must(clerk, 'SELECT id FROM t; CREATE TABLE made (a int); DROP TABLE made');
  });

  test('a wrong password of a database user is 18456', async () => {
    await expect(loginAs('capture', 'wrong')).rejects.toMatchObject({ messages: [{ number: 18456 }] });
  });
});
