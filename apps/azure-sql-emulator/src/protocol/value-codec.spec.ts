import type { SqlType, SqlValue } from '../engine.js';
import { ByteReader, UnexpectedEnd } from './byte-reader.js';
import { ByteWriter } from './byte-writer.js';
import { encodingOf, wireCollation } from './collation.js';
import { readType } from './read-type.js';
import { TYPE_SAMPLES, VARIANT_SAMPLE } from './testing/type-samples.js';
import { valueEncoder, writeNull } from './value-encoder.js';
import { writeTypeInfo } from './wire-type.js';

function typeAndValue(type: SqlType, value: SqlValue): Buffer {
  const writer = new ByteWriter(1);
  writeTypeInfo(writer, type);
  if (value === null) writeNull(writer, type);
  else valueEncoder(type)(writer, value);
  return Buffer.from(writer.buffer.subarray(0, writer.length));
}

function decode(bytes: Buffer): { value: SqlValue; rest: number } {
  const reader = new ByteReader(bytes);
  const { read } = readType(reader, 'row');
  return { value: read(reader), rest: reader.remaining };
}

const samples = [...TYPE_SAMPLES, VARIANT_SAMPLE];

describe.each(samples.map((sample) => [JSON.stringify(sample.type), sample] as const))(
  '%s',
  (_name, sample) => {
    it('comes back as it went out, at its limits', () => {
      for (const [value] of sample.values)
        expect(decode(typeAndValue(sample.type, value))).toEqual({ value, rest: 0 });
    });

    it('comes back as NULL', () => {
      expect(decode(typeAndValue(sample.type, null))).toEqual({ value: null, rest: 0 });
    });

    it('never reads beyond its bytes', () => {
      const bytes = typeAndValue(sample.type, sample.values.at(-1)?.[0] ?? null);
      for (const length of [bytes.length - 1, Math.floor(bytes.length / 2)])
        expect(() => decode(bytes.subarray(0, length))).toThrow(UnexpectedEnd);
    });
  },
);

describe('values of the wrong form', () => {
  it.each<[SqlType, SqlValue]>([
    [{ name: 'int' }, '1'],
    [{ name: 'bigint' }, 1],
    [{ name: 'decimal', precision: 5, scale: 0 }, 1],
    [{ name: 'decimal', precision: 5, scale: 0 }, '1e5'],
    [{ name: 'decimal', precision: 5, scale: 0 }, '99999999999'],
    [{ name: 'nvarchar', length: 5 }, Buffer.alloc(1)],
    [{ name: 'varbinary', length: 5 }, 'text'],
    [{ name: 'uniqueidentifier' }, 'not a guid'],
    [{ name: 'datetimeoffset', scale: 7 }, 5n],
  ])('%j refuses %p', (type, value) => {
    expect(() => typeAndValue(type, value)).toThrow();
  });
});

describe('collations', () => {
  it.each([
    ['SQL_Latin1_General_CP1_CI_AS', '0904d00034', 'cp1252'],
    ['Latin1_General_100_CI_AS_SC_UTF8', '0904d02400', 'utf8'],
    ['Latin1_General_BIN2', '0904000200', 'cp1252'],
    ['Cyrillic_General_CI_AS', '1904d00000', 'cp1251'],
    ['SQL_Latin1_General_CP850_CI_AS', '0904d0002a', 'cp850'],
  ])('%s', (name, bytes, encoding) => {
    const collation = wireCollation(name);
    expect([collation.bytes.toString('hex'), collation.encoding]).toEqual([bytes, encoding]);
    expect(encodingOf(collation.bytes)).toBe(encoding);
  });
});
