import { rule } from '../mark.js';
import type { ConformanceDatabase } from './conformance-database.js';

/** When a version is drawn and who sees it (reference/change-tracking, section 2). */
export function versions(database: () => ConformanceDatabase): void {
  describe('versions', () => {
    beforeAll(async () => {
      await database().run(
        `create table conf.first (id int not null primary key, a int null);
         create table conf.second (id int not null primary key, a int null);
         create table conf.untracked (id int not null primary key)`,
      );
      await database().run('alter table conf.first enable change_tracking');
      await database().run('alter table conf.second enable change_tracking');
    });

    it(rule('P', 'one for each transaction, shared by all its tables'), async () => {
      const before = await database().version();
      await database().commit(
        'insert into conf.first (id) values (1)',
        'insert into conf.first (id) values (2)',
        'insert into conf.second (id) values (1)',
      );
      expect(await database().version()).toBe(before + 1);
      expect(await database().changes('conf.first', before, before)).toEqual(['1:I 1 1', '2:I 1 1']);
      expect(await database().changes('conf.second', before, before)).toEqual(['1:I 1 1']);
    });

    it.each([
      ['a rolled back transaction', 'begin transaction; insert into conf.first (id) values (50); rollback'],
      [
        'work undone to a savepoint',
        'begin transaction; save transaction s; insert into conf.first (id) values (50); rollback transaction s; commit',
      ],
      [
        'statements that match no row',
        'update conf.first set a = 1 where id = -1; delete from conf.first where id = -1',
      ],
      ['an insert of no rows', 'insert into conf.first (id) select 99 where 1 = 0'],
      ['a write to an untracked table', 'insert into conf.untracked (id) values (1)'],
      ['enabling a table', 'alter table conf.untracked enable change_tracking'],
      ['disabling a table', 'alter table conf.untracked disable change_tracking'],
      ['truncating a table', 'truncate table conf.second'],
    ])('%s draws none [P]', async (_title, batch) => {
      const before = await database().version();
      await database().run(batch);
      expect(await database().version()).toBe(before);
    });

    it(rule('P', 'what stays after a savepoint counts once'), async () => {
      const before = await database().version();
      await database().commit(
        'save transaction s',
        'insert into conf.first (id) values (60)',
        'rollback transaction s',
        'insert into conf.second (id) values (61), (62)',
      );
      expect(await database().version()).toBe(before + 1);
      expect(await database().changes('conf.first', before)).toEqual([]);
    });

    it(rule('P', 'a transaction does not see its own changes'), async () => {
      const before = await database().version();
      await database().run('begin transaction; insert into conf.first (id) values (70)');
      const seen = [await database().version(), await database().changes('conf.first', before)];
      await database().run('commit transaction');
      expect(seen).toEqual([before, []]);
      expect(await database().changes('conf.first', before, before)).toEqual(['70:I 1 1']);
    });

    it(rule('P', 'follow the order of commits, not of writes'), async () => {
      const other = await database().connect();
      const before = await database().version();
      await database().run('begin transaction; insert into conf.first (id) values (80)');
      await other.run('insert into conf.first (id) values (81)');
      await database().run('commit transaction');
      expect(await database().changes('conf.first', before, before)).toEqual(['80:I 2 2', '81:I 1 1']);
    });

    it(rule('P', 'a trigger and a cascade share the version of their transaction'), async () => {
      await database().run(
        `create table conf.child (id int not null primary key,
           parent int not null references conf.second (id) on delete cascade)`,
      );
      await database().run('alter table conf.child enable change_tracking');
      await database().commit(
        'insert into conf.second (id) values (90)',
        'insert into conf.child (id, parent) values (1, 90)',
      );
      const before = await database().version();
      await database().run('delete from conf.second where id = 90');
      expect(await database().version()).toBe(before + 1);
      expect(await database().changes('conf.child', before, before)).toEqual(['1:D 1 -']);
      await database().run('drop table conf.child');
    });
  });

  describe('a SNAPSHOT transaction', () => {
    it(rule('MS', 'sees tables, changes and version of one moment, fixed by its first read'), async () => {
      const reader = await database().connect();
      const see = async () => ({
        version: Number(
          Object.values((await reader.rows('select CHANGE_TRACKING_CURRENT_VERSION() as v'))[0] ?? {})[0],
        ),
        changed: (await reader.rows(`select id from CHANGETABLE(CHANGES conf.first, ${before}) as ct`))
          .length,
        rows: (await reader.rows('select id from conf.first where id >= 100')).length,
      });
      const before = await database().version();
      await reader.run('set transaction isolation level snapshot; begin transaction');
      const first = await see();
      await database().run('insert into conf.first (id) values (100)');
      const second = await see();
      await reader.run('commit transaction');
      expect([first, second]).toEqual(Array(2).fill({ version: before, changed: 0, rows: 0 }));
      expect(await see()).toEqual({ version: before + 1, changed: 1, rows: 1 });
    });

    it(rule('MS', 'loses against a writer before it with 3960'), async () => {
      const other = await database().connect();
      await database().run('set transaction isolation level snapshot; begin transaction');
      await database().rows('select id from conf.first');
      await other.run('update conf.first set a = 7 where id = 1');
      expect(await database().refusal('update conf.first set a = 8 where id = 1')).toContain(3960);
      await database().run('set transaction isolation level read committed');
    });
  });
}
