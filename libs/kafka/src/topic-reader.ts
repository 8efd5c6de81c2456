import { randomUUID } from 'node:crypto';
import type { Kafka, KafkaMessage } from 'kafkajs';
import { consumerDefaults } from './kafka-connection.js';
import { translateKafkaError } from './kafka.errors.js';

export interface ReadOptions {
  readonly onRecord: (record: KafkaMessage, partition: number) => void;
  /** `end`: resolve once everything present at the time of the call is read. Otherwise read until aborted. */
  readonly until?: 'end';
  readonly signal?: AbortSignal;
  /** Called once, when everything present at the time of the call is read. */
  readonly onCaughtUp?: () => void;
}

/**
 * Reads a topic from its beginning with a group of its own that commits nothing.
 *
 * The end is known by position, not by record: aborted and control records never reach a handler, but END_BATCH_PROCESS
 * is emitted for batches that hold nothing else (kafkajs 2.2.4, consumer/runner.js).
 */
export async function readTopic(kafka: Kafka, topic: string, options: ReadOptions): Promise<void> {
  const waiting = await endOffsets(kafka, topic);
  const consumer = kafka.consumer({ ...consumerDefaults, groupId: `thalamus.reader.${randomUUID()}` });
  const caughtUp = Promise.withResolvers<void>();
  const failed = Promise.withResolvers<never>();
  failed.promise.catch(() => undefined); // awaited below; without a reader it must not be an unhandled rejection
  const reached = (partition: number, position: number): void => {
    if (position >= (waiting.get(partition) ?? Infinity)) waiting.delete(partition);
    if (waiting.size === 0) caughtUp.resolve();
  };
  consumer.on(consumer.events.CRASH, ({ payload }) => {
    if (!payload.restart) failed.reject(translateKafkaError(payload.error, `reading ${topic}`));
  });
  consumer.on(consumer.events.END_BATCH_PROCESS, ({ payload }) => {
    if (payload.topic === topic) reached(payload.partition, Number(payload.lastOffset) + 1);
  });
  try {
    await consumer.connect();
    await consumer.subscribe({ topics: [topic], fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachBatch: ({ batch }) => {
        for (const message of batch.messages) options.onRecord(message, batch.partition);
        reached(batch.partition, Number(batch.lastOffset()) + 1);
        return Promise.resolve();
      },
    });
    if (waiting.size === 0) caughtUp.resolve();
    const aborted = abortion(options.signal);
    await Promise.race([caughtUp.promise, failed.promise, aborted]);
    options.onCaughtUp?.();
    if (options.until !== 'end') await Promise.race([failed.promise, aborted]);
  } catch (error) {
    throw translateKafkaError(error, `reading ${topic}`);
  } finally {
    await consumer.disconnect();
  }
}

/** End offset (one past the last record, control records included) of each partition that holds anything. */
export async function endOffsets(kafka: Kafka, topic: string): Promise<Map<number, number>> {
  const admin = kafka.admin();
  try {
    await admin.connect();
    const offsets = await admin.fetchTopicOffsets(topic);
    const filled = offsets.filter((each) => Number(each.high) > Number(each.low));
    return new Map(filled.map((each) => [each.partition, Number(each.high)]));
  } catch (error) {
    throw translateKafkaError(error, `asking for the end of ${topic}`);
  } finally {
    await admin.disconnect();
  }
}

function abortion(signal: AbortSignal | undefined): Promise<void> {
  if (!signal) return new Promise(() => undefined);
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
