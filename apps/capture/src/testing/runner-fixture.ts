import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import {
  environmentSchema,
  parseJournalEntry,
  pipelineConfigSchema,
  Topics,
  type AnyJournalEntry,
  type Signal,
} from '@thalamus/contracts';
import type { SourceModel } from '@thalamus/core/testing';
import {
  createKafka,
  KafkaJsTransactionalProducer,
  readTopic,
  type Kafka,
  type TransactionalProducer,
} from '@thalamus/kafka';
import { createLogger, Health, Metrics } from '@thalamus/platform';
import { CaptureRunner, type CapturedSource } from '../capture.runner.js';
import type { LoggedRecord } from './memory-log.js';

/** A pipeline of its own on a real broker, its source a model. */
export class RunnerFixture {
  readonly name = `t${randomUUID().slice(0, 8)}`;
  readonly topics = new Topics(this.name, 'db');
  readonly kafka: Kafka;
  readonly health = new Health();
  private readonly log = createLogger(this.name, process.env['CAPTURE_TEST_LOG'] ?? 'silent');

  constructor(
    private readonly brokers: string,
    readonly source: SourceModel,
  ) {
    this.kafka = createKafka({ brokers: [brokers], clientId: 'capture-spec' });
  }

  /** A replica of capture, started. */
  start(decorateProducer?: (producer: TransactionalProducer) => TransactionalProducer) {
    const config = pipelineConfigSchema.parse({
      name: this.name,
      source: { database: 'db' },
      capture: { minPollMs: 20, maxPollMs: 50, chunkRows: 100 },
      kafka: { partitions: 2 },
    });
    const env = environmentSchema.parse({ THALAMUS_KAFKA_BROKERS: this.brokers });
    const runner = new CaptureRunner({
      settings: { config, env, topics: this.topics },
      log: this.log,
      metrics: new Metrics(['capture']),
      health: this.health,
      openSource: () => Promise.resolve(this.openModel()),
      ...(decorateProducer ? { decorateProducer } : {}),
    });
    const running = runner.start();
    running.finished.catch(() => undefined); // tests look at it when they mean to
    return running;
  }

  private openModel(): CapturedSource {
    const { source } = this;
    return {
      hasCommitTimes: source.hasCommitTimes,
      isolation: 'snapshot',
      state: {
        database: 'db',
        updateability: 'READ_WRITE',
        snapshotIsolation: true,
        isTracked: true,
        retention: null,
      },
      openPoll: () => source.openPoll(),
      readChunk: (request) => source.readChunk(request),
      requirePrerequisites: () => Promise.resolve([]),
      [Symbol.asyncDispose]: () => Promise.resolve(),
    };
  }

  /** What a read_committed reader sees of a topic now. */
  async visible(topic: string): Promise<LoggedRecord[]> {
    const records: LoggedRecord[] = [];
    await readTopic(this.kafka, topic, {
      until: 'end',
      onRecord: ({ key, value, offset }, partition) =>
        records.push({
          topic,
          partition,
          offset: Number(offset),
          key: String(key),
          value: value === null ? null : String(value),
        }),
    });
    return records;
  }

  async journal(): Promise<AnyJournalEntry[]> {
    return (await this.visible(this.topics.journal)).flatMap(
      ({ value }) => parseJournalEntry(value ?? '') ?? [],
    );
  }

  signal(signal: Signal): Promise<void> {
    return this.send(this.topics.signals, JSON.stringify(signal));
  }

  /** As if the checkpoints topic had been emptied. */
  forgetCheckpoint(): Promise<void> {
    return this.send(this.topics.checkpoints, null);
  }

  private async send(topic: string, value: string | null): Promise<void> {
    const producer = this.kafka.producer();
    await producer.connect();
    await producer.send({ topic, messages: [{ key: this.name, value }] });
    await producer.disconnect();
  }

  /** Takes the group over as another replica would, and does nothing with it. */
  async fence(): Promise<void> {
    const usurper = new KafkaJsTransactionalProducer(this.kafka, {
      transactionalId: `thalamus.capture.${this.name}`,
      compression: 'none',
      transactionTimeoutMs: 10_000,
    });
    await usurper.initialise();
    await usurper.close();
  }
}

export async function eventually<T>(
  check: () => Promise<T | undefined | false>,
  { withinMs, because }: { withinMs: number; because: string },
): Promise<T> {
  const deadline = performance.now() + withinMs;
  let last: unknown;
  for (;;) {
    try {
      const value = await check();
      if (value !== undefined && value !== false) return value;
    } catch (error) {
      last = error; // a topic that does not exist yet
    }
    if (performance.now() > deadline)
      throw new Error(`not within ${withinMs} ms: ${because}`, { cause: last });
    await pause(50);
  }
}
