import type { AnyJournalEntry } from '@thalamus/contracts';
import { LagRecorder } from './lag.js';

interface Load {
  rowsDone: number;
  rowsEstimated: number;
  published: boolean;
  swapped: boolean;
}

/** What the demo shows, built from the journal and the table topics. */
export class PipelineView {
  readonly lag = new LagRecorder();
  readonly loads = new Map<string, Load>();
  readonly totals = { rows: 0, batchesSealed: 0, files: 0, batchesApplied: 0, runs: 0, failedRuns: 0 };
  appliedVersion = -1n;
  appliedBatch = 0;
  reportedBatch = 0;
  reportedVersion = -1n;
  consistent = false;
  lastError: string | undefined;

  record(entry: AnyJournalEntry): void {
    const at = Date.parse(entry.time);
    switch (entry.type) {
      case 'generation.started':
        this.loads.set(entry.data.table, {
          rowsDone: 0,
          rowsEstimated: entry.data.rowsEstimated,
          published: false,
          swapped: false,
        });
        break;
      case 'generation.progressed':
        this.progressed(entry.data.table, entry.data);
        break;
      case 'batch.sealed':
        this.totals.batchesSealed++;
        this.totals.rows += entry.data.rows;
        break;
      case 'file.staged':
        this.totals.files += entry.data.files.length;
        this.lag.staged(entry.data, at);
        break;
      case 'batch.applied':
        this.applied(entry.data, at);
        break;
      case 'run.finished':
        this.finished(entry.data, at);
        break;
      case 'service.halted':
        this.lastError = `${entry.data.service}: ${entry.data.message}`;
        break;
      default:
        break;
    }
  }

  private progressed(
    table: string,
    { rowsDone, rowsEstimated, done }: { rowsDone: number; rowsEstimated: number; done: boolean },
  ): void {
    const load = this.loads.get(table) ?? { rowsDone, rowsEstimated, published: false, swapped: false };
    this.loads.set(table, {
      ...load,
      rowsDone,
      rowsEstimated: Math.max(rowsEstimated, rowsDone),
      published: load.published || done,
    });
  }

  private applied(data: Extract<AnyJournalEntry, { type: 'batch.applied' }>['data'], at: number): void {
    for (const table of data.tables) {
      const load = this.loads.get(table.table);
      if (table.swapped && load) load.swapped = true;
    }
    if (data.batch <= this.appliedBatch) return;
    this.totals.batchesApplied += data.batch - Math.max(this.appliedBatch, data.firstBatch - 1);
    this.appliedBatch = data.batch;
    this.appliedVersion = data.version;
    this.consistent = data.consistent;
    this.lag.applied(data.batch, at);
  }

  private finished(data: Extract<AnyJournalEntry, { type: 'run.finished' }>['data'], at: number): void {
    if (data.outcome === 'failed') {
      this.totals.failedRuns++;
      this.lastError = data.error ?? 'a run failed';
      return;
    }
    this.totals.runs++;
    this.reportedBatch = data.batch;
    this.reportedVersion = data.version;
    this.lag.reported(data.batch, at);
  }
}
