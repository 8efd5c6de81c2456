import type { EngineSession, SqlValue } from '../engine.js';
import { TestEngine, must } from '../testing/test-engine.js';
import { errorsOf, runScript, scriptNamed } from './run-script.js';

/** A generated script of the kind that makes Chinook: a database of its own, 11 tables, rows by the hundred. */
describe('the music store', () => {
  let engine: TestEngine;
  let session: EngineSession;

  beforeAll(async () => {
    engine = await TestEngine.start();
    session = await engine.login();
    expect(errorsOf(await runScript(session, scriptNamed('music-store.sql')))).toEqual([]);
  });
  afterAll(async () => {
    await engine.stop();
  });

  const rows = async (sql: string): Promise<SqlValue[][]> => (await must(session, sql)).lastRows;

  it('is the session’s database', () => {
    expect(session.database).toBe('MusicStore');
  });

  it.each([
    ['Album', 100],
    ['Artist', 60],
    ['Customer', 40],
    ['Employee', 4],
    ['Genre', 10],
    ['Invoice', 150],
    ['InvoiceLine', 375],
    ['MediaType', 3],
    ['Playlist', 4],
    ['PlaylistTrack', 840],
    ['Track', 700],
  ])('%s has %i rows', async (table, count) => {
    expect(await rows(`SELECT COUNT(*) FROM [dbo].[${table}]`)).toEqual([[count]]);
  });

  it('has each invoice’s total in its lines', async () => {
    expect(
      await rows(
        'SELECT COUNT(*) FROM Invoice i WHERE i.Total <> (SELECT SUM(l.UnitPrice * l.Quantity) FROM InvoiceLine l WHERE l.InvoiceId = i.InvoiceId)',
      ),
    ).toEqual([[0]]);
  });

  it('keeps quotes, letters and dates as they were written', async () => {
    expect(await rows("SELECT Name FROM Playlist WHERE Name LIKE N'90%'")).toEqual([['90’s Music']]);
    expect(
      await rows('SELECT CONVERT(varchar(10), BirthDate, 120) FROM Employee ORDER BY EmployeeId'),
    ).toEqual([['1962-02-18'], ['1958-12-08'], ['1973-08-29'], ['1947-09-19']]);
    expect(await rows('SELECT Name FROM Artist WHERE ArtistId = 4')).toEqual([
      ['Don’t'.replace('’', '') + ' Fjord 4'],
    ]);
  });

  it('goes on counting behind explicit identities', async () => {
    expect(
      await rows(
        "INSERT Artist (Name) VALUES (N'new'); SELECT CAST(SCOPE_IDENTITY() AS int); DELETE Artist WHERE ArtistId = 61",
      ),
    ).toEqual([[61]]);
  });

  it('answers the usual reports', async () => {
    // 700 tracks, every tenth at 1.99: 70 of them are of genre 1 (i % 10 + 1 = 1).
    expect(
      await rows(`SELECT g.Name, COUNT(*) AS Tracks, SUM(t.UnitPrice) AS Price, AVG(t.Milliseconds) AS Mean
        FROM Track t JOIN Genre g ON g.GenreId = t.GenreId GROUP BY g.Name HAVING SUM(t.UnitPrice) > 100 ORDER BY g.Name`),
    ).toEqual([['Rock', 70, '139.30', 113135]]);
    expect(
      await rows(`WITH ranked AS (
          SELECT BillingCountry, YEAR(InvoiceDate) AS y, SUM(Total) AS total,
                 RANK() OVER (PARTITION BY YEAR(InvoiceDate) ORDER BY SUM(Total) DESC, BillingCountry) AS place
          FROM Invoice GROUP BY BillingCountry, YEAR(InvoiceDate))
        SELECT y, COUNT(*), SUM(CASE WHEN place = 1 THEN 1 ELSE 0 END) FROM ranked GROUP BY y ORDER BY y`),
    ).toEqual([
      [2009, 7, 1],
      [2010, 7, 1],
      [2011, 7, 1],
      [2012, 7, 1],
    ]);
    expect(
      await rows(`SELECT TOP (2) WITH TIES e.Title, COUNT(c.CustomerId) FROM Employee e
        LEFT JOIN Customer c ON c.SupportRepId = e.EmployeeId GROUP BY e.Title ORDER BY COUNT(c.CustomerId) DESC`),
    ).toEqual([
      ['Sales Support Agent', 40],
      ['General Manager', 0],
      ['Sales Manager', 0],
    ]);
  });

  it('can be loaded again', async () => {
    const answers = await runScript(session, `USE master\nGO\n${scriptNamed('music-store.sql')}`);
    expect(errorsOf(answers)).toEqual([]);
    expect(await rows('SELECT COUNT(*) FROM Track')).toEqual([[700]]);
  });
});
