import type { ConformanceDatabase } from './conformance-database.js';
import type { ConformanceRows } from './conformance-rows.js';
import { CommittedHistory } from './writers/committed-history.js';
import { PollingReader } from './writers/polling-reader.js';
import { randomFrom } from './writers/seeded-random.js';
import { Writer } from './writers/writer.js';
import { markers, writersTables } from './writers/writers-tables.js';

const writerCount = 16;
const readerCount = 2;
const transactionCount = 12;
/** Bases from which the net changes are compared, over the whole range. */
const baseCount = 12;

const seeds = [1, 20_261_125, 4711];

/**
 * Sixteen sessions write to the same few rows of two tables, with rollbacks, savepoints, SNAPSHOT and READ COMMITTED, and
 * everything that can happen to a row within a transaction; meanwhile readers poll. What the server says afterwards is held
 * to the record each writer kept (reference/change-tracking, sections 2, 3 and 6).
 */
export function concurrentWriters(database: () => ConformanceDatabase, rows: ConformanceRows): void {
  rows.describe('sixteen writers and readers that poll', () => {
    beforeAll(async () => {
      for (const { name, definition } of writersTables)
        await database().run(`create table ${name} (${definition})`);
      await database().run(
        `create table ${markers} (writer int not null, at int not null, primary key (writer, at))`,
      );
      for (const name of [...writersTables.map((table) => table.name), markers])
        await database().run(`alter table ${name} enable change_tracking`);
    });
    beforeEach(async () => {
      for (const name of [...writersTables.map((table) => table.name), markers])
        await database().run(`truncate table ${name}`);
    });

    for (const seed of seeds)
      rows.shows(
        ['10.3', '2.2', '2.3', '2.7', '2.8', '6.1', '6.2'],
        `agree with the record of each writer (seed ${seed})`,
        async () => {
          const start = await database().version();
          const writers = await atWork(database(), seed, start);
          const history = await historyOf(database(), writers, start);
          expect(history.disorders()).toEqual([]);
          for (const { name, key } of writersTables) {
            const there = await database().rows(`select ${key} as k, n from ${name} order by ${key}`);
            expect([...history.replay(name)].sort(([a], [b]) => a - b)).toEqual(
              there.map(({ k, n }) => [k, n]),
            );
          }
          await compareNetChanges(database(), history, start);
        },
        180_000,
      );
  });
}

/** Everybody at once, until the writers have done their transactions. */
async function atWork(database: ConformanceDatabase, seed: number, start: number): Promise<Writer[]> {
  const sessions = await Promise.all(
    Array.from({ length: writerCount + readerCount }, () => database.connect()),
  );
  const readers = sessions.slice(0, readerCount).map((session) => new PollingReader(session, start));
  const writers = sessions
    .slice(readerCount)
    .map((session, at) => new Writer(at, session, randomFrom(seed + at * 7919)));
  let isOver = false;
  const polling = readers.map((reader) => reader.run(() => isOver));
  const working = Promise.all(writers.map((writer) => writer.run(transactionCount))).finally(() => {
    isOver = true;
  });
  // Nobody may still be at work when this ends, whoever of them failed.
  await Promise.allSettled([...polling, working]);
  await Promise.all(sessions.map((session) => session[Symbol.asyncDispose]()));
  await working;
  expect(new Set(await Promise.all(polling))).toEqual(new Set([await database.version()]));
  expect(Math.min(...readers.map(({ polls }) => polls))).toBeGreaterThan(1);
  return writers;
}

/** Versions by the markers: one for each transaction that a writer saw committed, without gaps, and no other. */
async function historyOf(
  database: ConformanceDatabase,
  writers: readonly Writer[],
  start: number,
): Promise<CommittedHistory> {
  const committed = writers.flatMap((writer) => writer.committed);
  const found = await database.rows(
    `select writer, at, SYS_CHANGE_VERSION as v from CHANGETABLE(CHANGES ${markers}, ${start}) as ct order by SYS_CHANGE_VERSION`,
  );
  const versions = new Map(
    found.map((row) => [`${String(row['writer'])}/${String(row['at'])}`, Number(row['v'])]),
  );
  expect([...versions.keys()].sort()).toEqual(committed.map(({ marker }) => marker).sort());
  expect(found.map(({ v }) => Number(v))).toEqual(committed.map((_each, at) => start + 1 + at));
  expect(await database.version()).toBe(start + committed.length);
  // A run without conflicts or rollbacks, or with nothing else, would prove little.
  expect(committed.length).toBeGreaterThan((writerCount * transactionCount) / 4);
  expect(writers.reduce((sum, writer) => sum + writer.undone, 0)).toBeGreaterThan(0);
  return new CommittedHistory(committed, versions);
}

async function compareNetChanges(
  database: ConformanceDatabase,
  history: CommittedHistory,
  start: number,
): Promise<void> {
  const end = await database.version();
  const stride = Math.max(1, Math.floor((end - start) / baseCount));
  for (const { name, key } of writersTables)
    for (let base = start; base <= end; base += stride)
      expect(await database.changes(name, base, 0, key)).toEqual(history.netChanges(name, base));
}
