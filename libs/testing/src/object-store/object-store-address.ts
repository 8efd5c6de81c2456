import type { ObjectStoreAddress } from '@thalamus/object-store';

/**
 * `s3://bucket?region=eu-west-1` with the SDK's own credentials, or `s3://key:secret@bucket?endpoint=http://host:port`.
 * A secret with reserved characters is percent-encoded.
 */
export function objectStoreAddress(text: string): ObjectStoreAddress {
  const url = new URL(text);
  const endpoint = url.searchParams.get('endpoint');
  return {
    bucket: url.hostname,
    region: url.searchParams.get('region') ?? 'us-east-1',
    ...(endpoint !== null && { endpoint }),
    ...(url.username !== '' && {
      credentials: {
        accessKeyId: decodeURIComponent(url.username),
        secretAccessKey: decodeURIComponent(url.password),
      },
    }),
  };
}

/** The store of a local stack. */
export function stackStore(s3: {
  readonly endpoint: string;
  readonly region: string;
  readonly bucket: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}): ObjectStoreAddress {
  const { bucket, region, endpoint, accessKeyId, secretAccessKey } = s3;
  return { bucket, region, endpoint, credentials: { accessKeyId, secretAccessKey } };
}
