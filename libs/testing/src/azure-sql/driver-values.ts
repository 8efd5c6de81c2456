import type { FactId } from './change-tracking-facts.js';
import type { ConformanceDatabase } from './conformance-database.js';
import type { ConformanceRows } from './conformance-rows.js';

/** An expression and what the product's driver makes of it. */
type DriverValue = readonly [fact: FactId, expression: string, value: unknown];

const moment = (text: string): Date => new Date(text);

const values: readonly DriverValue[] = [
  ['9.1', 'CAST(1 as bit)', true],
  ['9.2', 'CAST(255 as tinyint)', 255],
  ['9.2', 'CAST(-32768 as smallint)', -32768],
  ['9.3', 'CAST(9223372036854775807 as bigint)', '9223372036854775807'],
  ['9.4', 'CAST(0.1234567890123456789 as decimal(19,19))', 0.12345678901234568],
  [
    '9.4',
    'CONVERT(varchar(41), CAST(-1234567890123456789012345678 as decimal(28)))',
    '-1234567890123456789012345678',
  ],
  ['9.5', 'CAST(922337203685477.5807 as money)', 922337203685477.6],
  ['9.5', 'CONVERT(varchar(30), CAST(922337203685477.5807 as money), 2)', '922337203685477.5807'],
  ['9.5', 'CONVERT(varchar(30), CAST(922337203685477.5807 as money), 0)', '922337203685477.58'],
  ['9.6', 'CAST(0.1 as float)', 0.1],
  ['9.6', 'CAST(0.1 as real)', 0.10000000149011612],
  ['9.7', `CAST('2024-02-03' as date)`, moment('2024-02-03T00:00:00Z')],
  ['9.8', `CAST('14:05:06.1234567' as time)`, moment('1970-01-01T14:05:06.123Z')],
  ['9.9', `CAST('2024-02-03T14:05:06.005' as datetime)`, moment('2024-02-03T14:05:06.007Z')],
  ['9.10', `CAST('2024-02-03T14:05:30' as smalldatetime)`, moment('2024-02-03T14:06:00Z')],
  ['9.11', `CAST('2024-02-03T14:05:06.1239999' as datetime2)`, moment('2024-02-03T14:05:06.123Z')],
  [
    '9.11',
    `CONVERT(varchar(27), CAST('2024-02-03T14:05:06' as datetime2), 121)`,
    '2024-02-03 14:05:06.0000000',
  ],
  ['9.12', `CAST('2024-02-03T14:05:06+02:00' as datetimeoffset)`, moment('2024-02-03T12:05:06Z')],
  [
    '9.12',
    `CONVERT(varchar(34), CAST('2024-02-03T14:05:06+02:00' as datetimeoffset), 121)`,
    '2024-02-03 14:05:06.0000000 +02:00',
  ],
  [
    '9.13',
    `CAST('6f9619ff-8b86-d011-b42d-00c04fc964ff' as uniqueidentifier)`,
    '6F9619FF-8B86-D011-B42D-00C04FC964FF',
  ],
  ['9.14', `CAST(N'€' collate Latin1_General_CI_AS as varchar(5))`, '€'],
  ['9.15', `N'ż😀'`, 'ż😀'],
  ['9.16', '0x00FF', Buffer.from([0, 255])],
  ['9.18', `CAST(N'<a b="1"/>' as xml)`, '<a b="1"/>'],
];

/** What the driver gives, and why capture reads some types as text (reference/change-tracking, section 9). */
export function driverValues(database: () => ConformanceDatabase, rows: ConformanceRows): void {
  rows.describe('values as the driver gives them', () => {
    for (const [fact, expression, value] of values)
      rows.shows([fact], expression, async () => {
        const given = await database().one(`select ${expression} as v`);
        if (value instanceof Date) expect((given as Date).toISOString()).toBe(value.toISOString());
        else expect(given).toEqual(value);
      });

    rows.shows(['9.17'], 'a rowversion is 8 bytes that grow', async () => {
      await database().run('create table conf.versions_of_rows (id int not null primary key, v rowversion)');
      await database().run('insert into conf.versions_of_rows (id) values (1)');
      await database().run('insert into conf.versions_of_rows (id) values (2)');
      const found = await database().rows('select v from conf.versions_of_rows order by id');
      const [first, second] = found.map(({ v }) => v as Buffer);
      expect([first?.length, second?.length]).toEqual([8, 8]);
      expect(Buffer.compare(first ?? Buffer.of(), second ?? Buffer.of())).toBe(-1);
    });

    rows.shows(['9.22'], 'columns of one name come as an array', async () => {
      expect(await database().rows('select 1 as id, 2 as id')).toEqual([{ id: [1, 2] }]);
    });

    rows.shows(['9.25'], 'uniqueidentifier sorts by its last bytes first', async () => {
      const byWeight = [
        '01000000-0000-0000-0000-000000000000',
        '00000000-0100-0000-0000-000000000000',
        '00000000-0000-0100-0000-000000000000',
        '00000000-0000-0000-0100-000000000000',
        '00000000-0000-0000-0000-010000000000',
      ];
      const listed = [...byWeight].reverse().map((each) => `(CAST('${each}' as uniqueidentifier))`);
      const found = await database().rows(`select g from (values ${listed.join(', ')}) as t (g) order by g`);
      expect(found.map(({ g }) => g)).toEqual(byWeight);
    });

    rows.shows(['9.27'], 'a session keeps its settings between requests', async () => {
      const session = await database().connect();
      await session.run('set lock_timeout 77');
      expect(await session.rows('select @@LOCK_TIMEOUT as l')).toEqual([{ l: 77 }]);
    });

    rows.shows(['9.28'], 'NULL, the empty text and trailing blanks are three values', async () => {
      const found = await database().rows(
        `select DATALENGTH(s) as n from (values (CAST(NULL as varchar(5))), (''), ('  ')) as t (s) order by n`,
      );
      expect(found).toEqual([{ n: null }, { n: 0 }, { n: 2 }]);
    });
  });
}
