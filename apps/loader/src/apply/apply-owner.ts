import { setTimeout as pause } from 'node:timers/promises';
import { isPipelineError, PipelineError, type AnyJournalEntry } from '@thalamus/contracts';
import { Backlog, spanLoss, type ApplyPlan, type Loss, type Plan } from '@thalamus/core/load';
import { parseAnnouncement } from './announcement.js';
import { reportApply } from './apply-report.js';
import type { ApplyDependencies } from './apply-dependencies.js';
import { reloadSignal } from './reload-signal.js';
import type { StagedFilesCleaner } from './staged-files.cleaner.js';
import type { WarehouseApplier } from './warehouse-applier.js';

/** How long a batch may wait for files before Kafka is asked whether their events still exist, ms. */
const suspectLossAfterMs = 15_000;
const longestPauseMs = 30_000;
/** Positions grow by a row for each partition and batch. */
const pruneEveryBatches = 1000;

export interface OwnerPorts {
  readonly applier: WarehouseApplier;
  readonly cleaner: StagedFilesCleaner;
  /** Commits the journal offset a successor starts from. */
  readonly commit: (offset: number) => Promise<void>;
  /** Offsets from which stage reads each partition of a topic: what it committed, or the oldest there is. */
  readonly stageStarts: (topic: string) => Promise<ReadonlyMap<number, number>>;
  /** Oldest offsets of a topic that Kafka still holds. */
  readonly logStarts: (topic: string) => Promise<ReadonlyMap<number, number>>;
}

/**
 * Owner of a sync group's ledger, from one assignment of the journal to the next:
 *
 *     load (ledger, positions, tables, losses) → announce the last batch again → wait ⇄ plan → apply → announce → commit
 *
 * It never trusts that it is alone: the ledger's fence decides.
 */
export class ApplyOwner {
  private backlog: Backlog | undefined;
  private readonly stopping = new AbortController();
  private wakeUp = Promise.withResolvers<void>();
  private lastApplyMs = 0;
  private lastDurationMs = 0;
  private prunedBatch = -Infinity;
  private waitingSinceMs: number | undefined;
  /** Resolves when entries can be accepted. */
  readonly ready: Promise<void>;
  private running: Promise<void> | undefined;
  private committedOffset = -1;
  appliedSomething = false;

  constructor(
    private readonly use: ApplyDependencies,
    private readonly ports: OwnerPorts,
    /** The former owner in this process must have let go first: they share applier and cleaner. */
    former: Promise<void>,
  ) {
    this.ready = former.then(() => this.load());
    // Awaited by every handler; without one it must not be an unhandled rejection.
    this.ready.catch(() => undefined);
  }

  /** Runs until `stop`; rejects on an error that nothing repeats. */
  async run(): Promise<void> {
    this.running = this.work();
    await this.running;
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    this.wake();
    await this.running?.catch(() => undefined); // told by `run`
  }

  /** @param entry undefined for a record that says nothing to this version */
  accept(entry: AnyJournalEntry | undefined, journalOffset: number): void {
    if (!this.backlog) return;
    if (entry?.subject !== this.use.config.name) {
      this.backlog.skip(journalOffset);
      return;
    }
    const stale = this.backlog.accept(entry, journalOffset);
    this.ports.cleaner.add(this.backlog.lastBatch, stale, Date.now());
    if (entry.type === 'batch.sealed' || entry.type === 'file.staged') this.wake();
  }

  /** Everything the journal held when it was read last was accepted. @throws PipelineError THAL-K005 */
  caughtUp(): void {
    this.backlog?.requireContinuity();
  }

  private wake(): void {
    this.wakeUp.resolve();
  }

  private get stopped(): boolean {
    return this.stopping.signal.aborted;
  }

  private async load(): Promise<void> {
    const { warehouse, operations, config, journal, log } = this.use;
    const group = config.name;
    const { ledger, state } = await this.untilItWorks('reading the ledger', () =>
      warehouse.session(async (session) => {
        const row = await operations.ledger.read(session);
        const positions = await operations.load.readPositions(session);
        const tables = await operations.load.readTables(session, config.warehouse.stagingSchema);
        const losses = await operations.load.readLosses(session);
        const at = { batch: row.batch, version: row.version, positions };
        return { ledger: row, state: { ledger: at, tables, losses } };
      }),
    );
    // The former owner may have died between COMMIT and announcing it.
    if (ledger.announcement !== null)
      await journal.append('batch.applied', group, parseAnnouncement(ledger.announcement));
    this.backlog = new Backlog(state);
    this.use.metrics.set('thalamus_apply_batch', { sync_group: group }, ledger.batch);
    log.info({ batch: ledger.batch, tables: state.tables.length }, 'owns the ledger');
    this.ports.cleaner.sweep(ledger.batch, Date.now());
  }

  private async work(): Promise<void> {
    await this.ready;
    while (!this.stopped) {
      const woken = this.wakeUp.promise;
      const plan = this.plan();
      await this.follow(plan, woken);
    }
  }

  private plan(): Plan {
    const { config, schemas, metrics } = this.use;
    const backlog = this.loaded;
    metrics.set('thalamus_apply_pending_batches', { sync_group: config.name }, backlog.pendingBatches);
    return backlog.plan({
      maxBatches: config.apply.maxBatches,
      tableOfTopic: (topic) => schemas.tableOf(topic),
      schemaOf: (table, id) => {
        const schema = schemas.get(table, id);
        if (!schema) throw new PipelineError('THAL-K004', `schema ${id} of ${table} is not published`);
        return schema;
      },
    });
  }

  private get loaded(): Backlog {
    if (!this.backlog) throw new PipelineError('THAL-X002', 'the ledger was not read yet');
    return this.backlog;
  }

  private async follow(plan: Plan, woken: Promise<void>): Promise<void> {
    switch (plan.kind) {
      case 'wait':
        await this.wait(plan, woken);
        return;
      case 'lost':
        await this.lose(plan.losses);
        return;
      case 'refused':
        throw new PipelineError('THAL-W003', `${plan.reason}; ask for a reload of the table`);
      case 'apply':
        this.waitingSinceMs = undefined;
        if (await this.wasDue(plan)) await this.apply(plan);
    }
  }

  /** Nothing is complete: sleeps until the journal says more, and now and then asks Kafka whether it ever will. */
  private async wait(plan: Extract<Plan, { kind: 'wait' }>, woken: Promise<void>): Promise<void> {
    const stuck = plan.missing.length > 0;
    this.waitingSinceMs = stuck ? (this.waitingSinceMs ?? Date.now()) : undefined;
    await this.commitPosition();
    if (stuck && Date.now() - (this.waitingSinceMs ?? 0) >= suspectLossAfterMs) {
      this.waitingSinceMs = Date.now();
      const topics = new Set(plan.missing.map((range) => range.topic));
      for (const topic of topics)
        for (const [partition, start] of await this.ports.logStarts(topic))
          this.loaded.sawLogStart(topic, partition, start);
      this.use.log.warn({ missing: plan.missing.slice(0, 5) }, 'a sealed batch waits for staged files');
      return;
    }
    await this.sleep(stuck ? 1000 : 5000, woken);
  }

  private async sleep(ms: number, woken: Promise<void>): Promise<void> {
    const timer = new AbortController();
    const slept = pause(ms, undefined, { signal: timer.signal }).catch(() => undefined);
    await Promise.race([woken, slept]);
    timer.abort();
    this.wakeUp = Promise.withResolvers<void>();
  }

  /** True when the plan may run now; false after a pause in which it may have grown. */
  private async wasDue(plan: ApplyPlan): Promise<boolean> {
    const { minIntervalMs, targetLatencyMs } = this.use.config.apply;
    const byInterval = this.lastApplyMs + minIntervalMs;
    const byLatency =
      targetLatencyMs === 0 ? 0 : Date.parse(plan.openedAt) + targetLatencyMs - this.lastDurationMs;
    const due = Math.max(byInterval, byLatency);
    const left = due - Date.now();
    if (left <= 0) return true;
    await pause(Math.min(left, 1000), undefined, { signal: this.stopping.signal }).catch(() => undefined);
    return false;
  }

  private async apply(plan: ApplyPlan): Promise<void> {
    const { config, journal, records, topics } = this.use;
    const startedMs = Date.now();
    const applied = await this.untilItWorks('applying', () =>
      this.ports.applier.apply(plan, this.loaded.knownTables),
    );
    await records.write(
      topics.rejected,
      applied.rejected.map((row) => ({ key: row.table, value: JSON.stringify(row) })),
    );
    await journal.appendAll(config.name, [
      ...[...Map.groupBy(applied.rejected, ({ table }) => table)].map(([table, rows]) =>
        journal.entry('row.rejected', config.name, {
          table,
          batch: applied.data.batch,
          count: rows.length,
          reason: rows[0]?.reason ?? '',
        }),
      ),
      journal.entry('batch.applied', config.name, applied.data),
    ]);
    const keys = this.loaded.applied(plan, applied.tables);
    this.appliedSomething = true;
    this.lastApplyMs = Date.now();
    this.lastDurationMs = this.lastApplyMs - startedMs;
    this.ports.cleaner.add(plan.batch, keys, this.lastApplyMs);
    this.ports.cleaner.clean(plan.batch, this.lastApplyMs);
    reportApply(this.use, plan, applied, this.lastDurationMs);
    await this.commitPosition();
    this.prune(plan.batch);
  }

  /** Positions are only ever appended; a few times a day what is outdated is removed. Apply does not wait for it. */
  private prune(batch: number): void {
    if (batch - this.prunedBatch < pruneEveryBatches) return;
    this.prunedBatch = batch;
    const { warehouse, operations, log } = this.use;
    void warehouse
      .session((session) => operations.load.prunePositions(session))
      .catch((error: unknown) => log.warn({ err: error }, 'old positions were not removed; later'));
  }

  /** Only after the ledger has moved: what the journal says up to here must be read again until then. */
  private async commitPosition(): Promise<void> {
    const position = this.loaded.journalPosition;
    if (position <= this.committedOffset) return;
    await this.ports.commit(position);
    this.committedOffset = position;
  }

  /** Asks capture for new generations first, then records: a crash in between asks twice, which costs a load, not rows. */
  private async lose(losses: readonly Loss[]): Promise<void> {
    const { records, topics, config, warehouse, operations, log } = this.use;
    // Before asking: what stage reads from now on is what the new generation can rely on.
    const spanned = await Promise.all(
      losses.map(async (loss) => {
        const topic = topics.table(loss.table);
        return spanLoss(loss, topic, await this.ports.stageStarts(topic));
      }),
    );
    log.error(
      { code: 'THAL-W007', losses: spanned },
      'events are gone from Kafka: asking for new generations',
    );
    await records.write(topics.signals, [
      { key: config.name, value: reloadSignal(losses.map((loss) => loss.table)) },
    ]);
    await this.untilItWorks('recording losses', () =>
      warehouse.transaction((session) => operations.load.recordLosses(session, spanned)),
    );
    for (const loss of spanned) this.loaded.lose(loss);
  }

  /** Repeats what passes by itself, for as long as it takes: the journal keeps what waits. */
  private async untilItWorks<T>(doing: string, work: () => Promise<T>): Promise<T> {
    const { health, log } = this.use;
    for (let attempt = 1; ; attempt++) {
      try {
        const result = await work();
        health.report('warehouse', true);
        return result;
      } catch (error) {
        if (!isPipelineError(error) || error.disposition !== 'retry' || this.stopped) throw error;
        health.report('warehouse', false, error.message);
        const pauseMs =
          Math.min(longestPauseMs, 200 * 2 ** Math.min(attempt, 10)) * (0.5 + Math.random() / 2);
        log.warn({ code: error.code, err: error, attempt, pauseMs }, `${doing} failed; trying again`);
        await pause(pauseMs, undefined, { signal: this.stopping.signal }).catch(() => undefined);
      }
    }
  }
}
