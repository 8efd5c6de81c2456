import { once } from 'node:events';
import { createGzip } from 'node:zlib';
import { batchNumber, generation, offset, type JournalData } from '@thalamus/contracts';
import type { ObjectStore } from '@thalamus/object-store';
import type { Segment } from './segment.js';

export interface UploaderOptions {
  readonly store: ObjectStore;
  /** `stage.prefix` of the configuration. */
  readonly prefix: string;
  readonly group: string;
  readonly gzipLevel: number;
}

/** Key of a staged file: it says all of what the file is, and the same offsets give the same key. */
export function stagedKey(
  options: { prefix: string; group: string },
  segment: Segment,
  ofGeneration: number,
): string {
  const { topic, partition, from, to, identity } = segment;
  // The topic's last two parts are schema and table, escaped already.
  const table = topic.split('.').slice(-2).join('.');
  return (
    `${options.prefix}/${options.group}/${table}/g${ofGeneration}/b${identity.batch}/` +
    `${topic}-${partition}-${from}-${to}.csv.gz`
  );
}

/**
 * Compresses a segment and stores it: once for each generation its rows belong to.
 * @returns what `file.staged` says of it.
 */
export async function uploadSegment(
  segment: Segment,
  options: UploaderOptions,
): Promise<JournalData<'file.staged'>> {
  const { identity } = segment;
  const files: JournalData<'file.staged'>['files'] = [];
  if (segment.rowCount > 0) {
    const body = await compress(segment, options.gzipLevel);
    for (const number of identity.generations) {
      const key = stagedKey(options, segment, number);
      await options.store.put(key, body);
      files.push({
        generation: generation(number),
        key,
        rows: segment.rowCount,
        deletes: segment.deleteCount,
        bytes: body.length,
      });
    }
  }
  return {
    batch: batchNumber(identity.batch),
    table: identity.table,
    schemaId: identity.schemaId,
    topic: segment.topic,
    partition: segment.partition,
    from: offset(segment.from),
    to: offset(segment.to),
    files,
    coercions: segment.coercions as JournalData<'file.staged'>['coercions'],
    rejected: segment.unfit.length,
  };
}

/** zlib works on its own threads; only pieces of the text wait in memory. */
async function compress(segment: Segment, level: number): Promise<Buffer> {
  const gzip = createGzip({ level });
  const parts: Buffer[] = [];
  gzip.on('data', (part: Buffer) => parts.push(part));
  const ended = once(gzip, 'end');
  for (const chunk of segment.chunks()) if (!gzip.write(chunk)) await once(gzip, 'drain');
  gzip.end();
  await ended;
  return Buffer.concat(parts);
}
