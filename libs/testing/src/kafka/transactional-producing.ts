import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import {
  endOffsets,
  ensureTopics,
  isFenced,
  KafkaJsTransactionalProducer,
  readTopic,
  type Compression,
  type Kafka,
} from '@thalamus/kafka';
import { rule } from '../mark.js';

/** Every codec the configuration offers. */
const codecs: readonly Compression[] = ['none', 'lz4', 'zstd'];

/** Transactions, fencing and read_committed as capture uses them. */
export function transactionalProducing(kafka: () => Kafka): void {
  const fixture = async (partitions = 1) => {
    const run = randomUUID();
    const topic = `conformance-${run}`;
    // As capture makes its topics: a broker's own limit is 1 MiB for a request's share of a partition.
    const config = { 'max.message.bytes': '10485760' };
    await ensureTopics(kafka(), [{ topic, partitions, replicationFactor: 1, config }]);
    const producer = (compression: Compression = 'lz4') =>
      new KafkaJsTransactionalProducer(kafka(), {
        transactionalId: `conformance-${run}`,
        compression,
        transactionTimeoutMs: 20_000,
      });
    const record = (value: string | null, partition = 0, key = 'k') => ({ topic, partition, key, value });
    /** What a read_committed reader finds, by partition and offset. */
    const readCommitted = async (): Promise<string[]> => {
      const found: string[] = [];
      await readTopic(kafka(), topic, {
        until: 'end',
        onRecord: ({ offset, value }, partition) =>
          found.push(`${partition}/${offset} ${value?.toString() ?? 'null'}`),
      });
      return found.sort();
    };
    /** The same once there are so many: a commit is acknowledged before its markers have reached every partition. */
    const committed = async (records: number): Promise<string[]> => {
      const deadline = Date.now() + 15_000;
      for (;;) {
        const found = await readCommitted();
        if (found.length >= records || Date.now() > deadline) return found;
        await pause(50);
      }
    };
    return { topic, producer, record, committed };
  };

  describe('a transaction', () => {
    it(rule('V', 'returns the end offsets of what it sent, and readers find it there'), async () => {
      const { topic, producer, record, committed } = await fixture(3);
      const writer = producer();
      await writer.initialise();
      const first = await writer.begin();
      expect(await first.send([record('a'), record('b'), record('c', 2)])).toEqual({
        [topic]: { 0: 2, 2: 1 },
      });
      expect(await first.send([record('d')])).toEqual({ [topic]: { 0: 3 } });
      await first.commit();
      const second = await writer.begin();
      // One past the commit marker of the first.
      expect(await second.send([record('e'), record(null, 2)])).toEqual({ [topic]: { 0: 5, 2: 3 } });
      await second.commit();
      await writer.close();
      expect(await committed(6)).toEqual(['0/0 a', '0/1 b', '0/2 d', '0/4 e', '2/0 c', '2/2 null']);
      expect([...(await endOffsets(kafka(), topic))].sort()).toEqual([
        [0, 6],
        [2, 4],
      ]);
    });

    it(rule('V', 'that is aborted is never seen, though its offsets are used'), async () => {
      const { producer, record, committed } = await fixture();
      const writer = producer();
      await writer.initialise();
      const aborted = await writer.begin();
      await aborted.send([record('lost'), record('lost too')]);
      await aborted.abort();
      const kept = await writer.begin();
      await kept.send([record('kept')]);
      await kept.commit();
      await writer.close();
      expect(await committed(1)).toEqual(['0/3 kept']);
    });

    it(rule('V', 'is whole or nothing over all its topics and partitions'), async () => {
      const { producer, record, committed } = await fixture(6);
      const writer = producer();
      await writer.initialise();
      const all = await writer.begin();
      for (let turn = 0; turn < 10; turn += 1)
        await all.send(Array.from({ length: 60 }, (_value, at) => record(`${turn}`, at % 6)));
      expect(await committed(0)).toEqual([]);
      await all.commit();
      await writer.close();
      expect(await committed(600)).toHaveLength(600);
    });

    it.each(codecs.map((codec) => [codec]))('with %s is read as it was written [V]', async (codec) => {
      const { producer, record, committed } = await fixture();
      const text = JSON.stringify({ text: 'żółć 😀 '.repeat(2000) });
      const writer = producer(codec);
      await writer.initialise();
      const transaction = await writer.begin();
      await transaction.send(Array.from({ length: 50 }, () => record(text)));
      await transaction.commit();
      await writer.close();
      const found = await committed(50);
      expect(found).toHaveLength(50);
      // Not by toEqual: a difference would print all of it.
      expect(found.every((line) => line.slice(line.indexOf(' ') + 1) === text)).toBe(true);
    });
  });

  describe('a transactional id', () => {
    it(rule('V', 'belongs to the last producer that initialised it; the one before is fenced'), async () => {
      const { producer, record, committed } = await fixture();
      const [former, next] = [producer(), producer()];
      await former.initialise();
      const open = await former.begin();
      await open.send([record('of the former')]);
      await next.initialise();
      const error: unknown = await open.commit().catch((caught: unknown) => caught);
      expect(error).toMatchObject({ code: 'THAL-K002' });
      expect(isFenced((error as Error).cause)).toBe(true);
      const goesOn = await next.begin();
      await goesOn.send([record('of the next')]);
      await goesOn.commit();
      await Promise.all([former.close(), next.close()]);
      expect((await committed(1)).map((line) => line.split(' ').slice(1).join(' '))).toEqual(['of the next']);
    });

    it(rule('V', 'initialised anew unblocks readers that wait for an abandoned transaction'), async () => {
      const { producer, record, committed } = await fixture();
      const abandoned = producer();
      await abandoned.initialise();
      await (await abandoned.begin()).send([record('abandoned')]);
      const next = producer();
      await next.initialise();
      expect(await committed(0)).toEqual([]);
      await Promise.all([abandoned.close(), next.close()]);
    });
  });
}
