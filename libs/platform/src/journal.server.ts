import { EventPattern, Server, type CustomTransportStrategy } from '@nestjs/microservices';
import { isObservable, lastValueFrom } from 'rxjs';
import type { JournalType } from '@thalamus/contracts';
import { consumerDefaults, readEntry, translateKafkaError, type Consumer, type Kafka } from '@thalamus/kafka';

const JOURNAL = Symbol('journal');

/** Marks a handler `(entry: JournalEntry<T>)` for journal entries of one type. */
export const JournalEvent = (type: JournalType): MethodDecorator =>
  EventPattern(type, JOURNAL) as MethodDecorator;

export interface JournalServerOptions {
  readonly kafka: Kafka;
  readonly topic: string;
  readonly groupId: string;
  /** Where a group without a commit starts. */
  readonly fromBeginning: boolean;
  readonly onCrash?: (error: Error) => void;
}

/**
 * Nest transport of the journal: patterns are CloudEvents types. A handler that throws gets its entry again; types
 * without a handler are passed over.
 */
export class JournalServer extends Server implements CustomTransportStrategy {
  override readonly transportId = JOURNAL;
  private consumer: Consumer | undefined;

  constructor(private readonly options: JournalServerOptions) {
    super();
  }

  async listen(callback: (error?: unknown) => void): Promise<void> {
    const { kafka, topic, groupId, fromBeginning, onCrash } = this.options;
    try {
      const consumer = kafka.consumer({ ...consumerDefaults, groupId });
      this.consumer = consumer;
      consumer.on(consumer.events.CRASH, ({ payload }) => {
        if (!payload.restart) onCrash?.(translateKafkaError(payload.error, groupId));
      });
      await consumer.connect();
      await consumer.subscribe({ topics: [topic], fromBeginning });
      await consumer.run({
        autoCommitThreshold: 1,
        eachMessage: ({ message }) => this.dispatch(message.value, message.offset),
      });
      callback();
    } catch (error) {
      callback(error);
    }
  }

  async close(): Promise<void> {
    await this.consumer?.disconnect();
  }

  on(): never {
    throw new TypeError('JournalServer emits no events: pass onCrash');
  }

  unwrap<T>(): T {
    return this.consumer as T;
  }

  private async dispatch(value: Buffer | null, offset: string): Promise<void> {
    const entry = readEntry(value, this.options.topic, offset);
    const handler = entry && this.getHandlerByPattern(entry.type);
    if (!handler) return;
    const answer: unknown = await handler(entry);
    if (isObservable(answer)) await lastValueFrom(answer, { defaultValue: undefined });
  }
}
