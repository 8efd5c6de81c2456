/** How a delimited file is cut into fields. Bytes, not characters. */
export interface DelimitedFormat {
  readonly kind: 'csv' | 'text';
  readonly delimiter: number;
  /** CSV only. */
  readonly quote: number;
  /** TEXT only: `\` takes the next byte as it is. */
  readonly escape: boolean;
  /** TEXT only: quotes around a field are taken off. */
  readonly removeQuotes: boolean;
}

/** A file that is not what its format says; the record it is in cannot be loaded. */
export interface RecordFault {
  readonly code: number;
  readonly reason: string;
  readonly field: number;
  readonly position: number;
}

/** One record. The arrays are used again for the next one. */
export interface DelimitedRecord {
  /** Number of fields. */
  count: number;
  /** The bytes of a field lie in `sources[i]` from `starts[i]` up to `ends[i]`. */
  readonly sources: Buffer[];
  readonly starts: number[];
  readonly ends: number[];
  /** Whether the field was quoted. */
  readonly quoted: boolean[];
  /** Number of the physical line the record begins at, from 1. */
  line: number;
  /** The record as it stands in the file, without its line end. */
  raw: Buffer;
  fault: RecordFault | undefined;
}

const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
const BACKSLASH = 0x5c;

/** Cuts a byte stream into records without decoding it. */
export class DelimitedReader {
  private rest: Buffer = Buffer.alloc(0);
  private line = 1;
  private buffer: Buffer = this.rest;
  private at = 0;
  private readonly record: DelimitedRecord = {
    count: 0,
    sources: [],
    starts: [],
    ends: [],
    quoted: [],
    line: 1,
    raw: this.rest,
    fault: undefined,
  };

  constructor(private readonly format: DelimitedFormat) {}

  /** Takes a chunk; calls `visit` for each record that is whole. `last` ends the file. */
  push(chunk: Buffer, last: boolean, visit: (record: DelimitedRecord) => void): void {
    this.buffer = this.rest.length === 0 ? chunk : Buffer.concat([this.rest, chunk]);
    this.at = 0;
    const { length } = this.buffer;
    while (this.at < length) {
      const start = this.at;
      const startLine = this.line;
      if (!this.readRecord(last)) {
        this.at = start;
        this.line = startLine;
        break;
      }
      visit(this.record);
    }
    this.rest = Buffer.from(this.buffer.subarray(this.at));
  }

  /** False when the record's end is not in the buffer yet. */
  private readRecord(last: boolean): boolean {
    const { record, buffer } = this;
    const start = this.at;
    record.count = 0;
    record.line = this.line;
    record.fault = undefined;
    for (;;) {
      const done = this.format.kind === 'csv' ? this.readCsvField(last) : this.readTextField(last);
      if (done === undefined) return false;
      if (!done) continue;
      let end = this.at;
      if (end > start && buffer[end - 1] === LF) end -= 1;
      if (end > start && buffer[end - 1] === CR) end -= 1;
      record.raw = buffer.subarray(start, end);
      return true;
    }
  }

  private add(source: Buffer, start: number, end: number, quoted: boolean): void {
    const { record } = this;
    const index = record.count;
    record.sources[index] = source;
    record.starts[index] = start;
    record.ends[index] = end;
    record.quoted[index] = quoted;
    record.count = index + 1;
  }

  /** True when the record ends with this field, undefined when the buffer ends before the field does. */
  private readCsvField(last: boolean): boolean | undefined {
    const { buffer } = this;
    const { quote } = this.format;
    let from = this.at;
    // White space between a delimiter and a quote does not count.
    while (buffer[from] === SPACE) from += 1;
    if (buffer[from] === quote) return this.readQuotedField(from + 1, last);
    return this.readPlainField(this.at, last);
  }

  private readPlainField(start: number, last: boolean): boolean | undefined {
    const { buffer } = this;
    const { delimiter } = this.format;
    const { length } = buffer;
    let at = start;
    for (; at < length; at += 1) {
      const byte = buffer[at];
      if (byte === delimiter) {
        this.add(buffer, start, at, false);
        this.at = at + 1;
        return false;
      }
      if (byte === LF) {
        const end = at > start && buffer[at - 1] === CR ? at - 1 : at;
        this.add(buffer, start, end, false);
        this.at = at + 1;
        this.line += 1;
        return true;
      }
    }
    if (!last) return undefined;
    this.add(buffer, start, length, false);
    this.at = length;
    return true;
  }

  private readQuotedField(start: number, last: boolean): boolean | undefined {
    const { buffer } = this;
    const { quote } = this.format;
    const { length } = buffer;
    let doubled = 0;
    let lines = 0;
    let at = start;
    for (; ; at += 1) {
      if (at >= length) {
        if (!last) return undefined;
        return this.faultToEnd(length, { code: 1216, reason: 'Invalid quote formatting for CSV' });
      }
      const byte = buffer[at];
      if (byte === LF) lines += 1;
      if (byte !== quote) continue;
      if (at + 1 >= length && !last) return undefined;
      if (buffer[at + 1] !== quote) break;
      doubled += 1;
      at += 1;
    }
    this.line += lines;
    if (doubled === 0) this.add(buffer, start, at, true);
    else {
      const text = withoutDoubles(buffer, start, at, quote, doubled);
      this.add(text, 0, text.length, true);
    }
    return this.afterQuote(at + 1, last);
  }

  private afterQuote(start: number, last: boolean): boolean | undefined {
    const { buffer } = this;
    let at = start;
    while (buffer[at] === SPACE) at += 1;
    if (buffer[at] === CR && (at + 1 < buffer.length ? buffer[at + 1] === LF : !last)) at += 1;
    if (at >= buffer.length) {
      if (!last) return undefined;
      this.at = buffer.length;
      return true;
    }
    const byte = buffer[at];
    if (byte === this.format.delimiter) {
      this.at = at + 1;
      return false;
    }
    if (byte === LF) {
      this.at = at + 1;
      this.line += 1;
      return true;
    }
    const end = buffer.indexOf(LF, at);
    if (end < 0 && !last) return undefined;
    const hex = (byte ?? 0).toString(16).padStart(2, '0');
    this.line += end < 0 ? 0 : 1;
    const location = at - (this.record.starts[0] ?? at);
    return this.faultToEnd(end < 0 ? buffer.length : end + 1, {
      code: 1216,
      reason: `Missing newline: Unexpected character 0x${hex} found at location ${location}`,
    });
  }

  private faultToEnd(at: number, fault: Pick<RecordFault, 'code' | 'reason'>): true {
    this.record.fault ??= { ...fault, field: Math.max(0, this.record.count - 1), position: 0 };
    this.at = at;
    return true;
  }

  private readTextField(last: boolean): boolean | undefined {
    const { escape, removeQuotes } = this.format;
    if (!escape && !removeQuotes) return this.readPlainField(this.at, last);
    return this.readEscapedField(last);
  }

  private readEscapedField(last: boolean): boolean | undefined {
    const { buffer } = this;
    const { delimiter, escape, removeQuotes } = this.format;
    const { length } = buffer;
    const opening = removeQuotes ? buffer[this.at] : undefined;
    const quote = opening === 0x22 || opening === 0x27 ? opening : undefined;
    let at = quote === undefined ? this.at : this.at + 1;
    let closed = quote === undefined;
    const bytes: number[] = [];
    let escaped = false;
    for (; at < length; at += 1) {
      const byte = buffer[at] ?? 0;
      if (escape && byte === BACKSLASH) {
        if (at + 1 >= length) {
          if (!last) return undefined;
          break;
        }
        at += 1;
        const next = buffer[at] ?? 0;
        if (next === LF) this.line += 1;
        // \N stays what it is: the null string is compared after unescaping.
        if (next === 0x4e) bytes.push(BACKSLASH);
        escaped = true;
        bytes.push(next);
      } else if (!closed && byte === quote) closed = true;
      else if (closed && byte === delimiter) {
        this.finishEscaped(bytes, escaped, at + 1);
        return false;
      } else if (byte === LF && closed) {
        if (bytes.at(-1) === CR) bytes.pop();
        this.finishEscaped(bytes, escaped, at + 1);
        this.line += 1;
        return true;
      } else bytes.push(byte);
    }
    if (!last) return undefined;
    this.finishEscaped(bytes, escaped, length);
    return true;
  }

  private finishEscaped(bytes: number[], escaped: boolean, next: number): void {
    const text = Buffer.from(bytes);
    this.add(text, 0, text.length, escaped);
    this.at = next;
  }
}

function withoutDoubles(buffer: Buffer, start: number, end: number, quote: number, doubled: number): Buffer {
  const text = Buffer.allocUnsafe(end - start - doubled);
  let length = 0;
  for (let at = start; at < end; at += 1) {
    const byte = buffer[at] ?? 0;
    text[length++] = byte;
    if (byte === quote) at += 1;
  }
  return text;
}
