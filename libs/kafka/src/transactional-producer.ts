import type { Kafka, Producer, Transaction } from 'kafkajs';
import { offset, type Offset, type PartitionOffsets } from '@thalamus/contracts';
import { EncodedRecords } from './encoded-records.js';
import { compressionType, type Compression } from './kafka-connection.js';
import { translateKafkaError } from './kafka.errors.js';

/** A record with its place: partitions are computed by us, so that they are the Java client's. */
export interface OutgoingRecord {
  readonly topic: string;
  readonly partition: number;
  readonly key: string;
  /** null = tombstone. */
  readonly value: string | null;
}

/** Many records for one request, in the producer's own form: they cost no more memory than their bytes. */
export interface RecordLot {
  /** Bytes of keys and values, before compression. */
  readonly bytes: number;
  /** @param value null = tombstone */
  add(topic: string, partition: number, key: string, value: string | null): void;
}

/** One Kafka transaction. After a failure only {@link abort} is left, and the producer is of no more use. */
export interface ProducerTransaction {
  /**
   * Sends records in order; resolves when all replicas have them.
   * @param records few records, or a lot of the same producer
   * @returns the end offset of every partition touched: one past its last record
   * @throws {PipelineError} THAL-K001, THAL-K002 (fenced), THAL-K003
   */
  send(records: readonly OutgoingRecord[] | RecordLot): Promise<PartitionOffsets>;
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
  /** An empty lot. */
  lot(): RecordLot;
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

  lot(): RecordLot {
    return new EncodedRecords();
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

  async send(records: readonly OutgoingRecord[] | RecordLot): Promise<PartitionOffsets> {
    const lot = records instanceof EncodedRecords ? records : encode(records);
    try {
      const acknowledged = await this.transaction.sendBatch({
        acks: -1,
        compression: this.compression,
        topicMessages: lot.topicMessages(),
      });
      const ends: Record<string, Record<string, Offset>> = {};
      for (const { topicName, partition, baseOffset } of acknowledged) {
        const count = lot.count(topicName, partition);
        (ends[topicName] ??= {})[partition] = offset(Number(baseOffset) + count);
      }
      return ends;
    } catch (error) {
      throw translateKafkaError(error, `sending ${lot.bytes} bytes to ${lot.topicNames.join(', ')}`);
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

function encode(records: readonly OutgoingRecord[] | RecordLot): EncodedRecords {
  if (!Array.isArray(records)) throw new TypeError('a lot of another producer');
  const lot = new EncodedRecords();
  for (const { topic, partition, key, value } of records as readonly OutgoingRecord[])
    lot.add(topic, partition, key, value);
  return lot;
}
