import { connect, type Socket } from 'node:net';
import { once } from 'node:events';
import type { RedshiftEmulator } from '../index.js';
import { md5Response, md5Verifier } from '../protocol/authentication.js';
import { FrameReader } from '../protocol/frame-reader.js';
import { cstring, frame, parseErrorFields, query, readCstring, type Message } from '../protocol/messages.js';

const int16 = (value: number): Buffer => Buffer.from([value >> 8, value & 0xff]);
const int32 = (value: number): Buffer => {
  const buffer = Buffer.alloc(4);
  buffer.writeInt32BE(value);
  return buffer;
};

/** Messages of the extended protocol, framed. */
export const wire = {
  query,
  parse: (sql: string, name = ''): Buffer =>
    frame('P', Buffer.concat([cstring(name), cstring(sql), int16(0)])),
  bind: (values: readonly (string | null)[] = [], name = '', portal = ''): Buffer =>
    frame(
      'B',
      Buffer.concat([
        cstring(portal),
        cstring(name),
        int16(0),
        int16(values.length),
        ...values.map((value) =>
          value === null ? int32(-1) : Buffer.concat([int32(Buffer.byteLength(value)), Buffer.from(value)]),
        ),
        int16(0),
      ]),
    ),
  describe: (what: 'S' | 'P' = 'P', name = ''): Buffer =>
    frame('D', Buffer.concat([Buffer.from(what), cstring(name)])),
  execute: (rows = 0, portal = ''): Buffer => frame('E', Buffer.concat([cstring(portal), int32(rows)])),
  close: (what: 'S' | 'P', name: string): Buffer =>
    frame('C', Buffer.concat([Buffer.from(what), cstring(name)])),
  flush: (): Buffer => frame('H'),
  sync: (): Buffer => frame('S'),
  terminate: (): Buffer => frame('X'),
};

/** What a client sends first. */
export function startupPacket(parameters: Readonly<Record<string, string>>): Buffer {
  const body = Buffer.concat([
    int32(196608),
    ...Object.entries(parameters).flatMap(([name, value]) => [cstring(name), cstring(value)]),
    Buffer.from([0]),
  ]);
  return Buffer.concat([int32(body.length + 4), body]);
}

/** A client that sends what it is told, byte by byte if need be, and keeps what comes back. */
export class WireClient implements AsyncDisposable {
  private readonly reader = new FrameReader();
  private readonly queue: Message[] = [];
  private wake: () => void = () => undefined;
  private closed = false;

  private constructor(readonly socket: Socket) {
    socket.on('data', (chunk: Buffer) => {
      this.reader.push(chunk, (message) => this.queue.push({ ...message, body: Buffer.from(message.body) }));
      this.wake();
    });
    socket.on('error', () => socket.destroy());
    socket.once('close', () => {
      this.closed = true;
      this.wake();
    });
  }

  /** Connects and logs in. */
  static async open(emulator: RedshiftEmulator): Promise<WireClient> {
    const socket = connect({ host: emulator.host, port: emulator.port, noDelay: true });
    await once(socket, 'connect');
    const client = new WireClient(socket);
    const { user, password, database } = emulator;
    socket.write(startupPacket({ user, database }));
    const request = await client.next();
    const salt = request?.body.subarray(4, 8) ?? Buffer.alloc(4);
    socket.write(frame('p', cstring(md5Response(md5Verifier(user, password), salt))));
    await client.until('Z');
    return client;
  }

  send(...messages: readonly Buffer[]): void {
    if (!this.socket.destroyed) this.socket.write(Buffer.concat(messages));
  }

  /** The next message; undefined when the server has closed the connection. */
  async next(): Promise<Message | undefined> {
    while (this.queue.length === 0) {
      if (this.closed) return undefined;
      await new Promise<void>((resolve) => (this.wake = resolve));
    }
    return this.queue.shift();
  }

  /** Messages up to and with one of that type, or up to the connection's end. */
  async until(type: string): Promise<Message[]> {
    const messages: Message[] = [];
    for (;;) {
      const message = await this.next();
      if (message === undefined) return messages;
      messages.push(message);
      if (message.type === type) return messages;
    }
  }

  /** Resolves when the server has closed the connection. */
  async end(): Promise<void> {
    while ((await this.next()) !== undefined);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.closed) return;
    const closed = once(this.socket, 'close');
    this.socket.destroy();
    await closed;
  }
}

/** Types of messages in their order, an error with its SQLSTATE, a completion with its tag. */
export function summary(messages: readonly Message[]): string[] {
  return messages.map(({ type, body }) => {
    if (type === 'E') return `E ${parseErrorFields(body).code}`;
    return type === 'C' ? `C ${readCstring(body, 0).text}` : type;
  });
}
