import { mkdtempSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import {
  pipelineConfigSchema,
  tableId,
  Topics,
  type AnyJournalEntry,
  type PipelineConfig,
} from '@thalamus/contracts';
import {
  controlTopics,
  createKafka,
  ensureTopics,
  readJournal,
  readTopic,
  type Kafka,
} from '@thalamus/kafka';
import { cloneRoot, startStack, type ComponentName, type LocalStack } from '@thalamus/local-stack';
import { ObjectStore } from '@thalamus/object-store';
import { Warehouse } from '@thalamus/redshift';
import { eventually } from '../pipeline-under-test.js';
import { ServiceProcess } from '../service-process.js';
import { ScriptedCapture } from './scripted-capture.js';

export type LoaderRole = 'stage' | 'apply';
const partitions = 2;
const logsDir = join(cloneRoot, '.thalamus', 'e2e-logs');

/** Kafka, S3 and a warehouse for loaders; each test has a pipeline of its own in them. */
export class LoaderGround implements AsyncDisposable {
  private constructor(
    readonly stack: LocalStack,
    readonly kafka: Kafka,
    readonly warehouse: Warehouse,
  ) {}

  static async open(
    components: readonly ComponentName[] = ['kafka', 'postgres', 's3', 'redshift-emulator'],
  ): Promise<LoaderGround> {
    await mkdir(join(cloneRoot, '.thalamus', 'e2e'), { recursive: true });
    await mkdir(logsDir, { recursive: true });
    const stack = await startStack({
      dir: mkdtempSync(join(cloneRoot, '.thalamus', 'e2e', 'loader-')),
      ephemeral: true,
      components,
    });
    const kafka = createKafka({ brokers: stack.endpoints.kafka.brokers, clientId: 'loader-test' });
    return new LoaderGround(stack, kafka, new Warehouse({ ...stack.endpoints.warehouse, maxConnections: 2 }));
  }

  pipeline(
    name: string,
    overrides: Partial<Record<'stage' | 'apply', object>> = {},
  ): Promise<LoaderUnderTest> {
    return LoaderUnderTest.open(this, name, overrides);
  }

  /** Puts the warehouse into a mood: see the emulator's control endpoint. */
  async mood(mood: object): Promise<void> {
    const url = `${this.stack.endpoints.warehouse.controlUrl}/moods`;
    const answer = await fetch(url, { method: 'POST', body: JSON.stringify(mood) });
    if (!answer.ok) throw new Error(await answer.text());
  }

  /** What is left of the moods asked for. */
  async moods(): Promise<object> {
    const answer = await fetch(`${this.stack.endpoints.warehouse.controlUrl}/moods`);
    return (await answer.json()) as object;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.warehouse.close();
    await this.stack.stop();
  }
}

/** One pipeline with loaders, and capture as the test scripts it. */
export class LoaderUnderTest implements AsyncDisposable {
  readonly journal: AnyJournalEntry[] = [];
  private readonly loaders: ServiceProcess[] = [];
  private readonly ending = new AbortController();
  private reading: Promise<void> = Promise.resolve();
  readonly readingProblems: unknown[] = [];

  private constructor(
    readonly ground: LoaderGround,
    readonly config: PipelineConfig,
    readonly topics: Topics,
    readonly capture: ScriptedCapture,
    readonly store: ObjectStore,
    private readonly configFile: string,
  ) {}

  static async open(ground: LoaderGround, name: string, overrides: object): Promise<LoaderUnderTest> {
    const document = {
      name,
      source: { database: 'gme' },
      // Schemas of its own, for the warehouse is shared.
      warehouse: { stagingSchema: `tastg_${name}`, operationsSchema: `taops_${name}` },
      kafka: { partitions },
      stage: { idleMs: 100 },
      ...overrides,
    };
    const config = pipelineConfigSchema.parse(document);
    const configFile = join(ground.stack.paths.dir, `${name}.yaml`);
    writeFileSync(configFile, stringify(document));
    const topics = new Topics(name, 'gme');
    await eventually(() => ensureTopics(ground.kafka, controlTopics(topics, config)).then(() => true), {
      withinMs: 20_000,
      because: 'a broker that has just started serves new topics',
    });
    const { s3 } = ground.stack.endpoints;
    const store = new ObjectStore({
      bucket: s3.bucket,
      region: s3.region,
      endpoint: s3.endpoint,
      credentials: { accessKeyId: s3.accessKeyId, secretAccessKey: s3.secretAccessKey },
    });
    const capture = new ScriptedCapture(ground.kafka, topics, partitions, name);
    const loader = new LoaderUnderTest(ground, config, topics, capture, store, configFile);
    loader.reading = loader.follow();
    return loader;
  }

  /** A topic that was just made may refuse its first reader: begin again, from the beginning. */
  private async follow(): Promise<void> {
    const { signal } = this.ending;
    while (!signal.aborted)
      try {
        await readJournal(this.ground.kafka, this.topics.journal, {
          onEntry: (entry) => this.journal.push(entry),
          signal,
        });
      } catch (error) {
        this.journal.length = 0;
        this.readingProblems.push(error);
      }
  }

  entries<T extends AnyJournalEntry['type']>(type: T): Extract<AnyJournalEntry, { type: T }>[] {
    return this.journal.filter(
      (entry): entry is Extract<AnyJournalEntry, { type: T }> => entry.type === type,
    );
  }

  get lastApplied(): number {
    return Math.max(0, ...this.entries('batch.applied').map((entry) => entry.data.batch));
  }

  async start(...roles: LoaderRole[]): Promise<ServiceProcess> {
    const { kafka, s3, warehouse } = this.ground.stack.endpoints;
    const loader = await ServiceProcess.start(
      'loader',
      {
        THALAMUS_CONFIG: this.configFile,
        THALAMUS_KAFKA_BROKERS: kafka.brokers.join(','),
        THALAMUS_STORE_BUCKET: s3.bucket,
        THALAMUS_STORE_REGION: s3.region,
        THALAMUS_STORE_ENDPOINT: s3.endpoint,
        THALAMUS_STORE_ACCESS_KEY: s3.accessKeyId,
        THALAMUS_STORE_SECRET_KEY: s3.secretAccessKey,
        THALAMUS_WAREHOUSE_HOST: warehouse.host,
        THALAMUS_WAREHOUSE_PORT: String(warehouse.port),
        THALAMUS_WAREHOUSE_DATABASE: warehouse.database,
        THALAMUS_WAREHOUSE_USER: warehouse.user,
        THALAMUS_WAREHOUSE_PASSWORD: warehouse.password,
        THALAMUS_WAREHOUSE_SSL: String(warehouse.ssl),
        THALAMUS_WAREHOUSE_IAM_ROLE: warehouse.iamRole,
        THALAMUS_LOADER_ROLES: roles.join(','),
        THALAMUS_LOG_LEVEL: 'debug',
      },
      // Beside the stack's directory, which goes with it: a failed test is read here.
      join(logsDir, `${this.config.name}-${this.loaders.length}.log`),
    );
    this.loaders.push(loader);
    return loader;
  }

  /** Rows of a TASTG table, by its key column. */
  async rows(table: string, columns: string, orderBy = 'id'): Promise<Record<string, unknown>[]> {
    const { rows } = await this.ground.warehouse.query(
      `select ${columns} from ${this.config.warehouse.stagingSchema}.${table} order by ${orderBy}`,
    );
    return [...rows];
  }

  async operations(select: string): Promise<Record<string, unknown>[]> {
    const { rows } = await this.ground.warehouse.query(
      select.replaceAll('taops.', `${this.config.warehouse.operationsSchema}.`),
    );
    return [...rows];
  }

  /** Removes all events of a table from Kafka, as retention does. */
  async removeEvents(table: string): Promise<void> {
    const topic = this.topics.table(tableId('dbo', table));
    const admin = this.ground.kafka.admin();
    await admin.connect();
    try {
      const offsets = await admin.fetchTopicOffsets(topic);
      await admin.deleteTopicRecords({
        topic,
        partitions: offsets.map(({ partition, high }) => ({ partition, offset: high })),
      });
    } finally {
      await admin.disconnect();
    }
  }

  /** Makes stage begin again at the beginning; no stage may run. */
  async forgetStageOffsets(table: string): Promise<void> {
    const admin = this.ground.kafka.admin();
    await admin.connect();
    try {
      const topic = this.topics.table(tableId('dbo', table));
      await admin.resetOffsets({
        groupId: `thalamus.loader.stage.${this.config.name}`,
        topic,
        earliest: true,
      });
    } finally {
      await admin.disconnect();
    }
  }

  /** Values of a topic, from its beginning to its end. */
  async records(topic: string): Promise<string[]> {
    const values: string[] = [];
    await readTopic(this.ground.kafka, topic, {
      until: 'end',
      onRecord: ({ value }) => values.push(value?.toString('utf8') ?? ''),
    });
    return values;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.ending.abort();
    await Promise.allSettled(this.loaders.map((loader) => loader.stop()));
    await Promise.allSettled([this.reading, this.capture[Symbol.asyncDispose]()]);
    this.store[Symbol.dispose]();
  }
}
