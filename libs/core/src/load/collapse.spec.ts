import fc from 'fast-check';
import { LastByKey } from './collapse.js';

describe('collapse', () => {
  it('keeps the last row of every key, in the order of those last rows', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('a', 'b', 'c', 'd')), (keys) => {
        const rows = new LastByKey<number>();
        keys.forEach((key, at) => rows.put(key, at));
        const last = [...new Set(keys)].map((key) => keys.lastIndexOf(key)).sort((a, b) => a - b);
        expect([...rows.values()]).toEqual(last);
        expect(rows.size).toBe(last.length);
      }),
    );
  });

  it('tells what a row replaces', () => {
    const rows = new LastByKey<string>();
    expect(rows.put('k', 'one')).toBeUndefined();
    expect(rows.put('k', 'two')).toBe('one');
  });
});
