const TAB = 0x09;
const LF = 0x0a;
const CR = 0x0d;
const BACKSLASH = 0x5c;
const HEADER_BYTES = 5;
const FULL_BYTES = 256 * 1024;

/** Bytes that PostgreSQL's text format escapes, and what stands behind the backslash. */
const ESCAPES = new Uint8Array(256);
ESCAPES[TAB] = 0x74;
ESCAPES[LF] = 0x6e;
ESCAPES[CR] = 0x72;
ESCAPES[BACKSLASH] = BACKSLASH;

/** Writes rows in PostgreSQL's COPY text format, as whole CopyData messages. */
export class RowWriter {
  private buffer = Buffer.allocUnsafe(FULL_BYTES + 64 * 1024);
  private length = HEADER_BYTES;
  private rowStart = HEADER_BYTES;
  private fields = 0;

  /** Begins a row; an unfinished one is forgotten. */
  beginRow(): void {
    this.length = this.rowStart;
    this.fields = 0;
  }

  endRow(): void {
    this.ensure(1);
    this.buffer[this.length++] = LF;
    this.rowStart = this.length;
  }

  /** Whether it is time to send. */
  get isFull(): boolean {
    return this.rowStart >= FULL_BYTES;
  }

  /** The rows so far as one CopyData message; undefined when there are none. */
  take(): Buffer | undefined {
    if (this.rowStart === HEADER_BYTES) return undefined;
    const message = this.buffer.subarray(0, this.rowStart);
    message[0] = 0x64;
    message.writeInt32BE(this.rowStart - 1, 1);
    this.buffer = Buffer.allocUnsafe(FULL_BYTES + 64 * 1024);
    this.length = HEADER_BYTES;
    this.rowStart = HEADER_BYTES;
    return message;
  }

  private ensure(more: number): void {
    if (this.length + more <= this.buffer.length) return;
    const grown = Buffer.allocUnsafe(Math.max(this.buffer.length * 2, this.length + more));
    this.buffer.copy(grown, 0, 0, this.length);
    this.buffer = grown;
  }

  private separate(): void {
    if (this.fields > 0) {
      this.ensure(1);
      this.buffer[this.length++] = TAB;
    }
    this.fields += 1;
  }

  null(): void {
    this.separate();
    this.ensure(2);
    this.buffer[this.length++] = BACKSLASH;
    this.buffer[this.length++] = 0x4e;
  }

  /** Bytes that need no escaping. */
  plain(source: Buffer, start: number, end: number): void {
    this.separate();
    this.ensure(end - start);
    if (end - start > 64) {
      source.copy(this.buffer, this.length, start, end);
      this.length += end - start;
      return;
    }
    const { buffer } = this;
    let { length } = this;
    for (let at = start; at < end; at += 1) buffer[length++] = source[at] ?? 0;
    this.length = length;
  }

  /** Text of ASCII characters, NUL not among them; false, and nothing written, when it is none. */
  ascii(source: Buffer, start: number, end: number): boolean {
    this.ensure((end - start) * 2 + 1);
    const { buffer } = this;
    let { length } = this;
    if (this.fields > 0) buffer[length++] = TAB;
    for (let at = start; at < end; at += 1) {
      const byte = source[at] ?? 0;
      if (byte >= 0x80 || byte === 0) return false;
      const escape = ESCAPES[byte] ?? 0;
      if (escape === 0) buffer[length++] = byte;
      else {
        buffer[length++] = BACKSLASH;
        buffer[length++] = escape;
      }
    }
    this.fields += 1;
    this.length = length;
    return true;
  }

  /** Bytes of any text. */
  escaped(source: Buffer, start: number, end: number): void {
    this.separate();
    this.ensure((end - start) * 2);
    const { buffer } = this;
    let { length } = this;
    for (let at = start; at < end; at += 1) {
      const byte = source[at] ?? 0;
      const escape = ESCAPES[byte] ?? 0;
      if (escape === 0) buffer[length++] = byte;
      else {
        buffer[length++] = BACKSLASH;
        buffer[length++] = escape;
      }
    }
    this.length = length;
  }

  /** Any text. */
  text(value: string): void {
    const bytes = Buffer.from(value, 'utf8');
    this.escaped(bytes, 0, bytes.length);
  }
}
