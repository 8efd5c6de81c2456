import type { ChangeVersion, TableId, TableSchema } from '@thalamus/contracts';
import { keyColumns, type SourceRow, type SourceTable } from '../change/index.js';
import type { Observation } from './observation.js';

/** A user table with what capture must know before it reads it. */
export interface DiscoveredTable extends SourceTable {
  readonly id: TableId;
  readonly objectId: number;
  readonly isTracked: boolean;
}

export type Isolation = 'snapshot' | 'read committed';

/** Positions of a change row: version (decimal text), operation (`I U D`), presence (0, 1), the key's columns, the table's columns. */
export const changeRowLayout = { version: 0, operation: 1, present: 2, key: 3 } as const;

/** Position of the table's first column in a change row. */
export const changeRowColumnsAt = (schema: TableSchema): number =>
  changeRowLayout.key + keyColumns(schema).length;

/**
 * One poll: one transaction on one connection. Under SNAPSHOT all its answers are of one moment. Under READ COMMITTED they
 * are not, and the caller must {@link SourceSession.observe} again after reading and compare.
 */
export interface SourceSession extends AsyncDisposable {
  readonly isolation: Isolation;
  /** Must come first: it fixes the snapshot. */
  observe(): Promise<Observation>;
  /** Tables, columns and keys as this transaction sees them. */
  discover(): Promise<readonly DiscoveredTable[]>;
  /** The tables among these with a change behind `from`. */
  probe(tables: readonly TableId[], from: ChangeVersion): Promise<readonly TableId[]>;
  /** The tables among these that hold no row. */
  emptyAmong(tables: readonly TableId[]): Promise<readonly TableId[]>;
  /** Whether a row that did not change since `from` has a value in one of the columns. */
  hasSilentValue(
    table: Pick<DiscoveredTable, 'id' | 'key'>,
    columns: readonly string[],
    from: ChangeVersion,
  ): Promise<boolean>;
  /** Rows by the source's own count: for progress, never for decisions. */
  estimateRows(objectId: number): Promise<number>;
  /** Changes in `(from, to]` in version order; positions as in {@link changeRowLayout}. */
  changes(schema: TableSchema, from: ChangeVersion, to: ChangeVersion): AsyncIterable<readonly SourceRow[]>;
  /** Commit times, ms since the epoch, by version. */
  commitTimes(from: ChangeVersion, to: ChangeVersion): Promise<ReadonlyMap<string, number>>;
  /** Ends the transaction: everything read is as of one moment and complete. */
  commit(): Promise<void>;
}

/** One keyset read of a load. */
export interface ChunkRequest {
  readonly schema: TableSchema;
  /** Key of the row to read behind, as {@link Chunk.lastKey} gave it; null = from the start. */
  readonly after: readonly (string | null)[] | null;
  readonly maxRows: number;
  /** The chunk ends early when its values are about this large: any cut of a keyset read is a good one. */
  readonly maxBytes: number;
}

export interface Chunk {
  /** Version the rows are at least as new as. */
  readonly version: ChangeVersion;
  readonly rows: readonly SourceRow[];
  readonly lastKey: readonly string[] | null;
  /** Nothing comes behind these rows. */
  readonly isLast: boolean;
}

/** What capture needs of a source. */
export interface Source {
  /** False: the source tells no commit times. */
  readonly hasCommitTimes: boolean;
  openPoll(): Promise<SourceSession>;
  /** Reads one chunk in a transaction of its own, its version first. */
  readChunk(request: ChunkRequest): Promise<Chunk>;
}
