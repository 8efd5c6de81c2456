const HEADER = 5;

/** Where a message's type stands in `buffer`, and where the message ends; the buffer is valid during the call only. */
export type MessageHandler = (buffer: Buffer, start: number, end: number) => void;

/**
 * Cuts PostgreSQL's stream into messages where they lie. The bytes given are read over as soon as the call returns: only a
 * message that is not whole yet, and what comes after a pause, is copied.
 */
export class PgMessageReader {
  private parts: Buffer[] = [];
  private held = 0;
  /** Bytes from which it is worth looking at the held ones again. */
  private wanted = HEADER;
  private paused = false;
  private busy = false;

  constructor(private readonly handle: MessageHandler) {}

  push(chunk: Buffer): void {
    if (this.paused || this.busy) return this.hold(chunk, 0);
    const from = this.completeHeld(chunk);
    if (from < chunk.length) this.hold(chunk, this.consume(chunk, from));
  }

  /** No message is handed on until `resume`. */
  pause(): void {
    this.paused = true;
  }

  /** Hands on what is held; false when that led to the next pause. */
  resume(): boolean {
    this.paused = false;
    if (this.busy || this.held < this.wanted) return true;
    const bytes = this.takeHeld();
    const end = this.consume(bytes, 0);
    this.hold(bytes, end);
    return !this.isPaused();
  }

  private isPaused(): boolean {
    return this.paused;
  }

  /** Tops up the message that the last chunk ended in; returns where the next one starts. */
  private completeHeld(chunk: Buffer): number {
    let from = 0;
    while (this.held > 0 && from < chunk.length && !this.paused) {
      const to = Math.min(chunk.length, from + this.wanted - this.held);
      this.hold(chunk.subarray(from, to), 0);
      from = to;
      if (this.held < this.wanted) continue;
      const bytes = this.takeHeld();
      this.hold(bytes, this.consume(bytes, 0));
    }
    return from;
  }

  private consume(buffer: Buffer, from: number): number {
    let start = from;
    this.busy = true;
    try {
      while (!this.paused && buffer.length - start >= HEADER) {
        const end = start + 1 + buffer.readInt32BE(start + 1);
        if (end > buffer.length) break;
        const message = start;
        start = end;
        this.handle(buffer, message, end);
      }
    } finally {
      this.busy = false;
    }
    return start;
  }

  private hold(bytes: Buffer, from: number): void {
    if (from >= bytes.length) return;
    const copy = Buffer.from(bytes.subarray(from));
    this.parts.push(copy);
    this.held += copy.length;
    if (this.held >= HEADER) this.wanted = this.sizeOfFirst();
  }

  /** The whole length of the first message held. */
  private sizeOfFirst(): number {
    const [first] = this.parts;
    if (first === undefined) return HEADER;
    if (first.length >= HEADER) return 1 + first.readInt32BE(1);
    const joined = Buffer.concat(this.parts);
    this.parts = [joined];
    return 1 + joined.readInt32BE(1);
  }

  private takeHeld(): Buffer {
    const [first] = this.parts;
    const bytes = this.parts.length === 1 && first !== undefined ? first : Buffer.concat(this.parts);
    this.parts = [];
    this.held = 0;
    this.wanted = HEADER;
    return bytes;
  }
}
