import fc from 'fast-check';
import { isPipelineError, type PipelineConfig, type TableId } from '@thalamus/contracts';
import { intColumn, SourceModel, type ModelChange } from '@thalamus/core/testing';
import type { PollInput } from '@thalamus/core/capture';
import type { CaptureTurn } from './capture-turn.js';
import { publishChunk, readChunks, watchOf } from './chunk-load.js';
import { Poller } from './poll.js';
import { LoaderModel } from './testing/loader-model.js';
import { MemoryLog, type Break } from './testing/memory-log.js';
import { takeOver, testConfig, topics } from './testing/turn-fixture.js';

/** Source, Kafka's log and a loader, all in memory; capture is the real one. */
class World {
  readonly memory = new MemoryLog();
  readonly loader = new LoaderModel(this.memory, topics);
  readonly tables: readonly [TableId, TableId];
  requested: PollInput['requested'] = new Map();
  private clockMs = Date.UTC(2030, 0, 1);
  private columns = 10;
  turn: CaptureTurn;
  private poller: Poller;

  constructor(
    private readonly config: PipelineConfig = testConfig(),
    readonly source = new SourceModel(),
  ) {
    this.tables = [
      source.create('dbo', 'A', [intColumn('Id', 1), intColumn('X', 2, true)], ['Id']),
      source.create(
        'dbo',
        'B',
        [intColumn('X', 1, true), intColumn('K2', 2), intColumn('K1', 3)],
        ['K1', 'K2'],
      ),
    ];
    this.turn = this.newTurn();
    this.poller = new Poller(this.turn);
  }

  private newTurn(): CaptureTurn {
    return takeOver(this.memory, this.source, this.config, () => new Date(this.clockMs));
  }

  at(index: number): TableId {
    return index === 0 ? this.tables[0] : this.tables[1];
  }

  passTime(ms: number): void {
    this.clockMs += ms;
  }

  write(table: number, key: number, value: number | null): void {
    this.source.transact([change(this.at(table), key, value)]);
  }

  addColumn(value: number | null): void {
    const name = `C${this.columns++}`;
    this.source.addColumn(this.tables[0], intColumn(name, this.columns, true), value);
    this.passTime(6000); // shapes of idle tables are compared every few seconds
  }

  /** One turn of the loop; `meanwhile` happens after the chunks were read and before the poll. */
  async step(meanwhile: () => void = () => undefined): Promise<void> {
    const chunks = readChunks(this.turn);
    await Promise.all(chunks.map(({ chunk }) => chunk));
    meanwhile();
    try {
      await this.poller.poll(this.requested, watchOf(chunks));
      this.requested = new Map();
      this.checkBatches();
      for (const chunk of chunks) await publishChunk(this.turn, chunk);
    } catch (error) {
      if (!isPipelineError(error) || error.code !== 'THAL-K001') throw error;
      this.turn = this.newTurn();
      this.poller = new Poller(this.turn);
    }
    this.checkBatches();
  }

  /** A batch that leaves nothing loading and nothing stale is the source at its version. */
  private checkBatches(): void {
    for (const sealed of this.loader.apply()) {
      const isWhole = Object.values(this.turn.checkpoint.tables).every((table) => !table.stale);
      if (sealed.loading.length > 0 || !isWhole) continue;
      for (const table of this.tables) this.expectEqual(table, sealed.version);
    }
  }

  expectEqual(table: TableId, version = this.source.currentVersion as bigint): void {
    const rows = withoutNulls(this.loader.rows(table));
    expect({ table, rows }).toEqual({ table, rows: withoutNulls(this.source.rowsAt(version, table)) });
  }

  /** Until everything is loaded and the last batch is sealed. */
  async settle(): Promise<void> {
    for (let step = 0; step < 300; step++) {
      this.passTime(1000);
      await this.step();
      const { openBatch, tables, version } = this.turn.checkpoint;
      const loading = Object.values(tables).some((table) => table.loading ?? table.stale);
      if (!loading && openBatch === null && version === this.source.currentVersion) return;
    }
    throw new Error(
      `never came to rest: ${JSON.stringify(this.turn.checkpoint, (_, each: unknown) => String(each))}`,
    );
  }

  expectMirror(): void {
    for (const table of this.tables) this.expectEqual(table);
  }
}

/** A column that was added later is absent from older rows on either side. */
function withoutNulls(rows: ReadonlyMap<string, object>): Record<string, object> {
  const filled = [...rows].map(([key, row]): [string, object] => [
    key,
    Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null)),
  ]);
  return Object.fromEntries(filled);
}

function change(table: TableId, key: number, value: number | null): ModelChange {
  const keys = table.endsWith('A') ? { Id: key } : { K1: key % 3, K2: key };
  return value === null ? { table, remove: keys } : { table, upsert: { ...keys, X: value } };
}

type Action = (world: World) => void;
const table = fc.nat(1);
const action: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.tuple(table, fc.nat(8), fc.option(fc.nat(99))).map(
      ([at, key, value]): Action =>
        (world) =>
          world.write(at, key, value),
    ),
  },
  {
    weight: 2,
    arbitrary: fc
      .constantFrom<Break>('send', 'commit-refused', 'commit-unanswered')
      .map((where): Action => (world) => {
        world.memory.nextBreak = where;
      }),
  },
  {
    weight: 1,
    arbitrary: table.map(
      (at): Action =>
        (world) =>
          world.source.truncate(world.at(at)),
    ),
  },
  {
    weight: 1,
    arbitrary: table.map(
      (at): Action =>
        (world) =>
          world.source.recreate(world.at(at)),
    ),
  },
  {
    weight: 1,
    arbitrary: table.map(
      (at): Action =>
        (world) =>
          world.source.expire(world.at(at)),
    ),
  },
  {
    weight: 1,
    arbitrary: table.map((at): Action => (world) => {
      world.requested = new Map([[world.at(at), { reason: 'requested', detail: 'test' }]]);
    }),
  },
  {
    weight: 1,
    arbitrary: fc.option(fc.nat(9)).map(
      (value): Action =>
        (world) =>
          world.addColumn(value),
    ),
  },
  {
    weight: 2,
    arbitrary: fc.nat(9000).map(
      (ms): Action =>
        (world) =>
          world.passTime(ms),
    ),
  },
);

describe('capture against a model of source, log and loader', () => {
  it('mirrors the source whatever happens, each consistent batch being the source at its version', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.array(action, { maxLength: 4 }), fc.array(action, { maxLength: 2 })), {
          maxLength: 20,
        }),
        async (rounds) => {
          const world = new World();
          for (const [before, during] of rounds) {
            for (const act of before) act(world);
            await world.step(() => during.forEach((act) => act(world)));
          }
          world.memory.nextBreak = undefined;
          await world.settle();
          world.expectMirror();
        },
      ),
      { numRuns: 300 },
    );
  });

  const load = async (world: World): Promise<void> => {
    for (const key of [1, 2, 3, 4, 5]) {
      world.write(0, key, key);
      world.write(1, key, key);
    }
    await world.settle();
    world.expectMirror();
  };

  it('seals nothing while the source is idle', async () => {
    const world = new World();
    await load(world);
    const { batch } = world.loader.lastBatch ?? {};
    for (let poll = 0; poll < 5; poll++) {
      world.passTime(60_000);
      await world.step();
    }
    expect(world.loader.lastBatch?.batch).toBe(batch);
  });

  it('loses nothing and shows nothing twice when the process dies between send and commit', async () => {
    const world = new World();
    await load(world);
    world.write(0, 9, 9);
    world.memory.nextBreak = 'commit-refused';
    await world.step();
    expect(world.memory.visible(topics.table(world.tables[0])).some(({ key }) => key === '[9]')).toBe(false);
    await world.settle();
    const shown = world.memory.visible(topics.table(world.tables[0])).filter(({ key }) => key === '[9]');
    expect(shown).toHaveLength(1);
    world.expectMirror();
  });

  it('goes on with the same open batch after a crash', async () => {
    const world = new World();
    await load(world);
    const sealed = world.loader.lastBatch?.batch ?? 0;
    world.write(0, 9, 9);
    await world.step();
    expect(world.turn.checkpoint.openBatch).toMatchObject({ batch: sealed + 1, rows: 1 });
    world.write(0, 10, 10);
    world.memory.nextBreak = 'send';
    await world.step();
    expect(world.turn.checkpoint.openBatch).toMatchObject({ batch: sealed + 1, rows: 1 });
    await world.settle();
    expect(world.loader.lastBatch).toMatchObject({ batch: sealed + 1, rows: 2 });
    world.expectMirror();
  });

  const generationOf = (world: World, at: number) => {
    const { live, stale, loading } = world.turn.checkpoint.tables[world.at(at)] ?? {};
    return { live, stale, loading: loading?.generation, reason: loading?.reason };
  };

  it.each([
    ['truncated', (world: World, id: TableId) => world.source.truncate(id)],
    ['recreated', (world: World, id: TableId) => world.source.recreate(id)],
    [
      'history-expired',
      (world: World, id: TableId) => {
        world.write(1, 7, 7);
        world.source.expire(id);
      },
    ],
    ['schema-changed', (world: World) => world.addColumn(5)],
    ['database-restored', (world: World) => world.source.backup()],
  ] as const)('begins a new generation when a table is %s', async (reason, harm) => {
    const world = new World();
    const restore = world.source.backup();
    await load(world);
    if (reason === 'database-restored') restore();
    else harm(world, world.tables[0]);
    await world.step();
    expect(generationOf(world, 0)).toEqual({ live: 1, stale: true, loading: 2, reason });
    await world.settle();
    expect(generationOf(world, 0)).toMatchObject({ live: 2, stale: false });
    world.expectMirror();
  });

  it('sends changes to both generations while a reload by request runs, and to the new one alone after a loss', async () => {
    const world = new World();
    await load(world);
    const topic = topics.table(world.tables[0]);
    const lastGenerations = (): number[] => {
      const { value } = world.memory.visible(topic).findLast(({ key }) => key === '[9]') ?? {};
      return (JSON.parse(value ?? '{}') as { source: { generation: number[] } }).source.generation;
    };
    world.requested = new Map([[world.tables[0], { reason: 'requested', detail: '' }]]);
    await world.step();
    await world.step(() => world.write(0, 9, 1));
    expect(lastGenerations()).toEqual([1, 2]);
    await world.settle();
    world.source.truncate(world.tables[0]);
    for (const key of [1, 2, 3, 4]) world.write(0, key, key);
    await world.step();
    await world.step(() => world.write(0, 9, 2));
    expect(lastGenerations()).toEqual([3]);
    await world.settle();
    world.expectMirror();
  });

  it('takes a nullable column without values as it comes, without a reload', async () => {
    const world = new World();
    await load(world);
    world.addColumn(null);
    world.source.transact([{ table: world.tables[0], upsert: { Id: 1, X: 1, C10: 77 } }]);
    await world.settle();
    expect(generationOf(world, 0)).toMatchObject({ live: 1, stale: false });
    expect(world.loader.rows(world.tables[0]).get('[1]')).toEqual({ Id: 1, X: 1, C10: 77 });
  });

  it('notices a truncation that no version tells of', async () => {
    const world = new World();
    for (const key of [1, 2, 3]) world.write(0, key, key);
    const id = world.tables[0];
    world.source.setTracked(id, false);
    world.source.setTracked(id, true); // begin_version is now the current version
    await world.settle();
    world.source.truncate(id);
    await world.settle();
    expect(generationOf(world, 0)).toMatchObject({ live: 2 });
    expect(world.loader.rows(id).size).toBe(0);
  });

  it('lets a table that is no longer tracked stand still, and loads it anew when it is back', async () => {
    const world = new World();
    await load(world);
    const id = world.tables[0];
    world.source.setTracked(id, false);
    world.write(0, 1, 100);
    await world.step();
    expect(generationOf(world, 0)).toMatchObject({ live: 1, stale: true, loading: undefined });
    expect(world.loader.rows(id).get('[1]')).toMatchObject({ X: 1 });
    world.source.setTracked(id, true);
    await world.settle();
    expect(generationOf(world, 0)).toMatchObject({ live: 2, stale: false });
    world.expectMirror();
  });

  it('caps reloads that nobody asked for, but not those that somebody did', async () => {
    const world = new World(testConfig({ maxReloadsPerDay: 2 }));
    await load(world);
    const id = world.tables[0];
    for (let time = 0; time < 2; time++) {
      world.write(1, 7, time);
      world.source.truncate(id);
      await world.settle();
    }
    world.write(1, 7, 9);
    world.source.truncate(id);
    await expect(world.step()).rejects.toMatchObject({ code: 'THAL-S007' });
    world.requested = new Map([[id, { reason: 'requested', detail: '' }]]);
    await world.settle();
    world.expectMirror();
    world.passTime(25 * 3600 * 1000);
    world.write(1, 7, 10);
    world.source.truncate(id);
    await world.settle();
  });

  it('halts by policy instead of loading anew', async () => {
    const world = new World(testConfig({ onHistoryLost: 'halt' }));
    await load(world);
    world.write(1, 7, 9);
    world.source.truncate(world.tables[0]);
    await expect(world.step()).rejects.toMatchObject({ code: 'THAL-S007' });
  });

  it('seals by size while the source never rests', async () => {
    const world = new World(testConfig({ batchMaxRows: 3 }));
    await load(world);
    const before = world.loader.lastBatch?.batch ?? 0;
    for (let key = 0; key < 9; key++) {
      world.write(0, key, 1000 + key);
      await world.step();
    }
    expect(world.loader.lastBatch?.batch).toBe(before + 3);
  });

  it('throws a poll away when a table was truncated while it was read without SNAPSHOT', async () => {
    const world = new World(testConfig(), new SourceModel('read committed'));
    await load(world);
    const { source } = world;
    const openPoll = source.openPoll.bind(source);
    let truncateIn = 2;
    source.openPoll = async () => {
      const session = await openPoll();
      const observe = session.observe.bind(session);
      session.observe = async () => {
        if (--truncateIn > 0) return observe();
        if (truncateIn === 0) source.truncate(world.tables[0]);
        return (await openPoll()).observe();
      };
      return session;
    };
    world.write(0, 9, 9);
    await expect(world.step()).rejects.toMatchObject({ code: 'THAL-S010', disposition: 'retry' });
    const topic = topics.table(world.tables[0]);
    expect(world.memory.visible(topic).some(({ key }) => key === '[9]')).toBe(false);
    await world.settle();
    expect(generationOf(world, 0)).toMatchObject({ live: 2, stale: false });
    world.expectMirror();
  });
});
