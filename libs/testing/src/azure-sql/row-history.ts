import type { ConformanceDatabase } from './conformance-database.js';
import type { ConformanceRows } from './conformance-rows.js';

/** TRUNCATE, versions of single rows, masks and contexts (reference/change-tracking, sections 3 and 5). */
export function rowHistory(database: () => ConformanceDatabase, rows: ConformanceRows): void {
  rows.describe('TRUNCATE', () => {
    rows.shows(
      ['5.1', '3.9', '1.36'],
      'empties the history and moves begin_version, not the version',
      async () => {
        await database().run(
          'create table conf.cut (id int not null primary key); alter table conf.cut enable change_tracking',
        );
        await database().run('insert into conf.cut values (1)');
        await database().run('insert into conf.cut values (2)');
        const version = await database().version();
        await database().run('truncate table conf.cut');
        expect(await database().version()).toBe(version);
        expect(await database().tracked('conf.cut')).toMatchObject({
          begin_version: String(version),
          min_valid_version: String(version),
          min_valid: String(version),
        });
        expect(await database().changes('conf.cut', null)).toEqual([]);
      },
    );

    rows.shows(['1.36'], 'is followed by a history that begins with an insert', async () => {
      const origin = await database().version();
      await database().run('insert into conf.cut values (1)');
      expect(await database().changes('conf.cut', 0, origin)).toEqual(['1:I 1 1']);
    });

    rows.shows(
      ['5.2', '3.23'],
      'leaves a cursor that was behind below min_valid, and does not refuse it',
      async () => {
        const behind = await database().version();
        await database().run('insert into conf.cut values (2)');
        await database().run('truncate table conf.cut');
        expect(Number((await database().tracked('conf.cut'))?.['min_valid'])).toBeGreaterThan(behind);
        expect(await database().changes('conf.cut', behind)).toEqual([]);
      },
    );

    rows.shows(['5.3'], 'leaves a cursor that was caught up valid: only begin_version tells', async () => {
      await database().run('insert into conf.cut values (3)');
      const cursor = await database().version();
      const before = await database().tracked('conf.cut');
      await database().run('truncate table conf.cut');
      const after = await database().tracked('conf.cut');
      expect(Number(after?.['min_valid'])).toBe(cursor);
      expect(await database().changes('conf.cut', cursor)).toEqual([]);
      expect(after?.['object_id']).toBe(before?.['object_id']);
      expect(after?.['begin_version']).not.toBe(before?.['begin_version']);
    });

    rows.shows(
      ['5.5', '5.6'],
      'of a table without change since ENABLE shows in its row count alone',
      async () => {
        await database().run(
          'create table conf.quiet (id int not null primary key); insert into conf.quiet values (1)',
        );
        await database().run('alter table conf.quiet enable change_tracking');
        const counted = () =>
          database().one(
            `select CAST(sum(p.rows) as int) as n from sys.partitions as p where p.object_id = OBJECT_ID('conf.quiet') and p.index_id in (0, 1)`,
          );
        const before = [await database().tracked('conf.quiet'), await counted()];
        await database().run('truncate table conf.quiet');
        expect([await database().tracked('conf.quiet'), await counted()]).toEqual([before[0], 0]);
        expect(before[1]).toBe(1);
      },
    );
  });

  rows.describe('CHANGETABLE(VERSION)', () => {
    const of = async (b: number, a: number) =>
      database().rows(
        `select c.SYS_CHANGE_VERSION as v, c.b, c.a from CHANGETABLE(VERSION conf.versioned, (b, a), (${b}, ${a})) as c`,
      );

    rows.shows(
      ['3.57', '3.58', '3.59'],
      "tells a row's last committed version, NULL for one that never changed, nothing for none",
      async () => {
        await database().run(
          `create table conf.versioned (a int not null, b int not null, n int null, primary key (b, a));
         insert into conf.versioned (a, b) values (1, 1)`,
        );
        await database().run('alter table conf.versioned enable change_tracking');
        expect(await of(1, 1)).toEqual([{ v: null, b: 1, a: 1 }]);
        expect(await of(9, 9)).toEqual([]);
        await database().run('insert into conf.versioned (a, b) values (2, 1)');
        expect(await of(1, 2)).toEqual([{ v: String(await database().version()), b: 1, a: 2 }]);
      },
    );

    rows.shows(
      ['3.61', '3.58'],
      'gives NULL for an own uncommitted change and nothing for a deleted row',
      async () => {
        await database().run('begin transaction; update conf.versioned set n = 1 where a = 2');
        const own = await of(1, 2);
        await database().run('rollback transaction');
        await database().run('delete from conf.versioned where a = 2');
        expect([own, await of(1, 2)]).toEqual([[{ v: null, b: 1, a: 2 }], []]);
      },
    );
  });

  rows.describe('context', () => {
    let origin: number;
    const context = () =>
      database().one(
        `select CONVERT(varchar(20), SYS_CHANGE_CONTEXT, 2) as c from CHANGETABLE(CHANGES conf.contextual, ${origin}) as ct`,
      );
    beforeAll(async () => {
      await database().run(
        `create table conf.contextual (id int not null primary key, a int null);
         alter table conf.contextual enable change_tracking`,
      );
      origin = await database().version();
    });

    rows.shows(['3.65', '3.66'], 'is stored with a change', async () => {
      await database().run(
        'with change_tracking_context (0xC0FFEE) insert into conf.contextual (id) values (1)',
      );
      expect(await context()).toBe('C0FFEE');
    });

    rows.shows(['3.66'], 'may be given by a variable', async () => {
      await database().run(
        'declare @c varbinary(128) = 0x01; with change_tracking_context (@c) update conf.contextual set a = 1',
      );
      expect(await context()).toBe('01');
    });

    rows.shows(
      ['3.67', '3.32'],
      'of a row is that of its last statement, none if that had none',
      async () => {
        await database().run('with change_tracking_context (0x02) update conf.contextual set a = 2');
        expect(await context()).toBe('02');
        await database().run('update conf.contextual set a = 3');
        expect(await context()).toBeNull();
      },
    );

    rows.shows(['3.65'], 'leads MERGE and DELETE too', async () => {
      await database().run(
        `with change_tracking_context (0x03) merge conf.contextual as t using (values (1, 9)) as s (id, a) on t.id = s.id
         when matched then update set a = s.a;`,
      );
      expect(await context()).toBe('03');
      await database().run('with change_tracking_context (0x04) delete from conf.contextual');
      expect(await context()).toBe('04');
    });
  });
}
