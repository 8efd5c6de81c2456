/** Lines of a piece take up to this much together; the first piece starts small and grows, for most files are small. */
const pieceBytes = 256 * 1024;
const firstBytes = 4 * 1024;
/** About what a key takes beside its characters. */
const keyBytes = 64;

interface Piece {
  readonly buffer: Buffer;
  used: number;
  /** Number of its lines. */
  lines: number;
}

/**
 * The newest line of every key, in the order in which each key was last seen. Held as UTF-8, outside of the heap: lines
 * wait for their file to close, and as text they would be copied by one garbage collection after another.
 */
export class LinesByKey {
  private readonly newest = new Map<string, number>();
  /** Bytes of each line in the order of arrival; negative once a newer one of its key has come. */
  private readonly lengths: number[] = [];
  private readonly pieces: Piece[] = [];
  /** What is held: all lines, those replaced as well, and the keys. */
  bytes = 0;

  put(key: string, line: string): void {
    const replaced = this.newest.get(key);
    if (replaced !== undefined) this.lengths[replaced] = -(this.lengths[replaced] ?? 0);
    else this.bytes += key.length + keyBytes;
    this.newest.set(key, this.lengths.length);
    // A UTF-16 unit takes at most 3 bytes of UTF-8.
    const piece = this.pieceFor(line.length * 3);
    const length = piece.buffer.write(line, piece.used, 'utf8');
    piece.used += length;
    piece.lines++;
    this.lengths.push(length);
    this.bytes += length;
  }

  /** Number of keys. */
  get size(): number {
    return this.newest.size;
  }

  /** The text in pieces. */
  *text(): Generator<Buffer> {
    let line = 0;
    for (const { buffer, lines } of this.pieces) {
      const runs: Buffer[] = [];
      let [start, at] = [0, 0];
      for (const end = line + lines; line < end; line++) {
        const length = this.lengths[line] ?? 0;
        at += Math.abs(length);
        if (length >= 0) continue;
        runs.push(buffer.subarray(start, at + length));
        start = at;
      }
      runs.push(buffer.subarray(start, at));
      const [only] = runs;
      yield runs.length === 1 && only ? only : Buffer.concat(runs);
    }
  }

  private pieceFor(bytes: number): Piece {
    const last = this.pieces.at(-1);
    if (last && last.used + bytes <= last.buffer.length) return last;
    const grown = Math.min(pieceBytes, Math.max(firstBytes, (last?.buffer.length ?? 0) * 2));
    const piece = { buffer: Buffer.allocUnsafe(Math.max(grown, bytes)), used: 0, lines: 0 };
    this.pieces.push(piece);
    return piece;
  }
}
