import { batchNumber, changeVersion, generation, tableId, type JournalData } from '@thalamus/contracts';
import { formatAnnouncement, parseAnnouncement } from './announcement.js';

const announcement = (tables: number): JournalData<'batch.applied'> => ({
  batch: batchNumber(7),
  firstBatch: batchNumber(6),
  version: changeVersion('9007199254740993'),
  tables: Array.from({ length: tables }, (_, at) => ({
    table: tableId('dbo', `Table${at}`),
    target: `table_${at}`,
    generation: generation(1),
    upserted: at,
    deleted: 0,
    swapped: false,
  })),
  consistent: true,
  durationMs: 12,
  committedAt: null,
});

describe('the announcement in the ledger', () => {
  it.each([0, 3, 2000])('of %i tables comes back as it was and fits its column', (tables) => {
    const text = formatAnnouncement(announcement(tables));
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(65_535);
    expect(parseAnnouncement(text)).toEqual(announcement(tables));
  });
});
