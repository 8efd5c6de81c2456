import type { ObjectStore } from './object-store.client.js';

export interface ManifestFile {
  readonly key: string;
  readonly bytes: number;
}

/**
 * Text of a COPY manifest. Every entry is mandatory: by default Redshift skips a missing file silently. Columnar files
 * need their length; for others it does no harm.
 */
export function buildManifest(bucketUrl: (key: string) => string, files: readonly ManifestFile[]): string {
  const entries = files.map(({ key, bytes }) => ({
    url: bucketUrl(key),
    mandatory: true,
    meta: { content_length: bytes },
  }));
  return JSON.stringify({ entries });
}

/** Stores a manifest. @returns its `s3://` address. */
export async function putManifest(
  store: ObjectStore,
  key: string,
  files: readonly ManifestFile[],
): Promise<string> {
  await store.put(
    key,
    buildManifest((file) => store.url(file), files),
    { contentType: 'application/json' },
  );
  return store.url(key);
}

/** Files of a manifest that UNLOAD wrote. */
export function parseManifest(json: string): { url: string; bytes: number }[] {
  const manifest = JSON.parse(json) as {
    entries?: { url: string; meta?: { content_length?: number } }[];
  };
  return (manifest.entries ?? []).map(({ url, meta }) => ({ url, bytes: meta?.content_length ?? 0 }));
}
