import fc from 'fast-check';
import { tableId, type TableId } from '@thalamus/contracts';
import type { ApplyPlan, Plan } from './apply-plan.js';
import { Backlog, emptyWarehouse, type WarehouseState } from './backlog.js';
import { spanLoss } from './completeness.js';
import type { TableState } from './load-state.js';
import {
  column,
  entry,
  interview,
  interviewTopic,
  sealedBatch,
  segment,
  tableSchema,
} from './plan-fixtures.js';

const schemas = [
  tableSchema([column('Id', 'INTEGER', { keyOrdinal: 1 }), column('Name', 'VARCHAR(30)')]),
  tableSchema(
    [column('Id', 'INTEGER', { keyOrdinal: 1 }), column('Name', 'VARCHAR(60)'), column('City', 'VARCHAR(9)')],
    { id: 2 },
  ),
];
const live = (generation: number, more: Partial<TableState> = {}): TableState => ({
  table: interview,
  target: 'interview',
  generation,
  state: 'live',
  physical: 'interview',
  schemaId: 1,
  columns: new Map([
    ['id', 'INTEGER'],
    ['name', 'VARCHAR(30)'],
  ]),
  ...more,
});
const after = (batch: number, tables: TableState[], ends: Record<string, number> = {}): WarehouseState => ({
  ...emptyWarehouse,
  ledger: {
    ...emptyWarehouse.ledger,
    batch,
    positions: new Map(Object.entries(ends).map(([key, end]) => [key, { batch, end }])),
  },
  tables,
});
const plan = (backlog: Backlog, maxBatches = 50): Plan =>
  backlog.plan({
    maxBatches,
    tableOfTopic: (topic) => topic.slice('gme.gme.'.length) as TableId,
    schemaOf: (table, id) => {
      const known = schemas.find((schema) => schema.id === id);
      if (!known) throw new Error(`no schema ${id}`);
      return { ...known, table, target: table.slice(4).toLowerCase() };
    },
  });
const applyPlan = (backlog: Backlog, maxBatches = 50): ApplyPlan => {
  const result = plan(backlog, maxBatches);
  if (result.kind !== 'apply') throw new Error(JSON.stringify(result));
  return result;
};
const at0 = (end: number) => ({ ends: { [interviewTopic]: { 0: end } } });

describe('a batch is applied', () => {
  it('when it is sealed and its files cover every partition to its end, and not before', () => {
    const backlog = new Backlog(after(0, [live(1)]));
    backlog.accept(entry('file.staged', segment(1, 0, 5)), 0);
    expect(plan(backlog)).toEqual({ kind: 'wait', missing: [] });
    backlog.accept(entry('batch.sealed', sealedBatch(1, at0(8))), 1);
    expect(plan(backlog)).toMatchObject({
      kind: 'wait',
      missing: [{ covered: 5, wanted: 8, resumesAt: undefined }],
    });
    backlog.accept(entry('file.staged', segment(1, 5, 8)), 2);
    expect(applyPlan(backlog)).toMatchObject({
      firstBatch: 1,
      batch: 1,
      previousBatch: 0,
      version: 10n,
      consistent: true,
    });
  });

  it('together with the complete batches that follow it, up to the limit and the first incomplete one', () => {
    const backlog = new Backlog(after(0, [live(1)]));
    for (const batch of [1, 2, 3])
      backlog.accept(entry('batch.sealed', sealedBatch(batch, at0(batch * 10))), batch);
    backlog.accept(entry('file.staged', segment(1, 0, 10)), 4);
    backlog.accept(entry('file.staged', segment(2, 10, 20)), 5);
    expect(applyPlan(backlog)).toMatchObject({ firstBatch: 1, batch: 2 });
    expect(applyPlan(backlog, 1)).toMatchObject({ firstBatch: 1, batch: 1 });
  });

  it('with no table at all when it holds no rows', () => {
    const backlog = new Backlog(after(4, [live(1)]));
    backlog.accept(entry('batch.sealed', sealedBatch(5)), 0);
    expect(applyPlan(backlog)).toMatchObject({ batch: 5, tables: [] });
  });

  it('taking each offset from as few files as can be', () => {
    const backlog = new Backlog(after(0, [live(1)]));
    for (const [from, to] of [
      [0, 5],
      [0, 5],
      [0, 9],
      [9, 12],
    ] as const)
      backlog.accept(entry('file.staged', segment(1, from, to)), 0);
    backlog.accept(entry('batch.sealed', sealedBatch(1, at0(12))), 1);
    const [load] = applyPlan(backlog).tables;
    expect(load?.rows).toBe(12);
    expect(load?.copies.flatMap((copy) => copy.files.map((file) => file.key))).toHaveLength(2);
  });

  it('with its tables in the order of their names', () => {
    const [b, a] = [tableId('dbo', 'B'), tableId('dbo', 'A')];
    const backlog = new Backlog(after(0, []));
    for (const table of [b, a])
      backlog.accept(entry('file.staged', segment(1, 0, 2, { table, topic: `gme.gme.${table}` })), 0);
    const ends = { [`gme.gme.${a}`]: { 0: 2 }, [`gme.gme.${b}`]: { 0: 2 } };
    backlog.accept(entry('batch.sealed', sealedBatch(1, { ends, schemas: { [a]: 1, [b]: 1 } })), 1);
    expect(applyPlan(backlog).tables.map((load) => load.target)).toEqual(['a', 'b']);
  });
});

describe('the journal and the ledger', () => {
  const readTo = (batch: number, last?: number): Backlog => {
    const backlog = new Backlog(after(batch, [live(1)]));
    if (last !== undefined) backlog.accept(entry('batch.sealed', sealedBatch(last)), 0);
    return backlog;
  };

  it('belong together when the journal reaches the batch of the ledger or says nothing of batches', () => {
    for (const last of [undefined, 7, 8]) expect(() => readTo(7, last).requireContinuity()).not.toThrow();
  });

  it('do not when the journal ends before it: numbers began anew', () => {
    expect(() => readTo(7, 6).requireContinuity()).toThrow(
      'the journal ends with batch 6, but batch 7 is in the warehouse',
    );
  });
});

describe('tables and generations', () => {
  it('loads a first generation beside the target and swaps it in with the batch that completes it', () => {
    const backlog = new Backlog(after(0, []));
    backlog.accept(entry('file.staged', segment(1, 0, 5)), 0);
    backlog.accept(entry('batch.sealed', sealedBatch(1, { ...at0(5), loading: [[interview, 1]] })), 1);
    const first = applyPlan(backlog);
    expect(first).toMatchObject({ consistent: false });
    expect(first.tables).toMatchObject([
      { physical: 'interview__g1', swap: false, changes: [{ kind: 'create' }] },
    ]);

    const loading = live(1, { state: 'loading', physical: 'interview__g1' });
    backlog.applied(first, [loading]);
    backlog.accept(entry('file.staged', segment(2, 5, 6)), 2);
    backlog.accept(entry('batch.sealed', sealedBatch(2, { ...at0(6), completed: [[interview, 1]] })), 3);
    expect(applyPlan(backlog)).toMatchObject({
      consistent: true,
      tables: [{ physical: 'interview__g1', target: 'interview', swap: true, changes: [], retired: [] }],
    });
  });

  it('writes rows of a live and a loading generation to both, and after the swap only to the new one', () => {
    const backlog = new Backlog(after(3, [live(3)], { [`${interviewTopic}/0`]: 0 }));
    backlog.accept(entry('file.staged', segment(4, 0, 5, { generations: [3, 4] })), 0);
    backlog.accept(entry('batch.sealed', sealedBatch(4, { ...at0(5), loading: [[interview, 4]] })), 1);
    expect(applyPlan(backlog).tables.map((load) => [load.generation, load.physical])).toEqual([
      [3, 'interview'],
      [4, 'interview__g4'],
    ]);
    backlog.accept(entry('file.staged', segment(5, 5, 6, { generations: [4] })), 2);
    backlog.accept(entry('batch.sealed', sealedBatch(5, { ...at0(6), completed: [[interview, 4]] })), 3);
    const both = applyPlan(backlog);
    expect(both.tables).toMatchObject([{ generation: 4, swap: true, rows: 6, retired: [{ generation: 3 }] }]);
  });

  it('swaps in an empty table without a file', () => {
    const backlog = new Backlog(after(0, []));
    backlog.accept(entry('batch.sealed', sealedBatch(1, { completed: [[interview, 1]] })), 0);
    expect(applyPlan(backlog).tables).toMatchObject([
      { swap: true, copies: [], changes: [{ kind: 'create' }] },
    ]);
  });

  it('adds and widens columns first, and stages files of both shapes in one table', () => {
    const backlog = new Backlog(after(0, [live(1)]));
    backlog.accept(entry('file.staged', segment(1, 0, 5)), 0);
    backlog.accept(entry('file.staged', segment(1, 5, 8, { schemaId: 2 })), 1);
    backlog.accept(entry('batch.sealed', sealedBatch(1, { ...at0(8), schemas: { [interview]: 2 } })), 2);
    const [load] = applyPlan(backlog).tables;
    expect(load?.changes).toMatchObject([
      { kind: 'widen-column', column: 'name', to: 'VARCHAR(60)' },
      { kind: 'add-column', column: 'city' },
    ]);
    expect(load?.copies.map((copy) => copy.schema.id)).toEqual([1, 2]);
    expect(load?.stageColumns).toEqual([
      { name: 'id', type: 'INTEGER' },
      { name: 'name', type: 'VARCHAR(60)' },
      { name: 'city', type: 'VARCHAR(9)' },
    ]);
  });

  it('refuses a change of type in place, naming the column', () => {
    const backlog = new Backlog(
      after(0, [
        live(1, {
          columns: new Map([
            ['id', 'BIGINT'],
            ['name', 'VARCHAR(30)'],
          ]),
        }),
      ]),
    );
    backlog.accept(entry('file.staged', segment(1, 0, 5)), 0);
    backlog.accept(entry('batch.sealed', sealedBatch(1, at0(5))), 1);
    expect(plan(backlog)).toEqual({
      kind: 'refused',
      reason: 'dbo.Interview.id is BIGINT in the warehouse and INTEGER now',
    });
  });
});

describe('events that can never be read', () => {
  it('are told from events that are late by a file beyond them', () => {
    const backlog = new Backlog(after(3, [live(1)], { [`${interviewTopic}/0`]: 10 }));
    backlog.accept(entry('batch.sealed', sealedBatch(4, at0(20))), 0);
    expect(plan(backlog)).toMatchObject({ kind: 'wait' });
    backlog.accept(entry('file.staged', segment(5, 30, 35)), 1);
    expect(plan(backlog)).toEqual({
      kind: 'lost',
      losses: [
        {
          table: interview,
          generation: 1,
          batch: 4,
          gaps: [{ topic: interviewTopic, partition: 0, from: 10, to: 30 }],
        },
      ],
    });
  });

  it('are told by the start of the log as well', () => {
    const backlog = new Backlog(after(3, [live(1)], { [`${interviewTopic}/0`]: 10 }));
    backlog.accept(entry('batch.sealed', sealedBatch(4, at0(20))), 0);
    backlog.sawLogStart(interviewTopic, 0, 20);
    expect(plan(backlog)).toMatchObject({ kind: 'lost', losses: [{ gaps: [{ from: 10, to: 20 }] }] });
  });

  it('leave their table standing until a newer generation, and hold nobody up', () => {
    const backlog = new Backlog(after(3, [live(1)], { [`${interviewTopic}/0`]: 10 }));
    backlog.accept(entry('batch.sealed', sealedBatch(4, at0(20))), 0);
    backlog.accept(entry('file.staged', segment(5, 30, 35)), 1);
    backlog.accept(entry('batch.sealed', sealedBatch(5, at0(35))), 2);
    const found = plan(backlog);
    if (found.kind !== 'lost') throw new Error(found.kind);
    for (const loss of found.losses) backlog.lose(loss);
    // Batch 5 lies across the same hole: it is not lost a second time.
    const standing = applyPlan(backlog);
    expect(standing).toMatchObject({ batch: 5, tables: [], consistent: false });
    backlog.applied(standing, [live(1)]);
    backlog.accept(entry('file.staged', segment(6, 35, 40, { generations: [2] })), 3);
    backlog.accept(entry('batch.sealed', sealedBatch(6, { ...at0(40), completed: [[interview, 2]] })), 4);
    expect(applyPlan(backlog)).toMatchObject({ consistent: true, tables: [{ generation: 2, swap: true }] });
  });

  it('are every table when batches are missing from the journal', () => {
    const backlog = new Backlog(
      after(3, [live(1)], { [`${interviewTopic}/0`]: 10, [`${interviewTopic}/1`]: 5 }),
    );
    backlog.accept(entry('batch.sealed', sealedBatch(7, at0(50))), 0);
    const found = plan(backlog);
    if (found.kind !== 'lost') throw new Error(found.kind);
    expect(found.losses).toEqual([{ table: interview, generation: 1, batch: 7, gaps: [] }]);
    const starts = new Map([
      [0, 50],
      [1, 80],
    ]);
    for (const loss of found.losses) backlog.lose(spanLoss(loss, interviewTopic, starts));
    const jump = applyPlan(backlog);
    expect(jump).toMatchObject({ previousBatch: 3, firstBatch: 7, batch: 7, tables: [] });
    backlog.applied(jump, [live(1)]);
    // A partition not touched since: its hole is part of the same loss.
    backlog.accept(entry('file.staged', segment(8, 80, 85, { partition: 1, generations: [2] })), 1);
    backlog.accept(entry('batch.sealed', sealedBatch(8, { ends: { [interviewTopic]: { 1: 85 } } })), 2);
    expect(applyPlan(backlog)).toMatchObject({ batch: 8, tables: [{ generation: 2 }] });
  });

  it('are lost anew when a hole ends beyond what was known', () => {
    const backlog = new Backlog(
      after(3, [live(1)], { [`${interviewTopic}/0`]: 10, [`${interviewTopic}/1`]: 10 }),
    );
    const ends = { ends: { [interviewTopic]: { 0: 20, 1: 20 } } };
    backlog.accept(entry('batch.sealed', sealedBatch(4, ends)), 0);
    backlog.accept(entry('file.staged', segment(5, 30, 35)), 1);
    const found = plan(backlog);
    if (found.kind !== 'lost') throw new Error(found.kind);
    const starts = new Map([[1, 21]]);
    for (const loss of found.losses) backlog.lose(spanLoss(loss, interviewTopic, starts));
    backlog.applied(applyPlan(backlog), [live(1)]);
    // The control record behind the lost rows of partition 1 is no new loss; rows removed later are.
    backlog.accept(entry('batch.sealed', sealedBatch(5, { ends: { [interviewTopic]: { 1: 25 } } })), 2);
    backlog.accept(entry('file.staged', segment(5, 21, 25, { partition: 1, generations: [2] })), 3);
    const known = applyPlan(backlog);
    expect(known).toMatchObject({ batch: 5, tables: [{ generation: 2 }] });
    backlog.applied(known, [live(1)]);
    backlog.accept(entry('batch.sealed', sealedBatch(6, { ends: { [interviewTopic]: { 0: 60 } } })), 4);
    backlog.accept(entry('file.staged', segment(6, 50, 60, { generations: [2] })), 5);
    expect(plan(backlog)).toMatchObject({ kind: 'lost', losses: [{ generation: 2, batch: 6 }] });
  });
});

describe('the place in the journal', () => {
  it('is the oldest entry still needed, or the end', () => {
    const backlog = new Backlog(after(0, [live(1)]));
    backlog.accept(entry('file.staged', segment(1, 0, 5)), 3);
    backlog.accept(entry('file.staged', segment(2, 5, 6)), 4);
    backlog.accept(entry('batch.sealed', sealedBatch(1, at0(5))), 5);
    expect(backlog.journalPosition).toBe(3);
    const keys = backlog.applied(applyPlan(backlog), [live(1)]);
    expect(keys).toHaveLength(1);
    expect(backlog.journalPosition).toBe(4);
    expect(backlog.accept(entry('file.staged', segment(1, 0, 3)), 6)).toHaveLength(1);
    backlog.accept(entry('batch.sealed', sealedBatch(2, at0(6))), 7);
    backlog.applied(applyPlan(backlog), [live(1)]);
    expect(backlog.journalPosition).toBe(8);
  });
});

describe('any order of staged files, cut anywhere, repeated and interleaved', () => {
  // Ends of the batches in two partitions; each partition is cut into segments at batch ends and at random places.
  const scenario = fc.record({
    lengths: fc.array(fc.tuple(fc.nat(6), fc.nat(6)), { minLength: 1, maxLength: 5 }),
    cuts: fc.array(fc.tuple(fc.nat(1), fc.nat(30))),
    repeats: fc.array(fc.nat(40), { maxLength: 5 }),
    restartAfter: fc.array(fc.boolean(), { minLength: 6, maxLength: 6 }),
  });

  it('applies every row of every batch once, in order, and also when apply restarts after any batch', () => {
    fc.assert(
      fc.property(scenario, ({ lengths, cuts, repeats, restartAfter }) => {
        const journal = buildJournal(lengths, cuts, repeats);
        let warehouse = after(0, [live(1)]);
        let backlog = new Backlog(warehouse);
        const loaded: string[] = [];
        let read = 0;
        while (read < journal.length) {
          const next = journal[read];
          if (next) backlog.accept(next, read);
          read++;
          for (let result = plan(backlog); result.kind === 'apply'; result = plan(backlog)) {
            for (const load of result.tables)
              for (const copy of load.copies) for (const file of copy.files) loaded.push(file.key);
            const ledger = { batch: result.batch, version: result.version, positions: result.positions };
            warehouse = { ...warehouse, ledger };
            backlog.applied(result, [live(1)]);
            if (restartAfter[result.batch % 6]) {
              read = backlog.journalPosition;
              backlog = new Backlog(warehouse);
            }
            if (result.batch >= lengths.length) break;
          }
        }
        expect(warehouse.ledger.batch).toBe(lengths.length);
        expect(new Set(loaded).size).toBe(loaded.length);
        expect(offsetsLoaded(loaded)).toEqual(offsetsWritten(lengths));
      }),
      { numRuns: 300 },
    );
  });
});

function buildJournal(lengths: [number, number][], cuts: [number, number][], repeats: number[]) {
  const journal: ReturnType<typeof entry>[] = [];
  const starts = [0, 0];
  lengths.forEach((pair, index) => {
    const batch = index + 1;
    const ends: Record<number, number> = {};
    const staged: ReturnType<typeof entry>[] = [];
    pair.forEach((length, partition) => {
      const from = starts[partition] ?? 0;
      const to = from + length;
      if (length === 0) return;
      ends[partition] = to;
      const inside = cuts.filter(([p, at]) => p === partition && at > from && at < to).map(([, at]) => at);
      const points = [from, ...new Set(inside.sort((a, b) => a - b)), to];
      points.slice(0, -1).forEach((point, at) => {
        staged.push(entry('file.staged', segment(batch, point, points[at + 1] ?? to, { partition })));
      });
      starts[partition] = to;
    });
    const sealed = entry('batch.sealed', sealedBatch(batch, { ends: { [interviewTopic]: ends } }));
    journal.push(...(batch % 2 ? [sealed, ...staged] : [...staged, sealed]));
  });
  for (const at of repeats) {
    const again = journal[at];
    if (again) journal.push(again);
  }
  return journal;
}

const offsetsLoaded = (keys: string[]): string[] =>
  keys
    .flatMap((key) => {
      const [, partition, from, to] = /-(\d+)-(\d+)-(\d+)\.csv/.exec(key) ?? [];
      return Array.from(
        { length: Number(to) - Number(from) },
        (_, at) => `${partition}:${Number(from) + at}`,
      );
    })
    .sort();

const offsetsWritten = (lengths: [number, number][]): string[] =>
  [0, 1]
    .flatMap((partition) => {
      const total = lengths.reduce((sum, pair) => sum + (pair[partition] ?? 0), 0);
      return Array.from({ length: total }, (_, at) => `${partition}:${at}`);
    })
    .sort();
