import type { CopyStatement } from '../language/copy-statement.js';
import { RedshiftError } from '../errors.js';
import { MissingObject, parseS3Url, s3Url, type Bucket, type S3Location } from '../s3/bucket.js';

/** A file to load. */
export interface LoadFile extends S3Location {
  readonly url: string;
}

interface ManifestEntry {
  readonly url: string;
  readonly mandatory: boolean;
  readonly contentLength: number | undefined;
}

/**
 * The files a COPY loads: those of the manifest, or all whose keys begin with the source.
 *
 * @throws RedshiftError when there is none, a mandatory one is missing, or the manifest is wrong
 */
export async function loadFiles(
  statement: CopyStatement,
  bucket: Bucket,
  signal: AbortSignal,
): Promise<LoadFile[]> {
  const source = parseS3Url(statement.source);
  if (!statement.options.manifest) {
    const found = await bucket.list(source, signal);
    const files = found.filter(({ key }) => !key.endsWith('/'));
    if (files.length === 0) throw missingPrefix(source.key);
    return files.map((file) => ({ bucket: file.bucket, key: file.key, url: s3Url(file) }));
  }
  const entries = parseManifest(await bucket.readAll(source, signal), statement);
  const files: LoadFile[] = [];
  for (const entry of entries) {
    const location = parseS3Url(entry.url);
    const size = await bucket.size(location, signal);
    if (size === undefined) {
      if (entry.mandatory) throw missingFile(entry.url);
    } else {
      if (statement.options.format === 'parquet' && size !== entry.contentLength)
        throw wrongLength(entry, size);
      files.push({ ...location, url: entry.url });
    }
  }
  if (files.length === 0) throw missingPrefix(source.key);
  return files;
}

function missingPrefix(prefix: string): RedshiftError {
  return new MissingObject('XX000', `The specified S3 prefix '${prefix}' does not exist`);
}

function missingFile(url: string): RedshiftError {
  return new RedshiftError(
    'XX000',
    `Problem reading manifest file - S3ServiceException:The specified key does not exist: ${url}`,
    {
      detail: 'error code 1212: a file that the manifest calls mandatory does not exist.',
    },
  );
}

function wrongLength(entry: ManifestEntry, size: number): RedshiftError {
  return new RedshiftError(
    'XX000',
    `Spectrum Scan Error. File size of ${entry.url} is ${size}, the manifest's meta.content_length says ${entry.contentLength}`,
    { detail: 'error code 15001' },
  );
}

function parseManifest(bytes: Buffer, statement: CopyStatement): ManifestEntry[] {
  const invalid = (what: string): RedshiftError =>
    new RedshiftError('XX000', `Manifest file ${statement.source} is not valid: ${what}`);
  let parsed: unknown;
  try {
    parsed = JSON.parse(bytes.toString('utf8'));
  } catch (error) {
    throw invalid(error instanceof Error ? error.message : String(error));
  }
  const entries = (parsed as { entries?: unknown } | null)?.entries;
  if (!Array.isArray(entries)) throw invalid('it has no list "entries"');
  return entries.map((entry: unknown, index) => {
    const { url, mandatory, meta } = (entry ?? {}) as Record<string, unknown>;
    if (typeof url !== 'string' || !/^s3:\/\/[^/]+\/.+/i.test(url) || url.endsWith('/')) {
      throw new RedshiftError('XX000', `Manifest entry ${index + 1} needs the full path of a file`, {
        detail: `error code 8001: ${String(url)}`,
      });
    }
    const contentLength = (meta as { content_length?: unknown } | undefined)?.content_length;
    if (statement.options.format === 'parquet' && typeof contentLength !== 'number') {
      throw invalid(`entry ${index + 1} has no meta.content_length, which PARQUET requires`);
    }
    return {
      url,
      mandatory: mandatory === true || mandatory === 'true',
      contentLength: typeof contentLength === 'number' ? contentLength : undefined,
    };
  });
}
