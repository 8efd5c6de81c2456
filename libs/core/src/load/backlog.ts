import {
  changeVersion,
  PipelineError,
  type AnyJournalEntry,
  type ChangeVersion,
  type TableId,
  type TableSchema,
} from '@thalamus/contracts';
import { planApply, type ApplyPlan, type Plan } from './apply-plan.js';
import { Coverage, partitionKey } from './coverage.js';
import type { LedgerState, Loss, Position, SealedBatch, StagedSegment, TableState } from './load-state.js';

/** What apply knows from the warehouse when it starts. */
export interface WarehouseState {
  readonly ledger: LedgerState;
  readonly tables: readonly TableState[];
  readonly losses: readonly Loss[];
}

/**
 * What the journal says and the ledger has not yet: sealed batches, staged files, coverage. Built anew whenever apply
 * becomes owner; accepts entries in the journal's order, repeats included.
 */
export class Backlog {
  private ledger: LedgerState;
  private tables: readonly TableState[];
  private readonly losses = new Map<TableId, Loss>();
  private readonly sealed = new Map<number, SealedBatch>();
  private readonly segments = new Map<number, StagedSegment[]>();
  private readonly coverage = new Coverage();
  private readonly logStarts = new Map<string, number>();
  private readonly newestGeneration = new Map<TableId, number>();
  /** Journal offset of the oldest entry of each batch not yet applied. */
  private readonly journalOffsets = new Map<number, number>();
  private lastJournalOffset = -1;
  private lastSealed: number | undefined;

  constructor(state: WarehouseState) {
    this.ledger = state.ledger;
    this.tables = state.tables;
    for (const loss of state.losses) this.lose(loss);
    for (const { table, generation } of state.tables) this.sawGeneration(table, generation);
  }

  get lastBatch(): number {
    return this.ledger.batch;
  }
  get lastVersion(): ChangeVersion {
    return this.ledger.version;
  }
  get pendingBatches(): number {
    return this.sealed.size;
  }
  get knownTables(): readonly TableState[] {
    return this.tables;
  }

  /**
   * Takes one entry of the journal.
   * @returns keys of files that are stale: their batch is in the warehouse already.
   */
  accept(entry: AnyJournalEntry, journalOffset: number): string[] {
    this.lastJournalOffset = Math.max(this.lastJournalOffset, journalOffset);
    switch (entry.type) {
      case 'batch.sealed':
        this.acceptSealed(entry.data, journalOffset);
        return [];
      case 'file.staged':
        return this.acceptStaged(entry.data, journalOffset);
      case 'generation.started':
        this.sawGeneration(entry.data.table, entry.data.generation);
        return [];
      default:
        return [];
    }
  }

  /** An entry of the journal that says nothing to the loader. */
  skip(journalOffset: number): void {
    this.lastJournalOffset = Math.max(this.lastJournalOffset, journalOffset);
  }

  private acceptSealed(sealed: SealedBatch, journalOffset: number): void {
    for (const { table, generation } of [...sealed.completed, ...sealed.loading])
      this.sawGeneration(table, generation);
    this.lastSealed = sealed.batch;
    if (sealed.batch <= this.ledger.batch) return;
    this.sealed.set(sealed.batch, sealed);
    this.need(sealed.batch, journalOffset);
  }

  private acceptStaged(segment: StagedSegment, journalOffset: number): string[] {
    for (const { generation } of segment.files) this.sawGeneration(segment.table, generation);
    const end = this.ledger.positions.get(partitionKey(segment.topic, segment.partition))?.end ?? 0;
    // Coverage is by offset alone: a segment without files (tombstones) may bear an older batch's number.
    if (segment.to > end) this.coverage.add(segment.topic, segment.partition, segment);
    if (segment.batch <= this.ledger.batch) return segment.files.map((file) => file.key);
    const known = this.segments.get(segment.batch) ?? [];
    known.push(segment);
    this.segments.set(segment.batch, known);
    this.need(segment.batch, journalOffset);
    return [];
  }

  /**
   * The journal is read to its end: its last batch cannot lie before one that is in the warehouse. Else its numbers began
   * anew, and every batch would be taken for one that was applied long ago.
   * @throws PipelineError THAL-K005
   */
  requireContinuity(): void {
    const { batch } = this.ledger;
    if (this.lastSealed !== undefined && this.lastSealed < batch)
      throw new PipelineError(
        'THAL-K005',
        `the journal ends with batch ${this.lastSealed}, but batch ${batch} is in the warehouse`,
      );
  }

  private need(batch: number, journalOffset: number): void {
    this.journalOffsets.set(batch, Math.min(this.journalOffsets.get(batch) ?? Infinity, journalOffset));
  }

  private sawGeneration(table: TableId, generation: number): void {
    if (generation > (this.newestGeneration.get(table) ?? 0)) this.newestGeneration.set(table, generation);
  }

  /** Kafka's oldest offset of a partition: what lies below and is not covered is gone. */
  sawLogStart(topic: string, partition: number, logStart: number): void {
    this.logStarts.set(partitionKey(topic, partition), logStart);
  }

  lose(loss: Loss): void {
    this.losses.set(loss.table, loss);
    this.sawGeneration(loss.table, loss.generation);
  }

  plan(options: {
    readonly maxBatches: number;
    readonly tableOfTopic: (topic: string) => TableId;
    readonly schemaOf: (table: TableId, id: number) => TableSchema;
  }): Plan {
    return planApply({
      ledger: this.ledger,
      sealed: this.sealed,
      segments: this.segments,
      coverage: this.coverage,
      logStarts: this.logStarts,
      tables: this.tables,
      losses: this.losses,
      newestGeneration: this.newestGeneration,
      ...options,
    });
  }

  /**
   * The plan is committed: forgets what it brought in.
   * @returns keys of all files of its batches, those left out of it included: none is needed again.
   */
  applied(plan: ApplyPlan, tables: readonly TableState[]): string[] {
    this.ledger = { batch: plan.batch, version: plan.version, positions: plan.positions };
    this.tables = tables;
    const keys: string[] = [];
    for (const [batch, segments] of this.segments)
      if (batch <= plan.batch) {
        for (const segment of segments) for (const file of segment.files) keys.push(file.key);
        this.segments.delete(batch);
      }
    for (const batch of this.sealed.keys()) if (batch <= plan.batch) this.sealed.delete(batch);
    for (const batch of this.journalOffsets.keys())
      if (batch <= plan.batch) this.journalOffsets.delete(batch);
    for (const [key, position] of plan.positions)
      if (position.batch >= plan.firstBatch) this.forget(key, position);
    return keys;
  }

  private forget(key: string, position: Position): void {
    const cut = key.lastIndexOf('/');
    this.coverage.forget(key.slice(0, cut), Number(key.slice(cut + 1)), position.end);
  }

  /** Journal offset from which a successor must read: the oldest entry still needed, or the end of what was read. */
  get journalPosition(): number {
    return Math.min(this.lastJournalOffset + 1, ...this.journalOffsets.values());
  }
}

/** State of a warehouse that nothing was ever applied to. */
export const emptyWarehouse: WarehouseState = {
  ledger: { batch: 0, version: changeVersion(0), positions: new Map() },
  tables: [],
  losses: [],
};
