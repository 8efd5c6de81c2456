import type { Message } from './messages.js';

/** Longest message taken from either side; PostgreSQL's own limit is 1 GB. */
const MAX_MESSAGE_BYTES = 0x3fffffff;

/** A run of whole frames: `raw` is what came over the wire, ready to be passed on unchanged. */
export type FrameVisitor = (message: Message, raw: Buffer) => void;

/** Cuts a byte stream into messages, copying only those that arrive in pieces. */
export class FrameReader {
  private pending: Buffer[] = [];
  private pendingBytes = 0;
  private needed = 5;

  /** Feeds a chunk; calls `visit` for each message that is now whole. */
  push(chunk: Buffer, visit: FrameVisitor): void {
    this.pending.push(chunk);
    this.pendingBytes += chunk.length;
    if (this.pendingBytes < this.needed) return;
    const buffer = this.pending.length === 1 ? chunk : Buffer.concat(this.pending);
    const consumed = this.visitWhole(buffer, visit);
    const rest = buffer.subarray(consumed);
    this.pending = rest.length === 0 ? [] : [rest];
    this.pendingBytes = rest.length;
  }

  private visitWhole(buffer: Buffer, visit: FrameVisitor): number {
    let offset = 0;
    this.needed = 5;
    while (buffer.length - offset >= 5) {
      const length = buffer.readInt32BE(offset + 1);
      if (length < 4 || length > MAX_MESSAGE_BYTES) throw new Error(`invalid message length ${length}`);
      const end = offset + 1 + length;
      if (end > buffer.length) {
        this.needed = 1 + length;
        break;
      }
      const type = String.fromCharCode(buffer[offset] ?? 0);
      visit({ type, body: buffer.subarray(offset + 5, end) }, buffer.subarray(offset, end));
      offset = end;
    }
    return offset;
  }
}
