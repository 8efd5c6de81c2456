import type { Message } from 'kafkajs';
import type { RecordLot } from './transactional-producer.js';

/** First size of a partition's buffer; it doubles. */
const firstBytes = 16 * 1024;

/**
 * Records of one request, encoded as they are added: memory holds their bytes and no text.
 *
 * kafkajs 2.2.4 groups the messages of a request in quadratic time (producer/groupMessagesPerPartition) and encodes each
 * in buffers of its own (protocol/recordBatch/record/v0), which was a third of capture's time and of its memory. Of the
 * messages it asks no more than what {@link EncodedRecords.topicMessages} answers; headers, sequence numbers, codec,
 * checksum, request, repetition and transaction stay its own.
 */
export class EncodedRecords implements RecordLot {
  private readonly topics = new Map<string, Map<number, PartitionRecords>>();
  bytes = 0;

  add(topic: string, partition: number, key: string, value: string | null): void {
    let ofTopic = this.topics.get(topic);
    if (!ofTopic) this.topics.set(topic, (ofTopic = new Map<number, PartitionRecords>()));
    let records = ofTopic.get(partition);
    if (!records) ofTopic.set(partition, (records = new PartitionRecords()));
    this.bytes += records.add(key, value);
  }

  get topicNames(): string[] {
    return [...this.topics.keys()];
  }

  count(topic: string, partition: number): number {
    return this.topics.get(topic)?.get(partition)?.count ?? 0;
  }

  /** What kafkajs takes for messages. */
  topicMessages(): { topic: string; messages: Message[] }[] {
    return [...this.topics].map(([topic, partitions]) => {
      const grouped = Object.fromEntries([...partitions].map(([id, records]) => [id, records.messages()]));
      // Its one question but `find`, which has nothing to find here: to be grouped by partition.
      return { topic, messages: Object.assign<Message[], object>([], { reduce: () => grouped }) };
    });
  }
}

/** Records of one partition as a record batch of magic 2 holds them, behind its header (KIP-98). */
class PartitionRecords {
  private buffer = Buffer.allocUnsafe(firstBytes);
  private end = 0;
  count = 0;

  /** @returns bytes of key and value */
  add(key: string, value: string | null): number {
    const keyBytes = Buffer.byteLength(key);
    const valueBytes = value === null ? -1 : Buffer.byteLength(value);
    // Attributes, time delta and number of headers are a byte each, and 0.
    const lengths = varIntBytes(this.count) + varIntBytes(keyBytes) + varIntBytes(valueBytes);
    const bodyBytes = 3 + lengths + keyBytes + Math.max(valueBytes, 0);
    this.reserve(bodyBytes + varIntBytes(bodyBytes));
    this.varInt(bodyBytes);
    this.byte(0);
    this.byte(0);
    this.varInt(this.count);
    this.varInt(keyBytes);
    this.text(key, keyBytes);
    this.varInt(valueBytes);
    if (value !== null) this.text(value, valueBytes);
    this.byte(0);
    this.count++;
    return keyBytes + Math.max(valueBytes, 0);
  }

  /**
   * An array of as many messages. kafkajs maps it twice: to the messages' times, of which there are none, and to their
   * encoders, of which there is one for all: a sparse array has the right length and is written by its only element.
   */
  messages(): Message[] {
    const bytes = this.buffer.subarray(0, this.end);
    const encoded = new Array<unknown>(this.count);
    encoded[0] = { buf: bytes, buffer: bytes };
    const map = (ask: (message: Message, index: number) => unknown): unknown[] =>
      ask(noMessage, 0) === undefined ? [] : encoded;
    return Object.assign<Message[], object>(new Array<Message>(this.count), { map });
  }

  private reserve(bytes: number): void {
    if (this.end + bytes <= this.buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.buffer.length * 2, this.end + bytes));
    this.buffer.copy(larger, 0, 0, this.end);
    this.buffer = larger;
  }

  private byte(value: number): void {
    this.buffer[this.end++] = value;
  }

  private varInt(value: number): void {
    let rest = zigZag(value);
    for (; rest > 0x7f; rest >>>= 7) this.byte((rest & 0x7f) | 0x80);
    this.byte(rest);
  }

  private text(text: string, bytes: number): void {
    this.buffer.write(text, this.end, bytes, 'utf8');
    this.end += bytes;
  }
}

const noMessage: Message = { key: null, value: null };

const zigZag = (value: number): number => ((value << 1) ^ (value >> 31)) >>> 0;

function varIntBytes(value: number): number {
  let bytes = 1;
  for (let rest = zigZag(value) >>> 7; rest > 0; rest >>>= 7) bytes++;
  return bytes;
}
