import { hash } from 'node:crypto';
import type { CanonicalRow } from './row-canon.js';

/** 32-bit words of a SHA-256. */
const WORDS = 8;

/**
 * Checksums of a table by ranges of its keys' hash. The two sides order keys differently (collations, uniqueidentifier), so
 * ranges are of a hash that both can compute, and a range's checksum does not depend on the order of its rows: the sum,
 * word by word, of the SHA-256 of each row, beside the number of rows. Memory does not grow with the table.
 */
export class TableDigest {
  rows = 0;
  private readonly counts: Uint32Array;
  private readonly sums: Uint32Array;

  constructor(readonly ranges = 1024) {
    this.counts = new Uint32Array(ranges);
    this.sums = new Uint32Array(ranges * WORDS);
  }

  add(row: CanonicalRow): void {
    const range = rangeOf(row.key, this.ranges);
    // JSON tells NULL from 'null' and where one value ends and the next begins.
    const digest = hash('sha256', JSON.stringify(row.values), 'buffer');
    this.rows += 1;
    this.counts[range] = (this.counts[range] ?? 0) + 1;
    for (let word = 0; word < WORDS; word++) {
      const at = range * WORDS + word;
      this.sums[at] = (this.sums[at] ?? 0) + digest.readUInt32LE(word * 4);
    }
  }

  /** Ranges that hold a row. */
  get filledRanges(): number {
    return this.counts.reduce((filled, count) => (count > 0 ? filled + 1 : filled), 0);
  }

  /** Ranges whose rows are not the same on both sides. */
  differingRanges(other: TableDigest): number[] {
    if (other.ranges !== this.ranges) throw new RangeError(`${this.ranges} ranges against ${other.ranges}`);
    const differing: number[] = [];
    for (let range = 0; range < this.ranges; range++)
      if (!this.sameRange(other, range)) differing.push(range);
    return differing;
  }

  private sameRange(other: TableDigest, range: number): boolean {
    if (this.counts[range] !== other.counts[range]) return false;
    for (let at = range * WORDS; at < (range + 1) * WORDS; at++)
      if (this.sums[at] !== other.sums[at]) return false;
    return true;
  }
}

/** The range a key falls into: FNV-1a with a final mix, so that consecutive numbers spread. */
export function rangeOf(key: string, ranges: number): number {
  let mixed = 0x811c9dc5;
  for (let i = 0; i < key.length; i++) mixed = Math.imul(mixed ^ key.charCodeAt(i), 0x01000193);
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return ((mixed ^ (mixed >>> 16)) >>> 0) % ranges;
}
