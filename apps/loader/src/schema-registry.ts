import {
  tableSchemaSchema,
  PipelineError,
  type TableId,
  type TableSchema,
  type Topics,
} from '@thalamus/contracts';
import { readTopic, type Kafka } from '@thalamus/kafka';
import { retrying } from '@thalamus/platform';

/** Longest wait for a schema that a record names and the schemas topic has not shown yet, ms. */
const lookupDeadlineMs = 30_000;

/** Every schema of every table, followed from the compacted schemas topic. */
export class SchemaRegistry {
  private readonly schemas = new Map<string, TableSchema>();
  private readonly tablesByTopic = new Map<string, TableId>();
  private readonly waiting = new Map<string, Set<(schema: TableSchema) => void>>();
  private readonly stopping = new AbortController();
  private readonly caughtUp = Promise.withResolvers<void>();
  private following: Promise<void> | undefined;

  constructor(
    private readonly kafka: Kafka,
    private readonly topics: Topics,
  ) {}

  /** Resolves when everything published so far is known. */
  async start(): Promise<void> {
    this.following = this.follow();
    await Promise.race([this.caughtUp.promise, this.following]);
  }

  /** Reading again from the beginning is harmless: a schema never changes. */
  private async follow(): Promise<void> {
    const { signal } = this.stopping;
    await retrying(
      () =>
        readTopic(this.kafka, this.topics.schemas, {
          signal,
          onRecord: ({ value, offset }) => {
            if (value) this.accept(value.toString('utf8'), offset);
          },
          onCaughtUp: () => this.caughtUp.resolve(),
        }),
      { attempts: 10, baseMs: 500, maxMs: 5000, signal },
    );
  }

  /** Rejects when the topic cannot be followed any more. */
  get finished(): Promise<void> {
    return this.following ?? Promise.resolve();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    // A failure was told by `finished` already; stopping must not repeat it.
    await this.following?.catch(() => undefined);
  }

  /** Takes one record of the topic. @throws PipelineError THAL-K004 */
  accept(json: string, offset: string): void {
    const parsed = tableSchemaSchema.safeParse(parseJson(json));
    if (!parsed.success)
      throw new PipelineError('THAL-K004', `${this.topics.schemas} offset ${offset} is not a table schema`, {
        cause: parsed.error,
      });
    const schema = parsed.data;
    const key = schemaKey(schema.table, schema.id);
    this.schemas.set(key, schema);
    this.tablesByTopic.set(this.topics.table(schema.table), schema.table);
    for (const resolve of this.waiting.get(key) ?? []) resolve(schema);
    this.waiting.delete(key);
  }

  get(table: TableId, id: number): TableSchema | undefined {
    return this.schemas.get(schemaKey(table, id));
  }

  /** @throws PipelineError THAL-X002 when no schema of the topic's table is known. */
  tableOf(topic: string): TableId {
    const table = this.tablesByTopic.get(topic);
    if (table === undefined)
      throw new PipelineError('THAL-X002', `no schema is published for topic ${topic}`);
    return table;
  }

  knowsTopic(topic: string): boolean {
    return this.tablesByTopic.has(topic);
  }

  /**
   * The schema, waited for if need be: capture publishes it before the rows, but on another topic.
   * @throws PipelineError THAL-K004 when it does not come.
   */
  async wait(table: TableId, id: number): Promise<TableSchema> {
    const known = this.get(table, id);
    if (known) return known;
    const key = schemaKey(table, id);
    const { promise, resolve, reject } = Promise.withResolvers<TableSchema>();
    const waiters = this.waiting.get(key) ?? new Set();
    this.waiting.set(key, waiters.add(resolve));
    const timer = setTimeout(() => {
      waiters.delete(resolve);
      reject(new PipelineError('THAL-K004', `schema ${id} of ${table} is not on ${this.topics.schemas}`));
    }, lookupDeadlineMs);
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
    }
  }
}

function schemaKey(table: TableId, id: number): string {
  return `${table}#${id}`;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    return error;
  }
}
