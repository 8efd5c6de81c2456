import { keeps, rule, type KnownDifferences } from '../mark.js';
import type { ConformanceDatabase } from './conformance-database.js';

/** TRUNCATE, versions of single rows, masks and contexts (reference/change-tracking, sections 3 and 5). */
export function rowHistory(database: () => ConformanceDatabase, differences: KnownDifferences): void {
  describe('TRUNCATE', () => {
    it(rule('P', 'empties the history and moves begin_version, not the version'), async () => {
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
    });

    it(rule('P', 'is followed by a history that begins with an insert'), async () => {
      const origin = await database().version();
      await database().run('insert into conf.cut values (1)');
      expect(await database().changes('conf.cut', 0, origin)).toEqual(['1:I 1 1']);
    });
  });

  describe('CHANGETABLE(VERSION)', () => {
    const of = async (b: number, a: number) =>
      database().rows(
        `select c.SYS_CHANGE_VERSION as v, c.b, c.a from CHANGETABLE(VERSION conf.versioned, (b, a), (${b}, ${a})) as c`,
      );

    it(
      rule('MS', "tells a row's last committed version, NULL for one that never changed, nothing for none"),
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

    it(rule('MS', 'gives NULL for an own uncommitted change and nothing for a deleted row'), async () => {
      await database().run('begin transaction; update conf.versioned set n = 1 where a = 2');
      const own = await of(1, 2);
      await database().run('rollback transaction');
      await database().run('delete from conf.versioned where a = 2');
      expect([own, await of(1, 2)]).toEqual([[{ v: null, b: 1, a: 2 }], []]);
    });
  });

  describe('context', () => {
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

    it(rule('MS', 'is stored with a change'), async () => {
      await database().run(
        'with change_tracking_context (0xC0FFEE) insert into conf.contextual (id) values (1)',
      );
      expect(await context()).toBe('C0FFEE');
    });

    keeps(differences, 'MS', 'may be given by a variable', async () => {
      await database().run(
        'declare @c varbinary(128) = 0x01; with change_tracking_context (@c) update conf.contextual set a = 1',
      );
      expect(await context()).toBe('01');
    });

    it(rule('P', 'of a row is that of its last statement, none if that had none'), async () => {
      await database().run('with change_tracking_context (0x02) update conf.contextual set a = 2');
      expect(await context()).toBe('02');
      await database().run('update conf.contextual set a = 3');
      expect(await context()).toBeNull();
    });
  });
}

/** Column masks (reference/change-tracking, section 3). */
export function columnMasks(database: () => ConformanceDatabase, differences: KnownDifferences): void {
  describe('the mask of changed columns', () => {
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

    it(
      rule(
        'P',
        'is four zero bytes and a little-endian column_id for each column set, over all updates in range',
      ),
      async () => {
        await database().run('update conf.masked set b = 2');
        expect(await mask()).toBe('0000000003000000');
        await database().run('update conf.masked set d = 2');
        expect(await mask()).toBe('000000000300000005000000');
      },
    );

    keeps(differences, 'P', 'follows the order of the SET list', async () => {
      const later = await database().version();
      await database().run('update conf.masked set d = 3, a = 3');
      expect(await mask(later)).toBe('000000000500000002000000');
    });

    it(rule('P', 'is NULL for inserts, for all columns at once, and for a set key'), async () => {
      expect(await mask(origin - 1)).toBeNull();
      const later = await database().version();
      await database().run('update conf.masked set a = 9, b = 9, c = 9, d = 9');
      expect(await mask(later)).toBeNull();
      await database().run('update conf.masked set id = id, a = 4');
      expect(await mask(later)).toBeNull();
    });

    it(
      rule('P', 'is read by CHANGE_TRACKING_IS_COLUMN_IN_MASK; a NULL mask holds every column'),
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
  });
}
