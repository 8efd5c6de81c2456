import { rule, type Mark } from '../mark.js';
import type { ConformanceDatabase } from './conformance-database.js';

const insert = 'insert into conf.net (id, a) values (1, 1)';
const update = 'update conf.net set a = 2 where id = 1';
const remove = 'delete from conf.net where id = 1';

interface NetChange {
  readonly mark: Mark;
  readonly title: string;
  /** Rows there before the history begins. */
  readonly before?: readonly string[];
  /** Each a transaction of statements; they get the versions 1, 2, 3 … */
  readonly history: readonly (readonly string[])[];
  readonly base: number;
  /** `key:operation version creation`. */
  readonly expected: readonly string[];
}

const rows: readonly NetChange[] = [
  { mark: 'P', title: 'insert@1', history: [[insert]], base: 0, expected: ['1:I 1 1'] },
  {
    mark: 'P',
    title: 'insert@1, update@2 from 0',
    history: [[insert], [update]],
    base: 0,
    expected: ['1:I 2 1'],
  },
  {
    mark: 'P',
    title: 'insert@1, update@2 from 1',
    history: [[insert], [update]],
    base: 1,
    expected: ['1:U 2 -'],
  },
  {
    mark: 'P',
    title: 'insert@1, delete@2 from 1',
    history: [[insert], [remove]],
    base: 1,
    expected: ['1:D 2 -'],
  },
  {
    mark: 'P',
    title: 'insert@1, delete@2 from 0 is reported, not omitted',
    history: [[insert], [remove]],
    base: 0,
    expected: ['1:D 2 1'],
  },
  {
    mark: 'P',
    title: 'update, delete, insert is an update',
    before: [insert],
    history: [[update], [remove], [insert]],
    base: 0,
    expected: ['1:U 3 3'],
  },
  {
    mark: 'P',
    title: 'delete, insert is an update',
    before: [insert],
    history: [[remove], [insert]],
    base: 0,
    expected: ['1:U 2 2'],
  },
  {
    mark: 'P',
    title: 'insert and delete in one transaction',
    history: [[insert, remove]],
    base: 0,
    expected: ['1:D 1 1'],
  },
  {
    mark: 'P',
    title: 'insert, delete, insert in one transaction',
    history: [[insert, remove, insert]],
    base: 0,
    expected: ['1:I 1 1'],
  },
  {
    mark: 'P',
    title: 'a changed key is a deletion and an insert',
    before: [insert],
    history: [['update conf.net set id = 11 where id = 1']],
    base: 0,
    expected: ['1:D 1 -', '11:I 1 1'],
  },
  {
    mark: 'P',
    title: 'shifted keys: all deletions are recorded before all inserts',
    before: ['insert into conf.net (id) values (1), (2), (3)'],
    history: [['update conf.net set id = id + 1']],
    base: 0,
    expected: ['1:D 1 -', '2:U 1 1', '3:U 1 1', '4:I 1 1'],
  },
  {
    mark: 'P',
    title: 'a key set to itself is an update with a creation',
    before: [insert],
    history: [['update conf.net set id = id']],
    base: 0,
    expected: ['1:U 1 1'],
  },
  {
    mark: 'P',
    title: 'an update that changes nothing is a change',
    before: [insert],
    history: [['update conf.net set a = a']],
    base: 0,
    expected: ['1:U 1 -'],
  },
  {
    mark: 'MS',
    title: 'MERGE is tracked, under one version',
    before: [insert],
    history: [
      [
        `merge conf.net as t using (values (1, 5), (2, 5)) as s (id, a) on t.id = s.id
         when matched then update set a = s.a when not matched then insert (id, a) values (s.id, s.a)`,
      ],
    ],
    base: 0,
    expected: ['1:U 1 -', '2:I 1 1'],
  },
  {
    mark: 'P',
    title: 'a base beyond the current version gives nothing',
    history: [[insert]],
    base: 9,
    expected: [],
  },
];

/** What CHANGETABLE(CHANGES) makes of a row's history (reference/change-tracking, section 3). */
export function netChanges(database: () => ConformanceDatabase): void {
  describe('net changes', () => {
    beforeAll(async () => {
      await database().run('create table conf.net (id int not null primary key, a int null)');
      await database().run('alter table conf.net enable change_tracking');
    });

    it.each(rows.map((row) => [rule(row.mark, row.title), row] as const))('%s', async (_title, row) => {
      await database().run('delete from conf.net');
      for (const statement of row.before ?? []) await database().run(statement);
      const origin = await database().version();
      for (const statements of row.history) await database().commit(...statements);
      expect(await database().version()).toBe(origin + row.history.length);
      expect(await database().changes('conf.net', origin + row.base, origin)).toEqual(row.expected);
    });

    it(rule('P', 'NULL, 0 and negative bases mean everything'), async () => {
      const all = await database().changes('conf.net', null);
      expect(all.length).toBeGreaterThan(1);
      expect(await database().changes('conf.net', 0)).toEqual(all);
      expect(await database().changes('conf.net', -5)).toEqual(all);
    });

    it(rule('P', 'a case-insensitive key is one key, told in its first spelling'), async () => {
      await database().run(
        `create table conf.spelled (k varchar(10) collate Latin1_General_CI_AS not null primary key);
         alter table conf.spelled enable change_tracking`,
      );
      const origin = await database().version();
      await database().run(`insert into conf.spelled values ('abc')`);
      await database().run(`update conf.spelled set k = 'ABC'`);
      expect(await database().changes('conf.spelled', origin, origin, 'k')).toEqual(['abc:I 2 2']);
      expect(await database().rows('select k from conf.spelled')).toEqual([{ k: 'ABC' }]);
    });

    it(rule('P', 'keys come in key order behind five columns, not in table order'), async () => {
      await database().run(
        `create table conf.keyed (v int null, b int not null, a int not null, primary key (a, b));
         alter table conf.keyed enable change_tracking`,
      );
      const { columns } = await database().client.ask(
        'select ct.* from CHANGETABLE(CHANGES conf.keyed, NULL) as ct',
      );
      expect(columns.map(({ name, type }) => `${name} ${type}`)).toEqual([
        'SYS_CHANGE_VERSION bigint',
        'SYS_CHANGE_CREATION_VERSION bigint',
        'SYS_CHANGE_OPERATION nchar',
        'SYS_CHANGE_COLUMNS varbinary',
        'SYS_CHANGE_CONTEXT varbinary',
        'a int',
        'b int',
      ]);
    });
  });
}
