import { ByteWriter } from './byte-writer.js';

/** TDS packet types (MS-TDS 2.2.3.1.1). */
export const PacketType = {
  sqlBatch: 0x01,
  rpc: 0x03,
  reply: 0x04,
  attention: 0x06,
  bulk: 0x07,
  fedAuth: 0x08,
  transaction: 0x0e,
  login7: 0x10,
  sspi: 0x11,
  prelogin: 0x12,
} as const;

/** Bits of a packet's status byte. */
export const PacketStatus = {
  endOfMessage: 0x01,
  ignore: 0x02,
  resetConnection: 0x08,
  resetConnectionSkipTransaction: 0x10,
} as const;

export const PACKET_HEADER = 8;
export const MIN_PACKET = 512;
export const MAX_PACKET = 32_767;
export const DEFAULT_PACKET = 4096;

export interface Packet {
  readonly type: number;
  readonly status: number;
  readonly data: Buffer;
}

/** Cuts a byte stream into packets. */
export class PacketReader {
  private rest: Buffer = Buffer.alloc(0);

  /**
   * @returns the packets completed by `chunk`
   * @throws when the stream is not TDS: a length below the header's
   */
  push(chunk: Buffer): Packet[] {
    let buffer = this.rest.length === 0 ? chunk : Buffer.concat([this.rest, chunk]);
    const packets: Packet[] = [];
    while (buffer.length >= PACKET_HEADER) {
      const length = buffer.readUInt16BE(2);
      if (length < PACKET_HEADER)
        throw new Error(`A TDS packet announces ${length} bytes: this is no TDS stream.`);
      if (buffer.length < length) break;
      packets.push({
        type: buffer.readUInt8(0),
        status: buffer.readUInt8(1),
        data: buffer.subarray(PACKET_HEADER, length),
      });
      buffer = buffer.subarray(length);
    }
    this.rest = buffer;
    return packets;
  }

  /** Bytes have come that belong to no complete packet yet. */
  get hasRest(): boolean {
    return this.rest.length > 0;
  }
}

/** Wraps one whole message that fits a single packet. */
export function singlePacket(type: number, payload: Uint8Array): Buffer {
  const packet = Buffer.allocUnsafe(PACKET_HEADER + payload.length);
  writeHeader(packet, 0, type, true, packet.length, 0, 1);
  packet.set(payload, PACKET_HEADER);
  return packet;
}

function writeHeader(
  target: Buffer,
  at: number,
  type: number,
  last: boolean,
  length: number,
  spid: number,
  packetId: number,
): void {
  target[at] = type;
  target[at + 1] = last ? PacketStatus.endOfMessage : 0;
  target[at + 2] = length >>> 8;
  target[at + 3] = length;
  target[at + 4] = spid >>> 8;
  target[at + 5] = spid;
  target[at + 6] = packetId;
  target[at + 7] = 0;
}

/** Sent bytes are handed over in pieces of about this size, however small the packets are. */
const FLUSH_BYTES = 32_768;

/**
 * Reply messages: tokens are written into {@link tokens}, and leave in packets of the negotiated size.
 * `send` returns false when the transport's buffer is full.
 */
export class ReplyWriter {
  readonly tokens = new ByteWriter();
  packetSize = DEFAULT_PACKET;
  spid = 0;
  private packetId = 1;

  constructor(private readonly send: (bytes: Buffer) => boolean) {}

  /** Sends whole packets when enough has gathered to be worth a write; true if it did. */
  flushIfLarge(): boolean {
    if (this.tokens.length < FLUSH_BYTES + this.packetSize) return false;
    this.flushWhole();
    return true;
  }

  /** Sends every packet that is full; the last bytes stay, since only the end of the message may be short. */
  flushWhole(): void {
    const capacity = this.packetSize - PACKET_HEADER;
    const count = Math.ceil(this.tokens.length / capacity) - 1;
    if (count > 0) this.cut(count, false);
  }

  /** Ends the message. */
  end(): void {
    const capacity = this.packetSize - PACKET_HEADER;
    this.cut(Math.max(1, Math.ceil(this.tokens.length / capacity)), true);
    this.packetId = 1;
  }

  private cut(count: number, last: boolean): void {
    const { tokens, packetSize } = this;
    const capacity = packetSize - PACKET_HEADER;
    const taken = Math.min(tokens.length, count * capacity);
    const output = Buffer.allocUnsafe(taken + count * PACKET_HEADER);
    let from = 0;
    let to = 0;
    for (let index = 0; index < count; index++) {
      const size = Math.min(capacity, taken - from);
      writeHeader(
        output,
        to,
        0x04,
        last && index === count - 1,
        size + PACKET_HEADER,
        this.spid,
        this.packetId++ & 0xff,
      );
      tokens.buffer.copy(output, to + PACKET_HEADER, from, from + size);
      from += size;
      to += size + PACKET_HEADER;
    }
    tokens.discard(taken);
    this.send(output);
  }
}
