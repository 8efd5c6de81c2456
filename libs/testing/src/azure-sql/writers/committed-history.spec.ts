import { CommittedHistory } from './committed-history.js';
import type { Committed, Effect } from './writer.js';

const table = 'conf.t';
const effect = (operation: Effect['operation'], n?: number): Effect => ({
  table,
  key: 1,
  operation,
  ...(n !== undefined && { n }),
});
const done = (marker: string, commitSentAt: number, ...effects: Effect[]): Committed => ({
  marker,
  effects,
  commitSentAt,
  acknowledgedAt: commitSentAt + 2,
});
const history = (committed: Committed[], ...order: string[]): CommittedHistory =>
  new CommittedHistory(committed, new Map(order.map((marker, at) => [marker, at + 1])));

/** The checks of the sixteen writers find what they are there to find. */
describe('the record of writers', () => {
  it('finds a version that is not in the order of commits', () => {
    const committed = [done('a', 0), done('b', 10), done('c', 11)];
    expect(history(committed, 'a', 'b', 'c').disorders()).toEqual([]);
    // Commits under way at the same time may come in either order.
    expect(history(committed, 'a', 'c', 'b').disorders()).toEqual([]);
    expect(history(committed, 'b', 'a', 'c').disorders()).toEqual(['a (2) was over before b (1)']);
  });

  it('finds two transactions on one row whose versions are the wrong way round', () => {
    const committed = [
      done('a', 0, effect('I', 0)),
      done('b', 1, effect('U', 1)),
      done('c', 2, effect('U', 2)),
    ];
    expect([...history(committed, 'a', 'b', 'c').replay(table)]).toEqual([[1, 2]]);
    expect(() => history(committed, 'a', 'c', 'b').replay(table)).toThrow('of c (2) does not fit 0');
    expect(() => history(committed, 'b', 'a', 'c').replay(table)).toThrow('does not fit undefined');
  });

  it('folds net changes by the rules', () => {
    const committed = [
      done('a', 0, effect('I', 0)),
      done('b', 1, effect('U', 1), effect('D')),
      done('c', 2, effect('I', 0)),
    ];
    const net = (base: number) => history(committed, 'a', 'b', 'c').netChanges(table, base);
    expect([net(0), net(1), net(2), net(3)]).toEqual([['1:I 3 3'], ['1:U 3 3'], ['1:I 3 3'], []]);
  });
});
