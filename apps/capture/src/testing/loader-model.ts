import assert from 'node:assert/strict';
import {
  changeEventSchema,
  parseJournalEntry,
  type ChangeEvent,
  type JournalData,
  type TableId,
  type Topics,
} from '@thalamus/contracts';
import type { MemoryLog } from './memory-log.js';

type Rows = Map<string, Record<string, unknown>>;

/** What a loader makes of the topics: generations beside each other, swapped in when a batch completes them. */
export class LoaderModel {
  /** Journal entries already applied. */
  private applied = 0;
  private readonly generations = new Map<string, Rows>();
  readonly live = new Map<TableId, number>();
  lastBatch: JournalData<'batch.sealed'> | undefined;

  constructor(
    private readonly log: MemoryLog,
    private readonly topics: Topics,
  ) {}

  /** Applies every batch sealed since; holds each to its own account of itself. */
  apply(): JournalData<'batch.sealed'>[] {
    const entries = this.log.visible(this.topics.journal).slice(this.applied);
    this.applied += entries.length;
    return entries.flatMap(({ value }) => {
      const entry = parseJournalEntry(value ?? '');
      if (entry?.type !== 'batch.sealed') return [];
      this.applyBatch(entry.data);
      return [entry.data];
    });
  }

  rows(table: TableId): Rows {
    return (
      this.generations.get(`${table}#${this.live.get(table)}`) ?? new Map<string, Record<string, unknown>>()
    );
  }

  private applyBatch(sealed: JournalData<'batch.sealed'>): void {
    assert.equal(sealed.batch, (this.lastBatch?.batch ?? 0) + 1);
    if (this.lastBatch) assert.equal(sealed.previousVersion, this.lastBatch.version);
    const ends: Record<string, Record<string, number>> = {};
    let rows = 0;
    for (const table of Object.keys(sealed.schemas) as TableId[]) {
      const topic = this.topics.table(table);
      for (const record of this.log.visible(topic)) {
        const event = changeEventSchema.parse(JSON.parse(record.value ?? ''));
        if (event.source.batch !== sealed.batch) continue;
        rows++;
        (ends[topic] ??= {})[record.partition] = record.offset + 1;
        this.applyEvent(table, record.key, event);
      }
    }
    assert.deepEqual({ rows, offsets: ends }, { rows: sealed.rows, offsets: sealed.offsets });
    for (const { table, generation } of sealed.completed) this.live.set(table, generation);
    this.lastBatch = sealed;
  }

  private applyEvent(table: TableId, key: string, event: ChangeEvent): void {
    for (const generation of event.source.generation) {
      const id = `${table}#${generation}`;
      let rows = this.generations.get(id);
      if (!rows) this.generations.set(id, (rows = new Map<string, Record<string, unknown>>()));
      if (event.after === null) rows.delete(key);
      else rows.set(key, event.after);
    }
  }
}
