import { randomBytes } from 'node:crypto';
import { isPipelineError, type BatchNumber, type JournalData } from '@thalamus/contracts';
import {
  learn,
  nothingKnown,
  stagingInputs,
  type InputKnowledge,
  type ModelSpec,
} from '@thalamus/core/transform';
import type { ObjectStore } from '@thalamus/object-store';
import type { ComputeBackend, RunResult } from '@thalamus/spark';
import type { Publisher } from '../publish/publisher.js';
import type { Cut, CutReader } from './cut.reader.js';
import type { RunReporter } from './run.reporter.js';

export interface RunRunnerOptions {
  readonly package: string;
  /** Key prefix of all runs of this pipeline, ending with a slash. */
  readonly prefix: string;
  readonly backend: ComputeBackend;
  readonly cuts: CutReader;
  readonly publisher: Publisher;
  readonly store: ObjectStore;
  readonly reporter: RunReporter;
  readonly onLeftover: (error: unknown) => void;
}

interface Attempt {
  readonly id: string;
  readonly tag: string;
  readonly prefix: string;
  readonly startedAt: Date;
}

/** One refresh: unload one cut, compute, publish. */
export class RunRunner {
  private known: InputKnowledge = nothingKnown;
  private models: readonly ModelSpec[] = [];
  /** Batches told before the models were known, or while a run is reading its cut. */
  private told: JournalData<'batch.applied'>[] = [];
  private mustCheckColumns = true;

  constructor(private readonly use: RunRunnerOptions) {}

  applied(data: JournalData<'batch.applied'>): void {
    this.told.push(data);
    if (data.tables.some(({ swapped }) => swapped)) this.mustCheckColumns = true;
  }

  /** To be called when this replica takes over: what it knew may be old. */
  async takeOver(signal: AbortSignal): Promise<void> {
    this.known = nothingKnown;
    this.told = [];
    this.mustCheckColumns = true;
    signal.throwIfAborted();
    await this.use.publisher.sweep();
    await this.use.store.deletePrefix(this.use.prefix);
  }

  /** @returns whether anything was due */
  async run(signal: AbortSignal): Promise<boolean> {
    this.models = await this.use.backend.describe(this.use.package, signal);
    this.learnTold();
    const attempt = this.newAttempt();
    const started = performance.now();
    const cut = await this.readCut(attempt, signal);
    const unloadMs = since(started);
    if (cut === undefined) return false;
    const { plan } = cut;
    if (plan.waiting.size > 0)
      this.use.reporter.waiting([...plan.waiting.keys()], [...new Set([...plan.waiting.values()].flat())]);
    if (plan.models.length > 0) await this.carryOut(attempt, cut, unloadMs, signal);
    return plan.models.length > 0;
  }

  private learnTold(): void {
    const tables = stagingInputs(this.models);
    for (const { firstBatch, batch, tables: changed } of this.told.splice(0)) {
      const moved = changed
        .filter(({ swapped, upserted, deleted }) => swapped || upserted + deleted > 0)
        .map(({ target }) => `tastg.${target}`);
      this.known = learn(this.known, { firstBatch, batch, moved }, tables);
    }
  }

  private newAttempt(): Attempt {
    const random = randomBytes(4).toString('hex');
    const startedAt = new Date();
    const id = `${startedAt.toISOString().replace(/[-:]|\.\d+Z$/g, '')}-${random}`;
    return { id, tag: `r${random}`, prefix: `${this.use.prefix}${id}/`, startedAt };
  }

  private async readCut(attempt: Attempt, signal: AbortSignal): Promise<Cut | undefined> {
    const { models, known, mustCheckColumns } = this;
    this.mustCheckColumns = false;
    try {
      const cut = await this.use.cuts.read({
        models,
        known,
        prefix: attempt.prefix,
        checkColumns: mustCheckColumns,
        signal,
      });
      if (cut) this.known = cut.known;
      return cut;
    } catch (error) {
      this.mustCheckColumns = true;
      await this.cleanUp(attempt);
      throw error;
    }
  }

  private async carryOut(attempt: Attempt, cut: Cut, unloadMs: number, signal: AbortSignal): Promise<void> {
    const { reporter } = this.use;
    const batch = cut.plan.batch as BatchNumber;
    const times = { unloadMs, computeMs: 0, publishMs: 0 };
    const about = {
      run: attempt.id,
      batch,
      version: cut.ledger.version,
      committedAt: cut.ledger.committedAt,
    };
    await reporter.started({ run: attempt.id, models: cut.plan.models.map(({ id }) => id), batch });
    try {
      let from = performance.now();
      const result = await this.compute(attempt, cut, signal);
      times.computeMs = since(from);
      from = performance.now();
      await this.publish(attempt, cut, result, signal);
      times.publishMs = since(from);
      const models = result.models.map(({ model, rows, durationMs }) => ({ model, rows, durationMs }));
      await reporter.finished({ ...about, outcome: 'succeeded', models, ...times, error: null });
    } catch (error) {
      this.mustCheckColumns = true;
      const text = signal.aborted
        ? 'cancelled: the service stops, or another replica took over'
        : isPipelineError(error)
          ? error.message
          : String(error);
      await reporter.finished({
        ...about,
        outcome: 'failed',
        models: [],
        ...times,
        error: text.slice(0, 2000),
      });
      throw error;
    } finally {
      await this.cleanUp(attempt);
    }
  }

  private compute(attempt: Attempt, cut: Cut, signal: AbortSignal): Promise<RunResult> {
    const inputs = Object.fromEntries(Object.entries(cut.inputs).map(([table, url]) => [table, asS3a(url)]));
    return this.use.backend.run(
      {
        run: attempt.id,
        package: this.use.package,
        models: cut.plan.models.map(({ id }) => id),
        inputs,
        output: asS3a(this.use.store.url(`${attempt.prefix}out/`)),
      },
      signal,
    );
  }

  private async publish(attempt: Attempt, cut: Cut, result: RunResult, signal: AbortSignal): Promise<void> {
    const { id: run, tag, prefix, startedAt } = attempt;
    await this.use.publisher.publish({
      run,
      tag,
      prefix,
      startedAt,
      batch: cut.plan.batch,
      version: cut.ledger.version,
      models: result.models,
      specs: cut.plan.models,
      results: result.models,
      signal,
    });
  }

  /** Files of a run serve nobody afterwards. What stays is removed at the next take-over. */
  private async cleanUp(attempt: Attempt): Promise<void> {
    try {
      await this.use.store.deletePrefix(attempt.prefix);
    } catch (error) {
      this.use.onLeftover(error);
    }
  }
}

const asS3a = (url: string): string => url.replace(/^s3:/, 's3a:');
const since = (started: number): number => Math.round(performance.now() - started);
