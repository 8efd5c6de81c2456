import { Random } from '../seed/random.js';
import { drawOperation, operationKinds } from './run-traffic.js';
import { isConflict } from './session.js';

describe('drawOperation', () => {
  it('gives the same sequence for the same seed', () => {
    const sequence = (seed: number): string[] => {
      const random = new Random(seed, 'traffic', 0);
      return Array.from({ length: 50 }, () => drawOperation(random));
    };
    expect(sequence(3)).toEqual(sequence(3));
    expect(sequence(3)).not.toEqual(sequence(4));
  });

  it('draws every kind, correspondence most often', () => {
    const random = new Random('weights');
    const counts = new Map<string, number>();
    for (let i = 0; i < 10_000; i++) {
      const kind = drawOperation(random);
      counts.set(kind, (counts.get(kind) ?? 0) + 1);
    }
    expect([...counts.keys()].sort()).toEqual([...operationKinds].sort());
    expect(Math.max(...counts.values())).toBe(counts.get('correspond'));
  });
});

describe('isConflict', () => {
  it('goes by the server’s error number', () => {
    expect([1205, 3960, 2601, 2627].map((number) => isConflict({ number }))).toEqual([
      true,
      true,
      true,
      true,
    ]);
    expect(
      [{ number: 208 }, new Error('Transaction (Process ID 53) was deadlocked'), null].map(isConflict),
    ).toEqual([false, false, false]);
  });
});
