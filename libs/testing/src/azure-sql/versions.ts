import type { FactId } from './change-tracking-facts.js';
import type { ConformanceDatabase } from './conformance-database.js';
import type { ConformanceRows } from './conformance-rows.js';

/** When a version is drawn and who sees it (reference/change-tracking, section 2). */
export function versions(database: () => ConformanceDatabase, rows: ConformanceRows): void {
  rows.describe('versions', () => {
    beforeAll(async () => {
      await database().run(
        `create table conf.first (id int not null primary key, a int null);
         create table conf.second (id int not null primary key, a int null);
         create table conf.untracked (id int not null primary key)`,
      );
      await database().run('alter table conf.first enable change_tracking');
      await database().run('alter table conf.second enable change_tracking');
    });

    rows.shows(['2.2'], 'one for each transaction, shared by all its tables', async () => {
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

    const silent: readonly (readonly [fact: FactId, title: string, batch: string])[] = [
      [
        '2.7',
        'a rolled back transaction',
        'begin transaction; insert into conf.first (id) values (50); rollback',
      ],
      [
        '2.8',
        'work undone to a savepoint',
        'begin transaction; save transaction s; insert into conf.first (id) values (50); rollback transaction s; commit',
      ],
      [
        '2.9',
        'statements that match no row',
        'update conf.first set a = 1 where id = -1; delete from conf.first where id = -1',
      ],
      ['2.9', 'an insert of no rows', 'insert into conf.first (id) select 99 where 1 = 0'],
      ['2.10', 'a write to an untracked table', 'insert into conf.untracked (id) values (1)'],
      ['2.12', 'enabling a table', 'alter table conf.untracked enable change_tracking'],
      ['2.12', 'disabling a table', 'alter table conf.untracked disable change_tracking'],
      ['2.11', 'truncating a table', 'truncate table conf.second'],
    ];
    for (const [fact, title, batch] of silent)
      rows.shows([fact], `${title} draws no version`, async () => {
        const before = await database().version();
        await database().run(batch);
        expect(await database().version()).toBe(before);
      });

    rows.shows(['2.8', '2.2'], 'what stays after a savepoint counts once', async () => {
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

    rows.shows(['2.13'], 'a transaction does not see its own changes', async () => {
      const before = await database().version();
      await database().run('begin transaction; insert into conf.first (id) values (70)');
      const seen = [await database().version(), await database().changes('conf.first', before)];
      await database().run('commit transaction');
      expect(seen).toEqual([before, []]);
      expect(await database().changes('conf.first', before, before)).toEqual(['70:I 1 1']);
    });

    rows.shows(['2.3', '10.1'], 'follow the order of commits, not of writes', async () => {
      const other = await database().connect();
      const before = await database().version();
      await database().run('begin transaction; insert into conf.first (id) values (80)');
      await other.run('insert into conf.first (id) values (81)');
      await database().run('commit transaction');
      expect(await database().changes('conf.first', before, before)).toEqual(['80:I 2 2', '81:I 1 1']);
    });

    rows.shows(['2.5'], 'a cascade shares the version of its transaction', async () => {
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

    rows.shows(['2.4'], 'a trigger shares the version of its transaction', async () => {
      await database().run(
        'create table conf.observed (id int not null primary key, a int null); alter table conf.observed enable change_tracking',
      );
      await database().run(
        'create trigger conf.observe on conf.first after insert as insert into conf.observed (id) select id from inserted',
      );
      const before = await database().version();
      await database().run('insert into conf.first (id) values (110)');
      await database().run('drop trigger conf.observe');
      expect(await database().version()).toBe(before + 1);
      expect(await database().changes('conf.first', before, before)).toEqual(['110:I 1 1']);
      expect(await database().changes('conf.observed', before, before)).toEqual(['110:I 1 1']);
    });

    rows.shows(['8.13'], 'CHANGES begins strictly behind its version', async () => {
      await database().run('insert into conf.first (id) values (120)');
      const version = await database().version();
      expect(await database().changes('conf.first', version)).toEqual([]);
      expect(await database().changes('conf.first', version - 1, version)).toEqual(['120:I 0 0']);
    });
  });
}
