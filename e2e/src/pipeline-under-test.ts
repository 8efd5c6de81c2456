import { mkdtempSync, readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parse } from 'yaml';
import { pipelineConfigSchema, Topics, type AnyJournalEntry, type PipelineConfig } from '@thalamus/contracts';
import { createKafka, readJournal } from '@thalamus/kafka';
import {
  cloneRoot,
  startStack,
  type ComponentName,
  type LocalStack,
  type OutsideServers,
} from '@thalamus/local-stack';
import { Warehouse } from '@thalamus/redshift';
import { openSample } from '@thalamus/sample-gme';

export type SourcePool = Awaited<ReturnType<typeof openSample>>;

export interface EventuallyOptions {
  readonly withinMs: number;
  readonly because: string;
}

/** Polls until `check` gives something other than false, undefined or an exception; then gives it. */
export async function eventually<T>(
  check: () => Promise<T | false | undefined> | T | false | undefined,
  { withinMs, because }: EventuallyOptions,
): Promise<T> {
  const started = performance.now();
  let last: unknown = 'it was false';
  for (;;) {
    try {
      const value = await check();
      if (value !== false && value !== undefined) return value;
    } catch (error) {
      last = error;
    }
    if (performance.now() - started > withinMs)
      throw new Error(`not within ${withinMs} ms: ${because}`, { cause: last });
    await pause(100);
  }
}

export interface PipelineOptions {
  /** pipeline.yaml, from the root of the clone. */
  readonly config: string;
  readonly sourceDatabase: string;
  /** Infrastructure that runs before the source is filled. */
  readonly infrastructure: readonly ComponentName[];
  /** Servers that take the place of some of it. */
  readonly servers?: OutsideServers;
  /** Creates the schema and the first rows. */
  readonly fill: (pool: SourcePool) => Promise<void>;
  readonly services: readonly (readonly [ComponentName, number])[];
}

/** A whole pipeline on a stack of its own, filled and started. */
export class PipelineUnderTest implements AsyncDisposable {
  readonly topics: Topics;
  readonly journal: AnyJournalEntry[] = [];
  private readonly ending = new AbortController();
  private reading: Promise<void> = Promise.resolve();

  private constructor(
    readonly stack: LocalStack,
    readonly config: PipelineConfig,
    readonly pool: SourcePool,
    readonly warehouse: Warehouse,
    private readonly options: PipelineOptions,
  ) {
    this.topics = new Topics(config.name, config.source.database);
  }

  static async start(options: PipelineOptions): Promise<PipelineUnderTest> {
    const file = isAbsolute(options.config) ? options.config : join(cloneRoot, options.config);
    const config = pipelineConfigSchema.parse(parse(readFileSync(file, 'utf8')));
    await mkdir(join(cloneRoot, '.thalamus', 'e2e'), { recursive: true });
    const stack = await startStack({
      dir: mkdtempSync(join(cloneRoot, '.thalamus', 'e2e', 'stack-')),
      ephemeral: true,
      components: options.infrastructure,
      config: file,
      sourceDatabase: options.sourceDatabase,
      ...(options.servers && { servers: options.servers }),
    });
    try {
      const pool = await openSample({ ...stack.endpoints.source, trustCertificate: true });
      const warehouse = new Warehouse({ ...stack.endpoints.warehouse, maxConnections: 4 });
      const pipeline = new PipelineUnderTest(stack, config, pool, warehouse, options);
      await options.fill(pool);
      await pipeline.startServices();
      return pipeline;
    } catch (error) {
      await stack.stop();
      throw error;
    }
  }

  private async startServices(): Promise<void> {
    for (const [name, replica] of this.options.services) await this.stack.service(name, replica).start();
    const kafka = createKafka({ brokers: this.stack.endpoints.kafka.brokers, clientId: 'e2e' });
    this.reading = readJournal(kafka, this.topics.journal, {
      onEntry: (entry) => this.journal.push(entry),
      signal: this.ending.signal,
    });
    // Its failure surfaces as a journal that stands still; the promise itself is awaited at the end.
    this.reading.catch(() => undefined);
  }

  entries<T extends AnyJournalEntry['type']>(type: T): Extract<AnyJournalEntry, { type: T }>[] {
    return this.journal.filter(
      (entry): entry is Extract<AnyJournalEntry, { type: T }> => entry.type === type,
    );
  }

  async sourceVersion(): Promise<bigint> {
    const { recordset } = await this.pool
      .request()
      .query<{ version: string }>('select change_tracking_current_version() as version');
    return BigInt(recordset[0]?.version ?? '0');
  }

  async execute(statement: string): Promise<void> {
    await this.pool.request().batch(statement);
  }

  /** Waits until the warehouse holds everything the source has committed so far, consistently. */
  async caughtUp(withinMs = 90_000): Promise<void> {
    const version = await this.sourceVersion();
    await eventually(
      () => {
        const last = this.entries('batch.applied').at(-1);
        return last && last.data.version >= version && last.data.consistent;
      },
      { withinMs, because: `TASTG reaches version ${version}, consistently` },
    ).catch((error: unknown) => {
      throw new Error(this.standing(), { cause: error });
    });
  }

  /** Where the pipeline stands, for a failure that cannot be looked at afterwards: its stack is gone by then. */
  private standing(): string {
    const { data } = this.entries('batch.applied').at(-1) ?? {};
    const sealed = this.entries('batch.sealed').at(-1)?.data;
    const halted = this.entries('service.halted').map((entry) => entry.data.message);
    const ends = this.stack
      .status()
      .filter(({ name }) => ['capture', 'loader'].includes(name))
      .map(({ name, replica, state, log }) => {
        const lines = readFileSync(log, 'utf8').trimEnd().split('\n');
        return `${name} ${replica}, ${state}:\n${lines
          .slice(-15)
          .map((line) => `  ${line.slice(0, 400)}`)
          .join('\n')}`;
      });
    return [
      `not caught up: applied batch ${data?.batch} at version ${data?.version}, consistent ${data?.consistent};` +
        ` sealed batch ${sealed?.batch} at version ${sealed?.version}`,
      ...halted,
      ...ends,
    ].join('\n');
  }

  async reported(withinMs = 120_000): Promise<void> {
    const version = await this.sourceVersion();
    await eventually(
      () =>
        this.entries('run.finished').some(
          (entry) => entry.data.outcome === 'succeeded' && entry.data.version >= version,
        ),
      { withinMs, because: `the reports reach version ${version}` },
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.ending.abort();
    await Promise.allSettled([this.reading, this.pool.close(), this.warehouse.close()]);
    await this.stack.stop();
  }
}
