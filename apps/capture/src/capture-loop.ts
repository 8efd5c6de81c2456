import { isPipelineError, type PipelineError } from '@thalamus/contracts';
import { nextPause } from '@thalamus/core/capture';
import type { OutgoingRecord } from '@thalamus/kafka';
import type { Health } from '@thalamus/platform';
import type { CaptureTurn } from './capture-turn.js';
import { publishChunk, readChunks, watchOf, type ChunkRead } from './chunk-load.js';
import { Poller } from './poll.js';
import { applySignal } from './signal-effects.js';
import type { SignalDesk } from './signal-desk.js';

/** Pause after an error of the source that passes by itself, ms; grows with each in a row. */
const sourceRetryMs = { base: 250, max: 15_000 };

type Requested = Parameters<typeof applySignal>[2];

/**
 * The owner's loop: signals, a poll, the chunks that were read meanwhile, a pause. Errors of the source that pass are
 * repeated here; those of Kafka end the turn, since only a new take-over makes the producer good again.
 */
export class CaptureLoop {
  private readonly poller: Poller;
  private readonly requested: Requested = new Map();
  private settle: (() => void)[] = [];
  private pauseMs = 0;
  private failures = 0;

  constructor(
    private readonly turn: CaptureTurn,
    private readonly desk: SignalDesk,
    private readonly health: Health,
  ) {
    this.poller = new Poller(turn);
  }

  async run(stop: AbortSignal): Promise<void> {
    while (!stop.aborted) {
      await this.takeSignals();
      if (this.turn.checkpoint.paused) {
        this.health.report('source', true, 'paused by signal');
        await this.desk.pause(Infinity, stop);
        continue;
      }
      await this.desk.pause(await this.step(), stop);
    }
  }

  /** A poll and the chunks beside it. @returns the pause that should follow, ms */
  private async step(): Promise<number> {
    const { capture } = this.turn.config;
    const chunks = readChunks(this.turn);
    try {
      const rows = await this.poller.poll(new Map(this.requested), watchOf(chunks));
      this.requestsServed();
      const loaded = await this.publishChunks(chunks);
      this.reportHealth();
      this.failures = 0;
      this.pauseMs = nextPause(this.pauseMs, loaded ? Infinity : rows, capture);
      return this.pauseMs;
    } catch (error) {
      // Their transactions must have ended before the next attempt, or connections run out.
      await Promise.allSettled(chunks.map(({ chunk }) => chunk));
      return await this.pauseAfter(error);
    }
  }

  private async publishChunks(chunks: readonly ChunkRead[]): Promise<boolean> {
    for (const chunk of chunks) await publishChunk(this.turn, chunk);
    return chunks.length > 0;
  }

  /** @returns how long to wait before going on. @throws what cannot be mended here */
  private async pauseAfter(error: unknown): Promise<number> {
    if (!isPipelineError(error)) throw error;
    if (error.code === 'THAL-S007') return await this.waitForPerson(error);
    if (error.disposition !== 'retry' || !error.code.startsWith('THAL-S')) throw error;
    this.failures++;
    const pauseMs = Math.min(sourceRetryMs.max, sourceRetryMs.base * 2 ** (this.failures - 1));
    this.turn.log.warn({ code: error.code, err: error, pauseMs }, 'poll failed, trying again');
    this.turn.metrics.inc('thalamus_capture_polls_total', {
      sync_group: this.turn.checkpoint.group,
      outcome: 'failed',
    });
    this.health.report('source', this.failures < 3, error.message);
    return pauseMs;
  }

  /** A refused reload waits for the signal that allows it; the process stays up to read that signal. */
  private async waitForPerson(error: PipelineError): Promise<number> {
    const { log, outbox } = this.turn;
    const { code, message, context } = error;
    log.error({ code, ...context }, message);
    this.health.report('source', false, message);
    await this.write([outbox.journalRecord('service.halted', { service: 'capture', code, message })]);
    return Infinity;
  }

  private reportHealth(): void {
    const waiting = Object.entries(this.turn.checkpoint.tables)
      .filter(([, table]) => table.stale && table.loading === null)
      .map(([table]) => table);
    this.health.report('source', true);
    this.health.report(
      'tables',
      waiting.length === 0,
      waiting.map((table) => `${table} stands still`).join(', '),
    );
  }

  private async takeSignals(): Promise<void> {
    const before = this.turn.checkpoint;
    const served: (() => void)[] = [];
    for (const { signal, done } of this.desk.take()) {
      applySignal(this.turn, signal, this.requested);
      // A reload has its effect with the poll that starts it; everything else with the save below.
      (signal.type === 'execute-snapshot' ? this.settle : served).push(done);
    }
    if (this.turn.checkpoint !== before) {
      try {
        await this.write([this.turn.outbox.checkpointRecord(this.turn.checkpoint)]);
      } catch (error) {
        this.turn.checkpoint = before;
        throw error;
      }
    }
    for (const done of served) done();
  }

  private async write(records: readonly OutgoingRecord[]): Promise<void> {
    const transaction = await this.turn.producer.begin();
    await transaction.send(records);
    await transaction.commit();
  }

  private requestsServed(): void {
    this.requested.clear();
    for (const done of this.settle) done();
    this.settle = [];
  }
}
