import { rule, type Mark } from '../mark.js';
import type { ConformanceDatabase } from './conformance-database.js';

const options = (text: string): string => `alter database current set change_tracking (${text})`;

/** Batches a server refuses, with a number it gives. A table `conf.on_table` is tracked, `conf.off_table` is not. */
const refusals: readonly (readonly [mark: Mark, title: string, batch: string, number: number])[] = [
  ['P', 'a singular unit', options('change_retention = 1 day'), 155],
  ['MS, P', 'no retention at all', options('change_retention = 0 minutes'), 5092],
  ['MS, P', 'retention over 2147483647 minutes', options('change_retention = 2147483647 hours'), 5092],
  ['P', 'an option twice', options('auto_cleanup = on, auto_cleanup = on'), 5091],
  ['P', 'ON for a tracked database', 'alter database current set change_tracking = on', 5088],
  ['P', 'OFF while tables are tracked', 'alter database current set change_tracking = off', 22115],
  ['P', 'ALTER DATABASE in a transaction', `begin transaction; ${options('auto_cleanup = on')}; commit`, 226],
  ['P', 'a tracked table again', 'alter table conf.on_table enable change_tracking', 4996],
  ['P', 'a table without key', 'alter table conf.keyless enable change_tracking', 4997],
  ['P', 'DISABLE of an untracked table', 'alter table conf.off_table disable change_tracking', 4998],
  ['MS', 'DROP of the primary key', 'alter table conf.on_table drop constraint pk_on_table', 3735],
  ['P', 'CHANGES of an untracked table', 'select * from CHANGETABLE(CHANGES conf.off_table, 0) as c', 22105],
  [
    'P',
    'CHANGES in a dead branch',
    'if 1 = 0 select * from CHANGETABLE(CHANGES conf.off_table, 0) as c',
    22105,
  ],
  ['P', 'CHANGES without an alias', 'select * from CHANGETABLE(CHANGES conf.on_table, 0)', 22104],
  ['P', 'CHANGES of a view', 'select * from CHANGETABLE(CHANGES conf.a_view, 0) as c', 22107],
  ['P', 'CHANGES of nothing', 'select * from CHANGETABLE(CHANGES conf.no_table, 0) as c', 208],
  ['P', 'CHANGES from an expression', 'select * from CHANGETABLE(CHANGES conf.on_table, 1 + 1) as c', 102],
  [
    'P',
    'CHANGES from text that is no number',
    `declare @v varchar(10) = 'abc'; select * from CHANGETABLE(CHANGES conf.on_table, @v) as c`,
    8114,
  ],
  ['P', 'MIN_VALID of a bigint', 'select CHANGE_TRACKING_MIN_VALID_VERSION(cast(1 as bigint))', 8116],
  ['P', 'MIN_VALID of a bare NULL', 'select CHANGE_TRACKING_MIN_VALID_VERSION(NULL)', 8116],
  [
    'P',
    'VERSION by what is no key',
    'select * from CHANGETABLE(VERSION conf.on_table, (k, a), (1, 1)) as c',
    22111,
  ],
  [
    'P',
    'VERSION by a part of the key',
    'select * from CHANGETABLE(VERSION conf.on_table, (k), (1)) as c',
    22110,
  ],
  [
    'P',
    'VERSION with a value too many',
    'select * from CHANGETABLE(VERSION conf.on_table, (k, l), (1, 2, 3)) as c',
    22103,
  ],
  ['P', 'a mask under 8 bytes', 'select CHANGE_TRACKING_IS_COLUMN_IN_MASK(1, 0x01)', 22101],
  [
    'P',
    'a context that is not binary',
    `with change_tracking_context (N'x') insert into conf.on_table (k, l) values (9, 9)`,
    22109,
  ],
];

/** Switching tracking on and off, and what is refused (reference/change-tracking, sections 1 and 3). */
export function enabling(database: () => ConformanceDatabase): void {
  describe('switching on and off', () => {
    beforeAll(async () => {
      await database().run(
        `create table conf.on_table (k int not null, l int not null, a int null, constraint pk_on_table primary key (k, l));
         create table conf.off_table (id int not null primary key);
         create table conf.keyless (a int null)`,
      );
      await database().run(`if OBJECT_ID('conf.a_view') is not null drop view conf.a_view`);
      await database().run('create view conf.a_view as select k from conf.on_table');
      await database().run('alter table conf.on_table enable change_tracking');
    });

    it.each(
      refusals.map(
        ([mark, title, ...row]) => [`${title} is refused with ${row[1]} [${mark}]`, ...row] as const,
      ),
    )('%s', async (_title, batch, number) => {
      expect(await database().refusal(batch)).toContain(number);
    });

    it(rule('MS, P', 'a table starts with an empty history, valid from the current version'), async () => {
      await database().run(
        'create table conf.filled (id int not null primary key); insert into conf.filled values (1)',
      );
      const version = await database().version();
      await database().run('alter table conf.filled enable change_tracking');
      expect(await database().changes('conf.filled', null)).toEqual([]);
      expect(await database().tracked('conf.filled')).toMatchObject({
        begin_version: String(version),
        min_valid_version: String(version),
        min_valid: String(version),
      });
    });

    it(rule('MS', 'DISABLE and ENABLE begin a new history'), async () => {
      await database().run('insert into conf.filled values (2)');
      await database().run('alter table conf.filled disable change_tracking');
      expect(await database().tracked('conf.filled')).toBeUndefined();
      expect(
        await database().one(`select CHANGE_TRACKING_MIN_VALID_VERSION(OBJECT_ID('conf.filled')) as v`),
      ).toBeNull();
      const version = await database().version();
      await database().run('alter table conf.filled enable change_tracking');
      expect(await database().tracked('conf.filled')).toMatchObject({ begin_version: String(version) });
      expect(await database().changes('conf.filled', null)).toEqual([]);
    });

    it(rule('MS', 'DROP and CREATE give another object_id and a new history'), async () => {
      const before = await database().tracked('conf.filled');
      await database().run('drop table conf.filled');
      await database().run('create table conf.filled (id int not null primary key)');
      await database().run('alter table conf.filled enable change_tracking');
      const after = await database().tracked('conf.filled');
      expect(after?.['object_id']).not.toBe(before?.['object_id']);
      expect(await database().changes('conf.filled', null)).toEqual([]);
    });

    it(rule('MS', 'ADD, ALTER and DROP of a column leave versions and history alone'), async () => {
      const origin = await database().version();
      await database().run('insert into conf.on_table (k, l) values (1, 1)');
      const before = await database().tracked('conf.on_table');
      await database().run('alter table conf.on_table add extra varchar(5) null');
      await database().run('alter table conf.on_table alter column extra varchar(10) null');
      await database().run(`update conf.on_table set extra = '1234567890'`);
      await database().run('alter table conf.on_table drop column extra');
      expect(await database().tracked('conf.on_table')).toEqual(before);
      expect(await database().changes('conf.on_table', origin, origin, 'k')).toEqual(['1:I 2 1']);
      expect((await database().refusal('alter table conf.on_table drop column k')).length).toBeGreaterThan(0);
    });
  });
}

/** The database's own switch: last, for no table may be tracked. */
export function databaseSwitch(database: () => ConformanceDatabase): void {
  describe('the database', () => {
    beforeAll(async () => {
      const tables = await database().rows(
        `select t.name from sys.change_tracking_tables as ct join sys.tables as t on t.object_id = ct.object_id`,
      );
      for (const { name } of tables)
        await database().run(`alter table conf.[${String(name)}] disable change_tracking`);
    });

    it(rule('P', 'keeps its counter over OFF and ON, and tells nothing while OFF'), async () => {
      const version = await database().version();
      await database().run('alter database current set change_tracking = off');
      expect(await database().one('select CHANGE_TRACKING_CURRENT_VERSION() as v')).toBeNull();
      expect(
        await database().one(
          `select CAST(DATABASEPROPERTYEX(DB_NAME(), 'IsChangeTrackingEnabled') as int) as v`,
        ),
      ).toBe(0);
      expect(await database().refusal('alter table conf.off_table enable change_tracking')).toContain(1718);
      expect(await database().refusal('alter database current set change_tracking = off')).toContain(5089);
      expect(await database().refusal(options('auto_cleanup = on'))).toContain(5089);
      await database().run('alter database current set change_tracking = on');
      expect(await database().version()).toBe(version);
    });

    it(
      rule('MS, P', 'has a retention of 2 days and clean-up by default, and changes only what is named'),
      async () => {
        const state = () =>
          database().rows(
            `select retention_period, retention_period_units_desc, is_auto_cleanup_on from sys.change_tracking_databases
           where database_id = DB_ID()`,
          );
        await database().run('alter database current set change_tracking = off');
        await database().run('alter database current set change_tracking = on');
        expect(await state()).toEqual([
          { retention_period: 2, retention_period_units_desc: 'DAYS', is_auto_cleanup_on: true },
        ]);
        await database().run(options('change_retention = 90 minutes'));
        await database().run(options('auto_cleanup = off'));
        expect(await state()).toEqual([
          { retention_period: 90, retention_period_units_desc: 'MINUTES', is_auto_cleanup_on: false },
        ]);
      },
    );
  });
}
