/** The bytes end before the value does: a malformed message, or a stream whose next packet has not come yet. */
export class UnexpectedEnd extends Error {
  constructor() {
    super('The TDS message ends in the middle of a value.');
    this.name = 'UnexpectedEnd';
  }
}

/** Little-endian cursor over one buffer. Every read throws {@link UnexpectedEnd} beyond the end. */
export class ByteReader {
  constructor(
    readonly buffer: Buffer,
    public offset = 0,
  ) {}

  get remaining(): number {
    return this.buffer.length - this.offset;
  }

  private take(count: number): number {
    const at = this.offset;
    if (at + count > this.buffer.length) throw new UnexpectedEnd();
    this.offset = at + count;
    return at;
  }

  u8(): number {
    return this.buffer.readUInt8(this.take(1));
  }

  u16(): number {
    return this.buffer.readUInt16LE(this.take(2));
  }

  i16(): number {
    return this.buffer.readInt16LE(this.take(2));
  }

  u32(): number {
    return this.buffer.readUInt32LE(this.take(4));
  }

  i32(): number {
    return this.buffer.readInt32LE(this.take(4));
  }

  i64(): bigint {
    return this.buffer.readBigInt64LE(this.take(8));
  }

  u64(): bigint {
    return this.buffer.readBigUInt64LE(this.take(8));
  }

  f32(): number {
    return this.buffer.readFloatLE(this.take(4));
  }

  f64(): number {
    return this.buffer.readDoubleLE(this.take(8));
  }

  /** `size` bytes (at most 6) as a non-negative integer. */
  unsigned(size: number): number {
    return size === 0 ? 0 : this.buffer.readUIntLE(this.take(size), size);
  }

  /** A view, not a copy. */
  bytes(count: number): Buffer {
    const at = this.take(count);
    return this.buffer.subarray(at, at + count);
  }

  ucs2(characters: number): string {
    const at = this.take(characters * 2);
    return this.buffer.toString('utf16le', at, at + characters * 2);
  }

  /** B_VARCHAR. */
  shortText(): string {
    return this.ucs2(this.u8());
  }

  /** US_VARCHAR. */
  longText(): string {
    return this.ucs2(this.u16());
  }
}
