const INITIAL = 4096;
/** A larger buffer is given up after use. */
const MAX_KEPT = 256 * 1024;

/** Messages to PostgreSQL (big-endian, each behind its length), written one behind the other into one growing buffer. */
export class PgRequestWriter {
  private buffer = Buffer.allocUnsafe(INITIAL);
  private length = 0;

  parse(name: string, sql: string): void {
    const start = this.begin(0x50);
    this.text(name);
    this.text(sql);
    this.int16(0);
    this.end(start);
  }

  /** Parameters in text form; null is NULL. `formats` of the result's columns: 0 text, 1 binary. */
  bind(name: string, params: readonly (string | null)[], formats: readonly number[]): void {
    const start = this.begin(0x42);
    this.text('');
    this.text(name);
    this.int16(0);
    this.int16(params.length);
    for (const value of params) this.parameter(value);
    this.int16(formats.length);
    for (const format of formats) this.int16(format);
    this.end(start);
  }

  execute(): void {
    const start = this.begin(0x45);
    this.text('');
    this.int32(0);
    this.end(start);
  }

  closeStatement(name: string): void {
    const start = this.begin(0x43);
    this.byte(0x53);
    this.text(name);
    this.end(start);
  }

  sync(): void {
    this.end(this.begin(0x53));
  }

  /** Several statements by the simple protocol. */
  query(sql: string): void {
    const start = this.begin(0x51);
    this.text(sql);
    this.end(start);
  }

  /** What has been written, as bytes of their own. */
  take(): Buffer {
    const bytes = Buffer.allocUnsafe(this.length);
    this.buffer.copy(bytes, 0, 0, this.length);
    this.length = 0;
    if (this.buffer.length > MAX_KEPT) this.buffer = Buffer.allocUnsafe(INITIAL);
    return bytes;
  }

  private begin(type: number): number {
    this.byte(type);
    const start = this.length;
    this.int32(0);
    return start;
  }

  private end(start: number): void {
    this.buffer.writeInt32BE(this.length - start, start);
  }

  private parameter(value: string | null): void {
    if (value === null) return this.int32(-1);
    const start = this.length;
    this.int32(0);
    this.string(value);
    this.buffer.writeInt32BE(this.length - start - 4, start);
  }

  private text(value: string): void {
    if (value !== '') this.string(value);
    this.byte(0);
  }

  private string(value: string): void {
    // UTF-8 takes at most three bytes for each unit of UTF-16.
    this.reserve(value.length * 3);
    this.length += this.buffer.write(value, this.length);
  }

  private byte(value: number): void {
    this.reserve(1);
    this.buffer[this.length++] = value;
  }

  private int16(value: number): void {
    this.reserve(2);
    this.length = this.buffer.writeInt16BE(value, this.length);
  }

  private int32(value: number): void {
    this.reserve(4);
    this.length = this.buffer.writeInt32BE(value, this.length);
  }

  private reserve(count: number): void {
    const needed = this.length + count;
    if (needed <= this.buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(needed, this.buffer.length * 2));
    this.buffer.copy(larger, 0, 0, this.length);
    this.buffer = larger;
  }
}
