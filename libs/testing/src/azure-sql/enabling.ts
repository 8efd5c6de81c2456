import type { FactId } from './change-tracking-facts.js';
import type { ConformanceDatabase } from './conformance-database.js';
import type { ConformanceRows } from './conformance-rows.js';

const options = (text: string): string => `alter database current set change_tracking (${text})`;

const setTracking = 'alter database current set change_tracking';
const changesOf = (source: string): string => `select * from CHANGETABLE(CHANGES ${source}) as c`;
const versionOf = (arguments_: string): string =>
  `select * from CHANGETABLE(VERSION conf.on_table, ${arguments_}) as c`;
const contextOf = (context: string): string =>
  `with change_tracking_context (${context}) insert into conf.on_table (k, l) values (9, 9)`;

/** What a batch is refused with: numbers in the order they are told; with a state where that is known. */
type Refusal = readonly [fact: FactId, title: string, batch: string, told: readonly (number | string)[]];

/** Batches a server refuses. A table `conf.on_table` is tracked, `conf.off_table` is not. */
const refusals: readonly Refusal[] = [
  ['1.5', 'a singular unit', options('change_retention = 1 day'), ['155/2']],
  ['1.6', 'no retention at all', options('change_retention = 0 minutes'), [5092]],
  ['1.6', 'retention over 2147483647 minutes', options('change_retention = 2147483647 hours'), [5092]],
  ['1.25', 'an option twice', options('auto_cleanup = on, auto_cleanup = on'), [5091]],
  ['1.7', 'the clause before another option', `${setTracking} = on, recovery simple`, [22114, 5069]],
  [
    '1.7',
    'the clause behind another option',
    'alter database current set recovery simple, change_tracking = on',
    [22114, 5069],
  ],
  ['1.22', 'ON for a tracked database', `${setTracking} = on`, [5088, 5069]],
  ['1.24', 'ON for a system database', 'alter database msdb set change_tracking = on', [5090, 5069]],
  ['1.3', 'OFF while tables are tracked', `${setTracking} = off`, [22115, 5069]],
  [
    '1.9',
    'ALTER DATABASE in a transaction',
    `begin transaction; ${options('auto_cleanup = on')}; commit`,
    [226],
  ],
  ['1.17', 'a tracked table again', 'alter table conf.on_table enable change_tracking', [4996]],
  ['1.12', 'a table without key', 'alter table conf.keyless enable change_tracking', [4997]],
  ['1.18', 'DISABLE of an untracked table', 'alter table conf.off_table disable change_tracking', [4998]],
  [
    '1.19',
    'a key of type timestamp',
    'create table conf.stamp_key (id rowversion primary key); alter table conf.stamp_key enable change_tracking',
    [4999],
  ],
  [
    '1.11',
    'a temporary table',
    'create table #t (id int not null primary key); alter table #t enable change_tracking',
    [1718],
  ],
  [
    '1.28',
    'DROP of the primary key',
    'alter table conf.on_table drop constraint pk_on_table',
    [3735, '3727/0'],
  ],
  ['3.26', 'CHANGES of an untracked table', changesOf('conf.off_table, 0'), [22105]],
  ['3.27', 'CHANGES in a dead branch', `if 1 = 0 ${changesOf('conf.off_table, 0')}`, [22105]],
  ['3.28', 'CHANGES without an alias', 'select * from CHANGETABLE(CHANGES conf.on_table, 0)', [22104]],
  ['3.29', 'CHANGES of a view', changesOf('conf.a_view, 0'), [22107]],
  ['3.29', 'CHANGES of a catalogue view', changesOf('sys.objects, 0'), [22107]],
  ['3.30', 'CHANGES of nothing', changesOf('conf.no_table, 0'), [208]],
  ['3.21', 'CHANGES from an expression', changesOf('conf.on_table, 1 + 1'), [102]],
  ['3.21', 'CHANGES from a fraction', changesOf('conf.on_table, 1.5'), [102]],
  ['3.21', 'CHANGES from a text', changesOf(`conf.on_table, '1'`), [102]],
  [
    '3.22',
    'CHANGES from text that is no number',
    `declare @v varchar(10) = 'abc'; ${changesOf('conf.on_table, @v')}`,
    [8114],
  ],
  [
    '3.22',
    'CHANGES from a moment',
    `declare @v datetime = '2024-01-01'; ${changesOf('conf.on_table, @v')}`,
    [257],
  ],
  ['3.6', 'MIN_VALID of a bigint', 'select CHANGE_TRACKING_MIN_VALID_VERSION(cast(1 as bigint))', [8116]],
  ['3.6', 'MIN_VALID of a tinyint', 'select CHANGE_TRACKING_MIN_VALID_VERSION(cast(1 as tinyint))', [8116]],
  ['3.6', 'MIN_VALID of a bare NULL', 'select CHANGE_TRACKING_MIN_VALID_VERSION(NULL)', [8116]],
  ['3.62', 'VERSION by what is no key', versionOf('(k, a), (1, 1)'), [22111]],
  ['3.62', 'VERSION by one column that is no key', versionOf('(a), (1)'), [22111]],
  ['3.63', 'VERSION by a part of the key', versionOf('(k), (1)'), [22110]],
  ['3.64', 'VERSION with a value too many', versionOf('(k, l), (1, 2, 3)'), [22103]],
  ['3.56', 'a mask under 8 bytes', 'select CHANGE_TRACKING_IS_COLUMN_IN_MASK(1, 0x01)', [22101]],
  ['3.68', 'a context that is not binary', `declare @c nvarchar(9) = N'x'; ${contextOf('@c')}`, [22109]],
  [
    '3.68',
    'a context of more than 128 bytes',
    `declare @c varbinary(129) = 0x01; ${contextOf('@c')}`,
    [22109],
  ],
  ['3.66', 'a context of text', contextOf(`N'x'`), [102]],
];

/** Switching tracking on and off, and what is refused (reference/change-tracking, sections 1 and 3). */
export function enabling(database: () => ConformanceDatabase, rows: ConformanceRows): void {
  rows.describe('switching on and off', () => {
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

    for (const [fact, title, batch, told] of refusals)
      rows.shows([fact], `${title} is refused with ${told.join(', then ')}`, async () => {
        const seen = await database().told(batch);
        const plain = seen.map((each, at) =>
          typeof told[at] === 'string' ? each : Number(each.split('/')[0]),
        );
        expect(plain).toEqual(told);
      });

    rows.shows(['3.27'], 'an untracked table refuses the whole batch before it begins', async () => {
      const told = await database().told(
        `insert into conf.off_table values (1); ${changesOf('conf.off_table, 0')}`,
      );
      expect(told.map((each) => each.split('/')[0])).toEqual(['22105']);
      expect(await database().one('select count(*) as n from conf.off_table')).toBe(0);
    });

    rows.shows(['1.15'], 'ENABLE is undone by a rollback, and stays with a commit', async () => {
      const enable = 'begin transaction; alter table conf.off_table enable change_tracking';
      await database().run(`${enable}; rollback transaction`);
      expect(await database().tracked('conf.off_table')).toBeUndefined();
      await database().run(`${enable}; commit transaction`);
      expect(await database().tracked('conf.off_table')).toBeDefined();
      await database().run(
        'begin transaction; alter table conf.off_table disable change_tracking; rollback transaction',
      );
      expect(await database().tracked('conf.off_table')).toBeDefined();
      await database().run('alter table conf.off_table disable change_tracking');
    });

    rows.shows(
      ['1.13', '1.14', '3.8'],
      'a table starts with an empty history, valid from the current version',
      async () => {
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
      },
    );

    rows.shows(['3.10', '3.4'], 'DISABLE and ENABLE begin a new history', async () => {
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

    rows.shows(['3.13', '1.35'], 'DROP and CREATE give another object_id and a new history', async () => {
      const before = await database().tracked('conf.filled');
      await database().run('drop table conf.filled');
      await database().run('create table conf.filled (id int not null primary key)');
      await database().run('alter table conf.filled enable change_tracking');
      const after = await database().tracked('conf.filled');
      expect(after?.['object_id']).not.toBe(before?.['object_id']);
      expect(await database().changes('conf.filled', null)).toEqual([]);
    });

    rows.shows(
      ['3.12', '1.32', '1.33'],
      'ADD, ALTER and DROP of a column leave versions and history alone',
      async () => {
        const origin = await database().version();
        await database().run('insert into conf.on_table (k, l) values (1, 1)');
        const before = await database().tracked('conf.on_table');
        await database().run('alter table conf.on_table add extra varchar(5) null');
        await database().run('alter table conf.on_table alter column extra varchar(10) null');
        await database().run(`update conf.on_table set extra = '1234567890'`);
        await database().run('alter table conf.on_table drop column extra');
        expect(await database().tracked('conf.on_table')).toEqual(before);
        expect(await database().changes('conf.on_table', origin, origin, 'k')).toEqual(['1:I 2 1']);
      },
    );

    rows.shows(['1.30'], 'a key column cannot be dropped', async () => {
      expect((await database().refusal('alter table conf.on_table drop column k')).length).toBeGreaterThan(0);
      expect(await database().rows('select k from conf.on_table')).toEqual([{ k: 1 }]);
    });
  });
}

/** The database's own switch: last, for no table may be tracked. */
export function databaseSwitch(database: () => ConformanceDatabase, rows: ConformanceRows): void {
  rows.describe('the database', () => {
    beforeAll(async () => {
      const tables = await database().rows(
        `select t.name from sys.change_tracking_tables as ct join sys.tables as t on t.object_id = ct.object_id`,
      );
      for (const { name } of tables)
        await database().run(`alter table conf.[${String(name)}] disable change_tracking`);
    });

    rows.shows(
      ['1.16', '3.2', '4.9'],
      'keeps its counter over OFF and ON, and tells nothing while OFF',
      async () => {
        const version = await database().version();
        await database().run('alter database current set change_tracking = off');
        expect(await database().one('select CHANGE_TRACKING_CURRENT_VERSION() as v')).toBeNull();
        expect(
          await database().one(
            `select CAST(DATABASEPROPERTYEX(DB_NAME(), 'IsChangeTrackingEnabled') as int) as v`,
          ),
        ).toBe(0);
        await database().run('alter database current set change_tracking = on');
        expect(await database().version()).toBe(version);
      },
    );

    rows.shows(['1.10', '1.23', '3.3'], 'refuses options, OFF and tables while it is off', async () => {
      await database().run(`${setTracking} = off`);
      expect(await database().told('alter table conf.off_table enable change_tracking')).toEqual(['1718/1']);
      expect(await database().told(`${setTracking} = off`)).toEqual(['5089/1', '5069/1']);
      expect(await database().told(options('auto_cleanup = on'))).toEqual(['5089/2', '5069/1']);
      expect(
        await database().one(`select CHANGE_TRACKING_MIN_VALID_VERSION(OBJECT_ID('conf.off_table')) as v`),
      ).toBeNull();
      await database().run(`${setTracking} = on`);
    });

    rows.shows(
      ['1.1', '1.2', '4.1'],
      'has a retention of 2 days and clean-up by default, and changes only what is named',
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
        await database().run(options('change_retention = 48 hours'));
        expect(await state()).toEqual([
          { retention_period: 48, retention_period_units_desc: 'HOURS', is_auto_cleanup_on: false },
        ]);
      },
    );
  });
}
