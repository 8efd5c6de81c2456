import {
  batchNumber,
  type BatchNumber,
  type Checkpoint,
  type Generation,
  type JournalData,
  type OpenBatch,
  type PartitionOffsets,
  type TableCheckpoint,
  type TableId,
} from '@thalamus/contracts';

export interface BatchLimits {
  readonly maxAgeMs: number;
  readonly maxRows: number;
  readonly maxBytes: number;
}

/** Rows whose offsets Kafka has acknowledged. */
export interface AcknowledgedRows {
  readonly rows: number;
  readonly bytes: number;
  readonly offsets: PartitionOffsets;
  /** Commit time of the newest change among them, if known. */
  readonly committedAt: Date | null;
}

/** Number of the batch that the next row belongs to. */
export function currentBatch(checkpoint: Checkpoint): BatchNumber {
  return checkpoint.openBatch?.batch ?? batchNumber(checkpoint.lastBatch + 1);
}

/** Adds acknowledged rows to the open batch; opens one if there is none. */
export function addToBatch(checkpoint: Checkpoint, added: AcknowledgedRows, now: Date): Checkpoint {
  if (added.rows === 0) return checkpoint;
  const open = checkpoint.openBatch ?? openBatch(checkpoint, now);
  return {
    ...checkpoint,
    openBatch: {
      ...open,
      rows: open.rows + added.rows,
      bytes: open.bytes + added.bytes,
      offsets: mergeOffsets(open.offsets, added.offsets),
      committedAt: latest(open.committedAt, added.committedAt),
    },
  };
}

function openBatch(checkpoint: Checkpoint, now: Date): OpenBatch {
  return {
    batch: currentBatch(checkpoint),
    previousVersion: checkpoint.sealedVersion,
    openedAt: now.toISOString(),
    rows: 0,
    bytes: 0,
    offsets: {},
    completed: [],
    committedAt: null,
  };
}

/** The higher end of each partition. */
export function mergeOffsets(left: PartitionOffsets, right: PartitionOffsets): PartitionOffsets {
  const merged: PartitionOffsets = Object.fromEntries(
    Object.entries(left).map(([topic, partitions]) => [topic, { ...partitions }]),
  );
  for (const [topic, partitions] of Object.entries(right)) {
    const ends = (merged[topic] ??= {});
    for (const [partition, end] of Object.entries(partitions)) {
      const before = ends[partition];
      if (before === undefined || end > before) ends[partition] = end;
    }
  }
  return merged;
}

function latest(time: string | null, other: Date | null): string | null {
  if (other === null) return time;
  return time === null || Date.parse(time) < other.getTime() ? other.toISOString() : time;
}

export type SealReason = 'quiet' | 'age' | 'rows' | 'bytes';

/**
 * Whether the open batch is closed at the end of a poll, and why. A load counts as noise, or each of its chunks would
 * be a batch; a load whose last chunk is published waits for the seal, rows or no rows.
 *
 * @param quiet the poll found nothing
 */
export function decideSeal(
  checkpoint: Checkpoint,
  { quiet, now, limits }: { quiet: boolean; now: Date; limits: BatchLimits },
): SealReason | undefined {
  const tables = Object.values(checkpoint.tables);
  const open = checkpoint.openBatch;
  if (open === null && !tables.some((table) => table.loading?.done)) return undefined;
  const loading = tables.some((table) => table.loading && !table.loading.done);
  if (quiet && !loading) return 'quiet';
  if (open === null) return 'quiet';
  if (open.rows >= limits.maxRows) return 'rows';
  if (open.bytes >= limits.maxBytes) return 'bytes';
  if (now.getTime() - Date.parse(open.openedAt) >= limits.maxAgeMs) return 'age';
  return undefined;
}

/**
 * Closes the open batch at the checkpoint's version. Must follow a poll, never a chunk: the chunks of a completed
 * generation were read at versions up to the poll's, so that the cut holds them whole.
 */
export function sealBatch(
  checkpoint: Checkpoint,
  now: Date,
): { checkpoint: Checkpoint; sealed: JournalData<'batch.sealed'> } {
  const open = checkpoint.openBatch ?? openBatch(checkpoint, now);
  const completed = loadsOf(checkpoint, true);
  const tables = Object.fromEntries(
    Object.entries(checkpoint.tables).map(([id, table]) => [id, table.loading?.done ? swapIn(table) : table]),
  );
  const after: Checkpoint = {
    ...checkpoint,
    lastBatch: open.batch,
    sealedVersion: checkpoint.version,
    openBatch: null,
    tables,
  };
  const { batch, previousVersion, rows, bytes, offsets, openedAt, committedAt } = open;
  const schemas = Object.fromEntries(Object.entries(tables).map(([id, table]) => [id, table.schemaId]));
  return {
    checkpoint: after,
    sealed: {
      batch,
      version: checkpoint.version,
      previousVersion,
      rows,
      bytes,
      offsets,
      completed,
      loading: loadsOf(checkpoint, false),
      schemas,
      openedAt,
      committedAt,
    },
  };
}

function swapIn(table: TableCheckpoint): TableCheckpoint {
  if (!table.loading) return table;
  const { generation, rowsDone } = table.loading;
  return { ...table, live: generation, stale: false, loading: null, rowsLoaded: rowsDone };
}

function loadsOf(checkpoint: Checkpoint, done: boolean): { table: TableId; generation: Generation }[] {
  return Object.entries(checkpoint.tables).flatMap(([table, { loading }]) =>
    loading?.done === done ? [{ table: table as TableId, generation: loading.generation }] : [],
  );
}
