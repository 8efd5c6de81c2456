import { mkdtempSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import {
  batchNumber,
  changeVersion,
  generation,
  tableId,
  Topics,
  pipelineConfigSchema,
  type AnyJournalEntry,
  type JournalData,
  type PipelineConfig,
} from '@thalamus/contracts';
import {
  controlTopics,
  createKafka,
  ensureTopics,
  JournalWriter,
  readJournal,
  type Kafka,
} from '@thalamus/kafka';
import { cloneRoot, serviceEnvironment, startStack, type LocalStack } from '@thalamus/local-stack';
import { ObjectStore } from '@thalamus/object-store';
import { buildCreateTable, buildInsertRows, OperationsStore, Warehouse } from '@thalamus/redshift';
import { eventually } from '../pipeline-under-test.js';
import { ServiceProcess } from '../service-process.js';

type Finished = JournalData<'run.finished'>;
type Values = Record<string, unknown>;

interface DescribedModel {
  readonly model: string;
  readonly inputs: readonly { readonly table: string; readonly columns: readonly Column[] }[];
}
interface Column {
  readonly name: string;
  readonly type: string;
}

/** A transformer on a stack without source and loader: batches are applied as the test writes them. */
export class TransformerUnderTest implements AsyncDisposable {
  readonly journal: AnyJournalEntry[] = [];
  private readonly ending = new AbortController();
  private reading: Promise<void> = Promise.resolve();
  private readonly processes: ServiceProcess[] = [];
  private batch = 0;

  private constructor(
    readonly stack: LocalStack,
    readonly config: PipelineConfig,
    private readonly configFile: string,
    private readonly kafka: Kafka,
    private readonly writer: JournalWriter,
    readonly warehouse: Warehouse,
    readonly store: ObjectStore,
    private readonly operations: OperationsStore,
  ) {}

  static async open(): Promise<TransformerUnderTest> {
    await mkdir(join(cloneRoot, '.thalamus', 'e2e'), { recursive: true });
    const stack = await startStack({
      dir: mkdtempSync(join(cloneRoot, '.thalamus', 'e2e', 'transformer-')),
      ephemeral: true,
      components: ['kafka', 'postgres', 's3', 'redshift-emulator', 'spark'],
    });
    const document = {
      name: 'gme',
      source: { database: 'gme' },
      transform: { package: 'gme', debounceMs: 50 },
    };
    const config = pipelineConfigSchema.parse(document);
    const configFile = join(stack.paths.dir, 'pipeline.yaml');
    writeFileSync(configFile, stringify(document));
    const { kafka: broker, warehouse, s3 } = stack.endpoints;
    const kafka = createKafka({ brokers: broker.brokers, clientId: 'transformer-test' });
    const topics = new Topics('gme', 'gme');
    await ensureTopics(kafka, controlTopics(topics, config));
    const test = new TransformerUnderTest(
      stack,
      config,
      configFile,
      kafka,
      await JournalWriter.open(kafka, topics, { source: '/loader/apply' }),
      new Warehouse({ ...warehouse, maxConnections: 2 }),
      new ObjectStore({
        bucket: s3.bucket,
        region: s3.region,
        endpoint: s3.endpoint,
        credentials: { accessKeyId: s3.accessKeyId, secretAccessKey: s3.secretAccessKey },
      }),
      new OperationsStore('taops', 'gme'),
    );
    test.reading = readJournal(kafka, topics.journal, {
      onEntry: (entry) => test.journal.push(entry),
      signal: test.ending.signal,
    });
    // A failure shows as a journal that stands still; the promise itself is awaited at the end.
    test.reading.catch(() => undefined);
    return test;
  }

  /** Makes the ledger and empty TASTG tables of the columns that models declare. */
  async prepareWarehouse(): Promise<void> {
    await this.operations.prepare(this.warehouse, ['tastg', 'tadw', 'tarpt']);
    const answer = await fetch(`${this.stack.endpoints.spark.url}/models?package=gme`);
    const { models } = (await answer.json()) as { models: DescribedModel[] };
    const tables = new Map<string, Map<string, Column>>();
    for (const { table, columns } of models.flatMap(({ inputs }) => inputs)) {
      if (!table.startsWith('tastg.')) continue;
      const known = tables.get(table) ?? new Map<string, Column>();
      for (const column of columns) known.set(column.name, column);
      tables.set(table, known);
    }
    for (const [table, columns] of tables)
      await this.warehouse.query(
        buildCreateTable({
          schema: 'tastg',
          table: table.slice('tastg.'.length),
          columns: [...columns.values(), { name: '_batch', type: 'BIGINT' }],
        }),
      );
  }

  /** Applies a batch as the loader does: rows and ledger in one transaction, then the journal. */
  async apply(
    rows: Readonly<Record<string, readonly Values[]>>,
    options: {
      consistent?: boolean;
      statements?: readonly string[];
      moved?: readonly string[];
      silent?: boolean;
    } = {},
  ): Promise<number> {
    const batch = ++this.batch;
    const tables = [...Object.keys(rows), ...(options.moved ?? [])];
    const committedAt = new Date().toISOString();
    const version = changeVersion(batch * 10);
    const applied: JournalData<'batch.applied'> = {
      batch: batchNumber(batch),
      firstBatch: batchNumber(batch),
      version,
      tables: tables.map((target) => ({
        table: tableId('dbo', target),
        target,
        generation: generation(1),
        upserted: 1,
        deleted: 0,
        swapped: false,
      })),
      consistent: options.consistent ?? true,
      durationMs: 1,
      committedAt,
    };
    await this.warehouse.transaction(async (session) => {
      for (const [table, given] of Object.entries(rows))
        for (const values of given) {
          const names = Object.keys(values);
          const { text } = buildInsertRows({ schema: 'tastg', table }, names, 1);
          await session.query(text, Object.values(values));
        }
      for (const statement of options.statements ?? []) await session.query(statement);
      await this.operations.ledger.move(session, {
        previousBatch: batch - 1,
        firstBatch: batch,
        batch,
        version,
        consistent: applied.consistent,
        committedAt,
        announcement: '{}',
      });
    });
    if (options.silent !== true) await this.writer.append('batch.applied', 'gme', applied);
    return batch;
  }

  async start(): Promise<ServiceProcess> {
    const process = await ServiceProcess.start(
      'transformer',
      { ...serviceEnvironment(this.stack.endpoints, this.configFile), THALAMUS_HTTP_PORT: '0' },
      join(this.stack.paths.logsDir, 'transformer-under-test.log'),
    );
    this.processes.push(process);
    return process;
  }

  get finished(): Finished[] {
    return this.journal.flatMap((entry) => (entry.type === 'run.finished' ? [entry.data] : []));
  }

  /** The run that ended for a batch. A run of it that ended otherwise is told at once, with its error. */
  async ran(
    batch: number,
    outcome: Finished['outcome'] = 'succeeded',
    withinMs = 120_000,
  ): Promise<Finished> {
    const run = await eventually(() => this.finished.find((finished) => finished.batch === batch), {
      withinMs,
      because: `a run of batch ${batch} has ended`,
    });
    if (run.outcome !== outcome)
      throw new Error(`the run of batch ${batch} has ${run.outcome}: ${run.error}`);
    return run;
  }

  async rows(statement: string): Promise<Values[]> {
    return [...(await this.warehouse.query(statement)).rows];
  }

  async keys(prefix: string): Promise<string[]> {
    const keys: string[] = [];
    for await (const { key } of this.store.list(prefix)) keys.push(key);
    return keys;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.processes.map((process) => process.stop()));
    this.ending.abort();
    await Promise.allSettled([this.reading, this.writer.close(), this.warehouse.close()]);
    this.store[Symbol.dispose]();
    await this.stack.stop();
  }
}
