import type { Kafka } from 'kafkajs';
import { parseJournalEntry, PipelineError, type AnyJournalEntry } from '@thalamus/contracts';
import { readTopic } from './topic-reader.js';

export interface ReadJournalOptions {
  readonly onEntry: (entry: AnyJournalEntry, offset: number) => void;
  readonly until?: 'end';
  readonly signal?: AbortSignal;
  readonly onCaughtUp?: () => void;
}

/** Reads the journal from its beginning; entries of types that this version does not know are left out. */
export async function readJournal(kafka: Kafka, topic: string, options: ReadJournalOptions): Promise<void> {
  const { onEntry, ...rest } = options;
  await readTopic(kafka, topic, {
    ...rest,
    onRecord: (record) => {
      const entry = readEntry(record.value, topic, record.offset);
      if (entry) onEntry(entry, Number(record.offset));
    },
  });
}

/** @throws {PipelineError} THAL-K004 naming the offset */
export function readEntry(value: Buffer | null, topic: string, offset: string): AnyJournalEntry | undefined {
  if (value === null) return undefined;
  try {
    return parseJournalEntry(value.toString('utf8'));
  } catch (error) {
    throw new PipelineError('THAL-K004', `${topic} offset ${offset} is not a journal entry`, {
      cause: error,
    });
  }
}
