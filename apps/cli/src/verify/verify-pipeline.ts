import { setTimeout as pause } from 'node:timers/promises';
import { PipelineError, type ChangeVersion, type PipelineConfig } from '@thalamus/contracts';
import { buildTableShape, refuseTableCollisions } from '@thalamus/core/change';
import { isSelected, SourceSnapshot, type SourceOptions } from '@thalamus/mssql';
import {
  LedgerStore,
  readCatalog,
  tellFloatsInFull,
  Warehouse,
  type Catalog,
  type Session,
  type WarehouseAddress,
} from '@thalamus/redshift';
import { verifyReport, type ReportQuery } from './report-verifier.js';
import { absentTable, TableVerifier, type TableShape } from './table-verifier.js';
import type { ReportVerification, TableVerification, Verification } from './verification.js';

export interface VerifyOptions {
  readonly config: PipelineConfig;
  readonly source: Omit<SourceOptions, 'maxConnections'>;
  readonly warehouse: WarehouseAddress;
  readonly reports?: readonly ReportQuery[];
  /** How long to wait for the warehouse to be where the source is, and for reports to follow. Default 60 s. */
  readonly waitMs?: number;
  /** Differing rows shown of a table. Default 20. */
  readonly differencesShown?: number;
  readonly onTable?: (table: TableVerification) => void;
  readonly onReport?: (report: ReportVerification) => void;
  readonly signal?: AbortSignal;
}

/** Why the two sides could not be compared: they did not come to the same state in time. */
export class NotCaughtUpError extends Error {
  override readonly name = 'NotCaughtUpError';
}

interface SameState {
  readonly version: ChangeVersion;
  readonly warehouseVersion: ChangeVersion;
  readonly batch: number;
}

/**
 * Compares the warehouse with its source at one change version: every table row for row, every report with its question.
 * Each side is read in one transaction: the source under SNAPSHOT, the warehouse under its own.
 * @throws {NotCaughtUpError} when changes keep coming, or are not applied in time
 * @throws {PipelineError} when a side cannot be reached
 */
export async function verifyPipeline(options: VerifyOptions): Promise<Verification> {
  const started = performance.now();
  const deadline = started + (options.waitMs ?? 60_000);
  await using warehouse = new Warehouse({ ...options.warehouse, maxConnections: 2 });
  const compared = await untilSameState(options, warehouse, deadline);
  const reports: ReportVerification[] = [];
  for (const query of options.reports ?? []) {
    const report = await untilReportFollows(options, warehouse, query, deadline);
    options.onReport?.(report);
    reports.push(report);
  }
  const { state, tables } = compared;
  return {
    version: state.version.toString(),
    warehouseVersion: state.warehouseVersion.toString(),
    batch: state.batch,
    tables,
    reports,
    equal: tables.every((table) => table.equal) && reports.every((report) => report.equal),
    durationMs: Math.round(performance.now() - started),
  };
}

/** Waits for a moment at which both sides are in the same state, and compares the tables of that moment. */
async function untilSameState(
  options: VerifyOptions,
  warehouse: Warehouse,
  deadline: number,
): Promise<{ state: SameState; tables: TableVerification[] }> {
  for (;;) {
    await using snapshot = await openSnapshot(options);
    const shapes = await readShapes(options.config, snapshot);
    const outcome = await warehouse.transaction(
      async (session) => {
        const state = await sameState(options.config, snapshot, session, shapes);
        if (typeof state === 'string') return state;
        return { state, tables: await verifyTables(options, snapshot, session, shapes) };
      },
      // A comparison half made cannot be made again with the same snapshot's callbacks; the caller repeats the whole.
      { attempts: 1 },
    );
    if (typeof outcome !== 'string') return outcome;
    if (performance.now() >= deadline) throw new NotCaughtUpError(outcome);
    await pause(500, undefined, options.signal ? { signal: options.signal } : {});
  }
}

function openSnapshot({ source }: VerifyOptions): Promise<SourceSnapshot> {
  return SourceSnapshot.open({ ...source, maxConnections: 1 });
}

/** The tables that the pipeline keeps in step, shaped as capture shapes them. */
async function readShapes(config: PipelineConfig, { session }: SourceSnapshot): Promise<TableShape[]> {
  const shapes = (await session.discover())
    .filter((table) => table.isTracked && isSelected(config.source, table))
    .map((table) => buildTableShape(table, config));
  refuseTableCollisions(shapes);
  return shapes;
}

/** The state both sides are in, or a sentence why they are not in the same. */
async function sameState(
  config: PipelineConfig,
  snapshot: SourceSnapshot,
  session: Session,
  shapes: readonly TableShape[],
): Promise<SameState | string> {
  const { currentVersion } = await snapshot.session.observe();
  if (currentVersion === null)
    throw new PipelineError('THAL-S006', `change tracking is off for ${config.source.database}`);
  const ledger = await new LedgerStore(config.warehouse.operationsSchema, config.name).read(session);
  const where = `the source is at version ${currentVersion}, the warehouse at ${ledger.version} (batch ${ledger.batch})`;
  if (!ledger.consistent) return `an initial load has not ended: ${where}`;
  if (ledger.version > currentVersion) return `the source is behind the warehouse; was it restored? ${where}`;
  // Versions are drawn for the whole database: a change of a table that is not mirrored moves the source on by itself.
  const changed = await snapshot.session.probe(
    shapes.map(({ table }) => table),
    ledger.version,
  );
  if (changed.length > 0)
    return `${changed.join(', ')} changed since: ${where}; stop writing, or give --wait more seconds`;
  return { version: currentVersion, warehouseVersion: ledger.version, batch: ledger.batch };
}

async function verifyTables(
  options: VerifyOptions,
  snapshot: SourceSnapshot,
  session: Session,
  shapes: readonly TableShape[],
): Promise<TableVerification[]> {
  await tellFloatsInFull(session);
  const catalog = await readCatalog(session, options.config.warehouse.stagingSchema);
  const tables: TableVerification[] = [];
  for (const shape of shapes) {
    options.signal?.throwIfAborted();
    const verifier = new TableVerifier(
      snapshot,
      session,
      shape,
      options.config.warehouse.stagingSchema,
      options.differencesShown ?? 20,
    );
    const problem = shapeProblem(shape, catalog);
    const table = problem === undefined ? await verifier.verify() : absentTable(shape, problem);
    options.onTable?.(table);
    tables.push(table);
  }
  return tables;
}

function shapeProblem({ target, columns }: TableShape, catalog: Catalog): string | undefined {
  const known = catalog.get(target);
  if (!known) return `the warehouse has no table ${target}`;
  const missing = columns.filter((column) => !known.has(column.target)).map((column) => column.target);
  return missing.length > 0 ? `the warehouse's table lacks ${missing.join(', ')}` : undefined;
}

/** A report follows its tables by a run: a difference may be a run under way, and is looked at again until the deadline. */
async function untilReportFollows(
  options: VerifyOptions,
  warehouse: Warehouse,
  query: ReportQuery,
  deadline: number,
): Promise<ReportVerification> {
  for (;;) {
    await using snapshot = await openSnapshot(options);
    const report = await warehouse.transaction((session) =>
      verifyReport(snapshot, session, options.config.warehouse.reportSchema, query),
    );
    if (report.equal || performance.now() >= deadline) return report;
    await pause(1000, undefined, options.signal ? { signal: options.signal } : {});
  }
}
