const LF = 0x0a;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Cuts a byte stream into JSON documents without parsing them: by depth of braces outside strings. */
export class JsonScanner {
  private rest: Buffer = Buffer.alloc(0);
  private line = 1;

  /** Calls `visit` with each whole document and the line it ends at. */
  push(chunk: Buffer, last: boolean, visit: (text: Buffer, line: number) => void): void {
    const buffer = this.rest.length === 0 ? chunk : Buffer.concat([this.rest, chunk]);
    let consumed = 0;
    for (;;) {
      const start = skipBlanks(buffer, consumed);
      this.line += countLines(buffer, consumed, start);
      const end = endOfDocument(buffer, start, last);
      if (end === undefined) {
        this.rest = Buffer.from(buffer.subarray(start));
        return;
      }
      this.line += countLines(buffer, start, end);
      visit(buffer.subarray(start, end), this.line);
      consumed = end;
    }
  }
}

function skipBlanks(buffer: Buffer, from: number): number {
  let at = from;
  while (at < buffer.length && (buffer[at] ?? 0) <= 0x20) at += 1;
  return at;
}

function countLines(buffer: Buffer, from: number, to: number): number {
  let lines = 0;
  for (let at = from; at < to; at += 1) if (buffer[at] === LF) lines += 1;
  return lines;
}

/** Undefined when the document's end has not come yet, or nothing is left. */
function endOfDocument(buffer: Buffer, start: number, last: boolean): number | undefined {
  if (start >= buffer.length) return undefined;
  let depth = 0;
  let quoted = false;
  for (let at = start; at < buffer.length; at += 1) {
    const byte = buffer[at];
    if (quoted) {
      if (byte === BACKSLASH) at += 1;
      else if (byte === QUOTE) quoted = false;
    } else if (byte === QUOTE) quoted = true;
    else if (byte === 0x7b || byte === 0x5b) depth += 1;
    else if (byte === 0x7d || byte === 0x5d) {
      depth -= 1;
      if (depth <= 0) return at + 1;
    } else if (depth === 0 && byte === LF) return at;
  }
  return last ? buffer.length : undefined;
}
