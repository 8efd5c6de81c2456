import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { TLSSocket, type SecureContext } from 'node:tls';
import { HandshakeTunnel } from './handshake-tunnel.js';

/** First byte of a TLS handshake record: a TDS 8.0 (strict) client. */
export const TLS_FIRST_BYTE = 0x16;

/** The certificates of a server: TDS 7.4's in-band handshake breaks with TLS 1.3's session tickets. */
export interface TlsContexts {
  readonly inBand: SecureContext;
  readonly strict: SecureContext;
}

export interface TransportEvents {
  data(chunk: Buffer): void;
  closed(): void;
}

/** A client's socket with or without TLS on it; bytes above are clear text either way. */
export class Transport {
  private stream: Duplex;
  private tunnel: HandshakeTunnel | undefined;
  private waiting: (() => void)[] = [];
  private gone = false;

  constructor(
    private readonly socket: Socket,
    private readonly events: TransportEvents,
  ) {
    this.stream = socket;
    socket.setNoDelay(true);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.close());
    socket.on('drain', this.released);
    this.listen(socket);
  }

  get congested(): boolean {
    return this.stream.writableNeedDrain;
  }

  get closed(): boolean {
    return this.gone;
  }

  write(bytes: Buffer): boolean {
    return this.stream.writable ? this.stream.write(bytes) : true;
  }

  /** Settles when the transport has room or is gone. */
  drained(): Promise<void> {
    if (!this.congested || this.gone) return Promise.resolve();
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  /** Wakes whoever waits for room: a cancelled request must not wait for a client that has stopped reading. */
  readonly released = (): void => {
    const { waiting } = this;
    this.waiting = [];
    for (const resolve of waiting) resolve();
  };

  pause(): void {
    this.stream.pause();
  }

  resume(): void {
    this.stream.resume();
  }

  /** Closes once everything written has been sent. */
  end(): void {
    this.stream.end();
  }

  destroy(): void {
    this.socket.destroy();
  }

  /** Tears the connection down so that the client sees a reset. */
  reset(): void {
    this.socket.resetAndDestroy();
  }

  /** Goes on inside TLS whose handshake is wrapped in PRELOGIN packets. */
  startInBandTls({ inBand }: TlsContexts): void {
    this.socket.off('data', this.received);
    this.tunnel = new HandshakeTunnel(this.socket);
    this.secure(new TLSSocket(this.tunnel, { isServer: true, secureContext: inBand }));
  }

  /** Goes on in clear text: TLS covered the login only. */
  stopInBandTls(): void {
    this.stream.removeAllListeners('data');
    this.tunnel?.detach();
    this.tunnel = undefined;
    this.stream = this.socket;
    this.listen(this.socket);
    this.socket.resume();
  }

  /** TDS 8.0: TLS from the first byte, which has been read already. */
  startStrictTls({ strict }: TlsContexts, firstChunk: Buffer): void {
    this.socket.off('data', this.received);
    this.socket.pause();
    this.socket.unshift(firstChunk);
    this.secure(
      new TLSSocket(this.socket, { isServer: true, secureContext: strict, ALPNProtocols: ['tds/8.0'] }),
    );
  }

  private secure(stream: TLSSocket): void {
    this.stream = stream;
    stream.on('error', () => this.socket.destroy());
    stream.on('drain', this.released);
    this.listen(stream);
  }

  private listen(stream: Duplex): void {
    stream.on('data', this.received);
  }

  private readonly received = (chunk: Buffer): void => this.events.data(chunk);

  private close(): void {
    if (this.gone) return;
    this.gone = true;
    this.released();
    this.events.closed();
  }
}
