import { randomUUID } from 'node:crypto';
import { ensureTopics, partitionOf, readTopic, topicPartitions, type Kafka } from '@thalamus/kafka';
import { rule } from '../mark.js';

/** Topics and partitions as the services make and choose them. */
export function partitioning(kafka: () => Kafka): void {
  describe('topics', () => {
    it(rule('V', 'are made once by whoever comes first, with their settings'), async () => {
      const topic = `conformance-${randomUUID()}`;
      const spec = { topic, partitions: 4, replicationFactor: 1, config: { 'cleanup.policy': 'compact' } };
      await Promise.all([0, 1, 2].map(() => ensureTopics(kafka(), [spec])));
      await ensureTopics(kafka(), [{ ...spec, partitions: 9 }]);
      expect(await topicPartitions(kafka(), [topic])).toEqual(new Map([[topic, 4]]));
      const admin = kafka().admin();
      await admin.connect();
      const { resources } = await admin.describeConfigs({
        includeSynonyms: false,
        resources: [{ type: 2, name: topic, configNames: ['cleanup.policy'] }],
      });
      await admin.disconnect();
      expect(resources[0]?.configEntries.map(({ configValue }) => configValue)).toEqual(['compact']);
    });

    it(rule('V', 'our partition of a key is the one other clients choose'), async () => {
      const topic = `conformance-${randomUUID()}`;
      await ensureTopics(kafka(), [{ topic, partitions: 12, replicationFactor: 1 }]);
      const keys = Array.from({ length: 200 }, (_value, at) => JSON.stringify([at, `key ${at * 7919} ż`]));
      const producer = kafka().producer({ allowAutoTopicCreation: false });
      await producer.connect();
      await producer.send({ topic, messages: keys.map((key) => ({ key, value: 'x' })) });
      await producer.disconnect();
      const found = new Map<string, number>();
      await readTopic(kafka(), topic, {
        until: 'end',
        onRecord: ({ key }, partition) => found.set(String(key), partition),
      });
      expect(Object.fromEntries(found)).toEqual(
        Object.fromEntries(keys.map((key) => [key, partitionOf(key, 12)])),
      );
    });
  });
}
