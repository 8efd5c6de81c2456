import type { ConformanceDatabase } from './conformance-database.js';
import type { ConformanceRows } from './conformance-rows.js';

/** Column masks (reference/change-tracking, section 3). */
export function columnMasks(database: () => ConformanceDatabase, rows: ConformanceRows): void {
  rows.describe('the mask of changed columns', () => {
    let origin: number;
    const mask = (base = origin) =>
      database().one(
        `select CONVERT(varchar(60), SYS_CHANGE_COLUMNS, 2) as m from CHANGETABLE(CHANGES conf.masked, ${base}) as ct order by id`,
      );

    beforeAll(async () => {
      await database().run(
        `create table conf.masked (id int not null primary key, a int null, b int null, c int null, d int null);
         alter table conf.masked enable change_tracking with (track_columns_updated = on)`,
      );
      await database().run('insert into conf.masked values (1, 1, 1, 1, 1)');
      origin = await database().version();
    });

    rows.shows(
      ['3.48'],
      'is four zero bytes and a little-endian column_id for each column set, over all updates in range',
      async () => {
        await database().run('update conf.masked set b = 2');
        expect(await mask()).toBe('0000000003000000');
        await database().run('update conf.masked set d = 2');
        expect(await mask()).toBe('000000000300000005000000');
      },
    );

    rows.shows(['3.49'], 'follows the order of the SET list', async () => {
      const later = await database().version();
      await database().run('update conf.masked set d = 3, a = 3');
      expect(await mask(later)).toBe('000000000500000002000000');
    });

    rows.shows(
      ['3.51', '3.52', '3.53'],
      'is NULL for inserts, for all columns at once, and for a set key',
      async () => {
        expect(await mask(origin - 1)).toBeNull();
        const later = await database().version();
        await database().run('update conf.masked set a = 9, b = 9, c = 9, d = 9');
        expect(await mask(later)).toBeNull();
        await database().run('update conf.masked set id = id, a = 4');
        expect(await mask(later)).toBeNull();
      },
    );

    rows.shows(
      ['3.55'],
      'is read by CHANGE_TRACKING_IS_COLUMN_IN_MASK; a NULL mask holds every column',
      async () => {
        const [row] = await database().rows(
          `declare @nothing varbinary(100) = NULL;
         select CHANGE_TRACKING_IS_COLUMN_IN_MASK(3, 0x0000000003000000) as b,
                CHANGE_TRACKING_IS_COLUMN_IN_MASK(4, 0x0000000003000000) as c,
                CHANGE_TRACKING_IS_COLUMN_IN_MASK(4, @nothing) as every`,
        );
        expect(row).toEqual({
          b: expect.anything() as unknown,
          c: expect.anything() as unknown,
          every: expect.anything() as unknown,
        });
        expect(Object.values(row ?? {}).map(Number)).toEqual([1, 0, 1]);
      },
    );

    rows.shows(['3.51'], 'is NULL for a deletion and for a range with one in it', async () => {
      const later = await database().version();
      await database().run('update conf.masked set b = 1');
      await database().run('delete from conf.masked');
      expect(await mask(later)).toBeNull();
      await database().run('insert into conf.masked (id) values (1)');
      await database().run('update conf.masked set b = 1');
      expect(await mask(later)).toBeNull();
    });

    rows.shows(['3.50'], 'has a rowversion column last', async () => {
      await database().run(
        `create table conf.stamped (stamp rowversion, id int not null primary key, a int null, b int null);
         alter table conf.stamped enable change_tracking with (track_columns_updated = on)`,
      );
      await database().run('insert into conf.stamped (id) values (1)');
      const later = await database().version();
      await database().run('update conf.stamped set b = 1');
      const told = await database().one(
        `select CONVERT(varchar(60), SYS_CHANGE_COLUMNS, 2) as m from CHANGETABLE(CHANGES conf.stamped, ${later}) as ct`,
      );
      expect(told).toBe('000000000400000001000000');
    });

    rows.shows(['3.54', '1.4'], 'is NULL where columns are not tracked, which is the default', async () => {
      await database().run(
        'create table conf.unmasked (id int not null primary key, a int null, b int null); alter table conf.unmasked enable change_tracking',
      );
      expect(await database().tracked('conf.unmasked')).toMatchObject({ is_track_columns_updated_on: false });
      await database().run('insert into conf.unmasked (id) values (1)');
      const later = await database().version();
      await database().run('update conf.unmasked set a = 1');
      expect(
        await database().rows(
          `select SYS_CHANGE_COLUMNS as m from CHANGETABLE(CHANGES conf.unmasked, ${later}) as ct`,
        ),
      ).toEqual([{ m: null }]);
    });
  });
}
