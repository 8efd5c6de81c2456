import type { ChangeVersion, JournalData, TableId } from '@thalamus/contracts';
import type { ColumnTypes } from './table-change.js';

export type SealedBatch = JournalData<'batch.sealed'>;
export type StagedSegment = JournalData<'file.staged'>;

/** Where the last batch that touched a partition ended. */
export interface Position {
  readonly batch: number;
  readonly end: number;
}

/** What the warehouse says about itself: the ledger row and the positions written with it. */
export interface LedgerState {
  /** 0 before the first apply. */
  readonly batch: number;
  readonly version: ChangeVersion;
  /** By `partitionKey`. */
  readonly positions: ReadonlyMap<string, Position>;
}

/** A generation of a table that exists in the warehouse. */
export interface TableState {
  readonly table: TableId;
  readonly target: string;
  readonly generation: number;
  readonly state: 'live' | 'loading';
  /** Name of the table that holds it: `target` itself when live. */
  readonly physical: string;
  readonly schemaId: number;
  readonly columns: ColumnTypes;
}

/**
 * Events of a table that can never be read any more. Its generations up to `generation` stand still, and no batch up to
 * `batch` waits for it; a newer generation replaces it.
 */
export interface Loss {
  readonly table: TableId;
  readonly generation: number;
  readonly batch: number;
  /**
   * How far the loss reaches. A plan names the holes it found; before it is recorded, `spanLoss` widens it to every
   * partition of the table, up to where stage reads on.
   */
  readonly gaps: readonly Gap[];
}

export interface Gap {
  readonly topic: string;
  readonly partition: number;
  readonly from: number;
  readonly to: number;
}
