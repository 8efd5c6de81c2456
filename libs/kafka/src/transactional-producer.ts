import type { Kafka, Producer, Transaction } from 'kafkajs';
import { offset, type Offset, type PartitionOffsets } from '@thalamus/contracts';
import { compressionType, type Compression } from './kafka-connection.js';
import { translateKafkaError } from './kafka.errors.js';

/** A record with its place: partitions are computed by us, so that they are the Java client's. */
export interface OutgoingRecord {
  readonly topic: string;
  readonly partition: number;
  readonly key: string | Buffer;
  /** null = tombstone. */
  readonly value: string | Buffer | null;
}

/** One Kafka transaction. After a failure only {@link abort} is left, and the producer is of no more use. */
export interface ProducerTransaction {
  /**
   * Sends records in order; resolves when all replicas have them.
   * @returns the end offset of every partition touched: one past its last record
   * @throws {PipelineError} THAL-K001, THAL-K002 (fenced), THAL-K003
   */
  send(records: readonly OutgoingRecord[]): Promise<PartitionOffsets>;
  commit(): Promise<void>;
  abort(): Promise<void>;
}

/**
 * Port of what capture needs of Kafka: transactions under one transactional id, of which the last one initialised is
 * alive. A producer whose transaction failed must not be used again, nor be replaced without taking over anew
 * (checkpoint-ownership.ts): to initialise is to fence, and the other one may be the rightful owner.
 */
export interface TransactionalProducer {
  /** Fences every earlier producer of the same id and aborts what it left open. */
  initialise(): Promise<void>;
  begin(): Promise<ProducerTransaction>;
  close(): Promise<void>;
}

export interface TransactionalProducerOptions {
  readonly transactionalId: string;
  readonly compression: Compression;
  /** How long a transaction may stay open before the broker aborts it, ms. At most the broker's transaction.max.timeout.ms. */
  readonly transactionTimeoutMs: number;
}

export class KafkaJsTransactionalProducer implements TransactionalProducer {
  private readonly producer: Producer;
  private readonly compression: number;

  constructor(kafka: Kafka, options: TransactionalProducerOptions) {
    this.compression = compressionType(options.compression);
    this.producer = kafka.producer({
      transactionalId: options.transactionalId,
      idempotent: true,
      maxInFlightRequests: 1,
      transactionTimeout: options.transactionTimeoutMs,
      allowAutoTopicCreation: false,
      // Small: CONCURRENT_TRANSACTIONS right after a commit is a matter of course.
      retry: { initialRetryTime: 10, maxRetryTime: 500, retries: 30, multiplier: 1.5 },
    });
  }

  async initialise(): Promise<void> {
    try {
      await this.producer.connect();
      // kafkajs asks for the producer id, which fences, with the first transaction (2.2.4, producer/index.js).
      const first = await this.producer.transaction();
      await first.abort();
    } catch (error) {
      throw translateKafkaError(error, 'initialising the transactional producer');
    }
  }

  async begin(): Promise<ProducerTransaction> {
    try {
      return new KafkaJsTransaction(await this.producer.transaction(), this.compression);
    } catch (error) {
      throw translateKafkaError(error, 'beginning a transaction');
    }
  }

  async close(): Promise<void> {
    await this.producer.disconnect();
  }
}

class KafkaJsTransaction implements ProducerTransaction {
  constructor(
    private readonly transaction: Transaction,
    private readonly compression: number,
  ) {}

  async send(records: readonly OutgoingRecord[]): Promise<PartitionOffsets> {
    const byTopic = Map.groupBy(records, (record) => record.topic);
    try {
      const acknowledged = await this.transaction.sendBatch({
        acks: -1,
        compression: this.compression,
        topicMessages: [...byTopic].map(([topic, messages]) => ({
          topic,
          messages: messages.map(({ partition, key, value }) => ({ partition, key, value })),
        })),
      });
      const sent = countByPartition(records);
      const ends: Record<string, Record<string, Offset>> = {};
      for (const { topicName, partition, baseOffset } of acknowledged) {
        const count = sent.get(topicName)?.get(partition) ?? 0;
        (ends[topicName] ??= {})[partition] = offset(Number(baseOffset) + count);
      }
      return ends;
    } catch (error) {
      throw translateKafkaError(
        error,
        `sending ${records.length} records to ${[...byTopic.keys()].join(', ')}`,
      );
    }
  }

  async commit(): Promise<void> {
    try {
      await this.transaction.commit();
    } catch (error) {
      throw translateKafkaError(error, 'committing a transaction');
    }
  }

  async abort(): Promise<void> {
    try {
      await this.transaction.abort();
    } catch (error) {
      throw translateKafkaError(error, 'aborting a transaction');
    }
  }
}

function countByPartition(records: readonly OutgoingRecord[]): Map<string, Map<number, number>> {
  const counts = new Map<string, Map<number, number>>();
  for (const { topic, partition } of records) {
    const ofTopic = counts.get(topic) ?? new Map<number, number>();
    if (ofTopic.size === 0) counts.set(topic, ofTopic);
    ofTopic.set(partition, (ofTopic.get(partition) ?? 0) + 1);
  }
  return counts;
}
