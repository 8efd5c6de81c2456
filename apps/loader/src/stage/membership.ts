import type { JournalData } from '@thalamus/contracts';
import { partitionKey } from '@thalamus/core/load';
import type { KafkaMessage } from '@thalamus/kafka';
import { PartitionStager, type Encoders, type Schemas, type StageLimits } from './partition-stager.js';
import type { Segment } from './segment.js';

export interface StagedSegmentFile {
  readonly segment: Segment;
  readonly staged: JournalData<'file.staged'>;
}
export interface CommitOffset {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

/** What a membership does to the world. */
export interface MembershipPorts {
  /** Compresses and stores; repeats by itself what passes. */
  readonly upload: (segment: Segment) => Promise<JournalData<'file.staged'>>;
  /** Journal, and dead letters before it. Resolves when acknowledged. */
  readonly announce: (files: readonly StagedSegmentFile[]) => Promise<void>;
  readonly commit: (offsets: readonly CommitOffset[]) => Promise<void>;
  /** Called when memory was given back. */
  readonly onReleased: () => void;
  /** Called once with an error that nothing repeats. */
  readonly onFailed: (error: unknown) => void;
}

interface Queued {
  readonly segment: Segment;
  staged: JournalData<'file.staged'> | undefined;
}

/**
 * One membership of the consumer group, from a join to the next. A join takes everything away: what the old membership
 * still holds is dropped, and nothing of it is committed.
 *
 * Segments are uploaded side by side but announced, and then committed, in the order of their partition. Announcing
 * before committing is what lets apply trust that a later start proves an earlier loss.
 */
export class Membership {
  revoked = false;
  private readonly stagers = new Map<string, PartitionStager>();
  private readonly queues = new Map<string, Queued[]>();
  private readonly waitingForSlot: Queued[] = [];
  private uploading = 0;
  private queuedBytes = 0;
  private announcing = false;
  private drains: (() => void)[] = [];

  constructor(
    private readonly limits: StageLimits & { readonly concurrency: number },
    private readonly schemas: Schemas,
    private readonly encoders: Encoders,
    private readonly ports: MembershipPorts,
  ) {}

  has(topic: string, partition: number): boolean {
    return this.stagers.has(partitionKey(topic, partition));
  }

  /** Offset up to which a partition's records have been taken. */
  reached(topic: string, partition: number): number | undefined {
    return this.stagers.get(partitionKey(topic, partition))?.reached;
  }

  /** Begins a partition: its first segment starts at `from`. */
  begin(topic: string, partition: number, from: number): void {
    const stager = new PartitionStager(
      topic,
      partition,
      from,
      this.limits,
      this.schemas,
      this.encoders,
      (segment) => this.enqueue(segment),
    );
    this.stagers.set(partitionKey(topic, partition), stager);
  }

  skipTo(topic: string, partition: number, offset: number): void {
    this.stagers.get(partitionKey(topic, partition))?.skipTo(offset);
  }

  async accept(
    topic: string,
    partition: number,
    records: readonly KafkaMessage[],
    nowMs: number,
  ): Promise<void> {
    if (this.revoked) return;
    await this.stagers.get(partitionKey(topic, partition))?.accept(records, nowMs, () => this.revoked);
  }

  tick(nowMs: number): void {
    if (this.revoked) return;
    for (const stager of this.stagers.values()) stager.tick(nowMs);
  }

  /** Bytes held in open and queued segments. */
  get bytes(): number {
    let open = 0;
    for (const stager of this.stagers.values()) open += stager.openBytes;
    return open + this.queuedBytes;
  }

  /** Bytes held for one partition. */
  bytesOf(topic: string, partition: number): number {
    const key = partitionKey(topic, partition);
    const queued = this.queues.get(key)?.reduce((sum, { segment }) => sum + segment.bytes, 0) ?? 0;
    return queued + (this.stagers.get(key)?.openBytes ?? 0);
  }

  revoke(): void {
    this.revoked = true;
    this.stagers.clear();
    this.queues.clear();
    this.waitingForSlot.length = 0;
    this.queuedBytes = 0;
    this.settleDrains();
  }

  /** Closes every open segment; resolves when all are committed, or the membership is revoked. */
  async drain(): Promise<void> {
    for (const stager of this.stagers.values()) stager.flush();
    if (this.queues.size === 0) return;
    await new Promise<void>((resolve) => this.drains.push(resolve));
  }

  private enqueue(segment: Segment): void {
    if (this.revoked) return;
    const key = partitionKey(segment.topic, segment.partition);
    const queued: Queued = { segment, staged: undefined };
    const queue = this.queues.get(key) ?? [];
    queue.push(queued);
    this.queues.set(key, queue);
    this.queuedBytes += segment.bytes;
    this.waitingForSlot.push(queued);
    this.fillSlots();
  }

  private fillSlots(): void {
    while (this.uploading < this.limits.concurrency) {
      const next = this.waitingForSlot.shift();
      if (!next) return;
      this.uploading++;
      void this.upload(next);
    }
  }

  private async upload(queued: Queued): Promise<void> {
    try {
      queued.staged = await this.ports.upload(queued.segment);
    } catch (error) {
      if (!this.revoked) this.ports.onFailed(error);
      return;
    } finally {
      this.uploading--;
    }
    this.fillSlots();
    await this.announceReady();
  }

  private async announceReady(): Promise<void> {
    if (this.announcing || this.revoked) return;
    this.announcing = true;
    try {
      for (let ready = this.takeReady(); ready.length > 0; ready = this.takeReady()) {
        await this.ports.announce(ready);
        if (this.revoked) return;
        // Only now: a crash between the two repeats files; the other way round it would lose them.
        await this.ports.commit(lastOffsets(ready));
        for (const { segment } of ready) this.queuedBytes -= segment.bytes;
        this.ports.onReleased();
      }
    } catch (error) {
      if (!this.revoked) this.ports.onFailed(error);
    } finally {
      this.announcing = false;
    }
    if (this.queues.size === 0) this.settleDrains();
  }

  /** The uploaded beginning of every partition's queue. */
  private takeReady(): StagedSegmentFile[] {
    if (this.revoked) return [];
    const ready: StagedSegmentFile[] = [];
    for (const [key, queue] of this.queues) {
      let count = 0;
      for (const { segment, staged } of queue) {
        if (!staged) break;
        ready.push({ segment, staged });
        count++;
      }
      queue.splice(0, count);
      if (queue.length === 0) this.queues.delete(key);
    }
    return ready;
  }

  private settleDrains(): void {
    for (const resolve of this.drains.splice(0)) resolve();
  }
}

function lastOffsets(files: readonly StagedSegmentFile[]): CommitOffset[] {
  const last = new Map<string, CommitOffset>();
  for (const { segment } of files)
    last.set(partitionKey(segment.topic, segment.partition), {
      topic: segment.topic,
      partition: segment.partition,
      offset: segment.to,
    });
  return [...last.values()];
}
