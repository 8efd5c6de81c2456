import { typeText } from './answer-form.js';
import type { ConformanceDatabase } from './conformance-database.js';
import type { ConformanceRows } from './conformance-rows.js';

/** Views, properties and procedures of change tracking (reference/change-tracking, section 4). */
export function catalogue(database: () => ConformanceDatabase, rows: ConformanceRows): void {
  rows.describe('the catalogue', () => {
    beforeAll(async () => {
      await database().run(
        'create table conf.listed (id int not null primary key); alter table conf.listed enable change_tracking',
      );
    });

    const shape = async (query: string): Promise<string[]> =>
      (await database().client.ask(query)).columns.map((column) => `${column.name} ${typeText(column)}`);

    rows.shows(['4.1'], 'tells the retention in the unit it was given in', async () => {
      const state = `select retention_period as p, retention_period_units as u, retention_period_units_desc as d
        from sys.change_tracking_databases where database_id = DB_ID()`;
      expect(await shape(state)).toEqual(['p int', 'u tinyint', 'd nvarchar(60)']);
      for (const [given, told] of [
        ['2880 minutes', { p: 2880, u: 1, d: 'MINUTES' }],
        ['48 hours', { p: 48, u: 2, d: 'HOURS' }],
        ['2 days', { p: 2, u: 3, d: 'DAYS' }],
      ] as const) {
        await database().run(`alter database current set change_tracking (change_retention = ${given})`);
        expect(await database().rows(state)).toEqual([told]);
      }
    });

    rows.shows(['4.2'], 'tells the versions of tracked tables', async () => {
      expect(
        await shape(
          `select object_id, is_track_columns_updated_on, min_valid_version, begin_version, cleanup_version
           from sys.change_tracking_tables`,
        ),
      ).toEqual([
        'object_id int',
        'is_track_columns_updated_on bit',
        'min_valid_version bigint',
        'begin_version bigint',
        'cleanup_version bigint',
      ]);
    });

    rows.shows(['4.6'], 'lists the internal table of a tracked one', async () => {
      const found = await database().rows(
        `select i.name from sys.internal_tables as i where i.parent_id = OBJECT_ID('conf.listed')`,
      );
      const id = String(await database().one(`select OBJECT_ID('conf.listed') as id`));
      expect(found).toEqual([{ name: `change_tracking_${id}` }]);
    });

    rows.shows(
      ['4.9', '4.11', '8.22'],
      'tells that the database is tracked and allows SNAPSHOT',
      async () => {
        const [row] = await database().rows(
          `select CAST(DATABASEPROPERTYEX(DB_NAME(), 'IsChangeTrackingEnabled') as int) as tracked,
           snapshot_isolation_state as snapshot, is_read_committed_snapshot_on as committed
         from sys.databases where database_id = DB_ID()`,
        );
        expect(row).toEqual({ tracked: 1, snapshot: 1, committed: true });
      },
    );

    rows.shows(['4.4'], 'a version first seen now was committed after the look before', async () => {
      const before = await database().version();
      const looked = await database().one('select CONVERT(varchar(23), SYSUTCDATETIME(), 121) as t');
      await database().run('insert into conf.listed values (1)');
      // The time may be told in minutes: it is compared as the end of its minute.
      const late = await database().one(
        `select count(*) as n from sys.dm_tran_commit_table
         where commit_ts > ${before} and DATEADD(second, 60, commit_time) < CAST('${String(looked)}' as datetime2(3))`,
      );
      expect(late).toBe(0);
      expect(
        await database().one(
          `select count(*) as n from sys.dm_tran_commit_table where commit_ts > ${before}`,
        ),
      ).toBe(1);
    });

    rows.shows(['4.13', '4.14'], 'cleans up on demand, and not what is young', async () => {
      const before = await database().version();
      await database().run('insert into conf.listed values (2)');
      await database().run(`exec sys.sp_flush_CT_internal_table_on_demand @TableToClean = 'conf.listed'`);
      await database().run('exec sys.sp_flush_commit_table_on_demand');
      expect(await database().changes('conf.listed', before, before)).toEqual(['2:I 1 1']);
    });
  });
}
