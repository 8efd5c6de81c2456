import { Readable } from 'node:stream';
import {
  DeleteObjectsCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  type S3ClientConfig,
} from '@aws-sdk/client-s3';
import { PipelineError } from '@thalamus/contracts';
import { translateStoreError } from './object-store.errors.js';

export interface ObjectStoreAddress {
  readonly bucket: string;
  readonly region: string;
  /** Absent = AWS itself. Given, buckets are addressed by path. */
  readonly endpoint?: string;
  /** Absent = the SDK's default credentials (role, environment, profile). */
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

export interface StoredObject {
  readonly key: string;
  readonly bytes: number;
  readonly modifiedAt: Date | undefined;
}

export interface PutOptions {
  readonly contentType?: string;
}

/** One bucket. All methods throw PipelineError THAL-O001 (passing) or THAL-O002 (refused). */
export class ObjectStore implements Disposable {
  readonly bucket: string;
  private readonly client: S3Client;

  constructor(address: ObjectStoreAddress) {
    this.bucket = address.bucket;
    const config: S3ClientConfig = { region: address.region, maxAttempts: 3 };
    if (address.endpoint !== undefined) {
      config.endpoint = address.endpoint;
      config.forcePathStyle = true;
    }
    if (address.credentials) config.credentials = { ...address.credentials };
    this.client = new S3Client(config);
  }

  /** `s3://bucket/key`, as COPY and UNLOAD want it. */
  url(key: string): string {
    return `s3://${this.bucket}/${key}`;
  }

  /** Key of an `s3://` address of this bucket. @throws PipelineError THAL-O002 for another bucket's. */
  keyOf(url: string): string {
    const start = `s3://${this.bucket}/`;
    if (!url.startsWith(start))
      throw new PipelineError('THAL-O002', `${url} is not in the bucket ${this.bucket}`);
    return url.slice(start.length);
  }

  /** Stores one object, replacing what is there. The store shows it whole or not at all. */
  async put(key: string, body: Uint8Array | string, options: PutOptions = {}): Promise<void> {
    await this.ask(`storing ${this.url(key)}`, () =>
      this.client.send(
        new PutObjectCommand({
          Bucket: this.bucket,
          Key: key,
          Body: body,
          ...(options.contentType !== undefined && { ContentType: options.contentType }),
        }),
      ),
    );
  }

  /** The whole object. */
  async get(key: string): Promise<Buffer> {
    return this.ask(`reading ${this.url(key)}`, async () => {
      const answer = await this.client.send(new GetObjectCommand({ Bucket: this.bucket, Key: key }));
      return Buffer.from((await answer.Body?.transformToByteArray()) ?? []);
    });
  }

  /** The object as a stream; errors while reading it are the reader's. */
  async getStream(key: string): Promise<Readable> {
    return this.ask(`reading ${this.url(key)}`, async () => {
      const answer = await this.client.send(new GetObjectCommand({ Bucket: this.bucket, Key: key }));
      return answer.Body instanceof Readable ? answer.Body : Readable.from([]);
    });
  }

  /** Objects whose key begins with `prefix`, in the order of their keys. */
  async *list(prefix: string): AsyncGenerator<StoredObject> {
    let token: string | undefined;
    do {
      const page = await this.ask(`listing ${this.url(prefix)}`, () =>
        this.client.send(
          new ListObjectsV2Command({
            Bucket: this.bucket,
            Prefix: prefix,
            ...(token !== undefined && { ContinuationToken: token }),
          }),
        ),
      );
      for (const { Key: key, Size: bytes, LastModified: modifiedAt } of page.Contents ?? [])
        if (key !== undefined) yield { key, bytes: bytes ?? 0, modifiedAt };
      token = page.IsTruncated === true ? page.NextContinuationToken : undefined;
    } while (token !== undefined);
  }

  /** Deletes objects, a thousand a request. Keys that do not exist are no error. */
  async delete(keys: readonly string[]): Promise<void> {
    for (let at = 0; at < keys.length; at += 1000) {
      const page = keys.slice(at, at + 1000);
      const answer = await this.ask(`deleting ${page.length} objects`, () =>
        this.client.send(
          new DeleteObjectsCommand({
            Bucket: this.bucket,
            Delete: { Quiet: true, Objects: page.map((key) => ({ Key: key })) },
          }),
        ),
      );
      const [failed] = answer.Errors ?? [];
      if (failed)
        throw new PipelineError('THAL-O002', `deleting ${failed.Key ?? '?'}: ${failed.Message ?? 'refused'}`);
    }
  }

  /** Deletes every object whose key begins with `prefix`. @returns how many. */
  async deletePrefix(prefix: string): Promise<number> {
    let count = 0;
    let page: string[] = [];
    const flush = async (): Promise<void> => {
      await this.delete(page);
      count += page.length;
      page = [];
    };
    for await (const { key } of this.list(prefix)) {
      page.push(key);
      if (page.length === 1000) await flush();
    }
    await flush();
    return count;
  }

  [Symbol.dispose](): void {
    this.client.destroy();
  }

  private async ask<T>(doing: string, request: () => Promise<T>): Promise<T> {
    try {
      return await request();
    } catch (error) {
      throw translateStoreError(error, doing);
    }
  }
}
