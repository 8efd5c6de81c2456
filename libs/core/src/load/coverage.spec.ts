import fc from 'fast-check';
import { Coverage, leastCover, type Range } from './coverage.js';

const ranges = fc.array(
  fc.tuple(fc.nat(40), fc.nat(8)).map(([from, length]) => ({ from, to: from + length })),
  { maxLength: 25 },
);
const offsetsOf = (list: readonly Range[]): Set<number> =>
  new Set(list.flatMap(({ from, to }) => Array.from({ length: to - from }, (_, at) => from + at)));

describe('coverage', () => {
  it('agrees with a set of offsets, whatever order and repetition the ranges come in', () => {
    fc.assert(
      fc.property(ranges, fc.nat(50), (list, base) => {
        const coverage = new Coverage();
        for (const range of [...list, ...list.slice(0, 3)]) coverage.add('t', 0, range);
        const offsets = offsetsOf(list);
        let end = base;
        while (offsets.has(end)) end++;
        expect(coverage.coveredTo('t', 0, base)).toBe(end);
        const later = [...offsets].filter((at) => at > base && !offsets.has(at - 1));
        expect(coverage.nextFrom('t', 0, base)).toBe(later.length ? Math.min(...later) : undefined);
      }),
    );
  });

  it('still answers from a base after forgetting what lies below it', () => {
    fc.assert(
      fc.property(ranges, fc.nat(50), fc.nat(20), (list, base, more) => {
        const [whole, pruned] = [new Coverage(), new Coverage()];
        for (const range of list) for (const each of [whole, pruned]) each.add('t', 0, range);
        pruned.forget('t', 0, base);
        expect(pruned.coveredTo('t', 0, base + more)).toBe(whole.coveredTo('t', 0, base + more));
      }),
    );
  });

  it('keeps partitions and topics apart', () => {
    const coverage = new Coverage();
    coverage.add('a', 0, { from: 0, to: 5 });
    expect(coverage.coveredTo('a', 1, 0)).toBe(0);
    expect(coverage.coveredTo('b', 0, 0)).toBe(0);
  });
});

describe('the least cover', () => {
  it('covers the same offsets with a subset in which no file is superfluous', () => {
    fc.assert(
      fc.property(ranges, (list) => {
        const chosen = leastCover(list);
        expect(offsetsOf(chosen)).toEqual(offsetsOf(list));
        for (const each of chosen) {
          expect(list).toContain(each);
          const others = offsetsOf(chosen.filter((other) => other !== each));
          expect([...offsetsOf([each])].every((at) => others.has(at))).toBe(false);
        }
      }),
    );
  });

  it('takes a file that was staged again once', () => {
    const again = [
      { from: 0, to: 10 },
      { from: 0, to: 10 },
      { from: 0, to: 15 },
      { from: 15, to: 20 },
    ];
    expect(leastCover(again)).toEqual([
      { from: 0, to: 15 },
      { from: 15, to: 20 },
    ]);
  });
});
