import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { RedshiftError } from '../errors.js';
import type { UnloadOptions } from '../language/unload-statement.js';
import { s3Url, type Bucket, type S3Location } from '../s3/bucket.js';
import { manifestType, type UnloadColumn } from './unload-columns.js';

/** A file that has been unloaded. */
export interface UnloadedFile {
  readonly url: string;
  readonly bytes: number;
  readonly rows: number;
}

/** The prefix in S3 that an UNLOAD writes to. */
export class UnloadTarget {
  readonly files: UnloadedFile[] = [];
  private readonly prefix: S3Location;
  private folder = '';

  constructor(
    private readonly bucket: Bucket,
    prefix: S3Location,
    private readonly options: UnloadOptions,
    private readonly signal: AbortSignal,
  ) {
    // Folders of partitions lie below the prefix, with a slash between.
    const slash = options.partitionBy.length > 0 && prefix.key !== '' && !prefix.key.endsWith('/');
    this.prefix = slash ? { ...prefix, key: `${prefix.key}/` } : prefix;
  }

  /** @throws RedshiftError when files are there and may neither be replaced nor removed */
  async prepare(): Promise<void> {
    const { allowOverwrite, cleanPath, partitionBy } = this.options;
    // With partitions, CLEANPATH cleans the folders that get new files, and no others.
    const found = await this.bucket.list(this.prefix, this.signal);
    if (allowOverwrite || (cleanPath && partitionBy.length > 0) || found.length === 0) return;
    if (!cleanPath) {
      throw new RedshiftError(
        'XX000',
        'Specified unload destination on S3 is not empty. Consider using a different bucket / prefix, manually removing the target files in S3, or using the ALLOWOVERWRITE option.',
      );
    }
    for (const object of found) await this.bucket.delete(object, this.signal);
  }

  /** Goes to a folder below the prefix. */
  async enter(folder: string): Promise<void> {
    this.folder = folder;
    if (!this.options.cleanPath || folder === '') return;
    const key = this.prefix.key + folder;
    const found = await this.bucket.list({ bucket: this.prefix.bucket, key }, this.signal);
    for (const object of found) await this.bucket.delete(object, this.signal);
  }

  /** Name of the n-th file of a slice: `0000_part_00`, or `000` when one slice writes alone. */
  private name(slice: number, part: number): string {
    const { parallel, extension, format, compression } = this.options;
    const number = parallel
      ? `${String(slice).padStart(4, '0')}_part_${String(part).padStart(2, '0')}`
      : String(part).padStart(3, '0');
    if (extension !== undefined) return `${number}.${extension.replace(/^\./, '')}`;
    const suffix = { parquet: '.parquet', json: '.json', csv: '', text: '' }[format];
    const packed = { gzip: '.gz', zstd: '.zst' };
    return number + suffix + (compression === undefined ? '' : packed[compression]);
  }

  /** Uploads a file of this machine. */
  async upload(path: string, slice: number, part: number, rows: number): Promise<void> {
    const { size } = await stat(path);
    const location = {
      bucket: this.prefix.bucket,
      key: this.prefix.key + this.folder + this.name(slice, part),
    };
    await this.bucket.write(location, createReadStream(path), size, this.signal);
    this.files.push({ url: s3Url(location), bytes: size, rows });
  }

  /** Writes `<prefix>manifest`, also when nothing was unloaded. */
  async writeManifest(columns: readonly UnloadColumn[]): Promise<void> {
    const entries = this.files.map(({ url, bytes, rows }) => ({
      url,
      meta: { content_length: bytes, record_count: rows },
    }));
    const sum = (pick: (file: UnloadedFile) => number): number =>
      this.files.reduce((total, file) => total + pick(file), 0);
    const verbose = this.options.verbose
      ? {
          schema: { elements: columns.map((column) => ({ name: column.name, type: manifestType(column) })) },
          meta: { content_length: sum(({ bytes }) => bytes), record_count: sum(({ rows }) => rows) },
          author: { name: 'Amazon Redshift', version: '1.0.115467' },
        }
      : {};
    const body = Buffer.from(JSON.stringify({ entries, ...verbose }, undefined, 2));
    const location = { bucket: this.prefix.bucket, key: `${this.prefix.key}manifest` };
    await this.bucket.write(location, body, body.length, this.signal);
  }
}
