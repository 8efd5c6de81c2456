import { eventually } from '../pipeline-under-test.js';
import { LoaderGround, type LoaderUnderTest } from './loader-under-test.js';
import { column, type ScriptedChange } from './scripted-capture.js';

const key = column('Id', 'INTEGER', { keyOrdinal: 1, nullable: false });
const name = column('Name', 'VARCHAR(48)', { text: { maxChars: 16, maxBytes: 48 } });
const nullSentinel = '@THALAMUS.NULL@';
let ground: LoaderGround;

beforeAll(async () => {
  ground = await LoaderGround.open();
}, 120_000);
afterAll(async () => {
  await ground[Symbol.asyncDispose]();
});

const upsert = (id: number, text: string | null, more: Partial<ScriptedChange> = {}): ScriptedChange => ({
  table: 'Person',
  op: 'u',
  row: { Id: id, Name: text },
  ...more,
});
const remove = (id: number): ScriptedChange => ({ table: 'Person', op: 'd', row: { Id: id } });
const applied = (loader: LoaderUnderTest, batch: number, withinMs = 30_000): Promise<boolean> =>
  eventually(() => loader.lastApplied >= batch, { withinMs, because: `batch ${batch} is applied` }).then(
    () => true,
  );

describe('apply', () => {
  it('mirrors loads, updates and deletions, and keeps NULL, the empty string and the sentinel apart', async () => {
    await using loader = await ground.pipeline('mirror');
    const { capture } = loader;
    await capture.publishSchema('Person', 1, [key, name]);
    await loader.start('stage', 'apply');
    await capture.poll(
      [
        upsert(1, 'Ann', { op: 'r' }),
        upsert(2, '', { op: 'r' }),
        upsert(3, null, { op: 'r' }),
        upsert(4, nullSentinel, { op: 'r' }),
        upsert(5, ' "x", \\ \nline', { op: 'r' }),
        upsert(6, '12345678901234\u{1f600}\u{1f600}', { op: 'r' }),
        upsert(7, '123456789012345\u{1f600}', { op: 'r' }),
      ],
      { completed: [['Person', 1]] },
    );
    await applied(loader, 1);
    expect(await loader.rows('person', 'id, name')).toEqual([
      { id: 1, name: 'Ann' },
      { id: 2, name: '' },
      { id: 3, name: null },
      { id: 4, name: `@${nullSentinel}` },
      { id: 5, name: ' "x", \\ \nline' },
      { id: 6, name: '12345678901234\u{1f600}' },
      { id: 7, name: '123456789012345' },
    ]);
    await capture.poll([upsert(1, 'Bea'), remove(2), upsert(8, 'new'), upsert(8, 'newer')], {});
    await applied(loader, 2);
    expect(await loader.rows('person', 'id, name, _batch, _change_version')).toMatchObject([
      { id: 1, name: 'Bea', _batch: '2', _change_version: '2' },
      { id: 3, _batch: '1', _change_version: '1' },
      { id: 4 },
      { id: 5 },
      { id: 6 },
      { id: 7 },
      { id: 8, name: 'newer' },
    ]);
    const [first, second] = loader.entries('batch.applied');
    expect(first?.data).toMatchObject({
      batch: 1,
      consistent: true,
      tables: [{ target: 'person', swapped: true, upserted: 7 }],
    });
    expect(second?.data.tables).toMatchObject([{ upserted: 2, deleted: 1, swapped: false }]);
    expect(
      await loader.operations('select column_name, kind, value_count from taops.coercions order by kind'),
    ).toEqual([
      { column_name: 'Name', kind: 'cut-to-length', value_count: '2' },
      { column_name: 'Name', kind: 'sentinel-escaped', value_count: '1' },
    ]);
    await eventually(
      async () => {
        for await (const { key: file } of loader.store.list(`stage/mirror/`))
          if (file.includes('/b1/')) return false;
        return true;
      },
      { withinMs: 10_000, because: 'files of applied batches are deleted once a later one is' },
    );
  });

  it('shows a first load only when it is whole, and a new generation in the place of the old one', async () => {
    await using loader = await ground.pipeline('generations');
    const { capture } = loader;
    await capture.publishSchema('Person', 1, [key, name]);
    await loader.start('stage', 'apply');
    await capture.poll([upsert(1, 'a', { op: 'r' })], { loading: [['Person', 1]] });
    await applied(loader, 1);
    await expect(loader.rows('person', 'id')).rejects.toThrow(/does not exist/);
    expect(loader.entries('batch.applied')[0]?.data.consistent).toBe(false);
    await capture.poll([upsert(2, 'b', { op: 'r' })], { completed: [['Person', 1]] });
    await applied(loader, 2);
    expect(await loader.rows('person', 'id')).toEqual([{ id: 1 }, { id: 2 }]);

    await capture.poll(
      [upsert(1, 'a2', { generation: [1, 2] }), upsert(3, 'c', { op: 'r', generation: [2] })],
      {
        loading: [['Person', 2]],
      },
    );
    await applied(loader, 3);
    expect(await loader.rows('person', 'id, name')).toEqual([
      { id: 1, name: 'a2' },
      { id: 2, name: 'b' },
    ]);
    await capture.poll([upsert(4, 'd', { generation: [1, 2] })], { completed: [['Person', 2]] });
    await applied(loader, 4);
    expect(await loader.rows('person', 'id, name')).toEqual([
      { id: 1, name: 'a2' },
      { id: 3, name: 'c' },
      { id: 4, name: 'd' },
    ]);
    expect(await loader.operations('select target, generation, state from taops.tables')).toEqual([
      { target: 'person', generation: 2, state: 'live' },
    ]);
    await capture.poll([upsert(5, 'e', { generation: [2] })], {});
    await applied(loader, 5);
    expect(await loader.rows('person', 'id')).toHaveLength(4);
    const leftovers = await loader.operations(
      `select table_name from information_schema.tables where table_schema in ('taops_generations', 'tastg_generations') order by table_name`,
    );
    expect(leftovers.map((row) => row['table_name'])).toEqual([
      'coercions',
      'ledger',
      'lost',
      'person',
      'positions',
      'rejected',
      'runs',
      'tables',
    ]);
  });

  it('forgets where earlier batches ended, when an owner takes over', async () => {
    await using loader = await ground.pipeline('positions');
    const { capture } = loader;
    await capture.publishSchema('Person', 1, [key, name]);
    const first = await loader.start('stage', 'apply');
    await capture.poll([upsert(1, 'a')], { completed: [['Person', 1]] });
    await capture.poll([upsert(1, 'b')], {});
    await applied(loader, 2);
    await first.stop();
    await loader.start('stage', 'apply');
    await capture.poll([upsert(1, 'c')], {});
    await applied(loader, 3);
    const kept = `select min(batch) as oldest, count(*) as kept from taops.positions where sync_group = 'positions'`;
    await eventually(async () => (await loader.operations(kept))[0]?.['oldest'] === '3', {
      withinMs: 10_000,
      because: 'positions of batches 1 and 2 are removed',
    });
    expect(await loader.operations(kept)).toEqual([{ oldest: '3', kept: '1' }]);
  });

  it('takes a new column and a longer text in mid-stream', async () => {
    await using loader = await ground.pipeline('columns');
    const { capture } = loader;
    await capture.publishSchema('Person', 1, [key, name]);
    await loader.start('stage', 'apply');
    await capture.poll([upsert(1, 'a')], { completed: [['Person', 1]] });
    await applied(loader, 1);
    await capture.poll([upsert(2, 'b')]);
    const longer = column('Name', 'VARCHAR(90)', { text: { maxBytes: 90 } });
    await capture.publishSchema('Person', 2, [key, longer, column('City', 'VARCHAR(60)')]);
    const text = 'x'.repeat(80);
    await capture.poll([{ ...upsert(3, text), row: { Id: 3, Name: text, City: 'Basel' } }], {});
    await applied(loader, 2);
    expect(await loader.rows('person', 'id, name, city')).toEqual([
      { id: 1, name: 'a', city: null },
      { id: 2, name: 'b', city: null },
      { id: 3, name: text, city: 'Basel' },
    ]);
  });

  it('rejects the row that COPY refuses, says where it came from, and loads the rest', async () => {
    await using loader = await ground.pipeline('rejects');
    const { capture } = loader;
    await capture.publishSchema('Person', 1, [key, column('Name', 'DECIMAL(5,2)')]);
    await loader.start('stage', 'apply');
    await capture.poll([upsert(1, '1.50'), upsert(2, '99999999.99'), upsert(3, '2.50')], {
      completed: [['Person', 1]],
    });
    await applied(loader, 1);
    expect(await loader.rows('person', 'id, name')).toEqual([
      { id: 1, name: '1.50' },
      { id: 3, name: '2.50' },
    ]);
    const [rejected, ...others] = await loader.operations(
      'select source_table, batch, topic, partition_id, offset_id, column_name, reason from taops.rejected',
    );
    expect(others).toEqual([]);
    expect(rejected).toMatchObject({
      source_table: 'dbo.Person',
      batch: '1',
      topic: 'rejects.gme.dbo.Person',
      column_name: 'name',
    });
    expect(loader.entries('row.rejected')).toMatchObject([
      { data: { table: 'dbo.Person', batch: 1, count: 1 } },
    ]);
  });

  it('asks for a new generation when events are gone, and goes on with it', async () => {
    await using loader = await ground.pipeline('losses');
    const { capture, topics } = loader;
    await capture.publishSchema('Person', 1, [key, name]);
    const stage = await loader.start('stage');
    await loader.start('apply');
    await capture.poll(
      [1, 2, 3, 4].map((id) => upsert(id, 'a')),
      { completed: [['Person', 1]] },
    );
    await applied(loader, 1);
    await stage.stop();
    await capture.poll(
      [5, 6, 7, 8].map((id) => upsert(id, 'gone')),
      {},
    );
    await loader.removeEvents('Person');
    await capture.poll(
      [9, 10, 11, 12].map((id) => upsert(id, 'after')),
      {},
    );
    await loader.start('stage');
    await applied(loader, 3);
    const signals = await loader.records(topics.signals);
    expect(signals.map((text) => JSON.parse(text) as unknown)).toMatchObject([
      { type: 'execute-snapshot', data: { 'data-collections': ['dbo.Person'], reason: 'events-lost' } },
    ]);
    expect(loader.entries('batch.applied').at(-1)?.data).toMatchObject({
      batch: 3,
      consistent: false,
      tables: [],
    });
    expect(await loader.rows('person', 'id')).toHaveLength(4);
    const rows = Array.from({ length: 12 }, (_, at) => upsert(at + 1, 'whole', { op: 'r', generation: [2] }));
    await capture.poll(rows, { completed: [['Person', 2]] });
    await applied(loader, 4);
    expect(await loader.rows('person', 'id')).toHaveLength(12);
    expect(loader.entries('batch.applied').at(-1)?.data.consistent).toBe(true);
    expect(await loader.records(topics.signals)).toHaveLength(1);
  });

  it.each([
    ['the answer to COMMIT is lost', { loseCommitAnswers: 1 }],
    ['the connection breaks before COMMIT', { dropBeforeCommit: 1 }],
    ['the warehouse rolls back with 1023, twice', { serializationFailures: 2 }],
    ['connections break at statements', { dropConnections: 3 }],
  ])('applies each batch exactly once when %s', async (what, mood) => {
    await using loader = await ground.pipeline(`mood${Object.keys(mood)[0]?.toLowerCase()}`);
    const { capture } = loader;
    await capture.publishSchema('Person', 1, [key, name]);
    await loader.start('stage', 'apply');
    await capture.poll([upsert(1, 'a'), upsert(2, 'b')], { completed: [['Person', 1]] });
    await applied(loader, 1);
    await ground.mood(mood);
    await capture.poll([upsert(2, what.slice(0, 16)), upsert(3, 'c')], {});
    await applied(loader, 2);
    expect(await loader.rows('person', 'id, name, _batch')).toEqual([
      { id: 1, name: 'a', _batch: '1' },
      { id: 2, name: what.slice(0, 16), _batch: '2' },
      { id: 3, name: 'c', _batch: '2' },
    ]);
    expect(await loader.operations('select batch from taops.ledger')).toEqual([{ batch: '2' }]);
    expect(await ground.moods()).toMatchObject(
      Object.fromEntries(Object.keys(mood).map((each) => [each, 0])),
    );
  });

  it('stops with its code, and says so in the journal, when a column changes its type in place', async () => {
    await using loader = await ground.pipeline('halts');
    const { capture } = loader;
    await capture.publishSchema('Person', 1, [key, name]);
    await loader.start('stage');
    const apply = await loader.start('apply');
    await capture.poll([upsert(1, 'a')], { completed: [['Person', 1]] });
    await applied(loader, 1);
    await capture.publishSchema('Person', 2, [key, column('Name', 'INTEGER')]);
    await capture.poll([{ ...upsert(2, null), row: { Id: 2, Name: 7 } }], {});
    expect(await apply.ended).toBe(1);
    await eventually(() => loader.entries('service.halted').length > 0, {
      withinMs: 10_000,
      because: 'the halt is in the journal',
    });
    const [halt] = loader.entries('service.halted');
    expect(halt?.data).toMatchObject({ service: 'loader', code: 'THAL-W003' });
    expect(halt?.data.message).toContain('dbo.Person.name is VARCHAR(48) in the warehouse and INTEGER now');
  });

  it('loads nothing twice when everything is staged again', async () => {
    await using loader = await ground.pipeline('again');
    const { capture } = loader;
    await capture.publishSchema('Person', 1, [key, name]);
    const first = await loader.start('stage');
    await loader.start('apply');
    await capture.poll(
      [1, 2, 3].map((id) => upsert(id, 'a')),
      { completed: [['Person', 1]] },
    );
    await applied(loader, 1);
    await first.stop();
    await loader.forgetStageOffsets('Person');
    await capture.poll([upsert(1, 'b'), remove(2)], {});
    await loader.start('stage');
    await applied(loader, 2);
    expect(await loader.rows('person', 'id, name')).toEqual([
      { id: 1, name: 'b' },
      { id: 3, name: 'a' },
    ]);
  });

  it('ends in the state of the source whichever process is killed, and whenever', async () => {
    await using loader = await ground.pipeline('kills');
    const { capture } = loader;
    await capture.publishSchema('Person', 1, [key, name]);
    let stages = [await loader.start('stage'), await loader.start('stage')];
    let apply = await loader.start('apply');
    const model = new Map<number, string>();
    const batches = 12;
    for (let batch = 1; batch <= batches; batch++) {
      const changes: ScriptedChange[] = [];
      for (let at = 0; at < 40; at++) {
        const id = (batch * 7 + at * 3) % 60;
        if ((batch + at) % 5 === 0) {
          model.delete(id);
          changes.push(remove(id));
        } else {
          model.set(id, `b${batch}-${at}`);
          changes.push(upsert(id, `b${batch}-${at}`));
        }
      }
      await capture.poll(changes.slice(0, 25));
      await capture.poll(changes.slice(25), batch === 1 ? { completed: [['Person', 1]] } : {});
      if (batch % 3 === 0) {
        await apply.kill();
        apply = await loader.start('apply');
      }
      if (batch === 5) {
        await stages[0]?.kill();
        stages = [await loader.start('stage'), ...stages.slice(1)];
      }
    }
    await applied(loader, batches, 60_000);
    const rows = await loader.rows('person', 'id, name');
    expect(rows).toEqual([...model].sort(([a], [b]) => a - b).map(([id, text]) => ({ id, name: text })));
    expect(await loader.operations('select batch, version from taops.ledger')).toEqual([
      { batch: String(batches), version: String(batches * 2) },
    ]);
    let next = 1;
    for (const { data } of loader.entries('batch.applied')) {
      // An announcement may be repeated; a batch is never passed over.
      expect(data.firstBatch).toBeLessThanOrEqual(next);
      next = Math.max(next, data.batch + 1);
    }
  }, 120_000);
});
