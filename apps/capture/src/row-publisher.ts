import { type PartitionOffsets } from '@thalamus/contracts';
import { mergeOffsets, type AcknowledgedRows } from '@thalamus/core/capture';
import {
  partitionOf,
  type OutgoingRecord,
  type ProducerTransaction,
  type RecordLot,
  type TransactionalProducer,
} from '@thalamus/kafka';

/** Largest request, bytes of keys and values before compression; topics take records up to {@link maxRecordBytes}. */
const sendBytes = 2_000_000;
/** `max.message.bytes` of table topics: one row with long texts, or one request's share of one partition. */
export const maxRecordBytes = 16_000_000;

export interface Destination {
  readonly topic: string;
  readonly partitions: number;
}

/**
 * One Kafka transaction: rows first, then what depends on their offsets, then commit. Begins with the first record.
 *
 * One request is on its way while the next one fills; {@link RowPublisher.isFull} tells the reader to wait.
 */
export class RowPublisher {
  private transaction: ProducerTransaction | undefined;
  private lot: RecordLot;
  private sending: Promise<void> | undefined;
  private failure: unknown;
  private offsets: PartitionOffsets = {};
  private rows = 0;
  private bytes = 0;
  private newest: number | undefined;

  /** @param inFlightBytes most that may wait between source and Kafka */
  constructor(
    private readonly producer: TransactionalProducer,
    private readonly inFlightBytes: number,
  ) {
    this.lot = producer.lot();
  }

  get rowCount(): number {
    return this.rows;
  }
  /** The reader must await {@link drain} before it adds more. */
  get isFull(): boolean {
    return this.lot.bytes >= Math.min(sendBytes, this.inFlightBytes / 2);
  }

  /** A row; `value` null is a tombstone and counts as no row. */
  add(to: Destination, key: string, value: string | null, committedMs: number): void {
    this.lot.add(to.topic, partitionOf(key, to.partitions), key, value);
    if (value === null) return;
    this.rows++;
    if (this.newest === undefined || committedMs > this.newest) this.newest = committedMs;
  }

  /** Sends what is buffered once the request before is acknowledged. */
  async drain(): Promise<void> {
    await this.sending;
    if (this.failure !== undefined) throw this.failure as Error;
    const { lot } = this;
    if (lot.bytes === 0) return;
    this.lot = this.producer.lot();
    this.bytes += lot.bytes;
    this.transaction ??= await this.producer.begin();
    this.sending = this.send(this.transaction, lot);
  }

  private async send(transaction: ProducerTransaction, lot: RecordLot): Promise<void> {
    try {
      this.offsets = mergeOffsets(this.offsets, await transaction.send(lot));
    } catch (error) {
      this.failure = error; // thrown by the next drain: nobody awaits this promise meanwhile
    }
  }

  /** All rows with their offsets; only rows that Kafka acknowledged may enter a checkpoint. */
  async acknowledged(): Promise<AcknowledgedRows> {
    await this.drain();
    await this.drain();
    const { rows, bytes, offsets, newest } = this;
    return { rows, bytes, offsets, committedAt: newest === undefined ? null : new Date(newest) };
  }

  /** Control records and commit. Must follow {@link acknowledged}: the checkpoint holds the rows' offsets. */
  async commit(control: readonly OutgoingRecord[]): Promise<void> {
    this.transaction ??= await this.producer.begin();
    await this.transaction.send(control);
    await this.transaction.commit();
    this.transaction = undefined;
  }

  /** Makes everything sent invisible. For failures of the source; after one of Kafka the producer is lost anyway. */
  async abandon(): Promise<void> {
    await this.sending;
    const { transaction } = this;
    this.transaction = undefined;
    if (this.failure === undefined) await transaction?.abort();
  }
}
