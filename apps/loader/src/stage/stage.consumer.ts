import { setTimeout as pause } from 'node:timers/promises';
import {
  consumerDefaults,
  translateKafkaError,
  type Consumer,
  type EachBatchPayload,
  type Kafka,
} from '@thalamus/kafka';
import type { Logger } from '@thalamus/platform';
import { Membership, type CommitOffset, type MembershipPorts } from './membership.js';
import { Encoders, type Schemas, type StageLimits } from './partition-stager.js';
import type { PartitionStarts } from './partition-starts.js';

/** A jump between records that control records do not explain: have events been removed? */
const suspiciousJump = 3;
const tickMs = 50;
const watchTopicsMs = 2000;
const drainDeadlineMs = 5000;

export interface StageConsumerOptions {
  readonly kafka: Kafka;
  readonly groupId: string;
  readonly pattern: RegExp;
  readonly starts: PartitionStarts;
  readonly schemas: Schemas;
  readonly limits: StageLimits & { readonly concurrency: number; readonly bufferBytes: number };
  readonly log: Logger;
  readonly ports: Pick<MembershipPorts, 'upload' | 'announce'>;
  readonly onAssigned: (partitions: number) => void;
}

/**
 * The consumer group on all table topics. Handlers only hand records to the membership's stagers; files are made,
 * announced and committed beside. New topics are watched for: kafkajs resolves a pattern once, when it subscribes.
 */
export class StageConsumer {
  private membership: Membership;
  private starts = new Map<string, Promise<ReadonlyMap<number, number>>>();
  private consumer: Consumer | undefined;
  private topics: readonly string[] = [];
  private readonly encoders = new Encoders();
  private readonly paused = new Map<string, { topic: string; partition: number }>();
  private readonly failure = Promise.withResolvers<never>();
  private readonly stopping = new AbortController();
  private ticker: NodeJS.Timeout | undefined;
  private watching: Promise<void> | undefined;

  constructor(private readonly options: StageConsumerOptions) {
    this.membership = this.newMembership();
    // Awaited by whoever runs the role; without one it must not be an unhandled rejection.
    this.failure.promise.catch(() => undefined);
  }

  /** Rejects with an error that nothing repeats. */
  get finished(): Promise<never> {
    return this.failure.promise;
  }

  async start(): Promise<void> {
    this.ticker = setInterval(() => this.membership.tick(Date.now()), tickMs);
    this.topics = await this.options.starts.topicsMatching(this.options.pattern);
    await this.subscribe();
    this.watching = this.watchTopics();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    clearInterval(this.ticker);
    await this.watching;
    await Promise.race([this.membership.drain(), pause(drainDeadlineMs, undefined, { ref: false })]);
    this.membership.revoke();
    await this.consumer?.disconnect();
  }

  private async subscribe(): Promise<void> {
    if (this.topics.length === 0) return;
    try {
      this.consumer ??= await this.connect();
      await this.consumer.subscribe({ topics: [...this.topics], fromBeginning: true });
      await this.consumer.run({
        autoCommit: false,
        partitionsConsumedConcurrently: 4,
        eachBatch: (payload) => this.handle(payload),
      });
    } catch (error) {
      throw translateKafkaError(error, `subscribing to ${this.topics.length} topics`);
    }
  }

  private async connect(): Promise<Consumer> {
    const consumer = this.options.kafka.consumer({ ...consumerDefaults, groupId: this.options.groupId });
    consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => this.joined(payload.memberAssignment));
    consumer.on(consumer.events.CRASH, ({ payload }) => {
      this.options.log.warn({ err: payload.error, restart: payload.restart }, 'stage consumer crashed');
      if (!payload.restart) this.failure.reject(translateKafkaError(payload.error, this.options.groupId));
    });
    await consumer.connect();
    return consumer;
  }

  /** kafkajs tells of revocations by the next join only, so a join is the loss of everything held. */
  private joined(assignment: Readonly<Record<string, number[]>>): void {
    this.membership.revoke();
    this.membership = this.newMembership();
    this.starts = new Map();
    this.resume([...this.paused.values()]);
    const partitions = Object.values(assignment).reduce((sum, list) => sum + list.length, 0);
    this.options.onAssigned(partitions);
    this.options.log.info({ partitions }, 'joined the stage group');
  }

  private newMembership(): Membership {
    const membership: Membership = new Membership(this.options.limits, this.options.schemas, this.encoders, {
      ...this.options.ports,
      commit: (offsets) => this.commit(membership, offsets),
      onReleased: () => this.relax(membership),
      onFailed: (error) => this.failure.reject(error),
    });
    return membership;
  }

  private async handle(payload: EachBatchPayload): Promise<void> {
    const membership = this.membership;
    const { topic, partition, messages } = payload.batch;
    const [first] = messages;
    if (!first || payload.isStale() || !payload.isRunning()) return;
    try {
      await this.ensureBegun(membership, topic, partition, Number(first.offset));
      await membership.accept(topic, partition, messages, Date.now());
    } catch (error) {
      if (!membership.revoked) this.failure.reject(error);
      return;
    }
    if (membership.revoked) return;
    this.restrain(membership, topic, partition);
    await payload.heartbeat();
  }

  private async ensureBegun(
    membership: Membership,
    topic: string,
    partition: number,
    firstOffset: number,
  ): Promise<void> {
    const reached = membership.reached(topic, partition);
    if (reached === undefined) {
      let starts = this.starts.get(topic);
      if (!starts) this.starts.set(topic, (starts = this.options.starts.of(topic)));
      const start = (await starts).get(partition) ?? 0;
      // Two handlers of one partition never overlap, so nobody can have begun it meanwhile.
      if (!membership.revoked) membership.begin(topic, partition, Math.min(start, firstOffset));
    } else if (firstOffset - reached > suspiciousJump) {
      const logStart = (await this.options.starts.logStarts(topic)).get(partition) ?? 0;
      if (logStart > reached) membership.skipTo(topic, partition, logStart);
    }
  }

  private async commit(membership: Membership, offsets: readonly CommitOffset[]): Promise<void> {
    if (membership.revoked || !this.consumer) return;
    try {
      await this.consumer.commitOffsets(
        offsets.map(({ topic, partition, offset }) => ({ topic, partition, offset: String(offset) })),
      );
    } catch (error) {
      // Refused in the middle of a rebalance, or passing: the files are announced, and repeating them is harmless.
      this.options.log.warn({ err: error }, 'offsets were not committed; files may be staged again');
    }
  }

  /** Pauses a partition that holds more than its share, or any when all together hold too much. */
  private restrain(membership: Membership, topic: string, partition: number): void {
    const { bufferBytes, maxFileBytes } = this.options.limits;
    const full = membership.bytes > bufferBytes;
    if (!full && membership.bytesOf(topic, partition) < 2 * maxFileBytes) return;
    this.paused.set(`${topic}/${partition}`, { topic, partition });
    this.consumer?.pause([{ topic, partitions: [partition] }]);
  }

  private relax(membership: Membership): void {
    if (this.paused.size === 0 || membership !== this.membership) return;
    if (membership.bytes > this.options.limits.bufferBytes / 2) return;
    const { maxFileBytes } = this.options.limits;
    this.resume(
      [...this.paused.values()].filter(
        ({ topic, partition }) => membership.bytesOf(topic, partition) < maxFileBytes,
      ),
    );
  }

  private resume(partitions: readonly { topic: string; partition: number }[]): void {
    for (const { topic, partition } of partitions) {
      this.paused.delete(`${topic}/${partition}`);
      this.consumer?.resume([{ topic, partitions: [partition] }]);
    }
  }

  private async watchTopics(): Promise<void> {
    const { signal } = this.stopping;
    let seen = this.topics;
    while (!signal.aborted) {
      try {
        await pause(watchTopicsMs, undefined, { signal });
        const listed = await this.options.starts.topicsMatching(this.options.pattern);
        // Topics are created one after another: wait until the list stands still.
        const settled = sameTopics(listed, seen);
        seen = listed;
        if (settled && !sameTopics(listed, this.topics)) await this.resubscribe(listed);
      } catch (error) {
        if (signal.aborted) return;
        this.options.log.warn({ err: error }, 'watching for new topics failed; trying again');
      }
    }
  }

  private async resubscribe(topics: readonly string[]): Promise<void> {
    this.options.log.info({ topics: topics.length }, 'new table topics: subscribing again');
    await Promise.race([
      this.membership.drain(),
      pause(drainDeadlineMs, undefined, { signal: this.stopping.signal }),
    ]);
    this.membership.revoke();
    await this.consumer?.stop();
    this.topics = topics;
    await this.subscribe();
  }
}

function sameTopics(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((topic, at) => topic === b[at]);
}
