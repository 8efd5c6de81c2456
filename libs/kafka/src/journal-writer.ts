import { randomUUID } from 'node:crypto';
import type { Kafka, Producer } from 'kafkajs';
import {
  formatJournalEntry,
  type AnyJournalEntry,
  type JournalData,
  type JournalType,
  type Topics,
} from '@thalamus/contracts';
import { translateKafkaError } from './kafka.errors.js';

export interface JournalWriterOptions {
  /** CloudEvents source: `/loader/apply`. */
  readonly source: string;
  readonly now?: () => Date;
}

/** A journal entry ready to be written, for those who write it inside a transaction of their own. */
export function journalEntry<T extends JournalType>(
  type: T,
  subject: string,
  data: JournalData<T>,
  options: JournalWriterOptions,
): AnyJournalEntry {
  const time = (options.now?.() ?? new Date()).toISOString();
  return {
    specversion: '1.0',
    id: randomUUID(),
    source: options.source,
    type,
    time,
    subject,
    data,
  } as AnyJournalEntry;
}

/** An idempotent producer outside any transaction. @throws {PipelineError} THAL-K001, THAL-K003 */
export async function openProducer(kafka: Kafka): Promise<Producer> {
  const producer = kafka.producer({
    idempotent: true,
    maxInFlightRequests: 1,
    allowAutoTopicCreation: false,
  });
  try {
    await producer.connect();
  } catch (error) {
    throw translateKafkaError(error, 'opening a producer');
  }
  return producer;
}

/** Appends to the journal outside any transaction: acknowledged by all replicas, idempotent producer. */
export class JournalWriter {
  private constructor(
    private readonly producer: Producer,
    private readonly topic: string,
    private readonly options: JournalWriterOptions,
  ) {}

  static async open(kafka: Kafka, topics: Topics, options: JournalWriterOptions): Promise<JournalWriter> {
    return new JournalWriter(await openProducer(kafka), topics.journal, options);
  }

  /** @throws {PipelineError} THAL-K001, THAL-K003 */
  async append<T extends JournalType>(type: T, subject: string, data: JournalData<T>): Promise<void> {
    await this.appendAll(subject, [journalEntry(type, subject, data, this.options)]);
  }

  /** Several entries of one sync group in one request, in order. */
  async appendAll(subject: string, entries: readonly AnyJournalEntry[]): Promise<void> {
    if (entries.length === 0) return;
    try {
      await this.producer.send({
        topic: this.topic,
        acks: -1,
        messages: entries.map((entry) => ({ key: subject, value: formatJournalEntry(entry), partition: 0 })),
      });
    } catch (error) {
      throw translateKafkaError(
        error,
        `appending ${entries.map((entry) => entry.type).join(', ')} to the journal`,
      );
    }
  }

  entry<T extends JournalType>(type: T, subject: string, data: JournalData<T>): AnyJournalEntry {
    return journalEntry(type, subject, data, this.options);
  }

  async close(): Promise<void> {
    await this.producer.disconnect();
  }
}
