import { errorNumbers, type SourceClient } from '@thalamus/mssql';
import type { ConformanceDatabase } from './conformance-database.js';
import type { ConformanceRows } from './conformance-rows.js';

const other = 'conformance_other';
const snapshot = 'set transaction isolation level snapshot; begin transaction';

/** What comes to pass only when the server is told to: clean-up, restore, replica, throttling, lost connections. */
export function provoked(database: () => ConformanceDatabase, rows: ConformanceRows): void {
  rows.describe('clean-up', () => {
    const table = 'conf.cleaned';
    let version: number;
    beforeAll(async () => {
      await database().run(
        `create table ${table} (id int not null primary key, a int null); alter table ${table} enable change_tracking`,
      );
    });
    beforeEach(async () => {
      await database().run(`delete from ${table}`);
      await database().run(`insert into ${table} (id) values (1)`);
      version = await database().version();
    });

    rows.provokes(
      ['3.11', '3.23'],
      'raises min_valid and nothing else; an older cursor misses rows',
      async () => {
        const before = await database().tracked(table);
        await database().control.expire(table);
        expect(await database().tracked(table)).toMatchObject({
          min_valid: String(version),
          object_id: before?.['object_id'],
          begin_version: before?.['begin_version'],
        });
        expect(await database().version()).toBe(version);
        expect(await database().changes(table, version - 1)).toEqual([]);
        await database().run(`update ${table} set a = 1`);
        expect(await database().changes(table, version, version)).toEqual(['1:U 1 -']);
      },
    );

    rows.provokes(['10.4'], 'comes to a table that nobody writes to', async () => {
      await database().run('create table conf.unused (id int not null primary key)');
      await database().run('alter table conf.unused enable change_tracking');
      await database().run(`update ${table} set a = 2`);
      await database().control.expire('conf.unused');
      expect(await database().tracked('conf.unused')).toMatchObject({ min_valid: String(version + 1) });
    });

    rows.provokes(['3.60'], 'leaves no version to a row', async () => {
      await database().control.expire(table);
      const found = await database().rows(
        `select c.SYS_CHANGE_VERSION as v from CHANGETABLE(VERSION ${table}, (id), (1)) as c`,
      );
      expect(found).toEqual([{ v: null }]);
    });

    const inTransaction = async (begin: string): Promise<number[]> => {
      const reader = await database().connect();
      const look = () => reader.rows(`select id from CHANGETABLE(CHANGES ${table}, ${version - 1}) as ct`);
      await reader.run(begin);
      const before = await look();
      await database().control.expire(table);
      const after = await look();
      await reader.run('commit transaction');
      return [before.length, after.length];
    };

    rows.provokes(['6.3'], 'takes nothing from a SNAPSHOT transaction', async () => {
      expect(await inTransaction(snapshot)).toEqual([1, 1]);
    });

    rows.provokes(['6.4', '6.7'], 'takes changes away between two statements of READ COMMITTED', async () => {
      expect(
        await inTransaction('set transaction isolation level read committed; begin transaction'),
      ).toEqual([1, 0]);
    });
  });

  rows.describe('a readable secondary', () => {
    rows.provokes(['1.27', '4.10'], 'tells that it is one, and has no change tracking', async () => {
      await database().run('create table conf.replicated (id int not null primary key)');
      await database().run('alter table conf.replicated enable change_tracking');
      await database().control.mood({ readOnly: 'all' });
      try {
        const replica = await database().connect();
        expect(await replica.rows(`select DATABASEPROPERTYEX(DB_NAME(), 'Updateability') as u`)).toEqual([
          { u: 'READ_ONLY' },
        ]);
        const numbers = await numbersOf(
          replica.rows('select * from CHANGETABLE(CHANGES conf.replicated, 0) as c'),
        );
        expect(numbers).toContain(22117);
      } finally {
        await database().control.mood({ readOnly: null });
      }
    });
  });

  rows.describe('trouble', () => {
    rows.provokes(['8.20'], 'of throttling is an error by its number, for as long as it lasts', async () => {
      for (const number of [40501, 40613, 49918]) {
        await database().control.mood({ errors: [{ number, match: 'throttled', count: 1 }] });
        const session = await database().connect();
        expect(await numbersOf(session.rows(`select 'throttled' as v`))).toContain(number);
      }
      await database().control.mood({ errors: null });
      expect(await database().rows(`select 'throttled' as v`)).toEqual([{ v: 'throttled' }]);
    });

    rows.provokes(['10.6'], 'of a lost connection ends a result in the middle, with an error', async () => {
      await database().control.mood({ resetAfterRows: { rows: 5, match: 'GENERATE_SERIES', count: 1 } });
      const session = await database().connect();
      await expect(session.rows('select value from GENERATE_SERIES(1, 100000)')).rejects.toThrow();
      await database().control.mood({ resetAfterRows: null });
      expect(await session.rows('select 1 as v')).toEqual([{ v: 1 }]);
    });
  });

  rows.describe('another database', () => {
    const sessions: SourceClient[] = [];
    const connect = async (): Promise<SourceClient> => {
      const client = await database().connect({ database: other });
      sessions.push(client);
      return client;
    };
    const versionIn = async (client: SourceClient) =>
      Number(Object.values((await client.rows('select CHANGE_TRACKING_CURRENT_VERSION() as v'))[0] ?? {})[0]);
    const changesIn = async (client: SourceClient, from: number) =>
      (await client.rows(`select id from CHANGETABLE(CHANGES dbo.t, ${from}) as ct order by id`)).map(
        ({ id }) => id,
      );

    rows.provokes(['2.1', '2.14'], 'counts from 0 for itself, and 0 is a cursor', async () => {
      await database().run(`create database ${other}`);
      const here = await database().version();
      const there = await connect();
      await there.run('alter database current set change_tracking = on');
      await there.run(
        'create table dbo.t (id int not null primary key); alter table dbo.t enable change_tracking',
      );
      expect(await versionIn(there)).toBe(0);
      await there.run('insert into dbo.t values (1)');
      expect(await versionIn(there)).toBe(1);
      expect(await changesIn(there, 0)).toEqual([1]);
      expect(await database().version()).toBe(here);
    });

    rows.provokes(
      ['8.2', '10.5'],
      'put back to an earlier state leaves cursors above its version',
      async () => {
        await database().control.keep(other, 'before');
        const meanwhile = await connect();
        await meanwhile.run('insert into dbo.t values (2)');
        await meanwhile.run('insert into dbo.t values (3)');
        const cursor = await versionIn(meanwhile);
        await database().control.restore(other, 'before');
        const after = await connect();
        expect(await versionIn(after)).toBe(cursor - 2);
        expect(await changesIn(after, cursor)).toEqual([]);
        expect(await after.rows('select id from dbo.t')).toEqual([{ id: 1 }]);
      },
    );

    rows.provokes(
      ['8.4', '10.5'],
      'moved on past the cursor uses versions again, and nothing shows it',
      async () => {
        const there = await connect();
        const cursor = (await versionIn(there)) + 2;
        for (const id of [20, 30, 40]) await there.run(`insert into dbo.t values (${id})`);
        const [state] = await there.rows(
          `select CHANGE_TRACKING_MIN_VALID_VERSION(OBJECT_ID('dbo.t')) as m, CHANGE_TRACKING_CURRENT_VERSION() as v`,
        );
        expect(Number(state?.['m'])).toBeLessThanOrEqual(cursor);
        expect(Number(state?.['v'])).toBeGreaterThan(cursor);
        // Rows 20 and 30 are lost to that cursor.
        expect(await changesIn(there, cursor)).toEqual([40]);
        await Promise.all(sessions.map((session) => session[Symbol.asyncDispose]()));
      },
    );
  });
}

async function numbersOf(work: Promise<unknown>): Promise<number[]> {
  return work.then(
    () => [],
    (error: unknown) => errorNumbers(error),
  );
}
