import {
  changeVersion,
  generation,
  tableId,
  type ChangeVersion,
  type Checkpoint,
  type TableCheckpoint,
} from '@thalamus/contracts';
import {
  applyPlan,
  blindTables,
  emptyCheckpoint,
  planPoll,
  type ObservedTable,
  type PollInput,
} from './index.js';

const table = tableId('dbo', 'T');
const v = (version: number): ChangeVersion => changeVersion(version);
const live: TableCheckpoint = {
  incarnation: { objectId: 1, beginVersion: v(5) },
  schemaId: 3,
  fingerprint: 'f',
  live: generation(1),
  stale: false,
  loading: null,
  lastGeneration: 1,
  reloads: [],
  rowsLoaded: 10,
};
const checkpointAt = (version: number, known: Partial<TableCheckpoint> = {}): Checkpoint => ({
  ...emptyCheckpoint('gme'),
  version: v(version),
  lastBatch: 1,
  sealedVersion: v(version),
  tables: { [table]: { ...live, ...known } },
});
const observed: ObservedTable = { table, objectId: 1, beginVersion: v(5), minValid: v(5) };

const input = (
  more: Partial<PollInput> & { current?: number | null; seen?: Partial<ObservedTable> } = {},
): PollInput => {
  const { current = 20, seen = {}, ...rest } = more;
  return {
    checkpoint: checkpointAt(10),
    observation: {
      currentVersion: current === null ? null : v(current),
      tables: [{ ...observed, ...seen }],
    },
    shapes: new Map(),
    requested: new Map(),
    empty: new Set(),
    policy: { onHistoryLost: 'reload', maxReloadsPerDay: 5 },
    now: new Date('2030-01-01T00:00:00Z'),
    ...rest,
  };
};
const reasonOf = (given: PollInput) => planPoll(given).start.map(({ reason }) => reason);

describe('what a poll does', () => {
  it('tells version NULL, version 0 and a version that went back apart', () => {
    expect(() => planPoll(input({ current: null }))).toThrow('THAL-S006');
    const fresh = { checkpoint: checkpointAt(0, { incarnation: { objectId: 1, beginVersion: v(0) } }) };
    const zero = planPoll(input({ ...fresh, current: 0, seen: { beginVersion: v(0), minValid: v(0) } }));
    expect(zero).toMatchObject({ from: 0n, to: 0n, start: [], follow: [{ table, generations: [1] }] });
    expect(reasonOf(input({ current: 9 }))).toEqual(['database-restored']);
  });

  it('follows a table that is intact; a cursor equal to min_valid is valid', () => {
    expect(planPoll(input())).toMatchObject({
      from: 10n,
      to: 20n,
      start: [],
      follow: [{ table, schemaId: 3 }],
    });
    expect(reasonOf(input({ seen: { minValid: v(10) } }))).toEqual([]);
    expect(reasonOf(input({ seen: { minValid: v(11) } }))).toEqual(['history-expired']);
  });

  it.each([
    ['truncated', { beginVersion: v(10), minValid: v(10) }],
    ['recreated', { objectId: 2, beginVersion: v(10), minValid: v(10) }],
  ])('sees a table %s although its cursor is valid', (reason, seen) => {
    const plan = planPoll(input({ seen }));
    expect(plan.start).toMatchObject([{ reason, historyLost: true }]);
    expect(plan.follow).toEqual([]);
  });

  it('names the reason of a request unless history is lost as well', () => {
    const requested: PollInput['requested'] = new Map([[table, { reason: 'requested', detail: 'x' }]]);
    const intact = planPoll(input({ requested }));
    expect(intact.start).toMatchObject([{ reason: 'requested', historyLost: false }]);
    expect(intact.follow).toMatchObject([{ generations: [1] }]);
    const lost = planPoll(input({ requested, seen: { minValid: v(15) } }));
    expect(lost.start).toMatchObject([{ reason: 'requested', historyLost: true }]);
    expect(lost.follow).toEqual([]);
  });

  it('lets tables that are gone or give no version stand still', () => {
    const plan = planPoll(input({ seen: { minValid: null } }));
    expect(plan.waiting).toMatchObject([
      { table, detail: expect.stringContaining('GRANT VIEW CHANGE TRACKING') },
    ]);
    const after = applyPlan(checkpointAt(10), plan, new Date());
    expect(after.tables[table]).toMatchObject({ stale: true, loading: null });
    const again = planPoll(input({ checkpoint: after }));
    expect(again.start).toMatchObject([{ reason: 'history-expired' }]);
    const gone = planPoll(input({ observation: { currentVersion: v(20), tables: [] } }));
    expect(gone.waiting).toMatchObject([
      { table, detail: expect.stringContaining('ENABLE CHANGE_TRACKING') },
    ]);
  });

  it('sends changes to the loading generation alone while the live one stands still', () => {
    const loading = {
      generation: generation(2),
      reason: 'truncated',
      fromVersion: v(9),
      cursor: null,
      rowsDone: 0,
      rowsEstimated: 1,
      done: false,
    };
    const follow = (known: Partial<TableCheckpoint>) =>
      planPoll(input({ checkpoint: checkpointAt(10, known) })).follow[0]?.generations;
    expect(follow({ loading })).toEqual([1, 2]);
    expect(follow({ loading, stale: true })).toEqual([2]);
    expect(follow({ loading, live: null })).toEqual([2]);
  });

  it('asks for the rows of tables whose truncation no version would show', () => {
    const at = checkpointAt(5);
    expect(blindTables(at, { currentVersion: v(5), tables: [observed] })).toEqual([table]);
    expect(blindTables(at, { currentVersion: v(6), tables: [observed] })).toEqual([]);
    expect(
      blindTables(checkpointAt(5, { rowsLoaded: 0 }), { currentVersion: v(5), tables: [observed] }),
    ).toEqual([]);
    expect(reasonOf(input({ checkpoint: at, current: 5, empty: new Set([table]) }))).toEqual(['truncated']);
  });

  it('counts automatic reloads of the last 24 hours only', () => {
    const hoursAgo = (hours: number): string =>
      new Date(Date.parse('2030-01-01T00:00:00Z') - hours * 3_600_000).toISOString();
    const policy = { onHistoryLost: 'reload', maxReloadsPerDay: 2 } as const;
    const given = (reloads: string[]) =>
      input({ policy, checkpoint: checkpointAt(10, { reloads }), seen: { minValid: v(15) } });
    expect(reasonOf(given([hoursAgo(1), hoursAgo(25)]))).toEqual(['history-expired']);
    expect(() => planPoll(given([hoursAgo(1), hoursAgo(23)]))).toThrow('THAL-S007');
  });
});
