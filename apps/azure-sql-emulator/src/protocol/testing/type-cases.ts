import type { Field } from './client-agent.js';

/** What a client binds a value as; the agents know these names. */
export type Kind =
  | 'bool'
  | 'int'
  | 'long'
  | 'decimal'
  | 'double'
  | 'string'
  | 'bytes'
  | 'date'
  | 'time'
  | 'timestamp'
  | 'offset'
  | 'guid';

/** A T-SQL type with values at its limits, in the text the agents send and read. */
export interface TypeCase {
  readonly type: string;
  readonly kind: Kind;
  readonly values: readonly string[];
  /** The CONVERT style that shows every digit; absent: the value has no text in T-SQL worth comparing. */
  readonly style?: number;
}

const emoji = '😀𝄞';
const letters = 'żółć ПривЕТ 日本語 ';

const number = (type: string, kind: Kind, ...values: string[]): TypeCase => ({
  type,
  kind,
  values,
  style: 0,
});
const text = (type: string, ...values: string[]): TypeCase => ({ type, kind: 'string', values, style: 0 });
const time = (type: string, kind: Kind, ...values: string[]): TypeCase => ({
  type,
  kind,
  values,
  style: 121,
});
const bytes = (type: string, ...values: string[]): TypeCase => ({ type, kind: 'bytes', values, style: 2 });

/** Every type of the type map that the emulator stores, at its extremes. NULL is added to each by the test. */
export const TYPE_CASES: readonly TypeCase[] = [
  number('bit', 'bool', '0', '1'),
  number('tinyint', 'int', '0', '255'),
  number('smallint', 'int', '-32768', '32767'),
  number('int', 'int', '-2147483648', '2147483647'),
  number('bigint', 'long', '-9223372036854775808', '9223372036854775807'),
  number('decimal(38,10)', 'decimal', '-9999999999999999999999999999.9999999999', '0.0000000001'),
  number('decimal(38,0)', 'decimal', '99999999999999999999999999999999999999', '-1'),
  number('decimal(38,38)', 'decimal', '-0.99999999999999999999999999999999999999'),
  number('decimal(19,4)', 'decimal', '999999999999999.9999', '-999999999999999.9999'),
  number('numeric(5,1)', 'decimal', '-9999.9', '0.1'),
  { ...number('money', 'decimal', '-922337203685477.5808', '922337203685477.5807', '0.0001'), style: 2 },
  { ...number('smallmoney', 'decimal', '-214748.3648', '214748.3647'), style: 2 },
  { ...number('float', 'double', '1.7976931348623157e+308', '-2.2250738585072014e-308', '0.1'), style: 3 },
  { ...number('real', 'double', '3.4028234663852886e+38', '-1.1754943508222875e-38', '0.5'), style: 3 },
  time('date', 'date', '0001-01-01', '9999-12-31', '2024-02-29'),
  time('time(7)', 'time', '23:59:59.9999999', '00:00:00.0000000', '00:00:00.0000001'),
  time('time(3)', 'time', '23:59:59.9990000'),
  time('time(0)', 'time', '23:59:59.0000000'),
  time('datetime2(7)', 'timestamp', '0001-01-01 00:00:00.0000000', '9999-12-31 23:59:59.9999999'),
  time('datetime2(3)', 'timestamp', '1582-10-15 00:00:00.0010000'),
  time('datetime2(0)', 'timestamp', '9999-12-31 23:59:59.0000000'),
  time(
    'datetimeoffset(7)',
    'offset',
    '9999-12-31 23:59:59.9999999 +00:00',
    '2024-02-29 00:00:00.0000001 -14:00',
    '2024-02-29 00:00:00.0000001 +05:30',
  ),
  time('datetimeoffset(0)', 'offset', '1900-01-01 00:00:00.0000000 +14:00'),
  time('datetime', 'string', '1753-01-01 00:00:00.000', '9999-12-31 23:59:59.997', '2024-02-29 12:00:00.003'),
  time('smalldatetime', 'string', '1900-01-01 00:00:00', '2079-06-06 23:59:00'),
  text('char(5)', 'ab   ', '€üß~ '),
  text('varchar(50)', '', ' ', 'café €'),
  text('varchar(8000)', 'x'.repeat(8000)),
  text('varchar(max)', '', 'é'.repeat(20_000)),
  text('varchar(50) COLLATE Latin1_General_100_CI_AS_SC_UTF8', letters + emoji),
  text('text', '', 'plain text é'),
  text('nchar(6)', `日本${emoji}`),
  text('nvarchar(40)', '', ' ', letters, emoji),
  text('nvarchar(4000)', 'ж'.repeat(4000)),
  text('nvarchar(max)', '', `${letters}${emoji}`.repeat(3000)),
  text('ntext', '', letters + emoji),
  text('xml', `<a b="1">${letters}${emoji}</a>`),
  {
    type: 'uniqueidentifier',
    kind: 'guid',
    values: ['00112233-4455-6677-8899-AABBCCDDEEFF', 'FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF'],
    style: 0,
  },
  bytes('binary(4)', '0001feff'),
  bytes('varbinary(20)', '', '00', '0001feff'),
  bytes('varbinary(8000)', '07'.repeat(8000)),
  bytes('varbinary(max)', '', 'ab'.repeat(30_000)),
  { type: 'image', kind: 'bytes', values: ['', '0001feff'] },
];

/** The text of a value with as many digits of a second as a client keeps; everything else is exact. */
export function asRead({ type }: TypeCase, value: string, fractionDigits: number): string {
  if (/^(float|real)/.test(type)) return value;
  if (type === 'smalldatetime') return `${value}.0000000`;
  // Drivers show the milliseconds of its 1/300 s.
  if (type === 'datetime') return `${value}0000`;
  if (!/^(time|datetime)/.test(type)) return value;
  return value.replace(/(\.\d+)/, (digits) => digits.slice(0, fractionDigits + 1).padEnd(8, '0'));
}

/** What `CONVERT(nvarchar(max), v, style)` shows; undefined: not compared. */
export function asConverted({ type, style }: TypeCase, value: Field): Field | undefined {
  if (style === undefined || value === null) return style === undefined ? undefined : null;
  if (style === 2 && type.includes('binary')) return value.toUpperCase();
  if (/^(float|real)/.test(type)) return undefined;
  const scale = /^(?:time|datetime2|datetimeoffset)\((\d)\)/.exec(type)?.[1];
  if (scale !== undefined)
    return value.replace(/\.(\d+)/, (_, digits: string) =>
      scale === '0' ? '' : `.${digits.slice(0, Number(scale))}`,
    );
  if (type === 'smalldatetime') return `${value}.000`;
  return value;
}
