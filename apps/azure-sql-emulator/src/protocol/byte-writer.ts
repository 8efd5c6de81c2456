/**
 * One growing little-endian buffer that every token and value is written into, so that a row costs no allocation.
 * `buffer` and `length` are public because value encoders write in place after `reserve`.
 */
export class ByteWriter {
  buffer: Buffer;
  length = 0;

  constructor(capacity = 16_384) {
    this.buffer = Buffer.allocUnsafe(capacity);
  }

  /** Makes room for `count` more bytes and returns the position where they start. */
  reserve(count: number): number {
    const needed = this.length + count;
    if (needed > this.buffer.length) this.grow(needed);
    return this.length;
  }

  u8(value: number): void {
    const at = this.reserve(1);
    this.buffer[at] = value;
    this.length = at + 1;
  }

  u16(value: number): void {
    const at = this.reserve(2);
    const { buffer } = this;
    buffer[at] = value;
    buffer[at + 1] = value >>> 8;
    this.length = at + 2;
  }

  u24(value: number): void {
    const at = this.reserve(3);
    const { buffer } = this;
    buffer[at] = value;
    buffer[at + 1] = value >>> 8;
    buffer[at + 2] = value >>> 16;
    this.length = at + 3;
  }

  /** Signed or unsigned: the bits are the same. */
  u32(value: number): void {
    const at = this.reserve(4);
    const { buffer } = this;
    buffer[at] = value;
    buffer[at + 1] = value >>> 8;
    buffer[at + 2] = value >>> 16;
    buffer[at + 3] = value >>> 24;
    this.length = at + 4;
  }

  /** Puts a length before what has been written since. */
  setU16(at: number, value: number): void {
    const { buffer } = this;
    buffer[at] = value;
    buffer[at + 1] = value >>> 8;
  }

  setU32(at: number, value: number): void {
    const { buffer } = this;
    buffer[at] = value;
    buffer[at + 1] = value >>> 8;
    buffer[at + 2] = value >>> 16;
    buffer[at + 3] = value >>> 24;
  }

  /** `size` low bytes of a non-negative integer below 2^53. */
  unsigned(value: number, size: number): void {
    const at = this.reserve(size);
    let rest = value;
    for (let index = 0; index < size; index++) {
      this.buffer[at + index] = rest % 256;
      rest = Math.floor(rest / 256);
    }
    this.length = at + size;
  }

  i64(value: bigint): void {
    const at = this.reserve(8);
    this.buffer.writeBigInt64LE(value, at);
    this.length = at + 8;
  }

  f32(value: number): void {
    const at = this.reserve(4);
    this.buffer.writeFloatLE(value, at);
    this.length = at + 4;
  }

  f64(value: number): void {
    const at = this.reserve(8);
    this.buffer.writeDoubleLE(value, at);
    this.length = at + 8;
  }

  bytes(value: Uint8Array): void {
    const at = this.reserve(value.length);
    this.buffer.set(value, at);
    this.length = at + value.length;
  }

  fill(byte: number, count: number): void {
    const at = this.reserve(count);
    this.buffer.fill(byte, at, at + count);
    this.length = at + count;
  }

  ucs2(text: string): void {
    const size = text.length * 2;
    const at = this.reserve(size);
    const { buffer } = this;
    // Short strings are cheaper in JavaScript than a call into the runtime.
    if (text.length > 24) buffer.write(text, at, size, 'utf16le');
    else
      for (let index = 0, to = at; index < text.length; index++, to += 2) {
        const code = text.charCodeAt(index);
        buffer[to] = code;
        buffer[to + 1] = code >>> 8;
      }
    this.length = at + size;
  }

  /** B_VARCHAR: at most 255 characters, the rest is cut as the server does with over-long names. */
  shortText(text: string): void {
    const kept = text.length > 255 ? text.slice(0, 255) : text;
    this.u8(kept.length);
    this.ucs2(kept);
  }

  /** US_VARCHAR. */
  longText(text: string): void {
    const kept = text.length > 65_535 ? text.slice(0, 65_535) : text;
    this.u16(kept.length);
    this.ucs2(kept);
  }

  /** Writes what `body` writes behind its own u16 length. */
  measured16(body: () => void): void {
    this.u16(0);
    const start = this.length;
    body();
    const size = this.length - start;
    this.buffer.writeUInt16LE(size, start - 2);
  }

  /** Drops the first `count` bytes: they have been sent. */
  discard(count: number): void {
    this.buffer.copyWithin(0, count, this.length);
    this.length -= count;
  }

  private grow(needed: number): void {
    const larger = Buffer.allocUnsafe(Math.max(needed, this.buffer.length * 2));
    this.buffer.copy(larger, 0, 0, this.length);
    this.buffer = larger;
  }
}
