import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { changeVersion, formatCheckpoint, type Checkpoint } from '@thalamus/contracts';
import {
  CheckpointOwnership,
  endOffsets,
  ensureTopics,
  KafkaJsTransactionalProducer,
  readTopic,
  type CheckpointOwnershipOptions,
  type Ownership,
  type Kafka,
} from '@thalamus/kafka';
import { rule } from '../mark.js';

const checkpointAt = (version: number): Checkpoint => ({
  group: 'gme',
  version: changeVersion(version),
  lastBatch: version,
  sealedVersion: changeVersion(version),
  openBatch: null,
  tables: {},
  paused: false,
});

/** Taking over a sync group: fence, read, work (libs/kafka, CheckpointOwnership). */
export function ownership(client: () => Kafka): void {
  describe('ownership of checkpoints', () => {
    async function fixture() {
      const kafka = client();
      const run = randomUUID();
      const topic = `own-${run}.checkpoints`;
      await ensureTopics(kafka, [
        { topic, partitions: 1, replicationFactor: 1, config: { 'cleanup.policy': 'compact' } },
      ]);
      const createProducer = () =>
        new KafkaJsTransactionalProducer(kafka, {
          transactionalId: `own-${run}`,
          compression: 'lz4',
          transactionTimeoutMs: 20_000,
        });
      const options = (work: CheckpointOwnershipOptions['work']): CheckpointOwnershipOptions => ({
        kafka,
        topic,
        group: 'gme',
        groupId: `own-${run}`,
        partition: 0,
        createProducer,
        work,
      });
      const save = async (ownership: Pick<Ownership, 'producer'>, version: number): Promise<void> => {
        const transaction = await ownership.producer.begin();
        await transaction.send([
          { topic, partition: 0, key: 'gme', value: formatCheckpoint(checkpointAt(version)) },
        ]);
        await transaction.commit();
      };
      /** One owner's turn that ends by itself. */
      const takeTurn = async <T>(work: (ownership: Ownership) => Promise<T>): Promise<T> => {
        const stop = new AbortController();
        let result: { value: T } | undefined;
        const ownership = new CheckpointOwnership(
          options(async (owned) => {
            result = { value: await work(owned) };
            stop.abort();
          }),
        );
        await ownership.run(stop.signal);
        if (!result) throw new Error('never became owner');
        return result.value;
      };
      return { kafka, topic, options, createProducer, save, takeTurn };
    }

    it(rule('V', 'gives the first owner nothing and the next one what was committed last'), async () => {
      const { save, takeTurn } = await fixture();
      await takeTurn(async (owned) => {
        expect(owned.checkpoint).toBeNull();
        for (const version of [1, 2, 3]) await save(owned, version);
      });
      const restored = await takeTurn((owned) => Promise.resolve(owned.checkpoint));
      expect(restored).toEqual(checkpointAt(3));
    });

    it(
      rule('V', 'does not restore what was sent and never committed, and makes room for the next reader'),
      async () => {
        const { kafka, topic, save, takeTurn } = await fixture();
        await takeTurn(async (owned) => {
          await save(owned, 7);
          const lost = await owned.producer.begin();
          await lost.send([{ topic, partition: 0, key: 'gme', value: formatCheckpoint(checkpointAt(8)) }]);
          // The process dies here: no commit, no abort.
        });
        const restored = await takeTurn((owned) => Promise.resolve(owned.checkpoint));
        expect(restored?.version).toBe(7n);
        const seen: string[] = [];
        await readTopic(kafka, topic, {
          until: 'end',
          onRecord: ({ value }) => seen.push(String(value)),
        });
        expect(seen.filter((text) => text.includes('"8"'))).toEqual([]);
        expect((await endOffsets(kafka, topic)).get(0)).toBeGreaterThan(0);
      },
    );

    it(rule('V', 'fences a zombie: its next transaction fails with THAL-K002 and ends its run'), async () => {
      const { options, createProducer, save } = await fixture();
      const owned = Promise.withResolvers<void>();
      const goOn = Promise.withResolvers<void>();
      const zombie = new CheckpointOwnership(
        options(async (ownership) => {
          await save(ownership, 1);
          owned.resolve();
          await goOn.promise; // frozen, while another takes over
          await save(ownership, 2);
        }),
      );
      const ended = zombie.run(new AbortController().signal);
      await Promise.race([owned.promise, ended]);
      const successor = createProducer();
      await successor.initialise();
      await save({ producer: successor }, 10);
      goOn.resolve();
      await expect(ended).rejects.toMatchObject({ code: 'THAL-K002' });
      await successor.close();
    });

    it(rule('V', 'hands over when a second replica takes the place of the first'), async () => {
      const { options, save } = await fixture();
      const [stopFirst, stopSecond] = [new AbortController(), new AbortController()];
      const [firstOwned, secondSaw] = [Promise.withResolvers<void>(), Promise.withResolvers<bigint>()];
      const first = new CheckpointOwnership(
        options(async (ownership) => {
          await save(ownership, 41);
          firstOwned.resolve();
          await aborted(ownership.signal);
        }),
      );
      const running = first.run(stopFirst.signal);
      await firstOwned.promise;
      const second = new CheckpointOwnership(
        options(async (ownership) => {
          secondSaw.resolve(ownership.checkpoint?.version ?? -1n);
          await Promise.resolve();
        }),
      ).run(stopSecond.signal);
      stopFirst.abort();
      await running;
      expect(await secondSaw.promise).toBe(41n);
      stopSecond.abort();
      await second;
    });

    it(
      rule('V', 'restores the checkpoint though the turn before ends long after the group was joined anew'),
      async () => {
        const { kafka, topic, options, save } = await fixture();
        const stop = new AbortController();
        const restored: (bigint | undefined)[] = [];
        const [firstTurn, lastTurn] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
        const running = new CheckpointOwnership(
          options(async (ownership) => {
            restored.push(ownership.checkpoint?.version);
            if (restored.length > 1) return lastTurn.resolve();
            await save(ownership, 41);
            firstTurn.resolve();
            await aborted(ownership.signal);
            await pause(2000); // a chunk that is being read, a connection that is closed slowly
          }),
        ).run(stop.signal);
        await firstTurn.promise;
        await joinAndLeave(kafka, options(() => Promise.resolve()).groupId, topic);
        await Promise.race([lastTurn.promise, running]);
        expect(restored).toEqual([undefined, 41n]);
        stop.abort();
        await running;
      },
    );
  });
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

/** Has the group joined anew, twice: another member comes and goes. */
async function joinAndLeave(kafka: Kafka, groupId: string, topic: string): Promise<void> {
  const member = kafka.consumer({ groupId, sessionTimeout: 6000, heartbeatInterval: 1000 });
  const joined = new Promise<void>((resolve) => member.on(member.events.GROUP_JOIN, () => resolve()));
  await member.connect();
  await member.subscribe({ topics: [topic] });
  await member.run({ eachBatch: () => Promise.resolve() });
  await joined;
  await member.disconnect();
}
