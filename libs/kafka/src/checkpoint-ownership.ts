import { setTimeout as pause } from 'node:timers/promises';
import type { Consumer, Kafka, KafkaMessage } from 'kafkajs';
import { isPipelineError, parseCheckpoint, PipelineError, type Checkpoint } from '@thalamus/contracts';
import { consumerDefaults } from './kafka-connection.js';
import { translateKafkaError } from './kafka.errors.js';
import { readTopic } from './topic-reader.js';
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

/** How long a take-over may read the checkpoints topic, ms. */
const restoreDeadlineMs = 30_000;
const closeDeadlineMs = 5000;

/**
 * Decides which replica captures a sync group: the one that the consumer group assigns the checkpoint's partition to.
 *
 * Two replicas may believe so for a moment. Safety comes from the order of a take-over:
 * 1. initialise the transactional id: fences the former owner and settles what it left open, so that everything it ever
 *    committed stands before the topic's end (the broker answers CONCURRENT_TRANSACTIONS until the markers are written);
 * 2. read the topic to that end: the checkpoint is restored, and nothing older can follow;
 * 3. work.
 *
 * The group decides who works and nothing else: the topic is read with a reader of its own. A member's position moves
 * while an earlier turn is still ending, and kafkajs may lose a seek to another broker's fetch (docs/adr/0009).
 * kafkajs has no awaited callback for revocation, so every join of the group revokes everything and starts at 1.
 */
export class CheckpointOwnership {
  private readonly consumer: Consumer;
  private readonly fatal = Promise.withResolvers<never>();
  /** Take-overs run one after the other. */
  private turns: Promise<void> = Promise.resolve();
  private current: AbortController | undefined;

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
      await this.consumer.subscribe({ topics: [topic], fromBeginning: false });
      await this.consumer.run({ autoCommit: false, eachBatch: () => Promise.resolve() });
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
      this.turns = this.turns.then(() => this.serve(turn.signal));
    } else {
      this.turns = this.turns.then(() => this.options.onOwner?.(false));
    }
  }

  /** Takes over and works, again after errors that pass, until revoked. Never rejects. */
  private async serve(signal: AbortSignal): Promise<void> {
    for (let attempt = 0; !signal.aborted; attempt++) {
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
      // This order is the safety of the whole: fence, read, work.
      await producer.initialise();
      const checkpoint = await this.restore(signal);
      if (signal.aborted) return;
      onOwner?.(true);
      await work({ checkpoint, producer, partition, signal });
    } finally {
      onOwner?.(false);
      await withDeadline(producer.close());
    }
  }

  /** The group's last committed checkpoint; null if there is none, or once `signal` aborted. */
  private async restore(signal: AbortSignal): Promise<Checkpoint | null> {
    const { kafka, topic, group } = this.options;
    const deadline = AbortSignal.timeout(restoreDeadlineMs);
    let latest: KafkaMessage | undefined;
    await readTopic(kafka, topic, {
      until: 'end',
      signal: AbortSignal.any([signal, deadline]),
      onRecord: (record) => {
        // A reader that joins its group anew begins anew: later offsets win, whatever comes first.
        if (record.key?.toString('utf8') !== group) return;
        if (latest === undefined || BigInt(record.offset) >= BigInt(latest.offset)) latest = record;
      },
    });
    if (signal.aborted) return null;
    if (deadline.aborted)
      throw new PipelineError('THAL-K001', `${topic} could not be read within ${restoreDeadlineMs} ms`);
    if (!latest?.value) return null;
    try {
      return parseCheckpoint(latest.value.toString('utf8'));
    } catch (error) {
      const message = `the checkpoint at offset ${latest.offset} cannot be read`;
      throw new PipelineError('THAL-K004', message, { cause: error });
    }
  }

  private async close(): Promise<void> {
    this.current?.abort();
    await withDeadline(this.turns);
    await withDeadline(this.consumer.disconnect());
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
