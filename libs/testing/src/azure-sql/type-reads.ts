import { tableId } from '@thalamus/contracts';
import { SourceSnapshot } from '@thalamus/mssql';
import type { Mark } from '../mark.js';
import { shapeOf } from './capture-reads.js';
import type { ConformanceDatabase } from './conformance-database.js';

/** A value at the edge of its type, and how capture's read expression must give it: exactly. */
type TypeRow = readonly [mark: Mark, type: string, literal: string, expected: unknown];

const nines = '9'.repeat(38);

const rows: readonly TypeRow[] = [
  ['V', 'bit', '1', true],
  ['V', 'tinyint', '255', 255],
  ['V', 'smallint', '-32768', -32768],
  ['V', 'int', '-2147483648', -2147483648],
  ['V', 'bigint', '-9223372036854775808', '-9223372036854775808'],
  [
    'V',
    'decimal(38,18)',
    '-12345678901234567890.123456789012345678',
    '-12345678901234567890.123456789012345678',
  ],
  ['V', 'decimal(38,0)', nines, nines],
  ['V', 'numeric(38,38)', `0.${nines}`, `0.${nines}`],
  ['V', 'money', '-922337203685477.5808', '-922337203685477.5808'],
  ['V', 'smallmoney', '214748.3647', '214748.3647'],
  ['MS', 'float', '0.1e0', '1.0000000000000001e-001'],
  ['MS', 'float', '1.7976931348623157e308', '1.7976931348623157e+308'],
  ['MS', 'real', '0.1e0', '1.00000001e-001'],
  ['V', 'date', `'0001-01-01'`, '0001-01-01'],
  ['V', 'time(0)', `'23:59:59'`, '23:59:59'],
  ['V', 'time(7)', `'23:59:59.9999999'`, '23:59:59.9999999'],
  ['MS', 'datetime', `'2024-02-03T14:05:06.005'`, '2024-02-03 14:05:06.007'],
  ['V', 'datetime', `'9999-12-31T23:59:59.997'`, '9999-12-31 23:59:59.997'],
  ['MS', 'smalldatetime', `'2024-02-03T14:05:29.999'`, '2024-02-03 14:06:00.000'],
  ['V', 'datetime2(0)', `'0001-01-01T00:00:00'`, '0001-01-01 00:00:00'],
  ['V', 'datetime2(7)', `'9999-12-31T23:59:59.9999999'`, '9999-12-31 23:59:59.9999999'],
  ['V', 'datetimeoffset(0)', `'2026-11-20T08:15:30-03:30'`, '2026-11-20 08:15:30 -03:30'],
  ['V', 'datetimeoffset(7)', `'0001-01-01T14:00:00.0000001+14:00'`, '0001-01-01 14:00:00.0000001 +14:00'],
  ['MS', 'char(6)', `'ab'`, 'ab    '],
  ['MS', 'varchar(20)', `'trailing   '`, 'trailing   '],
  ['MS', 'varchar(20)', `''`, ''],
  ['MS', 'varchar(20) collate Latin1_General_CI_AS', `N'café €'`, 'café €'],
  ['MS', 'varchar(20) collate Latin1_General_100_CI_AS_SC_UTF8', `N'ż € 😀'`, 'ż € 😀'],
  ['MS', 'varchar(max)', `replicate(cast('0123456789' as varchar(max)), 4096)`, '0123456789'.repeat(4096)],
  ['MS', 'nchar(3)', `N'é'`, 'é  '],
  ['MS', 'nvarchar(4)', `N'😀😀'`, '😀😀'],
  ['MS', 'nvarchar(max)', `replicate(cast(N'ab😀' as nvarchar(max)), 5000)`, 'ab😀'.repeat(5000)],
  ['V', 'ntext', `N'größer'`, 'größer'],
  ['V', 'text', `'plain'`, 'plain'],
  ['V', 'uniqueidentifier', `'6f9619ff-8b86-d011-b42d-00c04fc964ff'`, '6F9619FF-8B86-D011-B42D-00C04FC964FF'],
  ['MS', 'binary(4)', '0x01', '01000000'],
  ['MS', 'varbinary(4)', '0x', ''],
  ['MS', 'varbinary(max)', '0x00FF', '00FF'],
  ['V', 'xml', `N'<a x="1">é &amp; 😀</a>'`, '<a x="1">é &amp; 😀</a>'],
];

/** Every ordinary type as capture reads it (reference/change-tracking, section 9): no value through a lossy number. */
export function typeReads(database: () => ConformanceDatabase): void {
  describe('types as capture reads them', () => {
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

    it.each(
      rows.map(
        ([mark, type, literal, expected], at) =>
          [type, literal.slice(0, 45), mark, expected, at + 1] as const,
      ),
    )('%s %s [%s]', (_type, _literal, _mark, expected, at) => {
      expect(full[at]).toEqual(expected);
    });

    it('NULL of every type', () => {
      expect(empty).toEqual([2, ...rows.map(() => null)]);
    });
  });
}
