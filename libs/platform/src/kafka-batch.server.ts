import {
  EventPattern,
  Server,
  type BaseRpcContext,
  type CustomTransportStrategy,
} from '@nestjs/microservices';
import { isObservable, lastValueFrom } from 'rxjs';
import type { Consumer, EachBatchPayload, Kafka, KafkaMessage } from '@thalamus/kafka';
import { consumerDefaults, translateKafkaError } from '@thalamus/kafka';

const KAFKA_BATCH = Symbol('kafka batches');

/** Marks a handler `(records: KafkaMessage[], context: BatchContext)` for whole batches of a topic or of topics. */
export const BatchPattern = (topic: string | RegExp): MethodDecorator =>
  EventPattern(typeof topic === 'string' ? topic : topic.source, KAFKA_BATCH, {
    regex: topic instanceof RegExp,
  }) as unknown as MethodDecorator;

/** What a handler may do besides reading records. */
export class BatchContext implements Pick<BaseRpcContext, 'getArgs'> {
  constructor(
    private readonly payload: EachBatchPayload,
    private readonly consumer: Consumer,
  ) {}
  get topic(): string {
    return this.payload.batch.topic;
  }
  get partition(): number {
    return this.payload.batch.partition;
  }
  /** Last offset of the fetched batch, control records included. */
  get lastOffset(): number {
    return Number(this.payload.batch.lastOffset());
  }
  heartbeat(): Promise<void> {
    return this.payload.heartbeat();
  }
  /** The partition was taken away or sought elsewhere: drop the work. */
  isStale(): boolean {
    return this.payload.isStale() || !this.payload.isRunning();
  }
  /** Commits `next`, the offset to read from after a restart. */
  async commit(next: number): Promise<void> {
    await this.consumer.commitOffsets([
      { topic: this.topic, partition: this.partition, offset: String(next) },
    ]);
  }
  getArgs<T>(): T {
    return [this.payload, this.consumer] as T;
  }
}

export interface KafkaBatchServerOptions {
  readonly kafka: Kafka;
  readonly groupId: string;
  readonly partitionsConsumedConcurrently?: number;
  /** Called with every (re)join: everything held before is revoked. */
  readonly onJoin?: (assignment: Readonly<Record<string, number[]>>) => void;
  /** The consumer gave up: the process should end with this error. */
  readonly onCrash?: (error: Error) => void;
}

/** Nest transport over kafkajs' eachBatch: a handler gets records as they were fetched and commits by itself. */
export class KafkaBatchServer extends Server implements CustomTransportStrategy {
  override readonly transportId = KAFKA_BATCH;
  private consumer: Consumer | undefined;

  constructor(private readonly options: KafkaBatchServerOptions) {
    super();
  }

  async listen(callback: (error?: unknown) => void): Promise<void> {
    try {
      const consumer = this.options.kafka.consumer({ ...consumerDefaults, groupId: this.options.groupId });
      this.consumer = consumer;
      consumer.on(consumer.events.GROUP_JOIN, ({ payload }) =>
        this.options.onJoin?.(payload.memberAssignment),
      );
      consumer.on(consumer.events.CRASH, ({ payload }) => {
        if (!payload.restart)
          this.options.onCrash?.(translateKafkaError(payload.error, this.options.groupId));
      });
      await consumer.connect();
      await consumer.subscribe({ topics: this.topics(), fromBeginning: true });
      await consumer.run({
        autoCommit: false,
        partitionsConsumedConcurrently: this.options.partitionsConsumedConcurrently ?? 1,
        eachBatch: (payload) => this.dispatch(payload, consumer),
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
    throw new TypeError('KafkaBatchServer emits no events: pass onJoin and onCrash');
  }

  unwrap<T>(): T {
    return this.consumer as T;
  }

  private topics(): (string | RegExp)[] {
    return [...this.messageHandlers].map(([pattern, handler]) =>
      handler.extras?.['regex'] === true ? new RegExp(pattern) : pattern,
    );
  }

  /** Nest may answer with an Observable; its error must reach kafkajs, or the batch would count as handled. */
  private async dispatch(payload: EachBatchPayload, consumer: Consumer): Promise<void> {
    const handler = this.handlerOf(payload.batch.topic);
    const records: KafkaMessage[] = payload.batch.messages;
    const answer: unknown = await handler(records, new BatchContext(payload, consumer));
    if (isObservable(answer)) await lastValueFrom(answer, { defaultValue: undefined });
  }

  private handlerOf(topic: string) {
    const exact = this.getHandlerByPattern(topic);
    if (exact) return exact;
    for (const [pattern, handler] of this.messageHandlers)
      if (handler.extras?.['regex'] === true && new RegExp(pattern).test(topic)) return handler;
    throw new TypeError(`no handler for topic ${topic}`);
  }
}
