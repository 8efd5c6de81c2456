import { PipelineError, splitTableId, type Checkpoint, type TableId } from '@thalamus/contracts';
import {
  addToBatch,
  applyPlan,
  blindTables,
  decideSeal,
  planPoll,
  sealBatch,
  type FollowedTable,
  type Observation,
  type ObservedShape,
  type PollInput,
  type PollPlan,
  type SourceSession,
} from '@thalamus/core/capture';
import type { OutgoingRecord } from '@thalamus/kafka';
import { isSelected } from '@thalamus/mssql';
import type { CaptureTurn } from './capture-turn.js';
import { ChangePublication, completeCommitTimes, type KeyWatch } from './change-publication.js';
import { RowPublisher } from './row-publisher.js';
import { observeShapes } from './shape-observer.js';
import { reportPoll, type PollReport } from './capture-report.js';

/** A table nobody writes to gets its shape compared this often, ms; one with changes always. */
const shapeCheckMs = 5000;

export type RequestedReloads = PollInput['requested'];

/** One poll after another. Holds only what makes the next one cheaper or its lag better known. */
export class Poller {
  private shapesCheckedMs = -Infinity;
  private previousReadMs: number | undefined;

  constructor(private readonly turn: CaptureTurn) {}

  /**
   * One poll: one transaction at the source, at most one in Kafka; then the checkpoint moves.
   *
   * @returns how many rows it moved; Infinity when it began to load a table, so that its first chunk follows at once
   */
  async poll(requested: RequestedReloads, watch: KeyWatch): Promise<number> {
    const startedMs = this.turn.now().getTime();
    const publisher = new RowPublisher(this.turn.producer, this.turn.config.capture.inFlightBytes);
    try {
      const read = await this.read(requested, watch, publisher, startedMs);
      const report = await this.publish(read, publisher, startedMs);
      this.previousReadMs = startedMs;
      reportPoll(this.turn, report);
      return report.started.length > 0 ? Infinity : report.rows;
    } catch (error) {
      await publisher.abandon();
      throw error;
    }
  }

  private async read(
    requested: RequestedReloads,
    watch: KeyWatch,
    publisher: RowPublisher,
    startedMs: number,
  ): Promise<PollRead> {
    const { source, outbox, registry, producer } = this.turn;
    await using session = await source.openPoll();
    const observation = this.select(await session.observe());
    const input = { ...(await this.input(session, observation, startedMs)), requested };
    const { plan, changed } = await this.decide(session, input, startedMs);
    const estimates = new Map<TableId, number>();
    for (const { table, observed } of plan.start)
      estimates.set(table, await session.estimateRows(observed.objectId));
    await outbox.prepare([...plan.start, ...changed].map(({ table }) => table));
    // Before the first row that names them.
    await registry.publish(producer);
    const newestMs = await this.publishChanges(session, plan, changed, watch, publisher, startedMs);
    if (session.isolation !== 'snapshot') await this.validateAgain(session, input, plan);
    await session.commit();
    return { plan, changed, estimates, newestMs };
  }

  private async input(
    session: SourceSession,
    observation: Observation,
    startedMs: number,
  ): Promise<Omit<PollInput, 'requested'>> {
    const { checkpoint, config, now } = this.turn;
    const isFresh = checkpoint.lastBatch === 0 && Object.keys(checkpoint.tables).length === 0;
    const isNew = observation.tables.some(({ table }) => checkpoint.tables[table] === undefined);
    const isDue = startedMs - this.shapesCheckedMs >= shapeCheckMs;
    return {
      checkpoint: isFresh ? null : checkpoint,
      observation,
      shapes: isNew || isDue ? await this.shapes(session, startedMs) : new Map<TableId, ObservedShape>(),
      empty: new Set(await session.emptyAmong(blindTables(checkpoint, observation))),
      policy: config.capture,
      now: now(),
    };
  }

  /** The plan, and which of its tables have changes. Rows are read only under a shape seen in this transaction. */
  private async decide(
    session: SourceSession,
    input: PollInput,
    startedMs: number,
  ): Promise<{ plan: PollPlan; changed: FollowedTable[] }> {
    const plan = planPoll(input);
    // Nothing at all was committed: spares the probe on a quiet source.
    if (plan.from === plan.to) return { plan, changed: [] };
    const found = await session.probe(
      plan.follow.map(({ table }) => table),
      plan.from,
    );
    if (found.length > 0 && this.shapesCheckedMs !== startedMs) {
      const shapes = await this.shapes(session, startedMs);
      return this.decide(session, { ...input, shapes }, startedMs);
    }
    const wanted = new Set(found);
    return { plan, changed: plan.follow.filter(({ table }) => wanted.has(table)) };
  }

  private async shapes(session: SourceSession, startedMs: number): Promise<Map<TableId, ObservedShape>> {
    const { checkpoint, registry, config } = this.turn;
    const shapes = await observeShapes(session, checkpoint, registry, config);
    this.shapesCheckedMs = startedMs;
    return shapes;
  }

  private select(observation: Observation): Observation {
    const { source } = this.turn.config;
    const tables = observation.tables.filter(({ table }) => isSelected(source, splitTableId(table)));
    return { ...observation, tables };
  }

  /** @returns the commit time of the newest change, ms */
  private async publishChanges(
    session: SourceSession,
    plan: PollPlan,
    changed: readonly FollowedTable[],
    watch: KeyWatch,
    publisher: RowPublisher,
    startedMs: number,
  ): Promise<number> {
    if (changed.length === 0) return startedMs;
    const told = this.turn.source.hasCommitTimes
      ? await session.commitTimes(plan.from, plan.to)
      : new Map<string, number>();
    const { times, newestMs } = completeCommitTimes(told, plan.to, this.previousReadMs, startedMs);
    const publication = new ChangePublication(this.turn, plan, publisher, times, startedMs, watch);
    for (const table of changed) {
      const rows = await publication.publish(session, table);
      const labels = { sync_group: this.turn.checkpoint.group, table: table.table };
      if (rows > 0) this.turn.metrics.inc('thalamus_capture_rows_total', labels, rows);
    }
    return newestMs;
  }

  /**
   * Without SNAPSHOT, clean-up or TRUNCATE may have run between validation and reading: the same questions again, and a
   * poll whose answers changed is thrown away.
   */
  private async validateAgain(session: SourceSession, input: PollInput, plan: PollPlan): Promise<void> {
    const after = this.select(await session.observe());
    const again = planPoll({ ...input, observation: { ...after, currentVersion: plan.to } });
    const text = ({ start, waiting }: PollPlan): string =>
      JSON.stringify([start.map(({ table, reason }) => [table, reason]), waiting]);
    if (text(again) !== text(plan))
      throw new PipelineError(
        'THAL-S010',
        'the validity of a table changed while it was read; reading again',
      );
  }

  private async publish(read: PollRead, publisher: RowPublisher, startedMs: number): Promise<PollReport> {
    const { turn } = this;
    const { plan, estimates } = read;
    const acknowledged = await publisher.acknowledged();
    const now = turn.now();
    const added = { ...acknowledged, committedAt: acknowledged.rows > 0 ? new Date(read.newestMs) : null };
    const open = addToBatch(applyPlan(turn.checkpoint, plan, now, estimates), added, now);
    const { batchMaxAgeMs, batchMaxRows, batchMaxBytes } = turn.config.capture;
    const seal = decideSeal(open, {
      quiet: added.rows === 0 && plan.start.length === 0,
      now,
      limits: { maxAgeMs: batchMaxAgeMs, maxRows: batchMaxRows, maxBytes: batchMaxBytes },
    });
    const closed = seal === undefined ? undefined : sealBatch(open, now);
    const next = closed?.checkpoint ?? open;
    const control = this.control(next, plan, closed?.sealed);
    // Rows, then what holds their offsets, then commit: the one place where the checkpoint is saved by a poll.
    if (control.length > 0 || added.rows > 0) await publisher.commit(control);
    turn.checkpoint = next;
    return {
      plan,
      started: plan.start,
      rows: added.rows,
      bytes: added.bytes,
      tables: read.changed.length,
      sealed: closed?.sealed,
      sealReason: seal,
      newestMs: read.newestMs,
      durationMs: now.getTime() - startedMs,
      checkpoint: next,
    };
  }

  private control(next: Checkpoint, plan: PollPlan, sealed: PollReport['sealed']): OutgoingRecord[] {
    const { outbox, checkpoint } = this.turn;
    const record = outbox.checkpointRecord(next);
    const isMoved = record.value !== outbox.checkpointRecord(checkpoint).value;
    const started = plan.start.flatMap(({ table, reason, detail }) => {
      const loading = next.tables[table]?.loading;
      if (!loading) return [];
      const { generation, rowsEstimated } = loading;
      return outbox.journalRecord('generation.started', {
        table,
        generation,
        reason,
        detail,
        version: plan.to,
        rowsEstimated,
      });
    });
    return [
      ...(isMoved ? [record] : []),
      ...started,
      ...(sealed ? [outbox.journalRecord('batch.sealed', sealed)] : []),
    ];
  }
}

interface PollRead {
  readonly plan: PollPlan;
  readonly changed: readonly FollowedTable[];
  readonly estimates: ReadonlyMap<TableId, number>;
  readonly newestMs: number;
}
