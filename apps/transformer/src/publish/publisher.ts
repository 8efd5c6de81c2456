import { isPipelineError, PipelineError } from '@thalamus/contracts';
import type { ModelSpec } from '@thalamus/core/transform';
import { putManifest, type ObjectStore } from '@thalamus/object-store';
import { inParallel } from '@thalamus/platform';
import {
  buildCreateSchema,
  buildCreateTable,
  buildDropReplaced,
  buildDropTable,
  buildKeyTest,
  buildParquetCopy,
  buildRowTests,
  fromLanding,
  leftoverName,
  modelTable,
  publishStatements,
  readTableNames,
  testNames,
  type ModelTable,
  type PublishedRun,
  type RunsStore,
  type Session,
  type Swap,
  type TableDefinition,
  type Warehouse,
} from '@thalamus/redshift';
import type { ModelResult } from '@thalamus/spark';
import type { Schemas } from '../run/schemas.js';

export interface PublisherOptions {
  readonly warehouse: Warehouse;
  readonly store: ObjectStore;
  readonly runs: RunsStore;
  readonly schemas: Schemas;
  readonly iamRole: string;
  /** COPYs at a time. */
  readonly concurrency: number;
  /** Told of tables that could not be dropped; they are dropped at the next start. */
  readonly onLeftover: (error: unknown) => void;
}

export interface Publication extends PublishedRun {
  /** `r` and eight hexadecimal digits, unique to the run. */
  readonly tag: string;
  /** Key prefix of the run, ending with a slash. */
  readonly prefix: string;
  readonly specs: readonly ModelSpec[];
  readonly results: readonly ModelResult[];
  readonly signal: AbortSignal;
}

interface Loaded {
  readonly spec: ModelSpec;
  readonly table: ModelTable;
}

/** Brings computed models before their readers: COPY into tables beside, data tests, then one short transaction. */
export class Publisher {
  constructor(private readonly use: PublisherOptions) {}

  /** Drops what a run that died left beside the published tables, and forgets old runs. */
  async sweep(): Promise<void> {
    await this.use.warehouse.session(async (session) => {
      for (const schema of this.use.schemas.published) {
        const names = await readTableNames(session, schema);
        for (const table of names.filter((name) => leftoverName.test(name)))
          await session.query(buildDropTable({ schema, table }));
      }
      await this.use.runs.prune(session);
    });
  }

  /**
   * @throws PipelineError THAL-C002 when a data test fails: nothing is published then
   */
  async publish(publication: Publication): Promise<void> {
    const loaded = publication.specs.map((spec) => ({
      spec,
      table: modelTable(spec, this.use.schemas.of(spec.layer), publication.tag),
    }));
    for (const schema of this.use.schemas.published)
      await this.use.warehouse.query(buildCreateSchema(schema));
    try {
      await inParallel(loaded, this.use.concurrency, async (model) => {
        publication.signal.throwIfAborted();
        await this.load(model, publication);
      });
      publication.signal.throwIfAborted();
      const swaps = await this.swap(loaded, publication);
      await this.drop(swaps.filter(({ replaces }) => replaces).map(buildDropReplaced));
    } catch (error) {
      await this.drop(loaded.map(({ table }) => buildDropTable(table.next)));
      throw error;
    }
  }

  private async load({ spec, table }: Loaded, publication: Publication): Promise<void> {
    const result = publication.results.find(({ model }) => model === spec.id);
    if (!result)
      throw new PipelineError('THAL-X002', `Spark computed no ${spec.id} in the run ${publication.run}`);
    await this.use.warehouse.session(async (session) => {
      await session.query(buildCreateTable(table.next));
      if (result.rows > 0)
        await this.copy(session, spec, table, result, publication).catch(refusedRows(spec));
      await this.test(session, spec, table.next, result);
    });
  }

  private async copy(
    session: Session,
    spec: ModelSpec,
    { next, landing }: ModelTable,
    result: ModelResult,
    publication: Publication,
  ): Promise<void> {
    const { store, iamRole } = this.use;
    const files = result.files.map(({ url, bytes }) => ({ key: store.keyOf(asS3(url)), bytes }));
    const manifestUrl = await putManifest(store, `${publication.prefix}manifests/${spec.id}.json`, files);
    const copyTo = async (table: TableDefinition): Promise<void> => {
      const columns = table.columns.map(({ name }) => name);
      const { schema, table: name } = table;
      await session.query(buildParquetCopy({ schema, table: name, columns, manifestUrl, iamRole }));
    };
    if (landing === undefined) return copyTo(next);
    await session.query(buildCreateTable(landing));
    try {
      await copyTo(landing);
      await session.query(fromLanding(next, landing));
    } finally {
      await this.drop([buildDropTable(landing)]);
    }
  }

  private async test(
    session: Session,
    spec: ModelSpec,
    table: TableDefinition,
    result: ModelResult,
  ): Promise<void> {
    const counted = (await session.query<Record<string, string>>(buildRowTests(spec, table))).rows[0] ?? {};
    if (Number(counted['row_count']) !== result.rows)
      throw new PipelineError(
        'THAL-C002',
        `${spec.id}: ${counted['row_count'] ?? 'no'} rows were copied of ${result.rows} computed`,
      );
    const { rows } = await session.query<{ doubled: string }>(buildKeyTest(spec, table));
    const failed = testNames(spec)
      .map((name, at) => ({ name, count: Number(counted[`t${at}`]) }))
      .concat({ name: `${spec.key.join(', ')} is unique`, count: Number(rows[0]?.doubled) })
      .filter(({ count }) => count !== 0);
    if (failed.length > 0)
      throw new PipelineError(
        'THAL-C002',
        `${spec.id} breaks its data tests: ${failed.map(({ name, count }) => `${name} (${count} rows)`).join(', ')}`,
        { context: { model: spec.id } },
      );
  }

  private async swap(loaded: readonly Loaded[], publication: Publication): Promise<Swap[]> {
    const { warehouse, runs } = this.use;
    let swaps: Swap[] = [];
    await warehouse.transaction(
      async (session) => {
        const published = await runs.published(session);
        const newer = loaded.find(({ spec }) => (published.get(spec.id) ?? -1) > publication.batch);
        if (newer)
          throw new PipelineError(
            'THAL-C001',
            `${newer.spec.id} was published of a newer batch meanwhile: another transformer is at work`,
          );
        swaps = await this.plannedSwaps(session, loaded);
        for (const swap of swaps)
          for (const statement of publishStatements(swap)) await session.query(statement);
        await runs.write(session, publication);
      },
      {
        signal: publication.signal,
        happened: (session) => runs.happened(session, publication.run),
      },
    );
    return swaps;
  }

  private async plannedSwaps(session: Session, loaded: readonly Loaded[]): Promise<Swap[]> {
    const existing = new Set<string>();
    for (const schema of new Set(loaded.map(({ table }) => table.target.schema)))
      for (const name of await readTableNames(session, schema)) existing.add(`${schema}.${name}`);
    return loaded.map(({ table: { target, next } }) => ({
      target,
      next: { schema: next.schema, table: next.table },
      replaces: existing.has(`${target.schema}.${target.table}`),
    }));
  }

  /** After the fact: nobody sees these tables, so a failure is worth a line and no more. */
  private async drop(statements: readonly string[]): Promise<void> {
    for (const statement of statements)
      try {
        await this.use.warehouse.query(statement);
      } catch (error) {
        this.use.onLeftover(error);
      }
  }
}

/** Rows that COPY refuses are the model's fault: a NULL in its key, a text longer than declared. */
const refusedRows =
  (spec: ModelSpec) =>
  (error: unknown): never => {
    if (isPipelineError(error) && error.code === 'THAL-W004')
      throw new PipelineError('THAL-C002', `${spec.id}: the warehouse refused its rows: ${error.message}`, {
        cause: error,
      });
    throw error;
  };

const asS3 = (url: string): string => url.replace(/^s3a:/, 's3:');
