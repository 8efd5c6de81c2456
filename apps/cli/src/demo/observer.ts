import { createKafka, readJournal, readTopic, type Kafka } from '@thalamus/kafka';
import { tableId, type ChangeEvent, type Topics } from '@thalamus/contracts';
import { PipelineView } from './pipeline-view.js';

/** Tables whose rows carry the time at which the writer wrote them, and the column that holds it. */
const stamped = [
  { table: 'Message', column: 'SentAt' },
  { table: 'AuditEntry', column: 'HappenedAt' },
] as const;

/** Watches a running pipeline from outside, as any consumer could: its journal and two of its table topics. */
export class Observer implements AsyncDisposable {
  readonly view = new PipelineView();
  private readonly ending = new AbortController();
  private readonly kafka: Kafka;
  private readonly reading: Promise<void>[] = [];
  /** Changes written before this are not timed. */
  private timedFrom = Infinity;

  constructor(
    brokers: readonly string[],
    private readonly topics: Topics,
  ) {
    this.kafka = createKafka({ brokers, clientId: 'thalamus-demo' });
  }

  /** Starts reading the journal; its topic must exist. */
  watchJournal(): void {
    const reading = readJournal(this.kafka, this.topics.journal, {
      onEntry: (entry) => this.view.record(entry),
      signal: this.ending.signal,
    });
    this.reading.push(reading);
  }

  /** Times changes written from now on. */
  timeChanges(now: number): void {
    this.timedFrom = now;
    for (const { table, column } of stamped) this.reading.push(this.watchTable(table, column));
  }

  private watchTable(table: string, column: string): Promise<void> {
    const topic = this.topics.table(tableId('dbo', table));
    return readTopic(this.kafka, topic, {
      signal: this.ending.signal,
      onRecord: (record, partition) => {
        const at = Date.now();
        if (record.value === null) return;
        const event = JSON.parse(record.value.toString('utf8')) as ChangeEvent;
        const stamp = event.after?.[column];
        if (event.op !== 'c' || typeof stamp !== 'string') return;
        const writtenAt = Date.parse(`${stamp.slice(0, 23).replace(' ', 'T')}Z`);
        if (writtenAt < this.timedFrom) return;
        const { batch } = event.source;
        this.view.lag.published({ writtenAt, topic, partition, offset: Number(record.offset), batch }, at);
      },
    });
  }

  /** Rejects when a reader failed. */
  async check(): Promise<void> {
    await Promise.race([Promise.all(this.reading), Promise.resolve()]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.ending.abort();
    await Promise.allSettled(this.reading);
  }
}
