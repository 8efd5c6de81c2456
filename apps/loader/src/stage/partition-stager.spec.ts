import type { KafkaMessage } from '@thalamus/kafka';
import { Encoders, PartitionStager, type StageLimits } from './partition-stager.js';
import type { Segment } from './segment.js';
import { event, record, schemas, table, topic } from './stage-fixtures.js';

const limits: StageLimits = { idleMs: 300, maxFileAgeMs: 2000, maxFileRows: 100, maxFileBytes: 1_000_000 };

function stagerFrom(next: number, more: Partial<StageLimits> = {}) {
  const closed: Segment[] = [];
  const stager = new PartitionStager(
    topic,
    0,
    next,
    { ...limits, ...more },
    schemas,
    new Encoders(),
    (segment) => closed.push(segment),
  );
  const take = (records: KafkaMessage[], nowMs = 0) => stager.accept(records, nowMs, () => false);
  return { stager, closed, take };
}
const shape = (segment: Segment) => ({
  from: segment.from,
  to: segment.to,
  batch: segment.identity.batch,
  rows: segment.rowCount,
});
const text = (segment: Segment): string => Buffer.concat([...segment.chunks()]).toString('utf8');

describe('segments of a partition', () => {
  it('begin where the last one ended, so that control records leave no gap', async () => {
    const { stager, closed, take } = stagerFrom(4);
    await take([record(5, event(1)), record(6, event(2))]);
    await take([record(9, event(3, { batch: 2 }))]);
    stager.flush();
    expect(closed.map(shape)).toEqual([
      { from: 4, to: 7, batch: 1, rows: 2 },
      { from: 7, to: 10, batch: 2, rows: 1 },
    ]);
  });

  it.each([
    ['batch', { batch: 2 }],
    ['schema', { schemaId: 2 }],
    ['generations', { generation: [1, 2] }],
  ])('close when the %s changes', async (_name, change) => {
    const { closed, take } = stagerFrom(0);
    await take([record(0, event(1)), record(1, event(2, change))]);
    expect(closed.map(shape)).toEqual([{ from: 0, to: 1, batch: 1, rows: 1 }]);
  });

  it('close when full of rows or of bytes', async () => {
    const byRows = stagerFrom(0, { maxFileRows: 2 });
    await byRows.take([0, 1, 2].map((at) => record(at, event(at))));
    expect(byRows.closed.map(shape)).toEqual([{ from: 0, to: 2, batch: 1, rows: 2 }]);
    const byBytes = stagerFrom(0, { maxFileBytes: 200 });
    await byBytes.take([0, 1, 2].map((at) => record(at, event(at))));
    expect(byBytes.closed).toHaveLength(1);
  });

  it('close when quiet, or old although busy', async () => {
    const { stager, closed, take } = stagerFrom(0);
    await take([record(0, event(1))], 1000);
    stager.tick(1299);
    expect(closed).toHaveLength(0);
    stager.tick(1300);
    expect(closed).toHaveLength(1);
    for (let nowMs = 2000; nowMs < 4000; nowMs += 200) await take([record(nowMs, event(nowMs))], nowMs);
    stager.tick(3999);
    expect(closed).toHaveLength(1);
    stager.tick(4000);
    expect(closed).toHaveLength(2);
  });

  it('keep the last state of each key, and count deletions that remain', async () => {
    const { stager, closed, take } = stagerFrom(0);
    await take([
      record(0, event(1, { name: 'old' })),
      record(1, event(2)),
      record(2, event(2, { op: 'd' })),
      record(3, event(1, { name: 'new' })),
    ]);
    stager.flush();
    const [segment] = closed;
    expect(
      segment &&
        text(segment)
          .split('\n')
          .map((line) => line.split(',').slice(0, 2).join()),
    ).toEqual(['2,@THALAMUS.NULL@', '1,new', '']);
    expect(segment?.deleteCount).toBe(1);
    expect(segment?.events).toBe(4);
  });

  it('pass over records delivered twice', async () => {
    const { stager, closed, take } = stagerFrom(0);
    await take([record(0, event(1)), record(1, event(2))]);
    await take([record(1, event(2)), record(2, event(3))]);
    stager.flush();
    await take([record(2, event(3))]);
    stager.flush();
    expect(closed.map(shape)).toEqual([{ from: 0, to: 3, batch: 1, rows: 3 }]);
  });

  it('cover tombstones, with rows around them or without', async () => {
    const { stager, closed, take } = stagerFrom(0);
    await take([record(0, event(1, { op: 'd', batch: 3 })), record(1, null)]);
    stager.flush();
    await take([record(2, null)]);
    stager.flush();
    expect(closed.map(shape)).toEqual([
      { from: 0, to: 2, batch: 3, rows: 1 },
      { from: 2, to: 3, batch: 3, rows: 0 },
    ]);
  });

  it('show a hole where Kafka has removed events', async () => {
    const { stager, closed, take } = stagerFrom(0);
    await take([record(0, event(1))]);
    stager.skipTo(50);
    await take([record(50, event(2))]);
    stager.flush();
    expect(closed.map(shape)).toMatchObject([
      { from: 0, to: 1 },
      { from: 50, to: 51 },
    ]);
  });

  it('set aside what is no row, with its reason, and go on', async () => {
    const { stager, closed, take } = stagerFrom(0);
    const noKey = { ...event(1), after: { Name: 'x' } };
    await take([record(0, '{"broken'), record(1, '{"op":"u"}'), record(2, noKey), record(3, event(4))]);
    stager.flush();
    const unfit = closed.flatMap((segment) => segment.unfit);
    expect(unfit.map(({ offset, column }) => [offset, column])).toEqual([
      [0, null],
      [1, null],
      [2, 'Id'],
    ]);
    expect(unfit[0]?.reason).toContain('not JSON');
    expect(unfit[1]?.reason).toContain('source is missing');
    expect(closed.reduce((sum, segment) => sum + segment.rowCount, 0)).toBe(1);
    expect(closed.at(-1)?.to).toBe(4);
    expect(closed.every((segment) => segment.identity.table === table)).toBe(true);
  });
});
