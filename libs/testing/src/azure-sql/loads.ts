import type { ConformanceDatabase } from './conformance-database.js';
import type { ConformanceRows } from './conformance-rows.js';

/** Loading a table while it changes, and polling with a bound (reference/change-tracking, section 6). */
export function loads(database: () => ConformanceDatabase, rows: ConformanceRows): void {
  rows.describe('a load', () => {
    beforeEach(async () => {
      await database().run("if OBJECT_ID(N'conf.loading') is not null drop table conf.loading");
      await database().run(
        'create table conf.loading (id int not null primary key, a int null, b int null); alter table conf.loading enable change_tracking',
      );
      await database().run('insert into conf.loading (id) values (1), (3), (5), (7)');
    });

    /** Keys of a chunk of two behind a key. */
    const chunk = async (after: number): Promise<unknown[]> =>
      (await database().rows(`select top (2) id from conf.loading where id > ${after} order by id`)).map(
        ({ id }) => id,
      );

    rows.shows(
      ['6.8', '3.47'],
      'reads a row inserted behind its first version, which then comes as I',
      async () => {
        const start = await database().version();
        expect(await chunk(0)).toEqual([1, 3]);
        await database().run('insert into conf.loading (id) values (4)');
        expect(await chunk(3)).toEqual([4, 5]);
        expect(await database().changes('conf.loading', start, start)).toEqual(['4:I 1 1']);
      },
    );

    rows.shows(['6.9'], 'learns by D of a row deleted behind its chunk', async () => {
      const start = await database().version();
      expect(await chunk(0)).toEqual([1, 3]);
      await database().run('delete from conf.loading where id = 1');
      expect(await database().changes('conf.loading', start, start)).toEqual(['1:D 1 -']);
    });

    rows.shows(['6.10'], 'learns by D and I of a key moved over its cursor', async () => {
      const start = await database().version();
      expect(await chunk(0)).toEqual([1, 3]);
      await database().run('update conf.loading set id = 2 where id = 7');
      expect(await chunk(3)).toEqual([5]);
      expect(await database().changes('conf.loading', start, start)).toEqual(['2:I 1 1', '7:D 1 -']);
    });

    rows.shows(
      ['6.6'],
      'polls up to a bound: what changed again behind it drops out, and comes next time',
      async () => {
        const from = await database().version();
        await database().run('update conf.loading set a = 1 where id in (1, 3)');
        const to = await database().version();
        await database().run('update conf.loading set a = 2 where id = 3');
        const between = async (low: number, high: number) =>
          (
            await database().rows(
              `select ct.id from CHANGETABLE(CHANGES conf.loading, ${low}) as ct
             where ct.SYS_CHANGE_VERSION <= ${high} order by ct.id`,
            )
          ).map(({ id }) => id);
        expect(await between(from, to)).toEqual([1]);
        expect(await between(to, to + 1)).toEqual([3]);
      },
    );

    rows.shows(['6.12'], 'tells a row that is gone from a row of NULLs by its key alone', async () => {
      const from = await database().version();
      await database().run('update conf.loading set a = null where id = 1');
      await database().run('delete from conf.loading where id = 3');
      const found = await database().rows(
        `select ct.id, ct.SYS_CHANGE_OPERATION as op, case when t.id is null then 0 else 1 end as present, t.a, t.b
         from CHANGETABLE(CHANGES conf.loading, ${from}) as ct left join conf.loading as t on t.id = ct.id order by ct.id`,
      );
      expect(found).toEqual([
        { id: 1, op: 'U', present: 1, a: null, b: null },
        { id: 3, op: 'D', present: 0, a: null, b: null },
      ]);
    });
  });
}
