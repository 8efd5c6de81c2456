import { Transform, type TransformCallback } from 'node:stream';
import { Bzip2Bits, EndOfBits } from './bzip2-bits.js';
import { readBlock } from './bzip2-block.js';

const BLOCK_MAGIC = 0x314159;
const END_MAGIC = 0x177245;
/** No compressed block is longer: with so much at hand a block is whole. */
const WHOLE_BLOCK_BYTES = 1_200_000;

/** Decompresses bzip2 streams, one after the other; node has no such codec. Holds one block at a time. */
export class Bzip2Decompress extends Transform {
  private pending: Buffer[] = [];
  private pendingBytes = 0;
  /** Bits of the first pending byte that are used up. */
  private usedBits = 0;
  private blockBytes = 0;
  private inStream = false;

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.pending.push(chunk);
    this.pendingBytes += chunk.length;
    if (this.pendingBytes < WHOLE_BLOCK_BYTES * 2) return done();
    this.attempt(done, false);
  }

  override _flush(done: TransformCallback): void {
    this.attempt(done, true);
  }

  private attempt(done: TransformCallback, last: boolean): void {
    try {
      this.decode(last);
      done();
    } catch (error) {
      done(error instanceof Error ? error : new Error(String(error)));
    }
  }

  private decode(last: boolean): void {
    const bits = new Bzip2Bits(Buffer.concat(this.pending), this.usedBits);
    try {
      while (last ? !bits.atEnd : bits.bytesLeft >= WHOLE_BLOCK_BYTES) {
        const output = this.step(bits);
        if (output !== undefined) this.push(output);
      }
    } catch (error) {
      if (error instanceof EndOfBits) throw new Error('unexpected end of bzip2 data');
      throw error;
    }
    if (last && this.inStream) throw new Error('unexpected end of bzip2 data');
    const { rest, usedBits } = bits.unread();
    this.pending = [rest];
    this.pendingBytes = rest.length;
    this.usedBits = usedBits;
  }

  /** Reads a stream's header, a block, or a stream's end. */
  private step(bits: Bzip2Bits): Buffer | undefined {
    if (!this.inStream) {
      if (bits.take(24) !== 0x425a68) throw new Error('incorrect bzip2 header');
      const level = bits.take(8) - 0x30;
      if (level < 1 || level > 9) throw new Error('incorrect bzip2 header');
      this.blockBytes = level * 100_000;
      this.inStream = true;
      return undefined;
    }
    const magic = bits.take(24);
    bits.take(24);
    if (magic === BLOCK_MAGIC) return readBlock(bits, this.blockBytes);
    if (magic !== END_MAGIC) throw new Error('incorrect bzip2 block');
    // The CRC of the CRCs: each block's own was checked.
    bits.take(16);
    bits.take(16);
    bits.align();
    this.inStream = false;
    return undefined;
  }
}
