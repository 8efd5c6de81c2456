import type { ObjectStore } from '@thalamus/object-store';
import type { Logger } from '@thalamus/platform';

/** Deletes staged files that are in the warehouse: once a later batch is applied, or after the configured hours. */
export class StagedFilesCleaner {
  private readonly waiting: {
    readonly batch: number;
    readonly atMs: number;
    readonly keys: readonly string[];
  }[] = [];
  private working: Promise<void> = Promise.resolve();

  constructor(
    private readonly options: {
      readonly store: ObjectStore;
      readonly prefix: string;
      readonly keepMs: number;
      readonly log: Logger;
    },
  ) {}

  /** Keys whose batch was applied by `batch`. */
  add(batch: number, keys: readonly string[], nowMs: number): void {
    if (keys.length > 0) this.waiting.push({ batch, atMs: nowMs, keys });
  }

  /** Starts deleting what is due; failures are logged, and the files swept at the next start. */
  clean(lastBatch: number, nowMs: number): void {
    const due: string[] = [];
    for (let first = this.waiting[0]; first; first = this.waiting[0]) {
      if (first.batch >= lastBatch || nowMs - first.atMs < this.options.keepMs) break;
      due.push(...first.keys);
      this.waiting.shift();
    }
    if (due.length > 0) this.run(() => this.options.store.delete(due));
  }

  /** Deletes what former owners left: files of applied batches older than the retention, and forgotten manifests. */
  sweep(lastBatch: number, nowMs: number): void {
    this.run(async () => {
      let due: string[] = [];
      for await (const { key, modifiedAt } of this.options.store.list(`${this.options.prefix}/`)) {
        const batch = /\/b(\d+)\//.exec(key)?.[1];
        const old = nowMs - (modifiedAt?.getTime() ?? nowMs) > Math.max(this.options.keepMs, 3_600_000);
        if (!old || (batch !== undefined && Number(batch) > lastBatch)) continue;
        due.push(key);
        if (due.length < 1000) continue;
        await this.options.store.delete(due);
        due = [];
      }
      await this.options.store.delete(due);
    });
  }

  /** Resolves when nothing is being deleted. */
  idle(): Promise<void> {
    return this.working;
  }

  private run(work: () => Promise<void>): void {
    this.working = this.working.then(work).catch((error: unknown) => {
      this.options.log.warn({ err: error }, 'staged files could not be deleted');
    });
  }
}
