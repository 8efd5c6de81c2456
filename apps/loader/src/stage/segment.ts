import type { TableId } from '@thalamus/contracts';
import {
  addCoercions,
  LinesByKey,
  UnfitValueError,
  type Coercions,
  type RowEncoder,
} from '@thalamus/core/load';
import type { ChangeEvent } from '@thalamus/contracts';

/** What all rows of a segment share. */
export interface SegmentIdentity {
  readonly table: TableId;
  readonly batch: number;
  readonly generations: readonly number[];
  readonly schemaId: number;
}

/** An event that could not become a row. */
export interface Unfit {
  readonly offset: number;
  readonly reason: string;
  readonly column: string | null;
  readonly event: string;
}

/**
 * The rows of offsets `[from, to)` of one partition that go into one file: one batch, one schema, one set of
 * generations. Within it the last state of each key wins.
 */
export class Segment {
  readonly coercions: Coercions = {};
  readonly unfit: Unfit[] = [];
  private readonly rows = new LinesByKey();
  private readonly deletions = new Set<string>();
  /** Coercions of the row at hand. */
  private made: Coercions = {};
  to: number;
  /** Time of the oldest event, ms since the epoch, as capture published it. */
  oldestPublishedMs = Number.POSITIVE_INFINITY;
  events = 0;

  constructor(
    readonly topic: string,
    readonly partition: number,
    readonly from: number,
    readonly identity: SegmentIdentity,
    readonly openedMs: number,
    public lastAppendMs: number = openedMs,
  ) {
    this.to = from;
  }

  get rowCount(): number {
    return this.rows.size;
  }
  /** Bytes held: what back-pressure counts. */
  get bytes(): number {
    return this.rows.bytes;
  }
  get deleteCount(): number {
    return this.deletions.size;
  }

  /** Adds one event; `key` is the record's key. */
  add(event: ChangeEvent, key: string, offset: number, encoder: RowEncoder, nowMs: number): void {
    this.rows.put(key, encoder.encode(event, offset, this.made));
    if (event.op === 'd') this.deletions.add(key);
    else this.deletions.delete(key);
    this.countMade();
    this.oldestPublishedMs = Math.min(this.oldestPublishedMs, event.ts_ms);
    this.events++;
    this.reach(offset, nowMs);
  }

  /** Counted only once the row is in: a rejected row's are nobody's. Most rows have none. */
  private countMade(): void {
    for (const _column in this.made) {
      addCoercions(this.coercions, this.made);
      this.made = {};
      return;
    }
  }

  reject(offset: number, error: unknown, event: string, nowMs: number): void {
    this.made = {};
    this.unfit.push({
      offset,
      reason: error instanceof Error ? error.message : String(error),
      column: error instanceof UnfitValueError && error.column !== '' ? error.column : null,
      event,
    });
    this.reach(offset, nowMs);
  }

  /** The record at `offset` needs no row (a tombstone). */
  reach(offset: number, nowMs: number): void {
    this.to = offset + 1;
    this.lastAppendMs = nowMs;
  }

  /** The file's text in pieces. */
  chunks(): Generator<Buffer> {
    return this.rows.text();
  }
}
