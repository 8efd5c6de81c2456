import type { ColumnSchema } from '@thalamus/contracts';
import fc from 'fast-check';
import { canonOf } from './canonical-value.js';
import { compareReport } from './report-difference.js';
import { RowCanon, type CanonicalRow } from './row-canon.js';
import { RangeRows, rowDifferences } from './row-difference.js';
import { rangeOf, TableDigest } from './table-digest.js';

const column = (target: string, warehouseType: string, more: Partial<ColumnSchema> = {}): ColumnSchema => ({
  name: target,
  target,
  sourceType: 'nvarchar(50)',
  read: '{c}',
  warehouseType,
  nullable: true,
  ...more,
});

describe('canonical values', () => {
  const same = (
    warehouseType: string,
    source: unknown,
    warehouse: unknown,
    more: Partial<ColumnSchema> = {},
  ): void => {
    const canon = canonOf(column('c', warehouseType, more));
    expect(canon.fromSource(source)).toBe(canon.fromWarehouse(warehouse));
  };

  it('are the same text for what SQL Server and Redshift print differently', () => {
    same('BOOLEAN', true, 'true');
    same('INTEGER', -2147483648, '-2147483648');
    same('DECIMAL(18,2)', '0.10', '0.10');
    same('DECIMAL(20,4)', '1.5', '1.5000');
    same('DECIMAL(18,2)', '100.00', '100.00');
    same('DECIMAL(5,0)', '100', '100');
    same('DOUBLE PRECISION', '1.0000000000000001e-001', 0.1);
    same('DOUBLE PRECISION', '-1.7976931348623157e+308', -1.7976931348623157e308);
    same('REAL', '1.00000001e-001', 0.1);
    same('TIME', '12:34:56.7000000', '12:34:56.7', { truncatesFraction: true });
    same('TIMESTAMP', '2026-11-20 08:15:30.1234567', '2026-11-20 08:15:30.123456', {
      truncatesFraction: true,
    });
    same('TIMESTAMP', '2026-11-20 08:15:30.000', '2026-11-20 08:15:30');
    same('TIMESTAMPTZ', '2026-11-20 08:15:30.1234567 +05:45', '2026-11-20 02:30:30.123456', {
      truncatesFraction: true,
    });
    same('TIMESTAMPTZ', '0001-01-01 14:00:00.0000001 +14:00', '0001-01-01 00:00:00', {
      truncatesFraction: true,
    });
    same('TIMESTAMPTZ', '9999-12-31 09:59:59 -14:00', '9999-12-31 23:59:59');
    same('VARBYTE(8)', '00FF', '00ff');
    same('VARCHAR(300)', null, null);
  });

  it('cut a text where the loader cuts it, and no further', () => {
    const limits = { text: { maxChars: 4, maxBytes: 12 } };
    same('VARCHAR(12)', 'abcdefg', 'abcd', limits);
    same('VARCHAR(12)', 'abc😀', 'abc', limits);
    const canon = canonOf(column('c', 'VARCHAR(12)', limits));
    expect(canon.fromSource('abcdefg')).not.toBe(canon.fromWarehouse('abc'));
  });

  it('keep apart what is not the same', () => {
    const text = canonOf(column('c', 'VARCHAR(300)'));
    expect(text.fromSource('')).not.toBe(text.fromWarehouse(null));
    expect(text.fromSource('a ')).not.toBe(text.fromWarehouse('a'));
    const decimal = canonOf(column('c', 'DECIMAL(9,2)'));
    expect(decimal.fromSource('0.10')).not.toBe(decimal.fromWarehouse('0.11'));
    expect(decimal.fromSource('100')).not.toBe(decimal.fromWarehouse('1'));
  });
});

const row = (key: number, ...values: (string | null)[]): CanonicalRow => ({ key: `[${key}]`, values });

describe('TableDigest', () => {
  const digest = (rows: readonly CanonicalRow[], ranges = 16): TableDigest => {
    const made = new TableDigest(ranges);
    for (const each of rows) made.add(each);
    return made;
  };

  it('does not depend on the order of rows', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer(), { maxLength: 60 }), fc.integer(), (keys, seed) => {
        const rows = keys.map((key) => row(key, `value ${key}`, null));
        const other = rows.toSorted((a, b) => rangeOf(a.key + seed, 997) - rangeOf(b.key + seed, 997));
        expect(digest(rows).differingRanges(digest(other))).toEqual([]);
      }),
    );
  });

  it('notices one changed value, one missing row, one row too many, NULL for empty', () => {
    const rows = Array.from({ length: 200 }, (_, i) => row(i, `${i}`, ''));
    const base = digest(rows);
    const range = rangeOf('[7]', 16);
    const changed = (with7: CanonicalRow[]): CanonicalRow[] => [
      ...rows.filter(({ key }) => key !== '[7]'),
      ...with7,
    ];
    for (const with7 of [
      [],
      [row(7, '8', '')],
      [row(7, '7', null)],
      [row(7, '7', ''), row(7, '7', '')],
      [row(7, '', '7')],
    ])
      expect(base.differingRanges(digest(changed(with7)))).toEqual([range]);
  });

  it('notices two rows that swapped their values', () => {
    const left = digest([row(1, '1', 'a'), row(2, '2', 'b')], 1);
    const right = digest([row(1, '1', 'b'), row(2, '2', 'a')], 1);
    expect(left.differingRanges(right)).toEqual([0]);
  });
});

describe('rowDifferences', () => {
  it('names missing, extra, different and duplicate rows with their columns', () => {
    const side = (rows: readonly CanonicalRow[]): RangeRows => {
      const made = new RangeRows([0], 1);
      for (const each of rows) made.add(each);
      return made;
    };
    const long = 'x'.repeat(300);
    const source = side([row(1, '1', 'a'), row(2, '2', null), row(3, '3', `${long}y`), row(5, '5', 'e')]);
    const warehouse = side([
      row(2, '2', ''),
      row(3, '3', `${long}z`),
      row(4, '4', 'd'),
      row(5, '5', 'e'),
      row(5, '5', 'e'),
    ]);
    expect(rowDifferences(source, warehouse, ['id', 'name'])).toEqual([
      { kind: 'different', key: '[2]', columns: [{ column: 'name', source: null, warehouse: '' }] },
      {
        kind: 'different',
        key: '[3]',
        columns: [
          {
            column: 'name',
            source: `…${'x'.repeat(20)}y (301 characters)`,
            warehouse: `…${'x'.repeat(20)}z (301 characters)`,
          },
        ],
      },
      { kind: 'duplicate', key: '[5]', columns: [] },
      { kind: 'extra', key: '[4]', columns: [] },
      { kind: 'missing', key: '[1]', columns: [] },
    ]);
  });
});

describe('rowDifferences of keys that are there more than once', () => {
  it('pairs equal rows before it calls any different', () => {
    const side = (...values: string[]): RangeRows => {
      const made = new RangeRows([0], 1);
      for (const value of values) made.add(row(1, value));
      return made;
    };
    const kinds = (left: RangeRows, right: RangeRows): string[] =>
      rowDifferences(left, right, ['v']).map(({ kind }) => kind);
    expect(kinds(side('a', 'b'), side('b', 'a'))).toEqual([]);
    expect(kinds(side('a', 'b'), side('b'))).toEqual(['missing']);
    expect(kinds(side('a', 'b'), side('b', 'c'))).toEqual(['different']);
    expect(kinds(side('a'), side('a', 'a'))).toEqual(['duplicate']);
    expect(kinds(side(), side('a'))).toEqual(['extra']);
  });
});

describe('RowCanon', () => {
  const canon = new RowCanon({
    columns: [
      column('name', 'VARCHAR(150)'),
      column('code', 'VARCHAR(90)', { keyOrdinal: 2, caseInsensitive: true }),
      column('id', 'BIGINT', { keyOrdinal: 1, sourceType: 'bigint' }),
      column('doc', 'SUPER'),
    ],
  });

  it('takes keys that the source holds to be equal for one, and says what it does not compare', () => {
    expect(canon.fromSource(['x', 'Ab ', '7']).key).toBe(canon.fromWarehouse(['y', 'aB', '7']).key);
    expect(canon.fromSource(['x', 'Ab', '7']).key).toBe('["7","ab"]');
    expect(canon.notCompared).toEqual(['doc']);
  });
});

describe('compareReport', () => {
  const columns = [
    { name: 'program_id', type: 'INTEGER' },
    { name: 'held_on', type: 'DATE' },
    { name: 'fill_rate', type: 'DECIMAL(9,4)' },
  ];
  const source = [
    { program_id: 1, held_on: new Date('2026-11-20T00:00:00Z'), fill_rate: 0.3333 },
    { program_id: 2, held_on: null, fill_rate: null },
  ];
  const warehouse = [
    { program_id: '2', held_on: null, fill_rate: null },
    { program_id: '1', held_on: '2026-11-20', fill_rate: '0.3333' },
  ];

  it('finds equal reports equal whatever their order', () => {
    expect(compareReport(columns, source, warehouse)).toEqual({
      sourceRows: 2,
      warehouseRows: 2,
      differences: [],
    });
  });

  it('tells values, rows and columns apart', () => {
    const other = [
      { program_id: '1', held_on: '2026-11-20', fill_rate: '0.3334' },
      { program_id: '3', held_on: null, fill_rate: null },
    ];
    expect(compareReport(columns, source, other).differences).toEqual([
      '["1"]: fill_rate "0.3333" at the source, "0.3334" in the warehouse',
      '["2"]: missing in the warehouse',
      '["3"]: only in the warehouse',
    ]);
    const unlike = compareReport([...columns, { name: 'mode', type: 'VARCHAR(30)' }], source, warehouse);
    expect(unlike.differences).toEqual(['column mode is not asked of the source']);
  });
});
