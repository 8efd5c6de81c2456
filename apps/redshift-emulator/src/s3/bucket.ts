import type { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3ServiceException,
  type S3Client,
} from '@aws-sdk/client-s3';
import { RedshiftError } from '../errors.js';

/** A place in S3. */
export interface S3Location {
  readonly bucket: string;
  readonly key: string;
}

/** An object found by listing. */
export interface S3Object extends S3Location {
  readonly bytes: number;
}

/** Reads `s3://bucket/key`. */
export function parseS3Url(url: string): S3Location {
  const match = /^s3:\/\/([^/]+)(?:\/(.*))?$/is.exec(url);
  if (match === null)
    throw new RedshiftError('XX000', `The S3 path ${url} is not of the form s3://bucket/key`);
  return { bucket: match[1] ?? '', key: match[2] ?? '' };
}

/** `s3://bucket/key`. */
export function s3Url({ bucket, key }: S3Location): string {
  return `s3://${bucket}/${key}`;
}

/** S3 as COPY and UNLOAD use it, its errors in Redshift's words. */
export class Bucket {
  constructor(
    private readonly client: S3Client,
    private readonly mood: { readonly denied: boolean; readonly slowMs: number },
  ) {}

  /** All objects whose keys start so, in the order of their keys. */
  async list({ bucket, key }: S3Location, signal: AbortSignal): Promise<S3Object[]> {
    const found: S3Object[] = [];
    let token: string | undefined;
    do {
      const page = await this.send(bucket, key, () =>
        this.client.send(
          new ListObjectsV2Command({
            Bucket: bucket,
            Prefix: key,
            ...(token && { ContinuationToken: token }),
          }),
          { abortSignal: signal },
        ),
      );
      for (const { Key, Size } of page.Contents ?? []) {
        if (Key !== undefined) found.push({ bucket, key: Key, bytes: Size ?? 0 });
      }
      token = page.NextContinuationToken;
    } while (token !== undefined);
    return found;
  }

  /** The object's size, or undefined when there is none. */
  async size({ bucket, key }: S3Location, signal: AbortSignal): Promise<number | undefined> {
    try {
      const head = await this.send(bucket, key, () =>
        this.client.send(new HeadObjectCommand({ Bucket: bucket, Key: key }), { abortSignal: signal }),
      );
      return head.ContentLength ?? 0;
    } catch (error) {
      if (error instanceof MissingObject) return undefined;
      throw error;
    }
  }

  /** The object's bytes as a stream. @throws MissingObject */
  async read({ bucket, key }: S3Location, signal: AbortSignal): Promise<Readable> {
    const { Body } = await this.send(bucket, key, () =>
      this.client.send(new GetObjectCommand({ Bucket: bucket, Key: key }), { abortSignal: signal }),
    );
    return Body as Readable;
  }

  /** The whole object. @throws MissingObject */
  async readAll(location: S3Location, signal: AbortSignal): Promise<Buffer> {
    const chunks: Buffer[] = [];
    for await (const chunk of await this.read(location, signal)) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks);
  }

  /** Puts an object. A stream must come with its length. */
  async write(
    { bucket, key }: S3Location,
    body: Buffer | Readable,
    bytes: number,
    signal: AbortSignal,
  ): Promise<void> {
    await this.send(bucket, key, () =>
      this.client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body, ContentLength: bytes }), {
        abortSignal: signal,
      }),
    );
  }

  async delete({ bucket, key }: S3Location, signal: AbortSignal): Promise<void> {
    await this.send(bucket, key, () =>
      this.client.send(new DeleteObjectCommand({ Bucket: bucket, Key: key }), { abortSignal: signal }),
    );
  }

  private async send<T>(bucket: string, key: string, work: () => Promise<T>): Promise<T> {
    if (this.mood.denied) throw accessDenied('AccessDenied', 'Access Denied');
    if (this.mood.slowMs > 0) await delay(this.mood.slowMs);
    try {
      return await work();
    } catch (error) {
      throw translate(error, bucket, key);
    }
  }
}

/** The object, or its bucket, does not exist. */
export class MissingObject extends RedshiftError {}

function accessDenied(code: string, message: string): RedshiftError {
  return new RedshiftError('XX000', `S3ServiceException:${message},Status 403,Error ${code}`, {
    detail: 'The credentials or the role may not use the bucket or the key.',
  });
}

function translate(error: unknown, bucket: string, key: string): unknown {
  if (error instanceof Error && error.name === 'AbortError') {
    return new RedshiftError('57014', "Query cancelled on user's request");
  }
  if (!(error instanceof S3ServiceException)) {
    const message = error instanceof Error ? error.message : String(error);
    return new RedshiftError('XX000', `S3 cannot be reached for s3://${bucket}/${key}: ${message}`);
  }
  const status = error.$metadata.httpStatusCode;
  if (error.name === 'NoSuchBucket') {
    return new MissingObject(
      'XX000',
      `S3ServiceException:The specified bucket does not exist,Status 404,Error NoSuchBucket`,
    );
  }
  if (status === 404) {
    return new MissingObject('XX000', `The specified S3 prefix '${key}' does not exist`);
  }
  if (status === 403) return accessDenied(error.name, error.message || 'Access Denied');
  return new RedshiftError(
    'XX000',
    `S3ServiceException:${error.message},Status ${status},Error ${error.name}`,
  );
}
