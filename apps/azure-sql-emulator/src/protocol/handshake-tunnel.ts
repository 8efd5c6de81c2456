import { Duplex } from 'node:stream';
import type { Socket } from 'node:net';
import { PacketReader, PacketType, singlePacket } from './packet.js';

const CHANGE_CIPHER_SPEC = 20;
const HANDSHAKE = 22;
const RECORD_HEADER = 5;

/**
 * Carries TLS inside TDS 7.4: handshake records travel in PRELOGIN packets, everything after the server's Finished as
 * plain TLS records. The end of the handshake is read off the records (the handshake record behind ChangeCipherSpec),
 * since the TLS library's own events come too early or too late to switch by.
 */
export class HandshakeTunnel extends Duplex {
  private readonly packets = new PacketReader();
  private incomingRaw = false;
  private outgoingRaw = false;
  private cipherChanged = false;
  private unsent: Buffer = Buffer.alloc(0);
  private flight: Buffer[] = [];
  private flightDue = false;

  constructor(private readonly socket: Socket) {
    super();
    socket.on('data', this.receive);
    socket.on('end', this.ended);
    socket.on('close', this.ended);
  }

  /** Leaves the socket alone from here on: TLS covered the login only. */
  detach(): void {
    this.socket.off('data', this.receive);
    this.socket.off('end', this.ended);
    this.socket.off('close', this.ended);
  }

  override _read(): void {
    this.socket.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    if (this.outgoingRaw) {
      this.socket.write(chunk, done);
      return;
    }
    this.unsent = Buffer.concat([this.unsent, chunk]);
    this.collectRecords();
    done();
  }

  override _final(done: (error?: Error | null) => void): void {
    this.sendFlight();
    this.socket.end();
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.detach();
    done(error);
  }

  private readonly ended = (): void => {
    this.push(null);
  };

  private readonly receive = (chunk: Buffer): void => {
    let room = true;
    // A TLS record never starts with the PRELOGIN type, so the first other byte tells that the tunnel is over.
    if (!this.incomingRaw && (chunk[0] === PacketType.prelogin || this.packets.hasRest)) {
      for (const packet of this.packets.push(chunk)) {
        if (packet.type !== PacketType.prelogin) {
          this.destroy(new Error('A packet that is not PRELOGIN came in the middle of the TLS handshake.'));
          return;
        }
        room = this.push(packet.data) && room;
      }
    } else {
      this.incomingRaw = true;
      room = this.push(chunk);
    }
    if (!room) this.socket.pause();
  };

  private collectRecords(): void {
    while (!this.outgoingRaw && this.unsent.length >= RECORD_HEADER) {
      const size = RECORD_HEADER + this.unsent.readUInt16BE(3);
      if (this.unsent.length < size) break;
      const type = this.unsent.readUInt8(0);
      this.flight.push(this.unsent.subarray(0, size));
      this.unsent = this.unsent.subarray(size);
      if (type === HANDSHAKE && this.cipherChanged) this.outgoingRaw = true;
      if (type === CHANGE_CIPHER_SPEC) this.cipherChanged = true;
    }
    if (this.outgoingRaw) {
      this.sendFlight();
      if (this.unsent.length > 0) this.socket.write(this.unsent);
    } else if (!this.flightDue) {
      // One reply message per message of the client: the records of a flight come in several writes.
      this.flightDue = true;
      setImmediate(() => {
        this.flightDue = false;
        this.sendFlight();
      });
    }
  }

  private sendFlight(): void {
    if (this.flight.length === 0) return;
    const records = Buffer.concat(this.flight);
    this.flight = [];
    if (this.socket.writable) this.socket.write(singlePacket(PacketType.prelogin, records));
  }
}
