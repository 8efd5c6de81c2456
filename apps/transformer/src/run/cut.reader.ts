import {
  learn,
  planRun,
  splitModelTable,
  stagingInputs,
  type InputKnowledge,
  type ModelSpec,
  type RunPlan,
  type TableUnload,
} from '@thalamus/core/transform';
import type { ObjectStore } from '@thalamus/object-store';
import {
  buildInputSelect,
  buildUnload,
  type LedgerRow,
  type LedgerStore,
  type RunsStore,
  type Session,
  sqlStateOf,
  type Warehouse,
} from '@thalamus/redshift';
import { checkColumns } from './input-check.js';
import type { Schemas } from './schemas.js';

/** All inputs of a run, of one batch. */
export interface Cut {
  readonly plan: RunPlan;
  readonly ledger: LedgerRow;
  readonly known: InputKnowledge;
  /** Where each table's Parquet is: `s3://bucket/prefix/`. */
  readonly inputs: Readonly<Record<string, string>>;
}

export interface CutReaderOptions {
  readonly warehouse: Warehouse;
  readonly ledger: LedgerStore;
  readonly runs: RunsStore;
  readonly store: ObjectStore;
  readonly schemas: Schemas;
  readonly iamRole: string;
}

export interface CutRequest {
  readonly models: readonly ModelSpec[];
  readonly known: InputKnowledge;
  /** Key prefix for the files, ending with a slash. */
  readonly prefix: string;
  /** Compare declared columns with the catalogue first, for errors that name the column. */
  readonly checkColumns: boolean;
  readonly signal: AbortSignal;
}

/** SQLSTATE of a schema, or a table, that does not exist. */
const missingTable: ReadonlySet<string> = new Set(['3F000', '42P01']);

/**
 * Plans a run and unloads its inputs in one transaction: ledger, published models and every table are one snapshot, so
 * the run is of exactly the batch it says, however busy apply is meanwhile.
 */
export class CutReader {
  constructor(private readonly use: CutReaderOptions) {}

  /** @returns undefined while nothing has been applied */
  async read(request: CutRequest): Promise<Cut | undefined> {
    let attempt = 0;
    try {
      return await this.use.warehouse.transaction(
        // A try that was rolled back may have left files, also more of them than the next one writes.
        (session) => this.inTransaction(session, request, `${request.prefix}in${++attempt}/`),
        { attempts: 3, signal: request.signal },
      );
    } catch (error) {
      if (await this.isBeforeFirstApply(error)) return undefined;
      throw error;
    }
  }

  private async inTransaction(
    session: Session,
    request: CutRequest,
    prefix: string,
  ): Promise<Cut | undefined> {
    const { ledger: ledgers, runs } = this.use;
    const { models } = request;
    // The first statement takes the snapshot.
    const ledger = await ledgers.find(session);
    if (ledger === undefined || ledger.batch === 0) return undefined;
    const tables = stagingInputs(models);
    const known = learn(
      request.known,
      { firstBatch: ledger.batch, batch: ledger.batch, moved: tables },
      tables,
    );
    const plan = planRun({
      models,
      known,
      published: await runs.published(session),
      unready: new Set(ledger.consistent ? [] : tables),
    });
    if (request.checkColumns) await checkColumns(session, this.use.schemas, plan.unloads);
    const inputs: Record<string, string> = {};
    for (const unload of plan.unloads) inputs[unload.table] = await this.unload(session, unload, prefix);
    return { plan, ledger, known, inputs };
  }

  /** The loader makes its tables at its own start. Only the ledger's absence means that; any other table's is an error. */
  private async isBeforeFirstApply(error: unknown): Promise<boolean> {
    if (!missingTable.has(sqlStateOf(error) ?? '')) return false;
    return this.use.warehouse
      .session((session) => this.use.ledger.find(session))
      .then(
        (ledger) => ledger === undefined || ledger.batch === 0,
        (again: unknown) => missingTable.has(sqlStateOf(again) ?? ''),
      );
  }

  private async unload(session: Session, unload: TableUnload, prefix: string): Promise<string> {
    const { store, iamRole, schemas } = this.use;
    const { layer, name } = splitModelTable(unload.table);
    const prefixUrl = store.url(`${prefix}${layer}/${name}/`);
    const select = buildInputSelect(unload, { schema: schemas.of(layer), table: name });
    await session.query(buildUnload({ select, prefixUrl, iamRole }));
    return prefixUrl;
  }
}
