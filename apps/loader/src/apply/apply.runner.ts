import { setTimeout as pause } from 'node:timers/promises';
import { isPipelineError } from '@thalamus/contracts';
import {
  consumerDefaults,
  readEntry,
  translateKafkaError,
  type Consumer,
  type EachBatchPayload,
} from '@thalamus/kafka';
import { retrying, type Stoppable } from '@thalamus/platform';
import { PartitionStarts, stageGroupId } from '../stage/partition-starts.js';
import type { ApplyDependencies } from './apply-dependencies.js';
import { ApplyOwner } from './apply-owner.js';
import { StagedFilesCleaner } from './staged-files.cleaner.js';
import { WarehouseApplier } from './warehouse-applier.js';

const heartbeatMs = 1000;
/** Another loader was ahead of us this many times without an apply of ours between: two owners do not get along. */
const maxTurnedAway = 5;

/**
 * The apply role: a consumer group on the journal, whose one partition makes one member the owner. Every join starts a
 * new owner from the ledger.
 */
export class ApplyRunner implements Stoppable {
  private owner: ApplyOwner | undefined;
  private turnedAway = 0;
  private stopped = false;
  private readonly failure = Promise.withResolvers<never>();
  private readonly applier: WarehouseApplier;
  private readonly cleaner: StagedFilesCleaner;

  private constructor(
    private readonly use: ApplyDependencies,
    private readonly consumer: Consumer,
    private readonly starts: PartitionStarts,
  ) {
    const { config, log, metrics } = use;
    this.failure.promise.catch(() => undefined); // awaited by whoever runs the role
    this.applier = new WarehouseApplier({
      ...use,
      now: () => new Date(),
      onRetry: (error, attempt) => {
        metrics.inc('thalamus_apply_retries_total', { sync_group: config.name });
        log.warn({ err: error, attempt }, 'the warehouse rolled back; trying again');
      },
    });
    this.cleaner = new StagedFilesCleaner({
      store: use.store,
      prefix: `${config.stage.prefix}/${config.name}`,
      keepMs: config.apply.keepStagedHours * 3_600_000,
      log,
    });
  }

  static async start(use: ApplyDependencies): Promise<ApplyRunner> {
    const groupId = `thalamus.loader.apply.${use.config.name}`;
    const { stagingSchema, modelSchema, reportSchema } = use.config.warehouse;
    use.health.report('warehouse', false, 'not reached yet');
    await retrying(() => use.operations.prepare(use.warehouse, [stagingSchema, modelSchema, reportSchema]), {
      attempts: Infinity,
      baseMs: 500,
      maxMs: 10_000,
      onRetry: (error) => use.log.warn({ err: error }, 'the warehouse is not ready; trying again'),
    });
    use.health.report('warehouse', true);
    const consumer = use.kafka.consumer({ ...consumerDefaults, groupId });
    const starts = await PartitionStarts.open(use.kafka, stageGroupId(use.config.name));
    const runner = new ApplyRunner(use, consumer, starts);
    await runner.consume(groupId);
    return runner;
  }

  get finished(): Promise<never> {
    return this.failure.promise;
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await this.owner?.stop();
    await this.consumer.disconnect();
    await this.cleaner.idle();
    await this.starts.close();
  }

  private async consume(groupId: string): Promise<void> {
    const { consumer } = this;
    consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
      const owns = (payload.memberAssignment[this.use.topics.journal] ?? []).length > 0;
      this.becomeOwner(owns);
    });
    consumer.on(consumer.events.CRASH, ({ payload }) => {
      if (!payload.restart) this.failure.reject(translateKafkaError(payload.error, groupId));
    });
    try {
      await consumer.connect();
      await consumer.subscribe({ topics: [this.use.topics.journal], fromBeginning: true });
      await consumer.run({ autoCommit: false, eachBatch: (payload) => this.handle(payload) });
    } catch (error) {
      throw translateKafkaError(error, groupId);
    }
  }

  private becomeOwner(owns: boolean): void {
    const former = this.owner;
    this.owner = undefined;
    const { health, log, config } = this.use;
    log.info({ owns }, 'joined the apply group');
    health.report('apply', true, owns ? 'owner' : 'standby');
    const stoppedFormer = former?.stop() ?? Promise.resolve();
    if (!owns || this.stopped) return;
    const owner = new ApplyOwner(
      this.use,
      {
        applier: this.applier,
        cleaner: this.cleaner,
        stageStarts: (topic) => this.starts.of(topic),
        logStarts: (topic) => this.starts.logStarts(topic),
        commit: async (offset) => {
          if (this.owner === owner) await this.commit(offset);
        },
      },
      stoppedFormer,
    );
    this.owner = owner;
    owner.run().then(
      () => undefined,
      (error: unknown) => this.ownerFailed(owner, error),
    );
    log.debug({ group: config.name }, 'taking over the ledger');
  }

  /** Turned away by the fence: somebody else moved the ledger, so start again from where it stands now. */
  private ownerFailed(owner: ApplyOwner, error: unknown): void {
    if (this.owner !== owner || this.stopped) return;
    const fenced = isPipelineError(error) && error.code === 'THAL-W006';
    if (owner.appliedSomething) this.turnedAway = 0;
    if (!fenced || ++this.turnedAway >= maxTurnedAway) {
      this.failure.reject(error);
      return;
    }
    this.use.log.warn({ err: error, turnedAway: this.turnedAway }, 'another loader moved the ledger');
    this.restart().catch((restartError: unknown) => this.failure.reject(restartError));
  }

  /** Leaving and joining again reads the journal from the committed offset, with a new owner. */
  private async restart(): Promise<void> {
    await this.consumer.stop();
    await pause(500 + Math.random() * 1000);
    if (this.stopped) return;
    await this.consumer.run({ autoCommit: false, eachBatch: (payload) => this.handle(payload) });
  }

  private async handle(payload: EachBatchPayload): Promise<void> {
    const { batch } = payload;
    const { owner } = this;
    if (!owner) return;
    // A heartbeat that tells of a rebalance is kafkajs' to hear; a ledger that cannot be read is told by the owner's run.
    await this.whileBeating(
      owner.ready.catch(() => undefined),
      () => payload.heartbeat(),
    );
    if (this.owner !== owner || payload.isStale() || !payload.isRunning()) return;
    try {
      for (const { value, offset } of batch.messages) {
        const entry = readEntry(value, batch.topic, offset);
        owner.accept(entry, Number(offset));
      }
      if (BigInt(batch.lastOffset()) + 1n >= BigInt(batch.highWatermark)) owner.caughtUp();
    } catch (error) {
      this.failure.reject(error);
    }
  }

  private async whileBeating(work: Promise<void>, heartbeat: () => Promise<void>): Promise<void> {
    const done = work.then(() => true);
    while (!(await Promise.race([done, pause(heartbeatMs, false)]))) await heartbeat();
  }

  private async commit(offset: number): Promise<void> {
    try {
      await this.consumer.commitOffsets([
        { topic: this.use.topics.journal, partition: 0, offset: String(offset) },
      ]);
    } catch (error) {
      // In a rebalance, or passing: a successor reads a little more of the journal.
      this.use.log.warn({ err: error }, 'the journal offset was not committed');
    }
  }
}
