import type { EngineSession, SqlValue } from '../engine.js';
import { TestEngine, must } from '../testing/test-engine.js';
import { runScript, scriptNamed, type BatchAnswer } from './run-script.js';

/** A script of the kind that makes pubs: alias types, checks with LIKE, a trigger, progress told by RAISERROR. */
describe('the bookseller', () => {
  let engine: TestEngine;
  let session: EngineSession;
  let answers: BatchAnswer[];

  beforeAll(async () => {
    engine = await TestEngine.start();
    session = await engine.login();
    answers = await runScript(session, scriptNamed('books.sql'));
  });
  afterAll(async () => {
    await engine.stop();
  });

  const rows = async (sql: string): Promise<SqlValue[][]> => (await must(session, sql)).lastRows;

  it('refuses the rows that it should, and one permission', () => {
    const errors = answers.flatMap(({ errors: list }) => list);
    expect(errors.map(({ number, procedure, line }) => [number, procedure, line])).toEqual([
      [547, undefined, 123],
      [50000, 'workers_insupd', 143],
      [3609, undefined, 131],
      [50000, 'workers_insupd', 149],
      [3609, undefined, 133],
      [40515, undefined, 144],
    ]);
    expect(errors[1]?.message).toBe('The level for job_id:2 should be between 25 and 100.');
  });

  it('tells of its progress', () => {
    const said = answers.flatMap(({ messages }) => messages.filter(({ number }) => number === 50000));
    expect(said.filter(({ severity }) => severity < 11).map(({ message }) => message)).toEqual([
      expect.stringMatching(/^Beginning at .* \.{4}$/),
      'Creating database....',
      'Now at the create table section ....',
      'Now at the create trigger section ...',
    ]);
  });

  it('holds the rows that it should', async () => {
    expect(await rows('SELECT emp_id, job_lvl, CONVERT(char(8), hire_date, 112) FROM workers')).toEqual([
      ['PTC11962M', 75, '19891111'],
    ]);
    expect(await rows('SELECT title, price, au_lname FROM titleview')).toEqual([
      ['Secrets of Plumbing', 200000n, 'B'],
    ]);
    expect(
      await rows(
        "SELECT name, is_nullable, max_length FROM sys.columns WHERE object_id = OBJECT_ID('titlewriter') ORDER BY column_id",
      ),
    ).toEqual([
      ['au_id', false, 11],
      ['title_id', false, 6],
      ['royaltyper', true, 4],
    ]);
    expect(
      await rows("SELECT type, DATEDIFF(day, pubdate, GETDATE()) FROM titles WHERE title_id = 'MC3026'"),
    ).toEqual([['UNDECIDED   ', 0]]);
  });
});
