import { isShortened, longName, shortName, withLongNames } from './long-names.js';

test('a name PostgreSQL can hold stays as it is', () => {
  for (const name of ['t', 'x'.repeat(63), 'é'.repeat(31)]) expect(shortName(name)).toBe(name);
});

test('a longer name gets one of 63 bytes at most that leads back to it', () => {
  for (const name of ['x'.repeat(64), 'é'.repeat(40), `${'€'.repeat(40)}abc`]) {
    const short = shortName(name);
    expect(Buffer.byteLength(short)).toBeLessThanOrEqual(63);
    expect([isShortened(short), longName(short)]).toEqual([true, name]);
    expect(withLongNames(`column "${short}" does not exist`)).toBe(`column "${name}" does not exist`);
  }
});

test('names that differ only behind the 63rd byte stay apart; beyond 127 bytes names are cut', () => {
  const common = 'x'.repeat(100);
  expect(shortName(`${common}a`)).not.toBe(shortName(`${common}b`));
  expect(longName(shortName('y'.repeat(130)))).toBe('y'.repeat(127));
  expect(longName(shortName('é'.repeat(64)))).toBe('é'.repeat(63));
});
