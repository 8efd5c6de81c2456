/** The data ended in the midst of something. */
export class EndOfBits extends Error {
  override readonly name = 'EndOfBits';
}

/** Reads bits, the highest of each byte first. */
export class Bzip2Bits {
  private at: number;

  constructor(
    private readonly bytes: Buffer,
    usedBits: number,
  ) {
    this.at = usedBits;
  }

  /** Less than one byte is left: padding. */
  get atEnd(): boolean {
    return this.bytesLeft < 1;
  }

  get bytesLeft(): number {
    return this.bytes.length - this.at / 8;
  }

  /** Up to 24 bits as a number. */
  take(count: number): number {
    let value = 0;
    let left = count;
    while (left > 0) {
      const byte = this.bytes[this.at >> 3];
      if (byte === undefined) throw new EndOfBits();
      const offset = this.at & 7;
      const width = Math.min(8 - offset, left);
      value = (value << width) | ((byte >> (8 - offset - width)) & ((1 << width) - 1));
      this.at += width;
      left -= width;
    }
    return value;
  }

  bit(): number {
    const byte = this.bytes[this.at >> 3];
    if (byte === undefined) throw new EndOfBits();
    const bit = (byte >> (7 - (this.at & 7))) & 1;
    this.at += 1;
    return bit;
  }

  /** Goes to the next whole byte. */
  align(): void {
    this.at = (this.at + 7) & ~7;
  }

  /** What was not read, and how many bits of its first byte were. */
  unread(): { rest: Buffer; usedBits: number } {
    return { rest: Buffer.from(this.bytes.subarray(this.at >> 3)), usedBits: this.at & 7 };
  }
}
