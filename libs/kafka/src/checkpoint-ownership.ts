import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Consumer, Kafka, KafkaMessage } from 'kafkajs';
import { isPipelineError, parseCheckpoint, PipelineError, type Checkpoint } from '@thalamus/contracts';
import { consumerDefaults } from './kafka-connection.js';
import { translateKafkaError } from './kafka.errors.js';
import type { TransactionalProducer } from './transactional-producer.js';

/** What the owner of a sync group works with until `signal` aborts. */
export interface Ownership {
  /** The last committed checkpoint; null when the group was never captured. */
  readonly checkpoint: Checkpoint | null;
  readonly producer: TransactionalProducer;
  /** Partition of the checkpoints topic that holds the group. */
  readonly partition: number;
  readonly signal: AbortSignal;
}

export interface CheckpointOwnershipOptions {
  readonly kafka: Kafka;
  /** Checkpoints topic. */
  readonly topic: string;
  /** Sync group: the key of its checkpoint. */
  readonly group: string;
  /** Consumer group of all replicas of capture. */
  readonly groupId: string;
  /** Partition of the checkpoints topic that holds the group. */
  readonly partition: number;
  /** A new producer with the group's transactional id, not yet initialised. */
  readonly createProducer: () => TransactionalProducer;
  /** Works until the signal aborts, or until it has nothing left to do. Errors of disposition `retry` lead to a new take-over, any other ends {@link CheckpointOwnership.run}. */
  readonly work: (ownership: Ownership) => Promise<void>;
  readonly onOwner?: (isOwner: boolean) => void;
  readonly onRetry?: (error: PipelineError, pauseMs: number) => void;
  /** Pause after a failed turn, ms. */
  readonly retryMs?: number;
}

/** How long a barrier record may take to come back, ms. */
const barrierDeadlineMs = 30_000;
const closeDeadlineMs = 5000;

/** Key of barrier records: beside the checkpoints, which readers of the topic must leave alone. */
export const barrierKey = (group: string): string => `${group}#barrier`;

/**
 * Decides which replica captures a sync group: the one that the consumer group assigns the checkpoint's partition to.
 *
 * Two replicas may believe so for a moment. Safety comes from the order of a take-over:
 * 1. initialise the transactional id: fences the former owner and aborts what it left open;
 * 2. write a barrier record with a fresh token to the partition;
 * 3. read the partition from its start until the token comes back: the checkpoint is restored, and nothing older can
 *    follow, since whoever wrote it is fenced;
 * 4. work.
 *
 * kafkajs has no awaited callback for revocation, so every join of the group revokes everything and starts at 1.
 */
export class CheckpointOwnership {
  private readonly consumer: Consumer;
  private readonly fatal = Promise.withResolvers<never>();
  /** Take-overs run one after the other. */
  private turns: Promise<void> = Promise.resolve();
  private current: AbortController | undefined;
  private restore: CheckpointRestore | undefined;

  constructor(private readonly options: CheckpointOwnershipOptions) {
    this.consumer = options.kafka.consumer({ ...consumerDefaults, groupId: options.groupId });
    this.fatal.promise.catch(() => undefined); // awaited in run(); must not be unhandled before
  }

  /** Resolves once stopped by the signal. @throws {PipelineError} THAL-K002 when fenced; whatever `work` failed with */
  async run(signal: AbortSignal): Promise<void> {
    const { topic } = this.options;
    const { GROUP_JOIN, CRASH } = this.consumer.events;
    this.consumer.on(GROUP_JOIN, ({ payload }) => this.joined(payload.memberAssignment[topic] ?? []));
    this.consumer.on(CRASH, ({ payload }) => {
      if (!payload.restart) this.fatal.reject(translateKafkaError(payload.error, 'owning the checkpoints'));
    });
    try {
      await this.consumer.connect();
      await this.consumer.subscribe({ topics: [topic], fromBeginning: true });
      await this.consumer.run({
        autoCommit: false,
        eachBatch: ({ batch }) => {
          if (batch.partition === this.options.partition) this.restore?.read(batch.messages);
          return Promise.resolve();
        },
      });
      await Promise.race([aborted(signal), this.fatal.promise]);
    } catch (error) {
      throw translateKafkaError(error, 'owning the checkpoints');
    } finally {
      await this.close();
    }
  }

  private joined(partitions: readonly number[]): void {
    this.current?.abort();
    const turn = new AbortController();
    this.current = turn;
    if (partitions.includes(this.options.partition)) {
      this.rewind();
      this.turns = this.turns.then(() => this.serve(turn.signal));
    } else {
      this.turns = this.turns.then(() => this.options.onOwner?.(false));
    }
  }

  private rewind(): void {
    const { topic, partition } = this.options;
    this.consumer.seek({ topic, partition, offset: '0' });
  }

  /** Takes over and works, again after errors that pass, until revoked. Never rejects. */
  private async serve(signal: AbortSignal): Promise<void> {
    for (let attempt = 0; !signal.aborted; attempt++) {
      if (attempt > 0) this.rewind();
      try {
        await this.takeTurn(signal);
        return;
      } catch (error) {
        if (signal.aborted) return; // revoked: whoever owns the group now goes on from the checkpoint
        const failure = translateKafkaError(error, 'owning the checkpoints');
        if (failure.disposition !== 'retry') {
          this.fatal.reject(isPipelineError(error) ? error : failure);
          return;
        }
        const pauseMs = (this.options.retryMs ?? 1000) * Math.min(1 + attempt, 10);
        this.options.onRetry?.(failure, pauseMs);
        await pause(pauseMs, undefined, { signal }).catch(() => undefined); // aborted: the loop ends
      }
    }
  }

  private async takeTurn(signal: AbortSignal): Promise<void> {
    const { partition, createProducer, work, onOwner } = this.options;
    const producer = createProducer();
    try {
      const restore = new CheckpointRestore(this.options.group);
      this.restore = restore;
      // This order is the safety of the whole: fence, barrier, read, work.
      await producer.initialise();
      await this.writeBarrier(producer, restore.token);
      const checkpoint = await restore.finished(signal);
      this.restore = undefined;
      if (signal.aborted) return;
      onOwner?.(true);
      await work({ checkpoint, producer, partition, signal });
    } finally {
      this.restore = undefined;
      onOwner?.(false);
      await withDeadline(producer.close());
    }
  }

  private async writeBarrier(producer: TransactionalProducer, token: string): Promise<void> {
    const { topic, partition, group } = this.options;
    const transaction = await producer.begin();
    await transaction.send([{ topic, partition, key: barrierKey(group), value: token }]);
    await transaction.commit();
  }

  private async close(): Promise<void> {
    this.current?.abort();
    await withDeadline(this.turns);
    await withDeadline(this.consumer.disconnect());
  }
}

/** Reads checkpoints until the barrier's token comes back. */
class CheckpointRestore {
  readonly token = randomUUID();
  private readonly done = Promise.withResolvers<void>();
  private latest: { offset: bigint; text: string | null } | undefined;

  constructor(private readonly group: string) {}

  read(messages: readonly KafkaMessage[]): void {
    for (const { key, value, offset } of messages) {
      const [name, text] = [key?.toString('utf8'), value?.toString('utf8') ?? null];
      if (name === this.group) {
        const at = BigInt(offset);
        if (this.latest === undefined || at >= this.latest.offset) this.latest = { offset: at, text };
      } else if (name === barrierKey(this.group) && text === this.token) {
        this.done.resolve();
      }
    }
  }

  async finished(signal: AbortSignal): Promise<Checkpoint | null> {
    const late = new AbortController();
    try {
      await Promise.race([
        this.done.promise,
        aborted(signal),
        pause(barrierDeadlineMs, undefined, { signal: late.signal, ref: false }).then(() => {
          throw new PipelineError(
            'THAL-K001',
            `the barrier did not come back within ${barrierDeadlineMs} ms`,
          );
        }),
      ]);
    } finally {
      late.abort();
    }
    if (this.latest === undefined || this.latest.text === null) return null;
    try {
      return parseCheckpoint(this.latest.text);
    } catch (error) {
      const message = `the checkpoint at offset ${this.latest.offset} cannot be read`;
      throw new PipelineError('THAL-K004', message, { cause: error });
    }
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** kafkajs' disconnect may take over 5 s, or wait for a broker that is gone. */
async function withDeadline(work: Promise<unknown>): Promise<void> {
  const late = new AbortController();
  const deadline = pause(closeDeadlineMs, undefined, { signal: late.signal, ref: false });
  await Promise.race([work, deadline]).catch(() => undefined); // closing: whatever failed was reported by its own caller
  late.abort();
  await deadline.catch(() => undefined); // only the abort just made
}
