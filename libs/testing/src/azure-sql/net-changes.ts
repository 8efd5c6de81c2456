import { typeText } from './answer-form.js';
import type { FactId } from './change-tracking-facts.js';
import type { ConformanceDatabase } from './conformance-database.js';
import type { ConformanceRows } from './conformance-rows.js';

const insert = 'insert into conf.net (id, a) values (1, 1)';
const update = 'update conf.net set a = 2 where id = 1';
const remove = 'delete from conf.net where id = 1';

interface NetChange {
  readonly facts: readonly FactId[];
  readonly title: string;
  /** Rows there before the history begins. */
  readonly before?: readonly string[];
  /** Each a transaction of statements; they get the versions 1, 2, 3 … */
  readonly history: readonly (readonly string[])[];
  readonly base: number;
  /** `key:operation version creation`. */
  readonly expected: readonly string[];
}

const histories: readonly NetChange[] = [
  {
    facts: ['3.35', '3.32', '3.33', '3.34'],
    title: 'insert@1',
    history: [[insert]],
    base: 0,
    expected: ['1:I 1 1'],
  },
  {
    facts: ['3.36'],
    title: 'insert@1, update@2 from 0',
    history: [[insert], [update]],
    base: 0,
    expected: ['1:I 2 1'],
  },
  {
    facts: ['3.37'],
    title: 'insert@1, update@2 from 1',
    history: [[insert], [update]],
    base: 1,
    expected: ['1:U 2 -'],
  },
  {
    facts: ['3.38'],
    title: 'insert@1, delete@2 from 1',
    history: [[insert], [remove]],
    base: 1,
    expected: ['1:D 2 -'],
  },
  {
    facts: ['3.39'],
    title: 'insert@1, delete@2 from 0 is reported, not omitted',
    history: [[insert], [remove]],
    base: 0,
    expected: ['1:D 2 1'],
  },
  {
    facts: ['3.40'],
    title: 'update, delete, insert is an update',
    before: [insert],
    history: [[update], [remove], [insert]],
    base: 0,
    expected: ['1:U 3 3'],
  },
  {
    facts: ['3.41'],
    title: 'delete, insert is an update',
    before: [insert],
    history: [[remove], [insert]],
    base: 0,
    expected: ['1:U 2 2'],
  },
  {
    facts: ['3.42', '3.47'],
    title: 'insert and delete in one transaction',
    history: [[insert, remove]],
    base: 0,
    expected: ['1:D 1 1'],
  },
  {
    facts: ['3.43'],
    title: 'insert, delete, insert in one transaction',
    history: [[insert, remove, insert]],
    base: 0,
    expected: ['1:I 1 1'],
  },
  {
    facts: ['3.44', '1.31'],
    title: 'a changed key is a deletion and an insert',
    before: [insert],
    history: [['update conf.net set id = 11 where id = 1']],
    base: 0,
    expected: ['1:D 1 -', '11:I 1 1'],
  },
  {
    facts: ['3.45'],
    title: 'shifted keys: all deletions are recorded before all inserts',
    before: ['insert into conf.net (id) values (1), (2), (3)'],
    history: [['update conf.net set id = id + 1']],
    base: 0,
    expected: ['1:D 1 -', '2:U 1 1', '3:U 1 1', '4:I 1 1'],
  },
  {
    facts: ['3.46'],
    title: 'a key set to itself is an update with a creation',
    before: [insert],
    history: [['update conf.net set id = id']],
    base: 0,
    expected: ['1:U 1 1'],
  },
  {
    facts: ['1.40'],
    title: 'an update that changes nothing is a change',
    before: [insert],
    history: [['update conf.net set a = a']],
    base: 0,
    expected: ['1:U 1 -'],
  },
  {
    facts: ['1.39', '2.6'],
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
    facts: ['10.7'],
    title: 'two keys swapped in one statement',
    before: ['insert into conf.net (id) values (1), (2)'],
    history: [['update conf.net set id = 3 - id']],
    base: 0,
    expected: ['1:U 1 1', '2:U 1 1'],
  },
  {
    facts: ['3.24'],
    title: 'a base beyond the current version gives nothing',
    history: [[insert]],
    base: 9,
    expected: [],
  },
];

/** The same history on a table whose key is (b, a), in the columns' other order; `a` is always 7. */
const composite = (statement: string): string =>
  statement
    .replaceAll('conf.net', 'conf.pair')
    .replaceAll('(id, a)', '(b, a, n)')
    .replaceAll('(id)', '(b, a)')
    .replaceAll('set a = ', 'set n = ')
    .replaceAll(/= a\b/g, '= n')
    .replaceAll('(1, 1)', '(1, 7, 1)')
    .replaceAll('values (1), (2), (3)', 'values (1, 7), (2, 7), (3, 7)')
    .replaceAll('values (1), (2)', 'values (1, 7), (2, 7)')
    .replaceAll(/\bid\b/g, 'b');

/** What CHANGETABLE(CHANGES) makes of a row's history (reference/change-tracking, section 3). */
export function netChanges(database: () => ConformanceDatabase, rows: ConformanceRows): void {
  rows.describe('net changes', () => {
    beforeAll(async () => {
      await database().run(
        `create table conf.net (id int not null primary key, a int null);
         create table conf.pair (n int null, a int not null, b int not null, primary key (b, a))`,
      );
      await database().run(
        'alter table conf.net enable change_tracking; alter table conf.pair enable change_tracking',
      );
    });

    const played = async (table: string, row: NetChange, as: (statement: string) => string) => {
      await database().run(`delete from ${table}`);
      for (const statement of row.before ?? []) await database().run(as(statement));
      const origin = await database().version();
      for (const statements of row.history) await database().commit(...statements.map(as));
      expect(await database().version()).toBe(origin + row.history.length);
      return database().changes(table, origin + row.base, origin, table === 'conf.net' ? 'id' : 'b');
    };

    for (const row of histories)
      rows.shows(row.facts, row.title, async () => {
        expect(await played('conf.net', row, (statement) => statement)).toEqual(row.expected);
      });

    // MERGE is left out: it says in full what the others say in short.
    for (const row of histories.filter(({ title }) => !title.startsWith('MERGE')))
      rows.shows(['10.2'], `with a composite key: ${row.title}`, async () => {
        expect(await played('conf.pair', row, composite)).toEqual(row.expected);
      });

    rows.shows(['3.18', '3.19'], 'NULL, 0 and negative bases mean everything', async () => {
      const all = await database().changes('conf.net', null);
      expect(all.length).toBeGreaterThan(1);
      expect(await database().changes('conf.net', 0)).toEqual(all);
      expect(await database().changes('conf.net', -5)).toEqual(all);
    });

    const respelled = async (table: string, collation: string, first: string, second: string) => {
      await database().run(
        `create table ${table} (k varchar(10) ${collation} not null primary key); alter table ${table} enable change_tracking`,
      );
      const origin = await database().version();
      await database().run(`insert into ${table} values ('${first}')`);
      await database().run(`update ${table} set k = '${second}'`);
      expect(await database().changes(table, origin, origin, 'k')).toEqual([`${first}:I 2 2`]);
      expect(await database().rows(`select k from ${table}`)).toEqual([{ k: second }]);
    };

    rows.shows(['8.10'], 'a case-insensitive key is one key, told in its first spelling', () =>
      respelled('conf.spelled', 'collate Latin1_General_CI_AS', 'abc', 'ABC'),
    );

    rows.shows(['8.11'], 'trailing blanks make no other key', () =>
      respelled('conf.padded', '', 'abc', 'abc  '),
    );

    rows.shows(
      ['3.14', '3.15'],
      'keys come in key order behind five columns, not in table order',
      async () => {
        await database().run(
          `create table conf.keyed (v int null, b int not null, a nvarchar(7) not null, primary key (a, b));
         alter table conf.keyed enable change_tracking`,
        );
        const { columns } = await database().client.ask(
          'select ct.* from CHANGETABLE(CHANGES conf.keyed, NULL) as ct',
        );
        expect(columns.map((column) => `${column.name} ${typeText(column)}`)).toEqual([
          'SYS_CHANGE_VERSION bigint',
          'SYS_CHANGE_CREATION_VERSION bigint',
          'SYS_CHANGE_OPERATION nchar(1)',
          'SYS_CHANGE_COLUMNS varbinary(4100)',
          'SYS_CHANGE_CONTEXT varbinary(128)',
          'a nvarchar(7)',
          'b int',
        ]);
      },
    );
  });
}
