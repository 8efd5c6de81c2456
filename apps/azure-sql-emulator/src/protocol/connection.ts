import type { Socket } from 'node:net';
import type { Engine, EngineSession } from '../engine.js';
import { BulkStream } from './bulk-stream.js';
import type { Interference } from './interference.js';
import { answerLogin } from './login.js';
import { readLogin7 } from './login7.js';
import { PacketReader, PacketStatus, PacketType, ReplyWriter, singlePacket, type Packet } from './packet.js';
import { negotiateEncryption, preloginReply, readPrelogin, type TlsMode } from './prelogin.js';
import { RequestRunner, type RequestChannel } from './request-runner.js';
import { DoneStatus, writePlainDone } from './tokens.js';
import { TLS_FIRST_BYTE, Transport, type TlsContexts } from './transport.js';

export interface ConnectionSettings {
  readonly engine: Engine;
  readonly tls: TlsMode;
  /** Present unless `tls` is `off`. */
  readonly contexts: TlsContexts | undefined;
  readonly interference: Interference;
  /** Milliseconds a client has to log in. */
  readonly loginTimeoutMs: number;
}

type Phase = 'first-byte' | 'prelogin' | 'login' | 'ready' | 'closing';

/** A request's message, whole; bulk loads are handed on while they come in. */
type Message = { readonly type: number; readonly status: number } & (
  { readonly payload: Buffer } | { readonly bulk: BulkStream }
);

/** One client: framing, login, and its requests one after the other. */
export class Connection implements RequestChannel {
  readonly writer: ReplyWriter;
  private readonly transport: Transport;
  private packets = new PacketReader();
  private phase: Phase = 'first-byte';
  private tlsCoversLoginOnly = false;
  private strict = false;
  private parts: Buffer[] = [];
  private firstStatus = 0;
  private bulkStream: BulkStream | undefined;
  private session: EngineSession | undefined;
  private runner: RequestRunner | undefined;
  private queue: Promise<void> = Promise.resolve();
  private outstanding = 0;
  private descriptor = Buffer.alloc(8);
  private rowsLeft: number | undefined;
  private readonly loginTimer: NodeJS.Timeout;
  private readonly finished: Promise<void>;
  private markFinished: () => void = () => undefined;

  constructor(
    socket: Socket,
    private readonly settings: ConnectionSettings,
    private readonly onClose: (connection: Connection) => void,
  ) {
    this.finished = new Promise((resolve) => {
      this.markFinished = resolve;
    });
    this.transport = new Transport(socket, {
      data: (chunk) => this.receive(chunk),
      closed: () => this.closed(),
    });
    this.writer = new ReplyWriter((bytes) => this.transport.write(bytes));
    this.loginTimer = setTimeout(() => this.transport.destroy(), settings.loginTimeoutMs);
    this.loginTimer.unref();
  }

  get interference(): Interference {
    return this.settings.interference;
  }

  get congested(): boolean {
    return this.transport.congested;
  }

  drained(): Promise<void> {
    return this.transport.drained();
  }

  limitRows(rows: number | undefined): void {
    this.rowsLeft = rows;
  }

  rowsSent(count: number): void {
    if (this.rowsLeft === undefined) return;
    this.rowsLeft -= count;
    if (this.rowsLeft <= 0) this.reset();
  }

  transactionBegan(): Buffer {
    nextTransaction += 1n;
    this.descriptor = Buffer.alloc(8);
    this.descriptor.writeBigUInt64LE(nextTransaction);
    return this.descriptor;
  }

  transactionEnded(): Buffer {
    return this.descriptor;
  }

  /** Tears the connection down; the client sees a reset. */
  reset(): void {
    this.phase = 'closing';
    this.transport.reset();
  }

  /** Closes the connection and waits for its session to end. */
  async close(): Promise<void> {
    this.transport.destroy();
    await this.finished;
  }

  private receive(chunk: Buffer): void {
    if (this.phase === 'closing') return;
    if (this.phase === 'first-byte') {
      this.phase = 'prelogin';
      if (chunk[0] === TLS_FIRST_BYTE) return this.startStrict(chunk);
    }
    try {
      for (const packet of this.packets.push(chunk)) this.accept(packet);
    } catch {
      // Not TDS at all: there is nothing to answer to.
      this.transport.destroy();
    }
  }

  private startStrict(chunk: Buffer): void {
    const { contexts } = this.settings;
    if (contexts === undefined) return this.transport.destroy();
    this.strict = true;
    this.transport.startStrictTls(contexts, chunk);
  }

  private accept({ type, status, data }: Packet): void {
    if (type === PacketType.attention) return this.attention();
    if (this.parts.length === 0 && this.bulkStream === undefined) this.firstStatus = status;
    const last = (status & PacketStatus.endOfMessage) !== 0;
    const ignored = last && (status & PacketStatus.ignore) !== 0;
    if (type === PacketType.bulk && this.phase === 'ready') return this.acceptBulk(data, last, ignored);
    this.parts.push(data);
    if (!last) return;
    const { parts } = this;
    this.parts = [];
    if (ignored) return this.enqueue(() => this.plainReply(0));
    const payload = parts.length === 1 ? data : Buffer.concat(parts);
    const message = { type, status: this.firstStatus, payload };
    if (this.phase === 'prelogin') this.prelogin(message.type, payload);
    else this.enqueue(() => this.handle(message));
  }

  private acceptBulk(data: Buffer, last: boolean, ignored: boolean): void {
    if (this.bulkStream === undefined) {
      const bulk = new BulkStream(this.transport);
      this.bulkStream = bulk;
      this.enqueue(() => this.handle({ type: PacketType.bulk, status: this.firstStatus, bulk }));
    }
    this.bulkStream.push(data);
    if (!last) return;
    if (ignored) this.bulkStream.abort();
    else this.bulkStream.end();
    this.bulkStream = undefined;
  }

  private attention(): void {
    this.parts = [];
    this.bulkStream?.abort();
    this.bulkStream = undefined;
    if (this.outstanding === 0 || this.runner === undefined)
      return this.enqueue(() => this.plainReply(DoneStatus.attention));
    this.runner.cancel();
    this.transport.released();
  }

  private plainReply(status: number): Promise<void> {
    writePlainDone(this.writer.tokens, status);
    this.writer.end();
    return Promise.resolve();
  }

  private enqueue(work: () => Promise<void>): void {
    this.outstanding++;
    this.queue = this.queue.then(() => this.perform(work));
  }

  private async perform(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch {
      this.transport.destroy();
    } finally {
      this.outstanding--;
    }
  }

  private prelogin(type: number, payload: Buffer): void {
    if (type !== PacketType.prelogin) return this.transport.destroy();
    const request = readPrelogin(payload);
    const { contexts, tls } = this.settings;
    const { answer, covers } = negotiateEncryption(this.strict ? 'off' : tls, request.encryption);
    this.phase = 'login';
    this.transport.write(singlePacket(PacketType.reply, preloginReply(answer, request)));
    if (covers === 'nothing' || contexts === undefined) return;
    this.tlsCoversLoginOnly = covers === 'login';
    this.packets = new PacketReader();
    this.transport.startInBandTls(contexts);
  }

  private async handle(message: Message): Promise<void> {
    if (this.phase === 'login') return this.login(message);
    const { runner } = this;
    if (runner === undefined) return this.transport.destroy();
    if ((message.status & PacketStatus.resetConnection) !== 0) await runner.reset();
    if ((message.status & PacketStatus.resetConnectionSkipTransaction) !== 0 && !this.session?.inTransaction)
      await runner.reset();
    const mustClose = await this.dispatch(runner, message);
    if (!mustClose) return;
    this.phase = 'closing';
    this.transport.end();
  }

  private dispatch(runner: RequestRunner, message: Message): Promise<boolean> {
    if ('bulk' in message) return runner.bulk(message.bulk);
    switch (message.type) {
      case PacketType.sqlBatch:
        return runner.batch(message.payload);
      case PacketType.rpc:
        return runner.rpc(message.payload);
      case PacketType.transaction:
        return runner.transaction(message.payload);
      default:
        this.transport.destroy();
        return Promise.resolve(true);
    }
  }

  private async login(message: Message): Promise<void> {
    if (message.type !== PacketType.login7 || 'bulk' in message) return this.transport.destroy();
    if (this.tlsCoversLoginOnly) this.transport.stopInBandTls();
    const { engine, interference } = this.settings;
    const session = await answerLogin(engine, interference, readLogin7(message.payload), this.writer);
    clearTimeout(this.loginTimer);
    if (session === undefined) {
      this.phase = 'closing';
      return this.transport.end();
    }
    this.session = session;
    if (this.transport.closed) return session.close();
    this.runner = new RequestRunner(session, this);
    this.phase = 'ready';
  }

  private closed(): void {
    clearTimeout(this.loginTimer);
    this.phase = 'closing';
    this.bulkStream?.abort();
    if (this.outstanding > 0) this.runner?.cancel();
    this.enqueue(async () => {
      try {
        await this.session?.close();
      } finally {
        this.onClose(this);
        this.markFinished();
      }
    });
  }
}

/** Descriptors must differ between transactions, not follow any rule. */
let nextTransaction = 1n << 32n;
