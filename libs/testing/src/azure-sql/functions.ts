import { typeText } from './answer-form.js';
import type { ConformanceDatabase } from './conformance-database.js';
import type { ConformanceRows } from './conformance-rows.js';

/** The functions of change tracking where they answer (reference/change-tracking, section 3). */
export function functions(database: () => ConformanceDatabase, rows: ConformanceRows): void {
  rows.describe('the functions', () => {
    let origin: number;
    const keysFrom = async (version: string, prelude = '', more = '') => {
      const { rows: found } = await database().client.ask(
        `${prelude} select ct.id from CHANGETABLE(CHANGES conf.asked, ${version}${more}) as ct order by ct.id`,
      );
      return found.map(([id]) => id);
    };

    beforeAll(async () => {
      await database().run(
        'create table conf.asked (id int not null primary key); alter table conf.asked enable change_tracking',
      );
      await database().run('insert into conf.asked values (1)');
      origin = await database().version();
      await database().run('insert into conf.asked values (2)');
      await database().run('insert into conf.asked values (3)');
    });

    rows.shows(['3.1', '3.3'], 'give versions as bigint', async () => {
      const { columns } = await database().client.ask(
        `select CHANGE_TRACKING_CURRENT_VERSION() as a, CHANGE_TRACKING_MIN_VALID_VERSION(OBJECT_ID('conf.asked')) as b`,
      );
      expect(columns.map(typeText)).toEqual(['bigint', 'bigint']);
    });

    rows.shows(['3.4'], 'tell no version of an unknown id', async () => {
      expect(await database().one('select CHANGE_TRACKING_MIN_VALID_VERSION(2147483647) as v')).toBeNull();
    });

    rows.shows(['3.19'], 'take a constant, negative too, as the version', async () => {
      expect(await keysFrom(String(origin))).toEqual([2, 3]);
      expect(await keysFrom('-1')).toEqual([1, 2, 3]);
    });

    rows.shows(
      ['3.20'],
      'take variables of any number as the version, and NULL in one as everything',
      async () => {
        for (const type of ['bigint', 'int', 'decimal(19)'])
          expect(await keysFrom('@v', `declare @v ${type} = ${origin};`)).toEqual([2, 3]);
        expect(await keysFrom('@v', 'declare @v bigint;')).toEqual([1, 2, 3]);
      },
    );

    rows.shows(['3.20'], 'take a parameter as the version', async () => {
      const found = await database().rows(
        'select ct.id from CHANGETABLE(CHANGES conf.asked, @from) as ct order by ct.id',
        { from: BigInt(origin) },
      );
      expect(found).toEqual([{ id: 2 }, { id: 3 }]);
    });

    rows.shows(['3.22'], 'take text in a variable as the version', async () => {
      expect(await keysFrom('@v', `declare @v varchar(20) = '${origin}';`)).toEqual([2, 3]);
    });

    rows.shows(['3.17'], 'answer the same with FORCESEEK', async () => {
      expect(await keysFrom(String(origin), '', ', FORCESEEK')).toEqual([2, 3]);
    });

    rows.shows(['3.16'], 'let their columns be named', async () => {
      const found = await database().rows(
        `select c.id, c.o from CHANGETABLE(CHANGES conf.asked, ${origin}) as c (v, n, o, m, x, id) order by c.id`,
      );
      expect(found).toEqual([
        { id: 2, o: 'I' },
        { id: 3, o: 'I' },
      ]);
    });

    rows.shows(['3.57'], 'look up one row by VERSION, also for each row of another table', async () => {
      const found = await database().rows(
        `select t.id, c.v from conf.asked as t
         cross apply CHANGETABLE(VERSION conf.asked, (id), (t.id)) as c (v, x, id) order by t.id`,
      );
      expect(found).toEqual([0, 1, 2].map((at) => ({ id: at + 1, v: String(origin + at) })));
    });

    rows.shows(['8.7'], 'fail by number when DDL came in between', async () => {
      await database().run('create table conf.moving (id int not null primary key, a int null)');
      await database().run('alter table conf.moving enable change_tracking');
      const poll =
        'select t.a from CHANGETABLE(CHANGES conf.moving, 0) as ct left join conf.moving as t on t.id = ct.id';
      expect(await database().refusal(poll)).toEqual([]);
      await database().run('alter table conf.moving drop column a');
      expect(await database().refusal(poll)).toContain(207);
      await database().run('alter table conf.moving disable change_tracking');
      expect(await database().refusal(poll.replace('t.a', 't.id'))).toContain(22105);
      await database().run('drop table conf.moving');
      expect(await database().refusal(poll.replace('t.a', 't.id'))).toContain(208);
    });
  });
}
