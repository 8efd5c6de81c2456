import fc from 'fast-check';
import type { SqlType, SqlValue } from '../engine.js';
import { encodeGuid } from '../storage/value-codec.js';
import { ByteWriter } from './byte-writer.js';
import { rowEncoder } from './row-encoder.js';
import { storedRowEncoder } from './stored-row.js';
import { TYPE_SAMPLES } from './testing/type-samples.js';

const DAYS_TO_2000 = 730_119;

const i64 = (value: bigint): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(value);
  return bytes;
};
const i32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
};
const i16 = (value: number): Buffer => {
  const bytes = Buffer.alloc(2);
  bytes.writeInt16BE(value);
  return bytes;
};
const float = (size: 4 | 8, value: number): Buffer => {
  const bytes = Buffer.alloc(size);
  if (size === 4) bytes.writeFloatBE(value);
  else bytes.writeDoubleBE(value);
  return bytes;
};

/** What PostgreSQL sends of a value: docs/storage.md's form, binary but for decimals and money. */
function stored(type: SqlType, value: Exclude<SqlValue, null>): Buffer {
  switch (type.name) {
    case 'bit':
      return Buffer.from([value === true ? 1 : 0]);
    case 'tinyint':
    case 'smallint':
      return i16(value as number);
    case 'int':
    case 'smalldatetime':
      return i32(value as number);
    case 'bigint':
    case 'datetime':
    case 'datetime2':
      return i64(value as bigint);
    case 'time':
      return i64(BigInt(value as number));
    case 'date':
      return i32((value as number) - DAYS_TO_2000);
    case 'real':
      return float(4, value as number);
    case 'float':
      return float(8, value as number);
    case 'money':
    case 'smallmoney': {
      const units = value as bigint;
      const digits = units.toString().replace('-', '').padStart(5, '0');
      return Buffer.from(`${units < 0n ? '-' : ''}${digits.slice(0, -4)}.${digits.slice(-4)}`);
    }
    case 'datetimeoffset': {
      const { ticks, offsetMinutes } = value as { ticks: bigint; offsetMinutes: number };
      return Buffer.concat([i32(2), i32(20), i32(8), i64(ticks), i32(21), i32(2), i16(offsetMinutes)]);
    }
    case 'uniqueidentifier':
      return Buffer.from(encodeGuid(value as string).replaceAll('-', ''), 'hex');
    default:
      return Buffer.isBuffer(value) ? value : Buffer.from(value as string);
  }
}

const written = (write: (writer: ByteWriter) => void): string => {
  const writer = new ByteWriter(64);
  write(writer);
  return writer.buffer.toString('hex', 0, writer.length);
};

const field = (bytes: Buffer | null): Buffer =>
  bytes === null ? i32(-1) : Buffer.concat([i32(bytes.length), bytes]);

/** Both roads of a value to the wire must end in the same bytes, with and without NULLs beside it. */
function expectSame(type: SqlType, value: Exclude<SqlValue, null>): void {
  const columns = [
    { name: 'a', type: { name: 'int' }, nullable: true },
    { name: 'v', type, nullable: true },
    { name: 'z', type: { name: 'nvarchar', length: 10 }, nullable: true },
  ] as const;
  for (const [a, z] of [
    [7, 'żx'],
    [7, null],
    [null, 'x'],
  ] as const) {
    const row = Buffer.concat([
      Buffer.from('head'),
      field(a === null ? null : i32(a)),
      field(stored(type, value)),
      field(z === null ? null : Buffer.from(z)),
    ]);
    expect(written((writer) => storedRowEncoder(columns)(writer, row, 4))).toBe(
      written((writer) => rowEncoder(columns)(writer, [a, value, z])),
    );
  }
}

// PostgreSQL's text holds no lone surrogates.
const wellFormed = (value: SqlValue): boolean => typeof value !== 'string' || value.isWellFormed();

// What the language refuses has no stored form.
const storedSamples = TYPE_SAMPLES.filter(({ type }) => type.name !== 'hierarchyid');

describe('rows as they are stored', () => {
  it.each(storedSamples.map((sample) => [JSON.stringify(sample.type), sample] as const))(
    'become the bytes that their values become: %s',
    (_name, { type, values }) => {
      for (const [value] of values) if (value !== null && wellFormed(value)) expectSame(type, value);
    },
  );

  it.each<[SqlType, fc.Arbitrary<Exclude<SqlValue, null>>]>([
    [{ name: 'datetime2', scale: 7 }, fc.bigInt(0n, 3_155_378_975_999_999_999n)],
    [{ name: 'datetime2', scale: 3 }, fc.bigInt(0n, 3_155_378_975_999_999_999n)],
    [{ name: 'datetime' }, fc.bigInt(-53_690n * 25_920_000n, 2_958_463n * 25_920_000n + 25_919_999n)],
    [{ name: 'time', scale: 4 }, fc.integer({ min: 0, max: 86_399_999 }).map((n) => n * 10_000 + 9999)],
    [
      { name: 'datetimeoffset', scale: 7 },
      fc.record({
        ticks: fc.bigInt(0n, 3_155_378_975_999_999_999n),
        offsetMinutes: fc.integer({ min: -840, max: 840 }),
      }),
    ],
    [{ name: 'bigint' }, fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n)],
    [{ name: 'money' }, fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n)],
    [{ name: 'smallmoney' }, fc.bigInt(-(2n ** 31n), 2n ** 31n - 1n)],
    [
      { name: 'decimal', precision: 38, scale: 9 },
      fc.bigInt(-(10n ** 38n) + 1n, 10n ** 38n - 1n).map((n) => {
        const digits = String(n < 0n ? -n : n).padStart(10, '0');
        return `${n < 0n ? '-' : ''}${digits.slice(0, -9)}.${digits.slice(-9)}`;
      }),
    ],
    [{ name: 'nvarchar', length: 4000 }, fc.string({ unit: 'grapheme', maxLength: 400 })],
    [{ name: 'nvarchar', length: -1 }, fc.string({ unit: 'grapheme', maxLength: 400 })],
    [{ name: 'varchar', length: 4000 }, fc.string({ unit: 'grapheme-ascii', maxLength: 400 })],
    [{ name: 'varbinary', length: -1 }, fc.uint8Array({ maxLength: 400 }).map((bytes) => Buffer.from(bytes))],
    [{ name: 'uniqueidentifier' }, fc.uuid().map((text) => text.toUpperCase())],
  ])('become the same bytes whatever the value of %j', (type, values) => {
    fc.assert(
      fc.property(values, (value) => expectSame(type, value)),
      { numRuns: 200 },
    );
  });

  it('leave nothing behind when they cannot be sent', () => {
    const encode = storedRowEncoder([
      { name: 'd', type: { name: 'decimal', precision: 5, scale: 0 }, nullable: true },
    ]);
    const writer = new ByteWriter();
    expect(() => encode(writer, field(Buffer.from('99999999999999')), 0)).toThrow(
      "Column 1 ('d') cannot be sent",
    );
    expect(writer.length).toBe(0);
  });
});
