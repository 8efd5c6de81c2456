import { gunzipSync, gzipSync } from 'node:zlib';
import { journalData, type JournalData } from '@thalamus/contracts';

/** What the ledger's column holds at most, in bytes, with room for its encoding. */
const maxPlainBytes = 60_000;

/** `batch.applied` as the ledger keeps it: JSON, compressed when it would not fit. */
export function formatAnnouncement(data: JournalData<'batch.applied'>): string {
  const json = JSON.stringify(data, (_key, value: unknown) =>
    typeof value === 'bigint' ? value.toString() : value,
  );
  return Buffer.byteLength(json) <= maxPlainBytes ? json : `gz:${gzipSync(json).toString('base64')}`;
}

export function parseAnnouncement(text: string): JournalData<'batch.applied'> {
  const json = text.startsWith('gz:')
    ? gunzipSync(Buffer.from(text.slice(3), 'base64')).toString('utf8')
    : text;
  return journalData['batch.applied'].parse(JSON.parse(json));
}
