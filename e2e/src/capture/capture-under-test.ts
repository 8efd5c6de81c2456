import { mkdtempSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parse } from 'yaml';
import {
  changeEventSchema,
  pipelineConfigSchema,
  tableSchemaSchema,
  Topics,
  type AnyJournalEntry,
  type JournalData,
  type PipelineConfig,
  type Signal,
  type TableId,
  type TableSchema,
  type WireRow,
} from '@thalamus/contracts';
import { keyColumns } from '@thalamus/core/change';
import { createKafka, readJournal, readTopic, type Kafka } from '@thalamus/kafka';
import { cloneRoot, startStack, type LocalStack } from '@thalamus/local-stack';
import { SourceSnapshot } from '@thalamus/mssql';
import { openSample, runScript } from '@thalamus/sample-gme';

type SourcePool = Awaited<ReturnType<typeof openSample>>;
const fixture = join('e2e', 'fixtures', 'warehouse-types');

/** Capture between a source and Kafka, with nothing behind it: what it publishes is compared with the source itself. */
export class CaptureUnderTest implements AsyncDisposable {
  private constructor(
    readonly stack: LocalStack,
    readonly config: PipelineConfig,
    readonly pool: SourcePool,
    readonly kafka: Kafka,
    readonly topics: Topics,
  ) {}

  static async start(): Promise<CaptureUnderTest> {
    const file = join(cloneRoot, fixture, 'pipeline.yaml');
    const config = pipelineConfigSchema.parse(parse(await readFile(file, 'utf8')));
    await mkdir(join(cloneRoot, '.thalamus', 'e2e'), { recursive: true });
    const stack = await startStack({
      dir: mkdtempSync(join(cloneRoot, '.thalamus', 'e2e', 'capture-')),
      ephemeral: true,
      components: ['kafka', 'postgres', 'azure-sql-emulator'],
      config: file,
      sourceDatabase: config.source.database,
    });
    const pool = await openSample({ ...stack.endpoints.source, trustCertificate: true });
    const kafka = createKafka({ brokers: stack.endpoints.kafka.brokers, clientId: 'capture-test' });
    const topics = new Topics(config.name, config.source.database);
    const capture = new CaptureUnderTest(stack, config, pool, kafka, topics);
    for (const script of ['schema.sql', 'seed.sql']) await capture.run(script);
    return capture;
  }

  async run(script: string): Promise<void> {
    await runScript(this.pool, await readFile(join(cloneRoot, fixture, script), 'utf8'));
  }

  async execute(statement: string): Promise<void> {
    await this.pool.request().batch(statement);
  }

  async control(path: string, body: object): Promise<void> {
    const response = await fetch(`${this.stack.endpoints.source.controlUrl}${path}`, {
      method: 'POST',
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`${path}: ${await response.text()}`);
  }

  async signal(signal: Signal): Promise<void> {
    const producer = this.kafka.producer();
    await producer.connect();
    const messages = [{ key: this.config.name, value: JSON.stringify(signal) }];
    await producer.send({ topic: this.topics.signals, messages });
    await producer.disconnect();
  }

  async journal(): Promise<AnyJournalEntry[]> {
    const entries: AnyJournalEntry[] = [];
    await readJournal(this.kafka, this.topics.journal, {
      until: 'end',
      onEntry: (entry) => entries.push(entry),
    });
    return entries;
  }

  async batches(): Promise<JournalData<'batch.sealed'>[]> {
    return (await this.journal()).flatMap((entry) => (entry.type === 'batch.sealed' ? [entry.data] : []));
  }

  async sourceVersion(): Promise<bigint> {
    const { recordset } = await this.pool
      .request()
      .query<{ version: string }>('select change_tracking_current_version() as version');
    return BigInt(recordset[0]?.version ?? '0');
  }

  /** Waits for a batch that leaves nothing loading at the source's present version or later. */
  async caughtUp(options: { after?: number; withinMs?: number } = {}): Promise<JournalData<'batch.sealed'>> {
    const version = await this.sourceVersion();
    const deadline = performance.now() + (options.withinMs ?? 60_000);
    for (;;) {
      const last = await this.lastBatch();
      const isNew = (last?.batch ?? 0) > (options.after ?? 0);
      if (last && isNew && last.version >= version && last.loading.length === 0) return last;
      if (performance.now() > deadline)
        throw new Error(
          `capture did not reach version ${version}; last batch ${last?.batch} at ${last?.version}`,
        );
      await pause(100);
    }
  }

  private async lastBatch(): Promise<JournalData<'batch.sealed'> | undefined> {
    try {
      return (await this.batches()).at(-1);
    } catch {
      return undefined; // the journal is not there before capture's first start
    }
  }

  /** Generations readers see, by table. */
  async liveGenerations(): Promise<Map<TableId, number>> {
    const completed = (await this.batches()).flatMap((batch) => batch.completed);
    return new Map(completed.map(({ table, generation }) => [table, generation]));
  }

  /** Rows of each table's live generation, as a consumer of the topics has them, beside the source's own. */
  async compare(): Promise<{ published: Record<string, string[]>; source: Record<string, string[]> }> {
    const schemas = await this.schemas();
    const live = await this.liveGenerations();
    const published: Record<string, string[]> = {};
    const source: Record<string, string[]> = {};
    await using snapshot = await SourceSnapshot.open({
      ...this.stack.endpoints.source,
      trustCertificate: true,
      maxConnections: 1,
    });
    for (const [table, generation] of live) {
      const schema = schemas.get(table);
      if (!schema) throw new Error(`no schema of ${table}`);
      published[table] = canonical(schema, [...(await this.publishedRows(schema, generation)).values()]);
      const rows: WireRow[] = [];
      for await (const some of snapshot.rows(table, schema.columns))
        for (const row of some)
          rows.push(Object.fromEntries(schema.columns.map(({ name }, at) => [name, row[at]])) as WireRow);
      source[table] = canonical(schema, rows);
    }
    return { published, source };
  }

  private async publishedRows(schema: TableSchema, generation: number): Promise<Map<string, WireRow>> {
    const rows = new Map<string, WireRow>();
    await readTopic(this.kafka, this.topics.table(schema.table), {
      until: 'end',
      onRecord: ({ key, value }) => {
        const event = changeEventSchema.parse(JSON.parse(String(value)));
        if (!event.source.generation.some((each) => each === generation)) return;
        if (event.after === null) rows.delete(String(key));
        else rows.set(String(key), event.after);
      },
    });
    return rows;
  }

  /** The newest schema of each table. */
  async schemas(): Promise<Map<TableId, TableSchema>> {
    const schemas = new Map<TableId, TableSchema>();
    await readTopic(this.kafka, this.topics.schemas, {
      until: 'end',
      onRecord: ({ value }) => {
        const schema = tableSchemaSchema.parse(JSON.parse(String(value)));
        if ((schemas.get(schema.table)?.id ?? 0) < schema.id) schemas.set(schema.table, schema);
      },
    });
    return schemas;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.pool.close();
    await this.stack.stop();
  }
}

/** Rows as text in key order; a column added after a row was published is NULL there on both sides. */
function canonical(schema: TableSchema, rows: readonly WireRow[]): string[] {
  const key = keyColumns(schema).map(({ name }) => name);
  return rows
    .map((row) => {
      const values = schema.columns.map(({ name }) => row[name] ?? null);
      return `${JSON.stringify(key.map((name) => row[name]))} ${JSON.stringify(values)}`;
    })
    .sort();
}
