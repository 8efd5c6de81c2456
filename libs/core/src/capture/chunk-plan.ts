import type { ChangeVersion, Checkpoint, Generation, LoadProgress, TableId } from '@thalamus/contracts';

/** One keyset read of a load. */
export interface ChunkPlan {
  readonly table: TableId;
  readonly generation: Generation;
  readonly schemaId: number;
  /** Read rows behind this key; null = from the start. */
  readonly after: LoadProgress['cursor'];
}

/** The next chunks, at most one a table. Small tables first: readers see most of the group soon. */
export function planChunks(checkpoint: Checkpoint, readers: number): ChunkPlan[] {
  return Object.entries(checkpoint.tables)
    .flatMap(([table, { loading, schemaId }]) =>
      loading && !loading.done ? [{ table: table as TableId, loading, schemaId }] : [],
    )
    .sort(
      (left, right) =>
        left.loading.rowsEstimated - right.loading.rowsEstimated || (left.table < right.table ? -1 : 1),
    )
    .slice(0, readers)
    .map(({ table, loading, schemaId }) => ({
      table,
      generation: loading.generation,
      schemaId,
      after: loading.cursor,
    }));
}

/**
 * Keys that polls published while a chunk was being read. A chunk row that is older than the published state of its key
 * must not follow it into the topic: stage lets the last state win.
 */
export class PublishedKeys {
  private readonly versions = new Map<string, ChangeVersion>();
  private overflowed = false;

  /** @param limit keys to remember; beyond it every chunk is superseded and read again */
  constructor(private readonly limit = 1_000_000) {}

  note(key: string, version: ChangeVersion): void {
    if (this.overflowed) return;
    const before = this.versions.get(key);
    if (before === undefined || version > before) this.versions.set(key, version);
    if (this.versions.size > this.limit) {
      this.overflowed = true;
      this.versions.clear();
    }
  }

  /** More keys were published than could be remembered: the chunk must be read again. */
  get isFull(): boolean {
    return this.overflowed;
  }

  /** True when a poll published this key at a version newer than the chunk's. */
  supersedes(key: string, chunkVersion: ChangeVersion): boolean {
    const version = this.versions.get(key);
    return version !== undefined && version > chunkVersion;
  }
}
