import { tableId } from '@thalamus/contracts';
import { SourceSnapshot } from '@thalamus/mssql';
import { shapeOf } from './capture-reads.js';
import type { FactId } from './change-tracking-facts.js';
import type { ConformanceDatabase } from './conformance-database.js';
import type { ConformanceRows } from './conformance-rows.js';

/** A value at the edge of its type, and how capture's read expression must give it: exactly. */
type TypeRow = readonly [fact: FactId, type: string, literal: string, expected: unknown];

const nines = '9'.repeat(38);

const rows: readonly TypeRow[] = [
  ['9.1', 'bit', '1', true],
  ['9.2', 'tinyint', '255', 255],
  ['9.2', 'smallint', '-32768', -32768],
  ['9.2', 'int', '-2147483648', -2147483648],
  ['9.3', 'bigint', '-9223372036854775808', '-9223372036854775808'],
  [
    '9.4',
    'decimal(38,18)',
    '-12345678901234567890.123456789012345678',
    '-12345678901234567890.123456789012345678',
  ],
  ['9.4', 'decimal(38,0)', nines, nines],
  ['9.4', 'numeric(38,38)', `0.${nines}`, `0.${nines}`],
  ['9.5', 'money', '-922337203685477.5808', '-922337203685477.5808'],
  ['9.5', 'smallmoney', '214748.3647', '214748.3647'],
  ['9.6', 'float', '0.1e0', '1.0000000000000001e-001'],
  ['9.6', 'float', '1.7976931348623157e308', '1.7976931348623157e+308'],
  ['9.6', 'real', '0.1e0', '1.00000001e-001'],
  ['9.7', 'date', `'0001-01-01'`, '0001-01-01'],
  ['9.8', 'time(0)', `'23:59:59'`, '23:59:59'],
  ['9.8', 'time(7)', `'23:59:59.9999999'`, '23:59:59.9999999'],
  ['9.9', 'datetime', `'2024-02-03T14:05:06.005'`, '2024-02-03 14:05:06.007'],
  ['9.9', 'datetime', `'9999-12-31T23:59:59.997'`, '9999-12-31 23:59:59.997'],
  ['9.10', 'smalldatetime', `'2024-02-03T14:05:29.999'`, '2024-02-03 14:06:00.000'],
  ['9.11', 'datetime2(0)', `'0001-01-01T00:00:00'`, '0001-01-01 00:00:00'],
  ['9.11', 'datetime2(7)', `'9999-12-31T23:59:59.9999999'`, '9999-12-31 23:59:59.9999999'],
  ['9.12', 'datetimeoffset(0)', `'2026-11-20T08:15:30-03:30'`, '2026-11-20 08:15:30 -03:30'],
  ['9.12', 'datetimeoffset(7)', `'0001-01-01T14:00:00.0000001+14:00'`, '0001-01-01 14:00:00.0000001 +14:00'],
  ['9.28', 'char(6)', `'ab'`, 'ab    '],
  ['9.28', 'varchar(20)', `'trailing   '`, 'trailing   '],
  ['9.28', 'varchar(20)', `''`, ''],
  ['9.14', 'varchar(20) collate Latin1_General_CI_AS', `N'café €'`, 'café €'],
  ['9.14', 'varchar(20) collate Latin1_General_100_CI_AS_SC_UTF8', `N'ż € 😀'`, 'ż € 😀'],
  ['9.14', 'varchar(max)', `replicate(cast('0123456789' as varchar(max)), 4096)`, '0123456789'.repeat(4096)],
  ['9.15', 'nchar(3)', `N'é'`, 'é  '],
  ['9.15', 'nvarchar(4)', `N'😀😀'`, '😀😀'],
  ['9.15', 'nvarchar(max)', `replicate(cast(N'ab😀' as nvarchar(max)), 5000)`, 'ab😀'.repeat(5000)],
  ['9.15', 'ntext', `N'größer'`, 'größer'],
  ['9.14', 'text', `'plain'`, 'plain'],
  [
    '9.13',
    'uniqueidentifier',
    `'6f9619ff-8b86-d011-b42d-00c04fc964ff'`,
    '6F9619FF-8B86-D011-B42D-00C04FC964FF',
  ],
  ['9.16', 'binary(4)', '0x01', '01000000'],
  ['9.16', 'varbinary(4)', '0x', ''],
  ['9.16', 'varbinary(max)', '0x00FF', '00FF'],
  ['9.18', 'xml', `N'<a x="1">é &amp; 😀</a>'`, '<a x="1">é &amp; 😀</a>'],
];

/** Every ordinary type as capture reads it (reference/change-tracking, section 9): no value through a lossy number. */
export function typeReads(database: () => ConformanceDatabase, suite: ConformanceRows): void {
  suite.describe('types as capture reads them', () => {
    let full: readonly unknown[];
    let empty: readonly unknown[];

    beforeAll(async () => {
      const columns = rows.map(([, type], at) => `c${at} ${type} null`);
      await database().run(`create table conf.types (id int not null primary key, ${columns.join(', ')})`);
      await database().run('alter table conf.types enable change_tracking');
      const names = rows.map((_row, at) => `c${at}`).join(', ');
      await database().run(
        `insert into conf.types (id, ${names}) values (1, ${rows.map(([, , literal]) => literal).join(', ')})`,
      );
      await database().run('insert into conf.types (id) values (2)');
      const table = tableId('conf', 'types');
      const { columns: shaped } = await shapeOf(database(), table);
      await using snapshot = await SourceSnapshot.open({ ...database().address, maxConnections: 1 });
      const found: (readonly unknown[])[] = [];
      for await (const some of snapshot.rows(table, shaped)) found.push(...some);
      full = found.find((row) => row[0] === 1) ?? [];
      empty = found.find((row) => row[0] === 2) ?? [];
    });

    for (const [at, [fact, type, literal, expected]] of rows.entries())
      suite.shows([fact], `${type} ${literal.slice(0, 45)}`, () => {
        expect(full[at + 1]).toEqual(expected);
      });

    suite.shows(['9.28'], 'NULL of every type', () => {
      expect(empty).toEqual([2, ...rows.map(() => null)]);
    });
  });
}
