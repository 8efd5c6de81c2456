import { PipelineError, type TableId } from '@thalamus/contracts';
import { intColumn, SourceModel } from '@thalamus/core/testing';
import type { TransactionalProducer } from '@thalamus/kafka';
import { eventually, RunnerFixture } from './testing/runner-fixture.js';

const brokers = process.env['KAFKA_BROKERS'];
/** Needs a broker: KAFKA_BROKERS=host:port. */
const withKafka = brokers === undefined ? describe.skip : describe;

withKafka('capture on Kafka', () => {
  function fixture() {
    const source = new SourceModel();
    const table: TableId = source.create('dbo', 'A', [intColumn('Id', 1), intColumn('X', 2, true)], ['Id']);
    const write = (id: number, x: number): void => source.transact([{ table, upsert: { Id: id, X: x } }]);
    for (let id = 0; id < 250; id++) write(id, id);
    return { source, table, write, world: new RunnerFixture(brokers ?? '', source) };
  }

  /** The batches sealed so far, once the last one leaves nothing loading and stands at the source's version. */
  const atRest = ({ world, source }: ReturnType<typeof fixture>, because: string) =>
    eventually(
      async () => {
        const batches = (await world.journal()).filter((entry) => entry.type === 'batch.sealed');
        const last = batches.at(-1)?.data;
        return last?.loading.length === 0 && last.version === source.currentVersion && batches;
      },
      { withinMs: 30_000, because },
    );

  async function expectMirror({ world, source, table }: ReturnType<typeof fixture>): Promise<void> {
    const entries = await world.journal();
    const completed = entries.flatMap((entry) => (entry.type === 'batch.sealed' ? entry.data.completed : []));
    const generation = completed.at(-1)?.generation;
    const rows = new Map<string, unknown>();
    for (const { key, value } of await world.visible(world.topics.table(table))) {
      const event = JSON.parse(value ?? '') as { after: unknown; source: { generation: number[] } };
      if (!event.source.generation.includes(generation ?? 0)) continue;
      if (event.after === null) rows.delete(key);
      else rows.set(key, event.after);
    }
    expect(Object.fromEntries(rows)).toEqual(Object.fromEntries(source.rowsAt(source.currentVersion, table)));
  }

  it('loads, follows, and accounts for every row by its offset', async () => {
    const world = fixture();
    const running = world.world.start();
    await atRest(world, 'the first load is sealed');
    world.write(3, 333);
    world.source.transact([{ table: world.table, remove: { Id: 4 } }]);
    const batches = await atRest(world, 'the changes are sealed');
    await expectMirror(world);
    const sealed = batches.map(({ data }) => data);
    const topic = world.world.topics.table(world.table);
    const records = await world.world.visible(topic);
    expect(sealed.reduce((rows, batch) => rows + batch.rows, 0)).toBe(records.length);
    for (const batch of sealed)
      for (const [partition, end] of Object.entries(batch.offsets[topic] ?? {})) {
        const last = records.find((each) => each.partition === Number(partition) && each.offset === end - 1);
        expect(last?.value).toContain(`"batch":${batch.batch},`);
      }
    await running.stop();
    await running.finished;
  });

  it('shows nothing and loses nothing when it dies between send and commit', async () => {
    const world = fixture();
    let isArmed = false;
    const running = world.world.start((producer): TransactionalProducer => ({
      initialise: () => producer.initialise(),
      close: () => producer.close(),
      lot: () => producer.lot(),
      begin: async () => {
        const transaction = await producer.begin();
        return {
          send: (records) => transaction.send(records),
          abort: () => transaction.abort(),
          commit: async () => {
            if (!isArmed) return transaction.commit();
            isArmed = false;
            throw new PipelineError('THAL-K003', 'killed between send and commit');
          },
        };
      },
    }));
    await atRest(world, 'the first load is sealed');
    isArmed = true;
    world.write(7, 777);
    await expect(running.finished).rejects.toMatchObject({ code: 'THAL-K003' });
    const topic = world.world.topics.table(world.table);
    const successor = world.world.start();
    await atRest(world, 'another replica went on');
    const shown = (await world.world.visible(topic)).filter(({ value }) => value?.includes('777'));
    expect(shown).toHaveLength(1);
    await expectMirror(world);
    await successor.stop();
  });

  it('stops with THAL-K002 when another replica fenced it', async () => {
    const world = fixture();
    const running = world.world.start();
    await atRest(world, 'the first load is sealed');
    await world.world.fence();
    world.write(9, 999);
    await expect(running.finished).rejects.toMatchObject({ code: 'THAL-K002' });
  });

  it('goes on from the checkpoint after a restart, without loading again', async () => {
    const world = fixture();
    const first = world.world.start();
    const before = await atRest(world, 'the first load is sealed');
    await first.stop();
    world.write(1, 111);
    const second = world.world.start();
    const after = await atRest(world, 'the change is sealed');
    expect(after.at(-1)?.data).toMatchObject({ batch: before.length + 1, rows: 1, completed: [] });
    await second.stop();
    await expectMirror(world);
  });

  it('refuses to begin anew beside batches it sealed: THAL-K005', async () => {
    const world = fixture();
    const first = world.world.start();
    await atRest(world, 'the first load is sealed');
    await first.stop();
    await world.world.forgetCheckpoint();
    await expect(world.world.start().finished).rejects.toMatchObject({
      code: 'THAL-K005',
      message: expect.stringContaining('holds no checkpoint') as string,
    });
  });

  it('begins a new generation when a table is truncated', async () => {
    const world = fixture();
    const running = world.world.start();
    await atRest(world, 'the first load is sealed');
    world.write(0, 1);
    world.source.truncate(world.table);
    world.write(5, 555);
    await atRest(world, 'the new generation is sealed');
    const started = (await world.world.journal()).filter((entry) => entry.type === 'generation.started');
    expect(started.map(({ data }) => [data.generation, data.reason])).toEqual([
      [1, 'initial'],
      [2, 'truncated'],
    ]);
    await expectMirror(world);
    await running.stop();
  });

  it('does what signals ask: pause, resume, load anew', async () => {
    const world = fixture();
    const running = world.world.start();
    await atRest(world, 'the first load is sealed');
    await world.world.signal({ id: '1', type: 'pause', data: {} });
    await eventually(
      () => Promise.resolve(world.world.health.state['source']?.detail === 'paused by signal'),
      { withinMs: 20_000, because: 'the pause took effect' },
    );
    world.write(2, 222);
    await world.world.signal({ id: '2', type: 'resume', data: {} });
    await atRest(world, 'what happened during the pause is sealed');
    await world.world.signal({ id: '3', type: 'execute-snapshot', data: { 'data-collections': ['dbo.A'] } });
    await eventually(
      async () =>
        (await world.world.journal()).some(
          (entry) =>
            entry.type === 'batch.sealed' && entry.data.completed.some((each) => each.generation === 2),
        ),
      { withinMs: 20_000, because: 'the requested load is complete' },
    );
    await expectMirror(world);
    await running.stop();
  });
});
