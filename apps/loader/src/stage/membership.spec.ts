import { Membership, type CommitOffset, type MembershipPorts } from './membership.js';
import { Encoders } from './partition-stager.js';
import type { Segment } from './segment.js';
import { event, record, schemas, topic } from './stage-fixtures.js';
import { uploadSegment } from './segment-uploader.js';

type Staged = Awaited<ReturnType<MembershipPorts['upload']>>;
const limits = { idleMs: 300, maxFileAgeMs: 2000, maxFileRows: 100, maxFileBytes: 1_000_000, concurrency: 2 };

/** A membership whose uploads finish when the test says so, and a log of what it does, in order. */
function membership() {
  const log: string[] = [];
  const pending = new Map<
    string,
    { segment: Segment; finish: () => Promise<void>; fail: (error: Error) => void }
  >();
  const failures: unknown[] = [];
  const name = (segment: { partition: number; from: number; to: number }): string =>
    `${segment.partition}:${segment.from}-${segment.to}`;
  const under = new Membership(limits, schemas, new Encoders(), {
    upload: (segment) => {
      log.push(`upload ${name(segment)}`);
      const { promise, resolve, reject } = Promise.withResolvers<Staged>();
      const store = { put: () => Promise.resolve() } as unknown as Parameters<
        typeof uploadSegment
      >[1]['store'];
      pending.set(name(segment), {
        segment,
        finish: async () =>
          resolve(await uploadSegment(segment, { store, prefix: 'p', group: 'g', gzipLevel: 1 })),
        fail: reject,
      });
      return promise;
    },
    announce: (files) => {
      log.push(`announce ${files.map(({ segment }) => name(segment)).join(' ')}`);
      return Promise.resolve();
    },
    commit: (offsets: readonly CommitOffset[]) => {
      log.push(`commit ${offsets.map(({ partition, offset }) => `${partition}:${offset}`).join(' ')}`);
      return Promise.resolve();
    },
    onReleased: () => log.push('released'),
    onFailed: (error) => failures.push(error),
  });
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  const finish = async (segment: string): Promise<void> => {
    await pending.get(segment)?.finish();
    await settle();
    await settle();
  };
  return { under, log, finish, pending, failures, settle };
}

describe('a membership', () => {
  it('announces in the order of the partition and only then commits, whatever order uploads end in', async () => {
    const { under, log, finish } = membership();
    under.begin(topic, 0, 0);
    await under.accept(topic, 0, [record(0, event(1)), record(1, event(2, { batch: 2 }))], 0);
    under.tick(5000);
    expect(log).toEqual(['upload 0:0-1', 'upload 0:1-2']);
    await finish('0:1-2');
    expect(log.filter((line) => line.startsWith('announce'))).toEqual([]);
    await finish('0:0-1');
    expect(log.slice(2)).toEqual(['announce 0:0-1 0:1-2', 'commit 0:2', 'released']);
    expect(under.bytes).toBe(0);
  });

  it('lets a slow partition hold up nobody but itself', async () => {
    const { under, log, finish } = membership();
    for (const partition of [0, 1]) {
      under.begin(topic, partition, 0);
      await under.accept(topic, partition, [record(0, event(1))], 0);
    }
    under.tick(5000);
    await finish('1:0-1');
    expect(log).toContain('commit 1:1');
    expect(log).not.toContain('commit 0:1');
  });

  it('uploads no more at a time than it may', async () => {
    const { under, log, finish } = membership();
    for (const partition of [0, 1, 2]) {
      under.begin(topic, partition, 0);
      await under.accept(topic, partition, [record(0, event(1))], 0);
    }
    under.tick(5000);
    expect(log).toHaveLength(2);
    await finish('0:0-1');
    expect(log).toContain('upload 2:0-1');
  });

  it('commits nothing once revoked, not even what is uploaded already', async () => {
    const { under, log, finish } = membership();
    under.begin(topic, 0, 0);
    await under.accept(topic, 0, [record(0, event(1))], 0);
    under.tick(5000);
    under.revoke();
    await finish('0:0-1');
    await under.accept(topic, 0, [record(1, event(2))], 0);
    expect(log).toEqual(['upload 0:0-1']);
    expect(under.bytes).toBe(0);
  });

  it('drains: closes what is open and waits until it is committed', async () => {
    const { under, log, finish } = membership();
    under.begin(topic, 0, 0);
    await under.accept(topic, 0, [record(0, event(1))], 0);
    const drained = under.drain();
    await finish('0:0-1');
    await drained;
    expect(log).toContain('commit 0:1');
    await under.drain();
  });

  it('tells of an upload that failed for good', async () => {
    const { under, pending, failures, settle } = membership();
    under.begin(topic, 0, 0);
    await under.accept(topic, 0, [record(0, event(1))], 0);
    under.tick(5000);
    const error = new Error('refused');
    pending.get('0:0-1')?.fail(error);
    await settle();
    expect(failures).toEqual([error]);
  });
});
