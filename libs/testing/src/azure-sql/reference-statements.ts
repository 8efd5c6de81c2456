import type { ConformanceDatabase } from './conformance-database.js';
import type { ConformanceRows } from './conformance-rows.js';

/** Statements a reader of changes sends, beside those of capture itself (reference/change-tracking, section 7). */
export function referenceStatements(database: () => ConformanceDatabase, rows: ConformanceRows): void {
  rows.describe('statements of a reader', () => {
    beforeAll(async () => {
      await database().run('create type conf.code from nvarchar(12) not null');
      await database().run(
        `create table conf.coded (a int not null, b conf.code not null, c int not null, x money null,
           constraint pk_coded primary key (c, a desc, b));
         alter table conf.coded enable change_tracking`,
      );
      await database().run(
        `insert into conf.coded (a, b, c) values (1, N'x', 1), (1, N'y', 1), (2, N'x', 1), (1, N'x', 2)`,
      );
    });
    afterAll(async () => {
      await database().run('drop table conf.coded; drop type conf.code');
    });

    rows.shows(['7.1'], 'discover tables with incarnation and validity', async () => {
      const found = await database().rows(
        `select s.name as schema_name, t.name as table_name, k.begin_version, k.min_valid_version,
           CHANGE_TRACKING_MIN_VALID_VERSION(k.object_id) as min_valid
         from sys.change_tracking_tables as k
         join sys.tables as t on t.object_id = k.object_id
         join sys.schemas as s on s.schema_id = t.schema_id
         where t.name = 'coded'`,
      );
      expect(found).toMatchObject([{ schema_name: 'conf', table_name: 'coded' }]);
      expect(found[0]?.['min_valid']).toBe(found[0]?.['min_valid_version']);
    });

    rows.shows(['7.2'], 'resolve alias types to their base types', async () => {
      const found = await database().rows(
        `select c.name, u.name as user_type, base.name as base_type, c.max_length, c.precision, c.scale
         from sys.columns as c
         join sys.types as u on u.user_type_id = c.user_type_id
         left join sys.types as base on base.user_type_id = c.system_type_id
         where c.object_id = OBJECT_ID('conf.coded') and c.name in ('b', 'x') order by c.column_id`,
      );
      expect(found).toEqual([
        { name: 'b', user_type: 'code', base_type: 'nvarchar', max_length: 24, precision: 0, scale: 0 },
        { name: 'x', user_type: 'money', base_type: 'money', max_length: 8, precision: 19, scale: 4 },
      ]);
    });

    rows.shows(['7.3'], 'list keys in key order with their direction', async () => {
      const found = await database().rows(
        `select ic.key_ordinal as n, c.name, ic.is_descending_key as falls from sys.indexes as i
         join sys.index_columns as ic on ic.object_id = i.object_id and ic.index_id = i.index_id
         join sys.columns as c on c.object_id = ic.object_id and c.column_id = ic.column_id
         where i.is_primary_key = 1 and ic.key_ordinal > 0 and i.object_id = OBJECT_ID('conf.coded')
         order by ic.key_ordinal`,
      );
      expect(found.map((row) => Object.values(row))).toEqual([
        [1, 'c', false],
        [2, 'a', true],
        [3, 'b', false],
      ]);
    });

    rows.shows(['7.4'], "tell the database's state in one row", async () => {
      const [state] = await database().rows(
        `select DB_NAME() as name, DATABASEPROPERTYEX(DB_NAME(), 'Updateability') as updateability,
           d.snapshot_isolation_state as snapshot, k.is_auto_cleanup_on as cleans, CHANGE_TRACKING_CURRENT_VERSION() as v
         from sys.databases as d
         left join sys.change_tracking_databases as k on k.database_id = d.database_id
         where d.database_id = DB_ID()`,
      );
      expect(state).toEqual({
        name: database().address.database,
        updateability: 'READ_WRITE',
        snapshot: 1,
        cleans: true,
        v: String(await database().version()),
      });
    });

    rows.shows(['7.5'], 'read chunks behind a composite key, expanded and sargable alike', async () => {
      const behind = `(c > @c) or (c = @c and a > @a) or (c = @c and a = @a and b > @b)`;
      const read = (condition: string) =>
        database().rows(`select top (@n) c, a, b from conf.coded where ${condition} order by c, a, b`, {
          n: 2,
          c: 1,
          a: 1,
          b: 'x',
        });
      const expected = [
        { c: 1, a: 1, b: 'y' },
        { c: 1, a: 2, b: 'x' },
      ];
      expect(await read(behind)).toEqual(expected);
      expect(await read(`c >= @c and (${behind})`)).toEqual(expected);
    });

    rows.shows(['7.9'], 'tell how near a table is to losing history', async () => {
      const [row] = await database().rows(
        `select k.min_valid_version as m, CHANGE_TRACKING_CURRENT_VERSION() as v,
           (select min(commit_time) from sys.dm_tran_commit_table) as oldest
         from sys.change_tracking_tables as k where k.object_id = OBJECT_ID('conf.coded')`,
      );
      expect(Number(row?.['m'])).toBeLessThan(Number(row?.['v']));
      expect(row?.['oldest']).toBeInstanceOf(Date);
    });

    rows.shows(['7.10'], 'must not ask EXISTS of a count, which is always true', async () => {
      expect(
        await database().one(
          'select case when exists (select count(*) from conf.coded where 1 = 0) then 1 else 0 end as found',
        ),
      ).toBe(1);
    });
  });
}
