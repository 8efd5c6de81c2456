import { errorNumbers } from '@thalamus/mssql';
import type { ConformanceDatabase } from './conformance-database.js';
import type { ConformanceRows } from './conformance-rows.js';

const snapshot = 'set transaction isolation level snapshot; begin transaction';

/** What transactions see of each other (reference/change-tracking, sections 6 and 8). On tables of `versions`. */
export function snapshots(database: () => ConformanceDatabase, rows: ConformanceRows): void {
  rows.describe('a SNAPSHOT transaction', () => {
    rows.shows(
      ['6.1', '6.2', '10.8'],
      'sees tables, changes and version of one moment, fixed by its first read',
      async () => {
        const reader = await database().connect();
        const see = async () => ({
          version: Number(
            Object.values((await reader.rows('select CHANGE_TRACKING_CURRENT_VERSION() as v'))[0] ?? {})[0],
          ),
          changed: (await reader.rows(`select id from CHANGETABLE(CHANGES conf.first, ${before}) as ct`))
            .length,
          rows: (await reader.rows('select id from conf.first where id >= 200')).length,
        });
        const before = await database().version();
        await reader.run('set transaction isolation level snapshot; begin transaction');
        const first = await see();
        await database().run('insert into conf.first (id) values (200)');
        const second = await see();
        await reader.run('commit transaction');
        expect([first, second]).toEqual(Array(2).fill({ version: before, changed: 0, rows: 0 }));
        expect(await see()).toEqual({ version: before + 1, changed: 1, rows: 1 });
      },
    );

    rows.shows(['8.17'], 'loses against a writer before it with 3960', async () => {
      const other = await database().connect();
      await database().run('set transaction isolation level snapshot; begin transaction');
      await database().rows('select id from conf.first');
      await other.run('update conf.first set a = 7 where id = 1');
      expect(await database().refusal('update conf.first set a = 8 where id = 1')).toContain(3960);
      await database().run('set transaction isolation level read committed');
    });
  });

  rows.describe('a transaction', () => {
    rows.shows(['10.8'], 'takes its snapshot at the first access to data, not at BEGIN', async () => {
      const reader = await database().connect();
      await reader.run(snapshot);
      await database().run('insert into conf.first (id) values (210)');
      const seen = await reader.rows('select id from conf.first where id = 210');
      await reader.run('commit transaction');
      expect(seen).toHaveLength(1);
    });

    rows.shows(
      ['6.7'],
      'of READ COMMITTED SNAPSHOT sees a commit between two statements, but not within one',
      async () => {
        const reader = await database().connect();
        const before = await database().version();
        const joined = `select CHANGE_TRACKING_CURRENT_VERSION() as v,
          (select count(*) from CHANGETABLE(CHANGES conf.first, ${before}) as ct join conf.first as t on t.id = ct.id) as n,
          (select count(*) from conf.first where id = 220) as r`;
        await reader.run('set transaction isolation level read committed; begin transaction');
        const first = await reader.rows(joined);
        await database().run('insert into conf.first (id) values (220)');
        const second = await reader.rows(joined);
        await reader.run('commit transaction');
        expect([first, second]).toEqual([
          [{ v: String(before), n: 0, r: 0 }],
          [{ v: String(before + 1), n: 1, r: 1 }],
        ]);
      },
    );

    rows.shows(['8.8'], 'of SNAPSHOT fails with 3961 when DDL has changed its table', async () => {
      await database().run('create table conf.altered (id int not null primary key, a int null)');
      const other = await database().connect();
      await database().run(snapshot);
      await database().rows('select id from conf.first');
      await other.run('alter table conf.altered add b int null');
      expect(await database().refusal('select id from conf.altered')).toContain(3961);
      await database().run('set transaction isolation level read committed');
    });

    rows.shows(
      ['8.15'],
      'of SNAPSHOT where that is not allowed fails with 3952, at its first table',
      async () => {
        await database().run('alter database current set allow_snapshot_isolation off');
        try {
          await database().run(snapshot);
          await database().run('declare @nothing int = 1');
          expect(await database().refusal('select count(*) from conf.first')).toContain(3952);
        } finally {
          await database().run('set transaction isolation level read committed');
          await database().run('alter database current set allow_snapshot_isolation on');
        }
      },
    );

    rows.shows(['8.19'], 'that waits longer than LOCK_TIMEOUT fails with 1222', async () => {
      const other = await database().connect();
      await other.run('begin transaction; update conf.first set a = 1 where id = 1');
      try {
        expect(
          await database().refusal('set lock_timeout 100; update conf.first set a = 2 where id = 1'),
        ).toContain(1222);
      } finally {
        await other.run('rollback transaction');
        await database().run('set lock_timeout -1');
      }
    });

    rows.shows(['8.18'], 'is the victim, 1205, when two wait for each other', async () => {
      await database().run('insert into conf.second (id) values (301), (302)');
      const sessions = [await database().connect(), await database().connect()];
      const refused: number[] = [];
      const cross = async (at: number, mine: number, theirs: number) => {
        const session = sessions[at];
        if (session === undefined) throw new Error('no session');
        await session.run(`begin transaction; update conf.second set a = ${at} where id = ${mine}`);
        return async () => {
          try {
            await session.run(`update conf.second set a = ${at} where id = ${theirs}; commit transaction`);
          } catch (error) {
            refused.push(...errorNumbers(error));
            await session.run('if @@trancount > 0 rollback transaction');
          }
        };
      };
      const second = [await cross(0, 301, 302), await cross(1, 302, 301)];
      await Promise.all(second.map((step) => step()));
      expect(refused).toContain(1205);
      const values = await database().rows('select a from conf.second where id in (301, 302)');
      expect(new Set(values.map(({ a }) => a)).size).toBe(1);
    });
  });
}
