import { hops } from './lag.js';
import type { PipelineView } from './pipeline-view.js';

const width = 28;

/** One line a table: a bar, rows done of rows estimated, and whether readers see it. */
export function loadLines(view: PipelineView): string[] {
  return [...view.loads].map(([table, load]) => {
    const share = load.swapped
      ? 1
      : load.rowsEstimated === 0
        ? load.published
          ? 1
          : 0
        : load.rowsDone / load.rowsEstimated;
    const filled = Math.round(Math.min(1, share) * width);
    const state = load.swapped ? 'in TASTG' : load.published ? 'published' : 'loading';
    const rows = `${load.rowsDone.toLocaleString('en')} / ${load.rowsEstimated.toLocaleString('en')}`;
    return `  ${table.padEnd(26)} ${'█'.repeat(filled)}${'░'.repeat(width - filled)} ${rows.padStart(19)}  ${state}`;
  });
}

const seconds = (ms: number | undefined): string => (ms === undefined ? '–' : `${(ms / 1000).toFixed(2)} s`);

/** Totals and the time that changes took to each hop. */
export function trafficLines(view: PipelineView, traffic: { transactions: number; rows: number }): string[] {
  const { totals, lag } = view;
  return [
    `  source: ${traffic.transactions} transactions, ${traffic.rows} rows    capture: ${totals.rows} rows in ${totals.batchesSealed} batches    ` +
      `stage: ${totals.files} files    apply: ${totals.batchesApplied} batches    runs: ${totals.runs}`,
    `  ${'from commit to'.padEnd(16)}${'changes'.padStart(9)}${'p50'.padStart(11)}${'p95'.padStart(11)}`,
    ...hops.map(
      (hop) =>
        `  ${hop.padEnd(16)}${String(lag.count(hop)).padStart(9)}${seconds(lag.percentile(hop, 0.5)).padStart(11)}${seconds(lag.percentile(hop, 0.95)).padStart(11)}`,
    ),
    ...(view.lastError === undefined ? [] : [`  last error: ${view.lastError}`]),
  ];
}

/** Re-draws a block of lines in place on a terminal; elsewhere prints it now and then. */
export class LiveBlock {
  private drawn = 0;
  private printedAt = 0;
  private printed = '';

  constructor(
    private readonly out: NodeJS.WriteStream,
    private readonly everyMs = 10_000,
  ) {}

  draw(lines: readonly string[], last = false): void {
    if (this.out.isTTY) {
      const fit = lines.map((line) => line.slice(0, Math.max(20, this.out.columns - 1)));
      this.out.write(`${this.drawn > 0 ? `\u001b[${this.drawn}A` : ''}\u001b[0J${fit.join('\n')}\n`);
      this.drawn = last ? 0 : lines.length;
      return;
    }
    const now = performance.now();
    const text = `${lines.join('\n')}\n`;
    if (text === this.printed || (!last && now - this.printedAt < this.everyMs)) return;
    this.printedAt = now;
    this.printed = text;
    this.out.write(text);
  }
}
