import {
  batchNumber,
  generation,
  PipelineError,
  type JournalData,
  type PipelineConfig,
  type Rejected,
} from '@thalamus/contracts';
import type { ApplyPlan, TableLoad, TableState } from '@thalamus/core/load';
import type { ObjectStore } from '@thalamus/object-store';
import { inParallel } from '@thalamus/platform';
import {
  buildAddColumn,
  buildCreateTable,
  buildDelete,
  buildDropTable,
  buildInsert,
  buildWidenColumn,
  keyColumns,
  publishStatements,
  quoteTable,
  readTableNames,
  replacedName,
  sqlStateOf,
  tableDefinition,
  type OperationsStore,
  type Session,
  type Swap,
  type TableName,
  type Warehouse,
} from '@thalamus/redshift';
import { formatAnnouncement } from './announcement.js';
import { StageTables } from './stage-tables.js';
import { TableCopier, type CopiedTable } from './table-copier.js';
import { tableRecords, tablesAfter } from './table-records.js';

export interface ApplierOptions {
  readonly warehouse: Warehouse;
  readonly store: ObjectStore;
  readonly operations: OperationsStore;
  readonly config: PipelineConfig;
  readonly iamRole: string;
  readonly now: () => Date;
  readonly onRetry: (error: Error, attempt: number) => void;
}

export interface Applied {
  readonly data: JournalData<'batch.applied'>;
  readonly tables: readonly TableState[];
  readonly rejected: readonly Rejected[];
}

const duplicateColumn = '42701';

/** Carries out a plan: DDL, COPYs side by side, then everything that readers see in one transaction. */
export class WarehouseApplier {
  private readonly stages: StageTables;
  private readonly copier: TableCopier;
  private readonly staging: string;

  constructor(private readonly options: ApplierOptions) {
    const { config, store, warehouse, iamRole, now } = options;
    this.staging = config.warehouse.stagingSchema;
    this.stages = new StageTables(config.warehouse.operationsSchema, config.name);
    const manifestPrefix = `${config.stage.prefix}/${config.name}/_manifests`;
    this.copier = new TableCopier({ warehouse, store, iamRole, manifestPrefix, now });
  }

  sweep(): Promise<number> {
    return this.stages.sweep(this.options.warehouse);
  }

  /** @param known tables as the plan saw them */
  async apply(plan: ApplyPlan, known: readonly TableState[]): Promise<Applied> {
    const startedAt = performance.now();
    await this.prepareTables(plan);
    const stages: TableName[] = [];
    try {
      const copied = await inParallel(
        plan.tables.filter((load) => load.copies.length > 0),
        this.options.config.apply.copyConcurrency,
        (load) => {
          const stage = this.stages.next(load.target);
          stages.push(stage);
          return this.copier.copy(load, stage);
        },
      );
      const data = await this.commit(plan, known, copied, startedAt);
      await this.dropRetired(plan);
      const rejected = copied.flatMap((table) => table.rejected);
      return { data, tables: tablesAfter(plan, known), rejected };
    } finally {
      // Leftovers cost space only, and are swept at the next start.
      await this.stages.drop(this.options.warehouse, stages).catch(() => undefined);
    }
  }

  /** DDL comes before the transaction: Redshift refuses part of it inside, and all of it locks. */
  private async prepareTables(plan: ApplyPlan): Promise<void> {
    if (plan.tables.every((load) => load.changes.length === 0 && !load.swap)) return;
    await this.options.warehouse.session(async (session) => {
      for (const load of plan.tables) {
        for (const change of load.changes) await this.change(session, load, change);
        if (load.swap) await this.clearWay(session, load);
      }
    });
  }

  private async change(
    session: Session,
    load: TableLoad,
    change: TableLoad['changes'][number],
  ): Promise<void> {
    const name = this.physical(load);
    switch (change.kind) {
      case 'create':
        // A table of this name that no ledger knows is left over from an apply that did not commit.
        await session.query(buildDropTable(name));
        await session.query(buildCreateTable(tableDefinition(load.schema, name)));
        return;
      case 'add-column':
        await session
          .query(buildAddColumn(name, { name: change.column, type: change.type }))
          .catch((error: unknown) => {
            if (sqlStateOf(error) !== duplicateColumn) throw error;
          });
        return;
      case 'widen-column':
        await session.query(buildWidenColumn(name, change.column, change.to));
    }
  }

  /** @throws PipelineError THAL-W003 when the target's name is taken by a table that is not ours. */
  private async clearWay(session: Session, load: TableLoad): Promise<void> {
    await session.query(buildDropTable(replacedName(this.swapOf(load))));
    if (replacesTarget(load)) return;
    const names = await readTableNames(session, this.staging);
    if (names.includes(load.target))
      throw new PipelineError(
        'THAL-W003',
        `${this.staging}.${load.target} exists and was not made by this pipeline; rename or drop it`,
      );
  }

  private async commit(
    plan: ApplyPlan,
    known: readonly TableState[],
    copied: readonly CopiedTable[],
    startedAt: number,
  ): Promise<JournalData<'batch.applied'>> {
    const { operations, warehouse, config } = this.options;
    const byLoad = new Map(copied.map((table) => [table.load, table]));
    return warehouse.transaction((session) => this.write(session, plan, known, byLoad, startedAt), {
      attempts: config.apply.maxAttempts,
      onRetry: this.options.onRetry,
      happened: async (session) => (await operations.ledger.read(session)).batch === plan.batch,
    });
  }

  private async write(
    session: Session,
    plan: ApplyPlan,
    known: readonly TableState[],
    copied: ReadonlyMap<TableLoad, CopiedTable>,
    startedAt: number,
  ): Promise<JournalData<'batch.applied'>> {
    const { operations } = this.options;
    // First: the ledger row's lock makes loaders queue up, and its condition turns the second one away.
    await operations.ledger.fence(session, plan.previousBatch);
    const tables: JournalData<'batch.applied'>['tables'] = [];
    for (const load of plan.tables) {
      const stage = copied.get(load)?.stage;
      const upserted = stage === undefined ? 0 : await this.merge(session, load, stage);
      if (load.swap)
        for (const statement of publishStatements(this.swapOf(load))) await session.query(statement);
      tables.push({
        table: load.table,
        target: load.target,
        generation: generation(load.generation),
        upserted,
        deleted: load.deletes,
        swapped: load.swap,
      });
    }
    const { changed, gone } = tableRecords(plan, known);
    await operations.load.writeTables(session, plan.batch, changed, gone);
    const moved = new Map([...plan.positions].filter(([, { batch }]) => batch >= plan.firstBatch));
    await operations.load.writePositions(session, plan.batch, moved);
    await operations.deviations.writeRejected(
      session,
      [...copied.values()].flatMap((table) => table.rejected),
    );
    await operations.deviations.writeCoercions(session, plan.batch, plan.coercions);
    const data: JournalData<'batch.applied'> = {
      batch: batchNumber(plan.batch),
      firstBatch: batchNumber(plan.firstBatch),
      version: plan.version,
      tables,
      consistent: plan.consistent,
      durationMs: Math.round(performance.now() - startedAt),
      committedAt: plan.committedAt,
    };
    await operations.ledger.move(session, { ...plan, announcement: formatAnnouncement(data) });
    return data;
  }

  private async merge(session: Session, load: TableLoad, stage: TableName): Promise<number> {
    const merge = {
      target: this.physical(load),
      stage,
      keys: keyColumns(load.schema),
      columns: load.insertColumns,
    };
    await session.query(buildDelete(merge));
    return (await session.query(buildInsert(merge))).rowCount;
  }

  /** After the commit: a view still bound to an old table may refuse, which must not undo the swap. */
  private async dropRetired(plan: ApplyPlan): Promise<void> {
    for (const load of plan.tables.filter((each) => each.swap)) {
      const retired = load.retired
        .filter((state) => state.physical !== load.target)
        .map((state) => ({ schema: this.staging, table: state.physical }));
      for (const table of [...retired, replacedName(this.swapOf(load))])
        await this.options.warehouse
          .query(`drop table if exists ${quoteTable(table)}`)
          .catch((error: unknown) => this.options.onRetry(error as Error, 0));
    }
  }

  private physical(load: TableLoad): TableName {
    return { schema: this.staging, table: load.physical };
  }

  private swapOf(load: TableLoad): Swap {
    return {
      target: { schema: this.staging, table: load.target },
      next: this.physical(load),
      replaces: replacesTarget(load),
    };
  }
}

function replacesTarget(load: TableLoad): boolean {
  return load.retired.some((state) => state.physical === load.target);
}
