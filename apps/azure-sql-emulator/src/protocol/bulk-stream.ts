import type { ResultColumn, SqlValue } from '../engine.js';
import { ByteReader, UnexpectedEnd } from './byte-reader.js';
import { readType, type IncomingType } from './read-type.js';
import { Token } from './tokens.js';

/** Unread bytes above which the client is made to wait. */
const HIGH_WATER = 256 * 1024;
const NULLABLE = 0x01;
const IDENTITY = 0x10;

/** The client gave a bulk load up in the middle of its rows. */
export class BulkAborted extends Error {
  constructor() {
    super('The client ended the bulk load before its last row.');
    this.name = 'BulkAborted';
  }
}

/**
 * The rows of a bulk load message, decoded while its packets come in. A row that is not complete yet is read again
 * once the unread bytes have doubled, so that a long value costs no more than twice its size.
 */
export class BulkStream {
  private chunks: Buffer[] = [];
  private reader = new ByteReader(Buffer.alloc(0));
  private unread = 0;
  private ended = false;
  private aborted = false;
  private discarding = false;
  private wake: (() => void) | undefined;
  private types: IncomingType[] = [];
  private readonly finished: Promise<void>;
  private markFinished: () => void = () => undefined;

  constructor(private readonly flow: { pause(): void; resume(): void }) {
    this.finished = new Promise((resolve) => {
      this.markFinished = resolve;
    });
  }

  push(data: Buffer): void {
    if (this.discarding) return;
    this.chunks.push(data);
    this.unread += data.length;
    if (this.unread > HIGH_WATER) this.flow.pause();
    this.wake?.();
  }

  end(): void {
    this.ended = true;
    this.markFinished();
    this.wake?.();
  }

  abort(): void {
    this.aborted = true;
    this.end();
  }

  get wasAborted(): boolean {
    return this.aborted;
  }

  /** Throws the rest of the message away and settles when all of it has come. */
  async discardRest(): Promise<void> {
    this.discarding = true;
    this.chunks = [];
    this.flow.resume();
    await this.finished;
  }

  /** @throws {BulkAborted} */
  async columns(): Promise<readonly ResultColumn[]> {
    return this.whole((reader) => {
      const token = reader.u8();
      if (token !== Token.columnMetadata) throw new Error('A bulk load must start with COLMETADATA.');
      const count = reader.u16();
      const types: IncomingType[] = [];
      const columns: ResultColumn[] = [];
      for (let index = 0; index < count; index++) {
        reader.u32();
        const flags = reader.u16();
        const incoming = readType(reader, 'row');
        const { name } = incoming.type;
        // Other than in replies, the table name has no part count.
        if (name === 'text' || name === 'ntext' || name === 'image') reader.longText();
        types.push(incoming);
        columns.push({
          name: reader.shortText(),
          type: incoming.type,
          nullable: (flags & NULLABLE) !== 0,
          identity: (flags & IDENTITY) !== 0,
        });
      }
      this.types = types;
      return columns;
    });
  }

  /** @throws {BulkAborted} */
  async *rows(): AsyncGenerator<readonly SqlValue[]> {
    for (;;) {
      // Rows that lie in the buffer already cost no turn of the event loop.
      const row = this.attempt(this.readRow) ?? (await this.whole(this.readRow));
      if (row === 'done') return;
      yield row;
    }
  }

  private readonly readRow = (reader: ByteReader): SqlValue[] | 'done' => {
    // FreeTDS ends a message without rows at the metadata.
    if (this.ended && reader.remaining === 0 && this.chunks.length === 0) return 'done';
    const token = reader.u8();
    if (token === Token.done) return 'done';
    if (token === Token.row) return this.types.map(({ read }) => read(reader));
    if (token !== Token.rowWithNulls)
      throw new Error(`Token 0x${token.toString(16)} has no place in a bulk load.`);
    const bitmap = reader.bytes((this.types.length + 7) >>> 3);
    return this.types.map(({ read }, index) => {
      const isNull = (bitmap.readUInt8(index >>> 3) & (1 << (index & 7))) !== 0;
      return isNull ? null : read(reader);
    });
  };

  /** Runs `read` on the bytes at hand; undefined, and nothing consumed, if they end too early. */
  private attempt<T>(read: (reader: ByteReader) => T): T | undefined {
    if (this.aborted) throw new BulkAborted();
    const { reader } = this;
    const start = reader.offset;
    try {
      const value = read(reader);
      this.unread -= reader.offset - start;
      if (this.unread < HIGH_WATER / 2) this.flow.resume();
      return value;
    } catch (error) {
      if (!(error instanceof UnexpectedEnd)) throw error;
      reader.offset = start;
      return undefined;
    }
  }

  private async whole<T>(read: (reader: ByteReader) => T): Promise<T> {
    for (;;) {
      this.joinChunks();
      const value = this.attempt(read);
      if (value !== undefined) return value;
      if (this.ended) throw this.aborted ? new BulkAborted() : new UnexpectedEnd();
      await this.more(Math.max(1, this.reader.remaining * 2));
    }
  }

  private joinChunks(): void {
    if (this.chunks.length === 0) return;
    const { buffer, offset } = this.reader;
    this.reader = new ByteReader(Buffer.concat([buffer.subarray(offset), ...this.chunks]));
    this.chunks = [];
  }

  private async more(wanted: number): Promise<void> {
    this.flow.resume();
    while (!this.ended && this.unread < wanted) {
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
      // A single value may be longer than the high water mark.
      if (this.unread < wanted) this.flow.resume();
    }
    this.wake = undefined;
  }
}
