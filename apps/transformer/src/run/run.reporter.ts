import type { JournalData } from '@thalamus/contracts';
import type { JournalWriter } from '@thalamus/kafka';
import type { Health, Logger, Metrics } from '@thalamus/platform';

/** Tells journal, metrics, health and log what becomes of runs. */
export class RunReporter {
  constructor(
    private readonly group: string,
    private readonly to: {
      readonly journal: JournalWriter;
      readonly metrics: Metrics;
      readonly health: Health;
      readonly log: Logger;
    },
    private readonly now: () => number = Date.now,
  ) {}

  async started(data: JournalData<'run.started'>): Promise<void> {
    await this.to.journal.append('run.started', this.group, data);
  }

  async finished(data: JournalData<'run.finished'>): Promise<void> {
    await this.to.journal.append('run.finished', this.group, data);
    const { metrics, log } = this.to;
    const labels = { sync_group: this.group };
    const durationMs = data.unloadMs + data.computeMs + data.publishMs;
    metrics.inc('thalamus_transformer_runs_total', { ...labels, outcome: data.outcome });
    metrics.observe('thalamus_transformer_run_duration_seconds', labels, durationMs / 1000);
    if (data.outcome === 'failed') return;
    const lagMs = data.committedAt === null ? undefined : this.now() - Date.parse(data.committedAt);
    if (lagMs !== undefined)
      metrics.observe('thalamus_transformer_lag_seconds', labels, Math.max(0, lagMs) / 1000);
    for (const { model, rows } of data.models)
      metrics.set('thalamus_transformer_model_rows', { model }, rows);
    const { run, batch, unloadMs, computeMs, publishMs } = data;
    log.info(
      { run, batch, models: data.models.length, unloadMs, computeMs, publishMs, durationMs, lagMs },
      'run succeeded',
    );
    this.healthy(`batch ${data.batch} is published`);
  }

  healthy(detail: string): void {
    this.to.health.report('runs', true, detail);
  }

  waiting(models: readonly string[], inputs: readonly string[]): void {
    this.to.log.info({ models: models.length, inputs }, 'models wait for tables that are loading');
    this.healthy(`${models.length} models wait for tables that are loading`);
  }

  failed(error: Error, retryInMs: number | undefined): void {
    this.to.log.error({ err: error, retryInMs }, 'run failed; the reports keep their last good state');
    this.to.health.report('runs', false, error.message);
  }

  ownership(owner: boolean): void {
    this.to.log.info({ owner }, owner ? 'this replica runs the models' : 'this replica stands by');
    this.to.health.report('ownership', true, owner ? 'owner' : 'standing by');
  }
}
