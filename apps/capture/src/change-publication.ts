import { changeVersion, type ChangeVersion, type TableId, type TableSchema } from '@thalamus/contracts';
import {
  changeRowColumnsAt,
  changeRowLayout,
  currentBatch,
  type FollowedTable,
  type PollPlan,
  type PublishedKeys,
  type SourceSession,
} from '@thalamus/core/capture';
import type { SourceRow } from '@thalamus/core/change';
import type { CaptureTurn } from './capture-turn.js';
import type { RowPublisher } from './row-publisher.js';

const { version: versionAt, operation: operationAt, present: presentAt, key: keyAt } = changeRowLayout;

/** Keys that chunk readers at work must hear of, by table. */
export type KeyWatch = ReadonlyMap<TableId, PublishedKeys>;

/** Reads the changes of one table and hands them to the publisher as they come. */
export class ChangePublication {
  constructor(
    private readonly turn: CaptureTurn,
    private readonly plan: Pick<PollPlan, 'from' | 'to'>,
    private readonly publisher: RowPublisher,
    /** Commit times by version; versions without one count as committed at `readAtMs`. */
    private readonly commitTimes: ReadonlyMap<string, number>,
    private readonly readAtMs: number,
    private readonly watch: KeyWatch,
  ) {}

  /** Publishes the table's changes in `(from, to]`; returns their number. */
  async publish(session: SourceSession, followed: FollowedTable): Promise<number> {
    const { registry, outbox, checkpoint, now } = this.turn;
    const schema = registry.require(followed.table, followed.schemaId);
    const write = this.writer(schema, {
      batch: currentBatch(checkpoint),
      generations: followed.generations,
      snapshot: 'false',
      publishedAtMs: now().getTime(),
    });
    const before = this.publisher.rowCount;
    outbox.destination(followed.table);
    for await (const rows of session.changes(schema, this.plan.from, this.plan.to)) {
      for (const row of rows) write(row);
      if (this.publisher.isFull) await this.publisher.drain();
    }
    return this.publisher.rowCount - before;
  }

  private writer(
    schema: TableSchema,
    stamp: Parameters<ReturnType<CaptureTurn['outbox']['shaper']>['stamp']>[0],
  ): (row: SourceRow) => void {
    const { outbox, config } = this.turn;
    const shaper = outbox.shaper(schema);
    const events = shaper.stamp(stamp);
    const to = outbox.destination(schema.table);
    const columnsAt = changeRowColumnsAt(schema);
    const watched = this.watch.get(schema.table);
    return (row) => {
      const version = String(row[versionAt]);
      const isPresent = row[presentAt] === 1;
      const operation = row[operationAt];
      // An insert or update whose row is gone would be a row of NULLs; its deletion comes with the next poll.
      if (!isPresent && operation !== 'D') return;
      const key = shaper.key(row, keyAt);
      const committedMs = this.commitTimes.get(version) ?? this.readAtMs;
      watched?.note(key, changeVersion(version));
      if (isPresent) {
        // A deletion whose row is there is none: the row was inserted again (KB4135113, or READ COMMITTED).
        const op = operation === 'I' ? 'c' : 'u';
        this.publisher.add(to, key, events.upsert(row, columnsAt, op, version, committedMs), committedMs);
        return;
      }
      this.publisher.add(to, key, events.remove(row, keyAt, version, committedMs), committedMs);
      if (config.capture.tombstones) this.publisher.add(to, key, null, committedMs);
    };
  }
}

/** Newest of the versions' commit times, for those of a huge gap that the source no longer tells. */
export function completeCommitTimes(
  told: ReadonlyMap<string, number>,
  to: ChangeVersion,
  previousReadMs: number | undefined,
  readAtMs: number,
): { times: ReadonlyMap<string, number>; newestMs: number } {
  const newest = told.get(to.toString()) ?? Math.max(0, ...told.values());
  // Versions first seen now were committed after the previous poll read: often tighter than a minute-grained table.
  const bounded = Math.max(newest, previousReadMs ?? 0);
  return { times: told, newestMs: Math.min(bounded === 0 ? readAtMs : bounded, readAtMs) };
}
