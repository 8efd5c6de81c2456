import {
  PipelineError,
  type Checkpoint,
  type Environment,
  type PipelineConfig,
  type Topics,
} from '@thalamus/contracts';
import { emptyCheckpoint, type Source } from '@thalamus/core/capture';
import {
  CheckpointOwnership,
  controlTopics,
  createKafka,
  ensureTopics,
  KafkaJsTransactionalProducer,
  readJournal,
  SignalConsumer,
  topicPartitions,
  type Kafka,
  type Ownership,
  type TopicSpec,
  type TransactionalProducer,
} from '@thalamus/kafka';
import { SourceDatabase, type SourceOptions } from '@thalamus/mssql';
import { retrying, type Health, type Logger, type Metrics, type Settings } from '@thalamus/platform';
import { CaptureLoop } from './capture-loop.js';
import type { CaptureTurn } from './capture-turn.js';
import { chunkReaders } from './chunk-load.js';
import { EventOutbox } from './event-outbox.js';
import { SchemaRegistry } from './schema-registry.js';
import { SignalDesk } from './signal-desk.js';

/** A transaction holds one poll, and a poll may be one transaction of millions of rows. Brokers allow 15 minutes. */
const transactionTimeoutMs = 600_000;
/** Control topics have one partition. */
const checkpointPartition = 0;

export interface CaptureDependencies {
  readonly settings: Settings;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly health: Health;
  /** For tests: another source than the database of the settings. */
  readonly openSource?: () => Promise<CapturedSource>;
  /** For tests: wraps or replaces the producer. */
  readonly decorateProducer?: (producer: TransactionalProducer) => TransactionalProducer;
  readonly now?: () => Date;
}

/** A source as a turn opens it, asks it and closes it. */
export type CapturedSource = Source &
  AsyncDisposable &
  Pick<SourceDatabase, 'isolation' | 'state' | 'requirePrerequisites'>;

/** Captures one sync group while this replica owns it; stands by otherwise. */
export class CaptureRunner {
  private readonly kafka: Kafka;
  private readonly stopping = new AbortController();
  private running: Promise<void> | undefined;

  constructor(private readonly dependencies: CaptureDependencies) {
    const { env, config } = dependencies.settings;
    this.kafka = createKafka({
      brokers: env.THALAMUS_KAFKA_BROKERS,
      clientId: `thalamus-capture-${config.name}`,
      initialRetryMs: 10,
    });
  }

  /** Starts; `finished` resolves after {@link stop} and rejects on an error that needs a person. */
  start(): { readonly finished: Promise<void>; stop: () => Promise<void> } {
    this.running ??= this.run();
    return { finished: this.running, stop: () => this.stop() };
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running?.catch(() => undefined); // `finished` has told it
  }

  private async run(): Promise<void> {
    const { settings, health, metrics, log } = this.dependencies;
    const { config, topics } = settings;
    const { signal } = this.stopping;
    await this.prepareTopics(config, topics, signal);
    if (signal.aborted) return;
    health.report('ownership', true, 'standby');
    const ownership = new CheckpointOwnership({
      kafka: this.kafka,
      topic: topics.checkpoints,
      group: config.name,
      groupId: `thalamus.capture.${config.name}`,
      partition: checkpointPartition,
      createProducer: () => this.createProducer(),
      work: (owned) => this.work(owned),
      onOwner: (isOwner) => {
        metrics.set('thalamus_capture_owner', { sync_group: config.name }, isOwner ? 1 : 0);
        health.report('ownership', true, isOwner ? 'owner' : 'standby');
        log.info({ group: config.name, isOwner }, isOwner ? 'owner of the sync group' : 'standing by');
      },
      onRetry: (error, pauseMs) =>
        log.warn({ code: error.code, err: error, pauseMs }, 'turn failed, taking over again'),
    });
    await ownership.run(signal);
  }

  private async prepareTopics(config: PipelineConfig, topics: Topics, signal: AbortSignal): Promise<void> {
    const { log } = this.dependencies;
    await retrying(() => ensureTopics(this.kafka, controlTopics(topics, config)), {
      attempts: Infinity,
      baseMs: 500,
      maxMs: 10_000,
      signal,
      onRetry: (error, attempt, pauseMs) => log.warn({ code: error.code, attempt, pauseMs }, error.message),
    }).catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
  }

  private createProducer(): TransactionalProducer {
    const { settings, decorateProducer } = this.dependencies;
    const producer = new KafkaJsTransactionalProducer(this.kafka, {
      transactionalId: `thalamus.capture.${settings.config.name}`,
      compression: settings.config.capture.compression,
      transactionTimeoutMs,
    });
    return decorateProducer ? decorateProducer(producer) : producer;
  }

  /** One turn as owner: everything it uses is made for it and closed with it. */
  private async work({ checkpoint, producer, partition, signal }: Ownership): Promise<void> {
    const { settings, log, metrics, health, openSource, now = () => new Date() } = this.dependencies;
    const { config, env, topics } = settings;
    await using source = await (openSource?.() ?? SourceDatabase.open(sourceOptions(config, env)));
    for (const leftOut of await source.requirePrerequisites(config.source)) log.warn(`left out: ${leftOut}`);
    this.tellIsolation(source);
    const turn: CaptureTurn = {
      config,
      log,
      metrics,
      producer,
      source,
      registry: await SchemaRegistry.load(this.kafka, topics),
      outbox: new EventOutbox((specs) => this.provideTopics(specs), topics, config, partition, now),
      now,
      checkpoint: checkpoint ?? (await this.beginning()),
    };
    const desk = new SignalDesk();
    const signals = await this.startSignals(config, topics, desk);
    log.info(
      { version: turn.checkpoint.version.toString(), lastBatch: turn.checkpoint.lastBatch },
      checkpoint ? 'goes on from its checkpoint' : 'starts from nothing',
    );
    try {
      await new CaptureLoop(turn, desk, health).run(signal);
    } finally {
      desk.close();
      await signals.close();
    }
  }

  /** The checkpoint of a group that was never captured. @throws {PipelineError} THAL-K005 when it was */
  private async beginning(): Promise<Checkpoint> {
    const { config, topics } = this.dependencies.settings;
    let last: number | undefined;
    await readJournal(this.kafka, topics.journal, {
      until: 'end',
      onEntry: (entry) => {
        if (entry.type === 'batch.sealed' && entry.subject === config.name) last = entry.data.batch;
      },
    });
    if (last !== undefined)
      throw new PipelineError(
        'THAL-K005',
        `${topics.checkpoints} holds no checkpoint of ${config.name}, but ${topics.journal} holds its batch ${last}`,
      );
    return emptyCheckpoint(config.name);
  }

  private async provideTopics(specs: readonly TopicSpec[]): Promise<ReadonlyMap<string, number>> {
    await ensureTopics(this.kafka, specs);
    return topicPartitions(
      this.kafka,
      specs.map((spec) => spec.topic),
    );
  }

  private startSignals(config: PipelineConfig, topics: Topics, desk: SignalDesk): Promise<SignalConsumer> {
    return SignalConsumer.start({
      kafka: this.kafka,
      topic: topics.signals,
      group: config.name,
      groupId: `thalamus.capture.${config.name}.signals`,
      onSignal: (signal) => desk.receive(signal),
      onUnreadable: (problem) => this.dependencies.log.warn({ problem }, 'a signal cannot be read'),
    });
  }

  private tellIsolation(source: CapturedSource): void {
    const { log } = this.dependencies;
    const { database, retention } = source.state;
    log.info({ database, retention, isolation: source.isolation }, 'connected to the source');
    if (source.isolation !== 'snapshot')
      log.warn(
        `SNAPSHOT isolation is off: polls read under READ COMMITTED and validate twice, and a batch may hold rows newer than its version. ALTER DATABASE [${database}] SET ALLOW_SNAPSHOT_ISOLATION ON, then restart capture.`,
      );
    if (!source.hasCommitTimes)
      log.warn(
        'VIEW DATABASE STATE is missing: commit times are those of the polls. GRANT VIEW DATABASE STATE.',
      );
  }
}

function sourceOptions(config: PipelineConfig, env: Environment): SourceOptions {
  return {
    host: env.THALAMUS_SOURCE_HOST,
    port: env.THALAMUS_SOURCE_PORT,
    database: config.source.database,
    user: env.THALAMUS_SOURCE_USER,
    password: env.THALAMUS_SOURCE_PASSWORD,
    encrypt: env.THALAMUS_SOURCE_ENCRYPT,
    trustCertificate: env.THALAMUS_SOURCE_TRUST_CERTIFICATE,
    maxConnections: 1 + chunkReaders,
  };
}
