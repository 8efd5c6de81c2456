import fc from 'fast-check';
import { learn, nothingKnown, type InputKnowledge } from './input-knowledge.js';
import type { ModelSpec } from './model-spec.js';
import { planRun, stagingInputs, type RunPlan } from './run-plan.js';

const column = (name: string) => ({ name, type: 'INTEGER' });

function model(id: string, inputs: Record<string, string[]>): ModelSpec {
  const [layer, name] = id.split('.') as ['tadw' | 'tarpt', string];
  return {
    id,
    layer,
    name,
    inputs: Object.entries(inputs).map(([table, names]) => ({ table, columns: names.map(column) })),
    key: ['id'],
    grain: [],
    columns: [{ ...column('id'), nullable: false }],
    checks: [],
  };
}

const models = [
  model('tadw.a', { 'tastg.a': ['id', 'x'] }),
  model('tadw.b', { 'tastg.b': ['id'], 'tastg.a': ['id', 'y'] }),
  model('tarpt.r', { 'tadw.a': ['id'], 'tadw.b': ['id'] }),
];
const known = (upTo: number, moved: Record<string, number>): InputKnowledge => ({
  upTo,
  movedAt: new Map(Object.entries(moved)),
});
const all = (batch: number) => new Map(models.map(({ id }) => [id, batch]));
const ids = (plan: RunPlan) => plan.models.map(({ id }) => id);
const none = new Set<string>();

describe('planRun', () => {
  it('runs everything that was never published, and unloads each staging table once', () => {
    const plan = planRun({ models, known: known(3, {}), published: new Map(), unready: none });
    expect(ids(plan)).toEqual(['tadw.a', 'tadw.b', 'tarpt.r']);
    expect(plan.unloads).toEqual([
      { table: 'tastg.a', columns: [column('id'), column('x'), column('y')] },
      { table: 'tastg.b', columns: [column('id')] },
    ]);
  });

  it('runs only what the moved tables reach; other models’ tables are unloaded, not recomputed', () => {
    const plan = planRun({ models, known: known(4, { 'tastg.b': 4 }), published: all(3), unready: none });
    expect(ids(plan)).toEqual(['tadw.b', 'tarpt.r']);
    expect(plan.unloads.map(({ table }) => table)).toEqual(['tastg.b', 'tastg.a', 'tadw.a']);
    expect(plan.batch).toBe(4);
  });

  it('runs nothing when no input moved after what is shown', () => {
    const plan = planRun({
      models,
      known: known(9, { 'tastg.a': 3, 'tastg.other': 9 }),
      published: all(3),
      unready: none,
    });
    expect(plan).toMatchObject({ models: [], unloads: [] });
  });

  it('lets models wait for inputs that are loading, and with them their readers', () => {
    const unready = new Set(['tastg.b']);
    const plan = planRun({ models, known: known(1, {}), published: new Map(), unready });
    expect(ids(plan)).toEqual(['tadw.a']);
    expect(Object.fromEntries(plan.waiting)).toEqual({ 'tadw.b': ['tastg.b'], 'tarpt.r': ['tastg.b'] });
  });

  it('does not let a model wait that is not due', () => {
    const plan = planRun({ models, known: known(3, {}), published: all(3), unready: new Set(['tastg.b']) });
    expect(plan).toMatchObject({ models: [], waiting: new Map() });
  });

  it('keeps a reader waiting while a model before it waits, though it was published once', () => {
    const published = new Map([['tarpt.r', 2]]);
    const plan = planRun({ models, known: known(3, {}), published, unready: new Set(['tastg.b']) });
    expect(ids(plan)).toEqual(['tadw.a']);
    expect([...plan.waiting.keys()]).toEqual(['tadw.b', 'tarpt.r']);
  });
});

describe('learn', () => {
  const tables = ['tastg.a', 'tastg.b'];

  it('takes every table as moved at first and after a gap', () => {
    const first = learn(nothingKnown, { firstBatch: 4, batch: 5, moved: ['tastg.a'] }, tables);
    expect(first).toEqual(known(5, { 'tastg.a': 5, 'tastg.b': 5 }));
    const next = learn(first, { firstBatch: 6, batch: 6, moved: ['tastg.a'] }, tables);
    expect(next).toEqual(known(6, { 'tastg.a': 6, 'tastg.b': 5 }));
    expect(learn(next, { firstBatch: 8, batch: 8, moved: [] }, tables)).toEqual(
      known(8, { 'tastg.a': 8, 'tastg.b': 8 }),
    );
  });

  it('ignores entries that come again, and takes entries that overlap', () => {
    const six = known(6, { 'tastg.a': 6 });
    expect(learn(six, { firstBatch: 6, batch: 6, moved: ['tastg.b'] }, tables)).toBe(six);
    expect(learn(six, { firstBatch: 5, batch: 7, moved: ['tastg.b'] }, tables)).toEqual(
      known(7, { 'tastg.a': 6, 'tastg.b': 7 }),
    );
  });
});

/** Random layered models: each TADW reads staging tables, each report reads TADW models. */
const world = fc
  .record({
    tadw: fc.array(fc.uniqueArray(fc.integer({ min: 0, max: 4 }), { minLength: 1 }), {
      minLength: 1,
      maxLength: 5,
    }),
    reports: fc.array(fc.uniqueArray(fc.nat(), { minLength: 1, maxLength: 3 }), { maxLength: 4 }),
    history: fc.array(
      fc.record({
        moved: fc.uniqueArray(fc.integer({ min: 0, max: 4 })),
        coalesced: fc.integer({ min: 1, max: 3 }),
        lost: fc.boolean(),
        run: fc.boolean(),
        unready: fc.uniqueArray(fc.integer({ min: 0, max: 4 })),
      }),
      { maxLength: 12 },
    ),
  })
  .map(({ tadw, reports, history }) => ({
    models: [
      ...tadw.map((reads, at) =>
        model(`tadw.m${at}`, Object.fromEntries(reads.map((table) => [`tastg.t${table}`, ['id']]))),
      ),
      ...reports.map((reads, at) =>
        model(`tarpt.r${at}`, Object.fromEntries(reads.map((n) => [`tadw.m${n % tadw.length}`, ['id']]))),
      ),
    ],
    history,
  }));

/** Batches of the staging tables a model stands on, straight from the truth and not from what the planner knows. */
function reaches(spec: ModelSpec, specs: readonly ModelSpec[]): string[] {
  return spec.inputs.flatMap(({ table }) => {
    const made = specs.find(({ id }) => id === table);
    return made ? reaches(made, specs) : [table];
  });
}

describe('over any history', () => {
  it('a model shows no older state than its inputs when nothing waits, comes after its inputs, and never mixes', () => {
    fc.assert(
      fc.property(world, ({ models: specs, history }) => {
        const truth = new Map<string, number>();
        const published = new Map<string, number>();
        let knowledge = nothingKnown;
        let batch = 0;
        for (const step of history) {
          const firstBatch = batch + 1;
          batch += step.coalesced;
          const moved = step.moved.map((table) => `tastg.t${table}`);
          for (const table of moved) truth.set(table, batch);
          if (!step.lost) knowledge = learn(knowledge, { firstBatch, batch, moved }, stagingInputs(specs));
          if (!step.run || step.lost) continue;
          const unready = new Set(step.unready.map((table) => `tastg.t${table}`));
          const plan = planRun({ models: specs, known: knowledge, published, unready });
          checkPlan(plan, specs, unready);
          for (const { id } of plan.models) published.set(id, plan.batch);
          for (const spec of specs) {
            if (plan.waiting.has(spec.id)) continue;
            for (const table of reaches(spec, specs))
              expect(published.get(spec.id) ?? -1).toBeGreaterThanOrEqual(truth.get(table) ?? 0);
          }
        }
      }),
    );
  });

  function checkPlan(plan: RunPlan, specs: readonly ModelSpec[], unready: ReadonlySet<string>): void {
    const planned = ids(plan);
    const unloaded = new Set(plan.unloads.map(({ table }) => table));
    plan.models.forEach((spec, at) => {
      for (const { table } of spec.inputs) {
        const made = planned.indexOf(table);
        expect(made >= 0 ? made < at : unloaded.has(table)).toBe(true);
        expect(unready.has(table)).toBe(false);
        expect(plan.waiting.has(table)).toBe(false);
      }
    });
    for (const { table } of plan.unloads) expect(planned).not.toContain(table);
    for (const id of plan.waiting.keys()) expect(planned).not.toContain(id);
    expect(specs.filter(({ id }) => planned.includes(id)).map(({ id }) => id)).toEqual(planned);
  }
});
