import fc from 'fast-check';
import { coerceText, csvField, cutText, nullSentinel, truncateFraction } from './csv-text.js';

const text = fc.string({
  unit: fc.oneof(
    fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
    fc.constantFrom('é', '€', '😀', 'a', ' '),
  ),
});
const kindsOf = (value: string, limits: { maxChars?: number; maxBytes: number }) => {
  const kinds: string[] = [];
  return { result: coerceText(value, limits, (kind) => kinds.push(kind)), kinds };
};

describe('cutting text', () => {
  it('gives the longest beginning within both limits that ends between characters', () => {
    fc.assert(
      fc.property(
        text,
        fc.integer({ min: 1, max: 12 }),
        fc.integer({ min: 1, max: 20 }),
        (raw, maxChars, maxBytes) => {
          const value = raw.toWellFormed();
          const cut = cutText(value, { maxChars, maxBytes });
          expect(value.startsWith(cut)).toBe(true);
          expect(cut.isWellFormed()).toBe(true);
          expect(cut.length).toBeLessThanOrEqual(maxChars);
          expect(Buffer.byteLength(cut)).toBeLessThanOrEqual(maxBytes);
          const next = [...value.slice(cut.length)][0];
          if (next !== undefined)
            expect(cut.length + next.length > maxChars || Buffer.byteLength(cut + next) > maxBytes).toBe(
              true,
            );
        },
      ),
    );
  });

  it('never splits an emoji, by characters or by bytes', () => {
    expect(cutText('ab😀', { maxChars: 3, maxBytes: 100 })).toBe('ab');
    expect(cutText('ab😀', { maxBytes: 5 })).toBe('ab');
    expect(cutText('ab😀', { maxBytes: 6 })).toBe('ab😀');
  });
});

describe('mending text', () => {
  it.each([
    ['untouched', 'Grüße', { maxBytes: 100 }, 'Grüße', []],
    ['NUL is removed', 'a\0b', { maxBytes: 100 }, 'ab', ['nul-removed']],
    ['a lone surrogate is replaced', 'a\ud800', { maxBytes: 100 }, 'a\ufffd', ['surrogate-replaced']],
    ['cut to characters', 'abcdef', { maxChars: 3, maxBytes: 100 }, 'abc', ['cut-to-length']],
    ['cut to bytes', 'éééé', { maxBytes: 5 }, 'éé', ['cut-to-length']],
    ['the sentinel is no NULL', nullSentinel, { maxBytes: 100 }, `@${nullSentinel}`, ['sentinel-escaped']],
    [
      'the sentinel by cutting is no NULL',
      `${nullSentinel}xyz`,
      { maxBytes: nullSentinel.length },
      `@${nullSentinel.slice(0, -1)}`,
      ['cut-to-length', 'sentinel-escaped'],
    ],
  ])('%s', (_name, value, limits, expected, kinds) => {
    expect(kindsOf(value, limits)).toEqual({ result: expected, kinds });
  });

  it('never yields the sentinel, NUL or a broken character, nor more bytes than allowed', () => {
    fc.assert(
      fc.property(
        fc.oneof(text, fc.constant(nullSentinel)),
        fc.integer({ min: 3, max: 30 }),
        (value, maxBytes) => {
          const { result } = kindsOf(value, { maxBytes });
          expect(result).not.toBe(nullSentinel);
          expect(result.includes('\0')).toBe(false);
          expect(result.isWellFormed()).toBe(true);
          expect(Buffer.byteLength(result)).toBeLessThanOrEqual(maxBytes);
        },
      ),
    );
  });
});

describe('fields', () => {
  it.each([
    ['', ''],
    ['plain', 'plain'],
    ['a,b', '"a,b"'],
    ['say "x"', '"say ""x"""'],
    ['two\nlines', '"two\nlines"'],
    [' padded ', '" padded "'],
    ['back\\slash', 'back\\slash'],
  ])('%j is written as %j', (value, field) => {
    expect(csvField(value)).toBe(field);
  });

  it('drops the seventh fraction digit and counts it unless it is 0', () => {
    const kinds: string[] = [];
    const count = (kind: string): number => kinds.push(kind);
    expect(truncateFraction('2026-01-02 03:04:05.1234567', count)).toBe('2026-01-02 03:04:05.123456');
    expect(truncateFraction('03:04:05.1234560', count)).toBe('03:04:05.123456');
    expect(truncateFraction('2026-01-02 03:04:05.1234567 +02:00', count)).toBe(
      '2026-01-02 03:04:05.123456 +02:00',
    );
    expect(truncateFraction('03:04:05.123', count)).toBe('03:04:05.123');
    expect(kinds).toEqual(['sub-microsecond-truncated', 'sub-microsecond-truncated']);
  });
});
