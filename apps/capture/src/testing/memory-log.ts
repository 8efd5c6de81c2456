import { offset, PipelineError, type PartitionOffsets } from '@thalamus/contracts';
import type { OutgoingRecord, ProducerTransaction, RecordLot, TransactionalProducer } from '@thalamus/kafka';

export interface LoggedRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly key: string;
  readonly value: string | null;
}

/** Where the next transaction breaks: the answer to a commit may be lost after it took effect. */
export type Break = 'send' | 'commit-refused' | 'commit-unanswered';

/** Kafka's log and transactions in memory: aborted records take offsets, a control record ends each transaction. */
export class MemoryLog {
  private readonly ends = new Map<string, number>();
  private readonly records: (LoggedRecord & { transaction: object })[] = [];
  private readonly committed = new Set<object>();
  private epoch = 0;
  nextBreak: Break | undefined;

  /** What a read_committed reader sees, in offset order within each partition. */
  visible(topic: string): LoggedRecord[] {
    return this.records.filter((record) => record.topic === topic && this.committed.has(record.transaction));
  }

  lastValue(topic: string, key: string): string | null {
    return this.visible(topic).findLast((record) => record.key === key)?.value ?? null;
  }

  /** A producer that fences all before it. */
  producer(): TransactionalProducer {
    const epoch = ++this.epoch;
    const fence = (): void => {
      if (epoch !== this.epoch) throw new PipelineError('THAL-K002', 'fenced');
    };
    return {
      initialise: () => Promise.resolve(),
      begin: () => Promise.resolve(this.transaction(fence)),
      lot: () => new MemoryLot(),
      close: () => Promise.resolve(),
    };
  }

  private transaction(fence: () => void): ProducerTransaction {
    const transaction = {};
    const touched = new Set<string>();
    const end = (): void => {
      for (const place of touched) this.ends.set(place, (this.ends.get(place) ?? 0) + 1);
    };
    return {
      send: async (records) => {
        await Promise.resolve();
        fence();
        this.breakIf('send');
        return this.append(recordsOf(records), transaction, touched);
      },
      commit: async () => {
        await Promise.resolve();
        fence();
        this.breakIf('commit-refused');
        this.committed.add(transaction);
        end();
        this.breakIf('commit-unanswered');
      },
      abort: async () => {
        await Promise.resolve();
        fence();
        end();
      },
    };
  }

  private append(
    records: readonly OutgoingRecord[],
    transaction: object,
    touched: Set<string>,
  ): PartitionOffsets {
    const ends: Record<string, Record<string, ReturnType<typeof offset>>> = {};
    for (const { topic, partition, key, value } of records) {
      const place = `${topic}/${partition}`;
      const at = this.ends.get(place) ?? 0;
      this.ends.set(place, at + 1);
      touched.add(place);
      this.records.push({
        topic,
        partition,
        offset: at,
        key,
        value,
        transaction,
      });
      (ends[topic] ??= {})[partition] = offset(at + 1);
    }
    return ends;
  }

  private breakIf(where: Break): void {
    if (this.nextBreak !== where) return;
    this.nextBreak = undefined;
    throw new PipelineError('THAL-K001', `broken: ${where}`);
  }
}

class MemoryLot implements RecordLot {
  readonly records: OutgoingRecord[] = [];
  bytes = 0;

  add(topic: string, partition: number, key: string, value: string | null): void {
    this.records.push({ topic, partition, key, value });
    this.bytes += Buffer.byteLength(key) + Buffer.byteLength(value ?? '');
  }
}

function recordsOf(sent: readonly OutgoingRecord[] | RecordLot): readonly OutgoingRecord[] {
  if (sent instanceof MemoryLot) return sent.records;
  if (!Array.isArray(sent)) throw new TypeError('a lot of another producer');
  return sent as readonly OutgoingRecord[];
}
