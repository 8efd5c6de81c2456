import { PipelineError, isPipelineError, type Rejected } from '@thalamus/contracts';
import { nullSentinel, stagedExtraColumns, type CopySet, type TableLoad } from '@thalamus/core/load';
import { putManifest, type ObjectStore } from '@thalamus/object-store';
import {
  buildCreateTable,
  buildCsvCopy,
  lastCopyCount,
  quoteTable,
  readLoadErrors,
  stageDefinition,
  type LoadError,
  type Session,
  type TableName,
  type Warehouse,
} from '@thalamus/redshift';
import { rejectedRows } from './rejected-rows.js';

/** COPY leaves out at most this many rows of a file set; more is not bad luck but a wrong type map. */
const maxRejectedRows = 1000;

export interface CopierOptions {
  readonly warehouse: Warehouse;
  readonly store: ObjectStore;
  readonly iamRole: string;
  /** Prefix of manifests in the bucket. */
  readonly manifestPrefix: string;
  readonly now: () => Date;
}

export interface CopiedTable {
  readonly load: TableLoad;
  readonly stage: TableName;
  readonly rejected: readonly Rejected[];
  readonly copied: number;
}

/** Brings the files of one table into a fresh stage table, and proves by count that all of them arrived. */
export class TableCopier {
  constructor(private readonly options: CopierOptions) {}

  async copy(load: TableLoad, stage: TableName): Promise<CopiedTable> {
    return this.options.warehouse.session(async (session) => {
      await this.create(session, load, stage);
      try {
        return await this.copyAll(session, load, stage, false);
      } catch (error) {
        if (!isPipelineError(error) || error.code !== 'THAL-W004') throw error;
      }
      // Some rows are unfit: start over and let COPY leave them out, each with its place and reason.
      await session.query(`delete from ${quoteTable(stage)}`);
      return this.copyAll(session, load, stage, true);
    });
  }

  private async create(session: Session, load: TableLoad, stage: TableName): Promise<void> {
    await session.query(buildCreateTable(stageDefinition(load.schema, load.stageColumns, stage)));
  }

  /** COPYs into one table queue up in Redshift anyway, so they run one after another on one connection. */
  private async copyAll(
    session: Session,
    load: TableLoad,
    stage: TableName,
    leaveOut: boolean,
  ): Promise<CopiedTable> {
    const rejected: Rejected[] = [];
    let copied = 0;
    for (const [at, set] of load.copies.entries()) {
      const manifestKey = `${this.options.manifestPrefix}/${stage.table}-${at}.json`;
      const manifestUrl = await putManifest(this.options.store, manifestKey, set.files);
      try {
        const result = await this.copySet(session, stage, set, manifestUrl, leaveOut);
        copied += result.copied;
        if (result.errors.length > 0)
          rejected.push(...(await rejectedRows(load, set, result.errors, this.options)));
      } finally {
        await this.options.store.delete([manifestKey]);
      }
    }
    return { load, stage, rejected, copied };
  }

  private async copySet(
    session: Session,
    stage: TableName,
    set: CopySet,
    manifestUrl: string,
    leaveOut: boolean,
  ): Promise<{ copied: number; errors: readonly LoadError[] }> {
    const columns = [...set.schema.columns.map((column) => column.target), ...stagedExtraColumns];
    await session.query(
      buildCsvCopy({
        ...stage,
        columns,
        manifestUrl,
        iamRole: this.options.iamRole,
        nullAs: nullSentinel,
        ...(leaveOut && { maxErrors: maxRejectedRows }),
      }),
    );
    const { rows } = await session.query<{ copied: string | number }>(lastCopyCount);
    const copied = Number(rows[0]?.copied ?? 0);
    const expected = set.files.reduce((sum, file) => sum + file.rows, 0);
    const errors = leaveOut && copied !== expected ? firstOfEachLine(await readLoadErrors(session)) : [];
    if (copied + errors.length !== expected)
      throw new PipelineError(
        'THAL-W005',
        `${set.files.length} files of ${set.schema.table} hold ${expected} rows; ` +
          `COPY loaded ${copied} and refused ${errors.length}`,
        { context: { files: set.files.slice(0, 10).map((file) => file.key) } },
      );
    return { copied, errors };
  }
}

/** A row with several bad columns is listed once for each. */
function firstOfEachLine(errors: readonly LoadError[]): LoadError[] {
  const seen = new Set<string>();
  return errors.filter(({ file, line }) => {
    const place = `${file}:${line}`;
    if (seen.has(place)) return false;
    seen.add(place);
    return true;
  });
}
