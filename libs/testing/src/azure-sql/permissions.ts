import { errorNumbers, type SourceClient } from '@thalamus/mssql';
import type { ConformanceDatabase } from './conformance-database.js';
import type { ConformanceRows } from './conformance-rows.js';

const user = 'conf_reader';
const password = 'Reader-of-changes-1';

/** Who may read changes (reference/change-tracking, sections 3, 4 and 8). */
export function permissions(database: () => ConformanceDatabase, rows: ConformanceRows): void {
  rows.describe('a user of the database', () => {
    let reader: SourceClient;
    const changes =
      'select ct.id, t.a from CHANGETABLE(CHANGES conf.guarded, 0) as ct left join conf.guarded as t on t.id = ct.id';
    const refusalOf = async (work: () => Promise<unknown>): Promise<{ numbers: number[]; text: string }> => {
      try {
        await work();
        return { numbers: [], text: '' };
      } catch (error) {
        return { numbers: errorNumbers(error), text: String(error) };
      }
    };

    beforeAll(async () => {
      await database().run(
        'create table conf.guarded (id int not null primary key, a int null); alter table conf.guarded enable change_tracking',
      );
      await database().run('insert into conf.guarded values (1, 1)');
      await database().run(
        `if exists (select 1 from sys.database_principals where name = '${user}') drop user ${user}`,
      );
      await database().run(`create user ${user} with password = '${password}'`);
      reader = await database().connect({ user, password });
    });
    afterAll(async () => {
      await reader?.[Symbol.asyncDispose]();
      await database().run(`drop user ${user}`);
    });

    const minValid = async () =>
      reader.rows(`select CHANGE_TRACKING_MIN_VALID_VERSION(${String(await guardedId())}) as v`);
    const guardedId = () => database().one(`select OBJECT_ID('conf.guarded') as id`);

    rows.shows(['3.5'], 'without permissions finds no version of a table', async () => {
      expect(await minValid()).toEqual([{ v: null }]);
    });

    rows.shows(
      ['3.31', '8.21'],
      'with SELECT alone is refused with 229, which names the permission',
      async () => {
        await database().run(`grant select on conf.guarded to ${user}`);
        const { numbers, text } = await refusalOf(() => reader.rows(changes));
        expect(numbers).toContain(229);
        expect(text).toContain('The VIEW CHANGE TRACKING permission was denied');
      },
    );

    rows.shows(['4.17'], 'reads changes with VIEW CHANGE TRACKING on the table', async () => {
      await database().run(`grant view change tracking on conf.guarded to ${user}`);
      expect(await reader.rows(changes)).toEqual([{ id: 1, a: 1 }]);
      await database().run(`revoke view change tracking on conf.guarded to ${user}`);
      expect((await refusalOf(() => reader.rows(changes))).numbers).toContain(229);
    });

    rows.shows(
      ['4.17'],
      'reads changes with VIEW CHANGE TRACKING on the schema, and finds its version',
      async () => {
        await database().run(`grant view change tracking on schema::conf to ${user}`);
        expect(await reader.rows(changes)).toEqual([{ id: 1, a: 1 }]);
        expect(await minValid()).toEqual([{ v: expect.any(String) as unknown }]);
      },
    );

    rows.shows(['8.21'], 'with a wrong password is not let in', async () => {
      // The driver tells the text of a refused login, not its number.
      const { text } = await refusalOf(() => database().connect({ user, password: 'Wrong-1' }));
      expect(text).toContain(`Login failed for user '${user}'`);
    });
  });
}
