import { Readable } from 'node:stream';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
  type CompletedPart,
  type S3ClientConfig,
} from '@aws-sdk/client-s3';
import { PipelineError } from '@thalamus/contracts';
import { isTaken, translateStoreError } from './object-store.errors.js';

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

  /** Makes the bucket unless it is there. */
  async ensureBucket(): Promise<void> {
    try {
      await this.ask(`making the bucket ${this.bucket}`, () =>
        this.client.send(new CreateBucketCommand({ Bucket: this.bucket })),
      );
    } catch (error) {
      if (!isTaken(error)) throw error;
    }
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

  /**
   * Stores one object unless there is one of its key already: of many writers at once one wins.
   * @returns whether this one did
   */
  async putIfAbsent(key: string, body: Uint8Array | string): Promise<boolean> {
    try {
      await this.ask(`storing ${this.url(key)} if it is absent`, () =>
        this.client.send(
          new PutObjectCommand({ Bucket: this.bucket, Key: key, Body: body, IfNoneMatch: '*' }),
        ),
      );
      return true;
    } catch (error) {
      if (isTaken(error)) return false;
      throw error;
    }
  }

  /**
   * Stores one object of unknown size in parts, so that memory holds one of them. It appears whole at the end; when the
   * source or the store fails it never does.
   * @param partBytes size of a part, at least 5 MiB (S3's own limit for all but the last)
   */
  async putInParts(
    key: string,
    chunks: AsyncIterable<Uint8Array>,
    { partBytes }: { readonly partBytes: number },
  ): Promise<void> {
    const target = { Bucket: this.bucket, Key: key };
    const doing = `storing ${this.url(key)} in parts`;
    const { UploadId } = await this.ask(doing, () =>
      this.client.send(new CreateMultipartUploadCommand(target)),
    );
    try {
      const parts: CompletedPart[] = [];
      for await (const Body of inParts(chunks, partBytes)) {
        const PartNumber = parts.length + 1;
        const { ETag } = await this.ask(doing, () =>
          this.client.send(new UploadPartCommand({ ...target, UploadId, PartNumber, Body })),
        );
        parts.push({ ETag, PartNumber });
      }
      await this.ask(doing, () =>
        this.client.send(
          new CompleteMultipartUploadCommand({ ...target, UploadId, MultipartUpload: { Parts: parts } }),
        ),
      );
    } catch (error) {
      await this.ask(doing, () => this.client.send(new AbortMultipartUploadCommand({ ...target, UploadId })));
      throw error;
    }
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

/** Regroups chunks into parts of one size, the last one smaller. One part at least: an object may be empty. */
async function* inParts(chunks: AsyncIterable<Uint8Array>, partBytes: number): AsyncGenerator<Buffer> {
  let waiting: Uint8Array[] = [];
  let bytes = 0;
  let given = false;
  for await (const chunk of chunks) {
    waiting.push(chunk);
    bytes += chunk.length;
    if (bytes < partBytes) continue;
    yield Buffer.concat(waiting);
    [waiting, bytes, given] = [[], 0, true];
  }
  if (bytes > 0 || !given) yield Buffer.concat(waiting);
}
