import fc from 'fast-check';
import {
  changeVersion,
  formatCheckpoint,
  generation,
  offset,
  parseCheckpoint,
  tableId,
  type Checkpoint,
  type LoadProgress,
  type PartitionOffsets,
} from '@thalamus/contracts';
import {
  addToBatch,
  currentBatch,
  decideSeal,
  emptyCheckpoint,
  mergeOffsets,
  nextPause,
  planChunks,
  PublishedKeys,
  sealBatch,
} from './index.js';

const table = tableId('dbo', 'T');
const limits = { maxAgeMs: 5000, maxRows: 100, maxBytes: 10_000 };
const start = new Date('2030-01-01T00:00:00Z');
const later = (ms: number): Date => new Date(start.getTime() + ms);

const loading = (more: Partial<LoadProgress> = {}): LoadProgress => ({
  generation: generation(2),
  reason: 'initial',
  fromVersion: changeVersion(1),
  cursor: null,
  rowsDone: 5,
  rowsEstimated: 10,
  done: false,
  ...more,
});
const withLoad = (load: LoadProgress | null, id = table): Checkpoint['tables'] => ({
  [id]: {
    incarnation: { objectId: 1, beginVersion: changeVersion(1) },
    schemaId: 1,
    fingerprint: 'f',
    live: generation(1),
    stale: true,
    loading: load,
    lastGeneration: 2,
    reloads: [],
  },
});
const rows = (count: number, bytes = count): Parameters<typeof addToBatch>[1] => ({
  rows: count,
  bytes,
  offsets: { t: { 0: offset(count) } },
  committedAt: start,
});
const open = (count: number, bytes?: number): Checkpoint =>
  addToBatch({ ...emptyCheckpoint('g'), version: changeVersion(7) }, rows(count, bytes), start);

describe('sealing a batch', () => {
  it.each([
    ['nothing is open', emptyCheckpoint('g'), true, 0, undefined],
    ['the source is quiet', open(1), true, 0, 'quiet'],
    ['rows keep coming', open(1), false, 4999, undefined],
    ['it is old', open(1), false, 5000, 'age'],
    ['it has many rows', open(100), false, 0, 'rows'],
    ['it has many bytes', open(1, 10_000), false, 0, 'bytes'],
    ['a load goes on', { ...open(1), tables: withLoad(loading()) }, true, 0, undefined],
    ['a load goes on and it is old', { ...open(1), tables: withLoad(loading()) }, true, 5000, 'age'],
    [
      'an empty table is loaded',
      { ...emptyCheckpoint('g'), tables: withLoad(loading({ done: true })) },
      true,
      0,
      'quiet',
    ],
  ])('when %s', (_, checkpoint, quiet, ageMs, expected) => {
    expect(decideSeal(checkpoint, { quiet, now: later(ageMs), limits })).toBe(expected);
  });

  it('swaps in what is loaded, lists what is not, and begins the next batch where it ends', () => {
    const other = tableId('dbo', 'U');
    const tables = { ...withLoad(loading({ done: true })), ...withLoad(loading(), other) };
    const { checkpoint, sealed } = sealBatch({ ...open(3), tables }, later(10));
    expect(sealed).toMatchObject({
      batch: 1,
      version: 7n,
      rows: 3,
      completed: [{ table, generation: 2 }],
      loading: [{ table: other, generation: 2 }],
    });
    expect(checkpoint).toMatchObject({ lastBatch: 1, openBatch: null, sealedVersion: 7n });
    expect(checkpoint.tables[table]).toMatchObject({ live: 2, stale: false, loading: null, rowsLoaded: 5 });
    expect(checkpoint.tables[other]).toMatchObject({ live: 1, stale: true });
    expect(currentBatch(checkpoint)).toBe(2);
  });

  it('survives being written and read', () => {
    const checkpoint = { ...open(3), tables: withLoad(loading({ cursor: ['1', 'x'] })) };
    expect(parseCheckpoint(formatCheckpoint(checkpoint))).toEqual(checkpoint);
  });
});

const ends: fc.Arbitrary<PartitionOffsets> = fc.dictionary(
  fc.constantFrom('a', 'b', 'c'),
  fc.dictionary(fc.constantFrom('0', '1', '2'), fc.nat(100).map(offset), { noNullPrototype: true }),
  { noNullPrototype: true },
);

describe('offsets of a batch', () => {
  it('are the highest of each partition, in whatever order they come', () => {
    fc.assert(
      fc.property(ends, ends, ends, (a, b, c) => {
        expect(mergeOffsets(a, b)).toEqual(mergeOffsets(b, a));
        expect(mergeOffsets(mergeOffsets(a, b), c)).toEqual(mergeOffsets(a, mergeOffsets(b, c)));
        expect(mergeOffsets(a, a)).toEqual(a);
        for (const [topic, partitions] of Object.entries(a))
          for (const [partition, end] of Object.entries(partitions))
            expect(mergeOffsets(a, b)[topic]?.[partition]).toBeGreaterThanOrEqual(end);
      }),
    );
  });
});

describe('pause between polls', () => {
  it('is none while many rows come, short while few do, and grows within its bounds while none do', () => {
    const bounds = { minPollMs: 250, maxPollMs: 5000 };
    fc.assert(
      fc.property(fc.nat(10_000), (before) => {
        expect(nextPause(before, 1000, bounds)).toBe(0);
        expect(nextPause(before, 1, bounds)).toBe(250);
        const after = nextPause(before, 0, bounds);
        expect(after).toBeGreaterThanOrEqual(250);
        expect(after).toBeLessThanOrEqual(5000);
        expect(after >= before || after === 5000).toBe(true);
      }),
    );
  });
});

describe('chunks', () => {
  it('are planned for small tables first, one a table, behind what is published', () => {
    const tables = {
      ...withLoad(loading({ rowsEstimated: 100, cursor: ['9'] }), tableId('dbo', 'Large')),
      ...withLoad(loading({ rowsEstimated: 1 }), tableId('dbo', 'Small')),
      ...withLoad(loading({ rowsEstimated: 0, done: true }), tableId('dbo', 'Done')),
      ...withLoad(null, tableId('dbo', 'Live')),
    };
    const plans = planChunks({ ...emptyCheckpoint('g'), tables }, 2);
    expect(plans).toMatchObject([
      { table: 'dbo.Small', after: null },
      { table: 'dbo.Large', after: ['9'] },
    ]);
  });

  it('drop a row exactly when a poll published its key at a newer version', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.constantFrom('a', 'b'), fc.nat(9))), fc.nat(9), (published, chunk) => {
        const keys = new PublishedKeys();
        for (const [key, version] of published) keys.note(key, changeVersion(version));
        for (const key of ['a', 'b']) {
          const isNewer = published.some(([each, version]) => each === key && version > chunk);
          expect(keys.supersedes(key, changeVersion(chunk))).toBe(isNewer);
        }
      }),
    );
  });

  it('are read again when more keys were published than can be remembered', () => {
    const keys = new PublishedKeys(2);
    for (const key of ['a', 'b']) keys.note(key, changeVersion(1));
    expect(keys.isFull).toBe(false);
    keys.note('c', changeVersion(1));
    expect(keys.isFull).toBe(true);
  });
});
