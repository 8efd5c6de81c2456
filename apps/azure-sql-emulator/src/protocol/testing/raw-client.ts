import { connect, type Socket } from 'node:net';

/** A recorded session: what a client sent, message by message, each to be sent once the one before was answered. */
export type Recording = readonly Buffer[];

/** Sends bytes as they are, well-formed or not, and looks at what comes back. */
export class RawClient {
  private readonly socket: Socket;
  private received = 0;
  private ended = false;
  private wake: () => void = () => undefined;

  constructor(port: number) {
    this.socket = connect({ host: '127.0.0.1', port });
    this.socket.on('data', (chunk: Buffer) => {
      this.received += chunk.length;
      this.wake();
    });
    this.socket.on('error', () => this.socket.destroy());
    this.socket.on('close', () => {
      this.ended = true;
      this.wake();
    });
  }

  /** Sends a message and waits for an answer, the connection's end, or `patienceMs`: a mutilated message may want more bytes. */
  async send(message: Buffer, patienceMs: number): Promise<void> {
    if (this.ended) return;
    const before = this.received;
    this.socket.write(message);
    if (this.received !== before) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, patienceMs);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /** Ends the connection; resolves when it is gone. */
  async close(): Promise<void> {
    if (this.ended) return;
    await new Promise<void>((resolve) => {
      this.wake = resolve;
      this.socket.destroy();
    });
  }
}
