import type { Request } from 'mssql';
import type { SourceRow } from '@thalamus/core/change';

/** Rows handed over at once, or fewer of {@link bytesAtOnce}. */
const rowsAtOnce = 500;
const bytesAtOnce = 1_000_000;
/** Arrays that may wait for the consumer before the socket is paused. */
const arraysWaiting = 2;

/**
 * Streams a query's rows as arrays of values. The connection is paused while the consumer is busy, so memory holds a
 * few hundred rows, or a few megabytes of long ones, whatever the size of the result. Leaving the loop early cancels the query.
 */
export async function* streamRows(request: Request, text: string): AsyncGenerator<SourceRow[]> {
  request.stream = true;
  request.arrayRowMode = true;
  const feed = new RowFeed(request);
  // Its outcome arrives by the events; an unlistened promise would be an unhandled rejection.
  request.query(text).catch(() => undefined);
  let finished = false;
  try {
    for (;;) {
      const rows = await feed.take();
      if (rows === undefined) break;
      yield rows;
    }
    finished = true;
  } finally {
    if (!finished) await feed.cancel();
  }
}

/** About what a row takes in memory: a text has a head and a place in the row beside its characters. */
export function sizeOfRow(row: SourceRow): number {
  let size = 0;
  for (const value of row) size += typeof value === 'string' ? value.length + 24 : 8;
  return size;
}

class RowFeed {
  private readonly waiting: SourceRow[][] = [];
  private filling: SourceRow[] = [];
  private fillingBytes = 0;
  private paused = false;
  private ended = false;
  private failure: unknown;
  private wake: (() => void) | undefined;

  constructor(private readonly request: Request) {
    request.on('row', (row: unknown) => this.add(row as SourceRow));
    request.on('error', (error: unknown) => {
      this.failure ??= error;
      this.notify();
    });
    request.on('done', () => {
      this.ended = true;
      this.notify();
    });
  }

  private add(row: SourceRow): void {
    this.filling.push(row);
    this.fillingBytes += sizeOfRow(row);
    if (this.filling.length < rowsAtOnce && this.fillingBytes < bytesAtOnce) return;
    this.waiting.push(this.filling);
    this.filling = [];
    this.fillingBytes = 0;
    if (this.waiting.length > arraysWaiting && !this.paused) {
      this.paused = true;
      this.request.pause();
    }
    this.notify();
  }

  private notify(): void {
    this.wake?.();
    this.wake = undefined;
  }

  /** The next rows; undefined at the end. */
  async take(): Promise<SourceRow[] | undefined> {
    for (;;) {
      // The driver still sends `done` after an error; only then is the connection free for the next request.
      if (this.ended && this.failure !== undefined) throw this.failure as Error;
      const rows = this.waiting.shift();
      if (rows) {
        if (this.paused && this.waiting.length < arraysWaiting) this.resume();
        return rows;
      }
      if (this.ended) {
        const rest = this.filling;
        this.filling = [];
        return rest.length > 0 ? rest : undefined;
      }
      await new Promise<void>((resolve) => (this.wake = resolve));
    }
  }

  private resume(): void {
    this.paused = false;
    this.request.resume();
  }

  async cancel(): Promise<void> {
    if (this.ended) return;
    this.request.cancel();
    if (this.paused) this.resume();
    while (!this.ended) {
      this.waiting.length = 0;
      await new Promise<void>((resolve) => (this.wake = resolve));
    }
  }
}
