import type { SqlType, SqlValue } from '../../engine.js';

/** A type with values at its limits, in the forms of `engine.ts`, and what tedious makes of each. */
export interface TypeSample {
  readonly type: SqlType;
  readonly values: readonly (readonly [value: SqlValue, inTedious: unknown])[];
}

const BINARY = Buffer.from([0, 1, 0xfe, 0xff]);
const MAX_TICKS = 3_155_378_975_999_999_999n; // 9999-12-31T23:59:59.9999999
const LONG = 'ä€😀'.repeat(30_000);

const same = (...values: SqlValue[]): (readonly [SqlValue, unknown])[] =>
  values.map((value) => [value, value]);
const date = (text: string) => new Date(text);

function decimal(precision: number, scale: number, ...values: string[]): TypeSample {
  return {
    type: { name: 'decimal', precision, scale },
    values: values.map((value) => [value, Number(value)]),
  };
}

/** One sample for each type at least. */
export const TYPE_SAMPLES: readonly TypeSample[] = [
  { type: { name: 'bit' }, values: same(true, false) },
  { type: { name: 'tinyint' }, values: same(0, 255) },
  { type: { name: 'smallint' }, values: same(-32_768, 0, 32_767) },
  { type: { name: 'int' }, values: same(-2_147_483_648, -1, 0, 2_147_483_647) },
  {
    type: { name: 'bigint' },
    values: [-9_223_372_036_854_775_808n, -1n, 0n, 9_223_372_036_854_775_807n].map((n) => [n, String(n)]),
  },
  { type: { name: 'float' }, values: same(0, -1.5, 1.797_693_134_862_315_7e308, 5e-324) },
  { type: { name: 'real' }, values: same(0, 0.5, -3.402_823_466_385_288_6e38) },
  decimal(1, 0, '0', '-9', '9'),
  decimal(9, 2, '0.00', '-1234567.89', '9999999.99'),
  decimal(19, 4, '999999999999999.9999', '-0.0001'),
  decimal(28, 0, '9999999999999999999999999999', '-1'),
  {
    // tedious turns decimals into doubles, not always the nearest.
    type: { name: 'decimal', precision: 38, scale: 10 },
    values: [
      ['-1234567890123456789012345678.9012345678', -1.234_567_890_123_456_7e27],
      ['9999999999999999999999999999.9999999999', 1e28],
    ],
  },
  decimal(38, 38, '0.99999999999999999999999999999999999999'),
  { type: { name: 'numeric', precision: 5, scale: 1 }, values: [['1234.5', 1234.5]] },
  {
    type: { name: 'money' },
    values: [
      [9_223_372_036_854_775_807n, 922_337_203_685_477.6],
      [-9_223_372_036_854_775_808n, -922_337_203_685_477.6],
      [-12_345n, -1.2345],
      [0n, 0],
    ],
  },
  {
    type: { name: 'smallmoney' },
    values: [
      [2_147_483_647n, 214_748.3647],
      [-2_147_483_648n, -214_748.3648],
    ],
  },
  {
    type: { name: 'date' },
    values: [
      [0, date('0001-01-01')],
      [730_119, date('2000-01-01')],
      [3_652_058, date('9999-12-31')],
    ],
  },
  { type: { name: 'time', scale: 0 }, values: [[863_990_000_000, date('1970-01-01T23:59:59Z')]] },
  { type: { name: 'time', scale: 3 }, values: [[10_000, date('1970-01-01T00:00:00.001Z')]] },
  {
    type: { name: 'time', scale: 7 },
    values: [
      [863_999_999_999, date('1970-01-01T23:59:59.999Z')],
      [1, date('1970-01-01T00:00:00Z')],
    ],
  },
  {
    type: { name: 'datetime2', scale: 7 },
    values: [
      [0n, date('0001-01-01')],
      [MAX_TICKS, date('9999-12-31T23:59:59.999Z')],
    ],
  },
  { type: { name: 'datetime2', scale: 0 }, values: [[630_822_816_000_000_000n, date('2000-01-01')]] },
  {
    type: { name: 'datetime2', scale: 3 },
    values: [[630_822_816_000_010_000n, date('2000-01-01T00:00:00.001Z')]],
  },
  {
    type: { name: 'datetimeoffset', scale: 7 },
    values: [
      [{ ticks: 630_822_816_000_000_001n, offsetMinutes: -330 }, date('2000-01-01')],
      [{ ticks: MAX_TICKS, offsetMinutes: 840 }, date('9999-12-31T23:59:59.999Z')],
    ],
  },
  {
    type: { name: 'datetime' },
    values: [
      [0n, date('1900-01-01')],
      [-1n, date('1899-12-31T23:59:59.997Z')],
      [-53_690n * 25_920_000n, date('1753-01-01')],
      [2_958_463n * 25_920_000n + 25_919_999n, date('9999-12-31T23:59:59.997Z')],
    ],
  },
  {
    type: { name: 'smalldatetime' },
    values: [
      [0, date('1900-01-01')],
      [65_535 * 1440 + 1439, date('2079-06-06T23:59:00Z')],
    ],
  },
  { type: { name: 'char', length: 4 }, values: same('ab  ', '€üß~') },
  { type: { name: 'varchar', length: 8000 }, values: same('', ' ', 'café €', 'x'.repeat(8000)) },
  {
    type: { name: 'varchar', length: 50, collation: 'Latin1_General_100_CI_AS_SC_UTF8' },
    values: same('😀 żółć'),
  },
  { type: { name: 'varchar', length: 50, collation: 'Cyrillic_General_CI_AS' }, values: same('Привет') },
  { type: { name: 'varchar', length: 50, collation: 'Japanese_CI_AS' }, values: same('日本語') },
  { type: { name: 'varchar', length: -1 }, values: same('', 'é'.repeat(100_000)) },
  { type: { name: 'text' }, values: same('', 'plain text é') },
  { type: { name: 'nchar', length: 3 }, values: same('日本 ') },
  { type: { name: 'nvarchar', length: 4000 }, values: same('', '😀', '\ud800 alone', 'ж'.repeat(4000)) },
  { type: { name: 'nvarchar', length: -1 }, values: same('', LONG) },
  { type: { name: 'ntext' }, values: same('', LONG) },
  { type: { name: 'xml' }, values: same('<a>é😀</a>') },
  {
    type: { name: 'uniqueidentifier' },
    values: same('00112233-4455-6677-8899-AABBCCDDEEFF', 'FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF'),
  },
  { type: { name: 'binary', length: 4 }, values: same(BINARY) },
  { type: { name: 'varbinary', length: 8000 }, values: same(Buffer.alloc(0), BINARY, Buffer.alloc(8000, 7)) },
  { type: { name: 'varbinary', length: -1 }, values: same(Buffer.alloc(0), Buffer.alloc(300_000, 0xab)) },
  { type: { name: 'image' }, values: same(Buffer.alloc(0), BINARY) },
  { type: { name: 'timestamp' }, values: same(Buffer.from('00000000000007d1', 'hex')) },
  { type: { name: 'hierarchyid' }, values: same(Buffer.from([0x58])) },
];

const variant = (
  type: SqlType,
  value: SqlValue,
  inTedious: unknown = value,
): readonly [SqlValue, unknown] => [{ type, value }, inTedious];

/** Every base type that a sql_variant can hold. */
export const VARIANT_SAMPLE: TypeSample = {
  type: { name: 'sql_variant' },
  values: [
    variant({ name: 'int' }, -42),
    variant({ name: 'bigint' }, 42n, '42'),
    variant({ name: 'bit' }, true),
    variant({ name: 'tinyint' }, 200),
    variant({ name: 'smallint' }, -200),
    variant({ name: 'float' }, 0.1),
    variant({ name: 'real' }, 0.5),
    variant({ name: 'money' }, 12_345n, 1.2345),
    variant({ name: 'smallmoney' }, 12_345n, 1.2345),
    variant({ name: 'decimal', precision: 10, scale: 2 }, '-123.45', -123.45),
    variant({ name: 'numeric', precision: 38, scale: 0 }, '12345678901234567890', 12_345_678_901_234_567_890),
    variant({ name: 'nvarchar', length: 20 }, 'żółć'),
    // tedious ignores the collation inside a variant.
    variant({ name: 'varchar', length: 20 }, 'café', 'caf\ufffd'),
    variant({ name: 'varbinary', length: 10 }, BINARY),
    variant({ name: 'uniqueidentifier' }, '00112233-4455-6677-8899-AABBCCDDEEFF'),
    variant({ name: 'date' }, 730_119, date('2000-01-01')),
    variant({ name: 'datetime' }, 0n, date('1900-01-01')),
    variant({ name: 'smalldatetime' }, 0, date('1900-01-01')),
    variant({ name: 'time', scale: 7 }, 10_000, date('1970-01-01T00:00:00.001Z')),
    variant({ name: 'datetime2', scale: 3 }, 630_822_816_000_000_000n, date('2000-01-01')),
    variant(
      { name: 'datetimeoffset', scale: 7 },
      { ticks: 630_822_816_000_000_000n, offsetMinutes: 60 },
      date('2000-01-01'),
    ),
  ],
};
