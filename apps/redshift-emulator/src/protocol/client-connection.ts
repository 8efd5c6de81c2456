import type { Socket } from 'node:net';
import type { ClientSink } from '../session/backend-answers.js';
import { FrameReader } from './frame-reader.js';
import type { Message } from './messages.js';

/** Bytes of messages read and not yet taken at which the socket is paused. */
const HIGH_WATER_BYTES = 1024 * 1024;

/** A client's socket once it speaks framed messages: an ordered stream in, a sink with back pressure out. */
export class ClientConnection implements ClientSink {
  private readonly reader = new FrameReader();
  private readonly queue: Message[] = [];
  private queuedBytes = 0;
  private wake: (() => void) | undefined;
  private ended = false;
  private reportLoss: () => void = () => undefined;
  /** Resolves when the client has gone without a word, so that nobody waits for what its statements do. */
  readonly lost = new Promise<void>((resolve) => (this.reportLoss = resolve));

  constructor(readonly socket: Socket) {
    socket.on('data', (chunk: Buffer) => this.receive(chunk));
    socket.once('close', () => this.end());
    socket.once('end', () => this.end());
    socket.on('error', () => socket.destroy());
  }

  private receive(chunk: Buffer): void {
    try {
      this.reader.push(chunk, (message) => {
        this.queue.push(message);
        this.queuedBytes += message.body.length + 5;
      });
    } catch {
      // Not wire protocol 3: there is nothing to answer that the other side would understand.
      this.socket.destroy();
      return;
    }
    if (this.queuedBytes > HIGH_WATER_BYTES) this.socket.pause();
    this.wake?.();
  }

  private end(): void {
    this.ended = true;
    if (!this.saysGoodbye()) this.reportLoss();
    this.wake?.();
  }

  /** A client may send its last statement and Terminate together and leave: that statement is to be done. */
  private saysGoodbye(): boolean {
    return this.queue.some(({ type }) => type === 'X');
  }

  get isOpen(): boolean {
    return !this.ended;
  }

  /** Puts bytes read before this object existed in front of those to come. */
  unshift(bytes: Buffer): void {
    if (bytes.length > 0) this.receive(bytes);
  }

  /** The next message, or undefined when the client has gone. */
  async next(): Promise<Message | undefined> {
    while (this.queue.length === 0) {
      if (this.ended) return undefined;
      await new Promise<void>((resolve) => (this.wake = resolve));
      this.wake = undefined;
    }
    const message = this.queue.shift();
    this.queuedBytes -= (message?.body.length ?? 0) + 5;
    if (this.socket.isPaused() && this.queuedBytes < HIGH_WATER_BYTES / 2) this.socket.resume();
    return message;
  }

  write(bytes: Buffer): boolean {
    if (this.ended || this.socket.destroyed) return true;
    return this.socket.write(bytes);
  }

  drained(): Promise<void> {
    const { socket } = this;
    if (!socket.writableNeedDrain || this.ended) return Promise.resolve();
    // Both listeners go with the first event: a large result waits here thousands of times.
    return new Promise((resolve) => {
      const done = (): void => {
        socket.off('drain', done).off('close', done);
        resolve();
      };
      socket.once('drain', done).once('close', done);
    });
  }

  close(): void {
    this.socket.end();
    setTimeout(() => this.socket.destroy(), 1000).unref();
  }
}
