import { createHash } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { PgError } from './pg-error.js';
import { scramClient, type ScramExchange } from './scram.js';

export interface PgAddress {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
}

/** One command of a pipeline: Parse, Bind, Execute. */
export interface PgCommand {
  readonly sql: string;
  /** Text form; null is NULL. */
  readonly params?: readonly (string | null)[];
  /** Format of each result column: 0 text, 1 binary. */
  readonly formats?: readonly number[];
  /** Keep the statement prepared on this connection. */
  readonly keep?: boolean;
  /** Called for each row with the fields as they came; the buffers are valid during the call only. */
  readonly onRow?: (fields: readonly (Buffer | null)[]) => void;
  /** In place of `onRow`: the DataRow where it lies, `at` its first field's length; the buffer is valid during the call only. */
  readonly onStoredRow?: (message: Buffer, at: number) => void;
  /** Text lines for COPY … FROM STDIN. */
  readonly copyIn?: AsyncIterable<Buffer>;
}

interface Pending {
  readonly commands: readonly PgCommand[];
  at: number;
  readonly tags: string[];
  error: Error | undefined;
  readonly resolve: (tags: string[]) => void;
  readonly reject: (error: Error) => void;
}

const cString = (text: string): Buffer => Buffer.from(`${text}\0`);

const message = (type: string, ...parts: readonly Buffer[]): Buffer => {
  const length = parts.reduce((sum, part) => sum + part.length, 4);
  const head = Buffer.allocUnsafe(5);
  head.write(type, 0, 'latin1');
  head.writeInt32BE(length, 1);
  return Buffer.concat([head, ...parts], length + 1);
};

const int16 = (value: number): Buffer => {
  const buffer = Buffer.allocUnsafe(2);
  buffer.writeInt16BE(value);
  return buffer;
};

const int32 = (value: number): Buffer => {
  const buffer = Buffer.allocUnsafe(4);
  buffer.writeInt32BE(value);
  return buffer;
};

const SYNC = message('S');
const MAX_KEPT = 256;

/**
 * A connection to PostgreSQL that pipelines: all commands of one `run` travel together and end in one Sync, so that
 * SAVEPOINT, statement and RELEASE cost one round trip. Rows are handed on as they come; `pause` stops reading from the
 * socket, which in turn stops PostgreSQL: no result is ever collected here.
 */
export class PgConnection {
  private readonly socket: Socket;
  private buffered: Buffer = Buffer.alloc(0);
  private pending: Pending | undefined;
  private processId = 0;
  private secret = 0;
  private readonly kept = new Map<string, string>();
  private counter = 0;
  /** Prepared statements to close with the next pipeline. */
  private stale: string[] = [];
  private startup: { resolve: () => void; reject: (error: Error) => void } | undefined;
  private scram: ScramExchange | undefined;
  private paused = false;
  private draining = false;
  private fatal: Error | undefined;
  /** Status byte of the last ReadyForQuery: I, T or E. */
  transactionStatus = 'I';

  private constructor(
    private readonly address: PgAddress,
    private readonly database: string,
  ) {
    this.socket = connect({ host: address.host, port: address.port });
    this.socket.setNoDelay(true);
    this.socket.on('data', (chunk: Buffer) => this.receive(chunk));
    this.socket.on('error', (error) => this.fail(error));
    this.socket.on('close', () => this.fail(new Error('PostgreSQL closed the connection')));
  }

  /** @throws {PgError} 3D000 unknown database, 28P01 wrong password. */
  static async open(
    address: PgAddress,
    database: string,
    settings: Record<string, string> = {},
  ): Promise<PgConnection> {
    const connection = new PgConnection(address, database);
    await connection.start(settings);
    return connection;
  }

  private start(settings: Record<string, string>): Promise<void> {
    const pairs = { user: this.address.user, database: this.database, client_encoding: 'UTF8', ...settings };
    const body = Buffer.concat([
      int32(196608),
      ...Object.entries(pairs).flatMap(([key, value]) => [cString(key), cString(value)]),
      Buffer.from([0]),
    ]);
    this.socket.write(Buffer.concat([int32(body.length + 4), body]));
    return new Promise((resolve, reject) => {
      this.startup = { resolve, reject };
    });
  }

  /** A pipeline is under way. */
  get busy(): boolean {
    return this.pending !== undefined;
  }

  get closed(): boolean {
    return this.fatal !== undefined;
  }

  /** Resolves to the command tags. Rejects with the first error; what followed it was skipped by PostgreSQL. */
  run(commands: readonly PgCommand[]): Promise<string[]> {
    if (this.fatal) return Promise.reject(this.fatal);
    if (this.pending) return Promise.reject(new Error('a pipeline is already running on this connection'));
    const parts: Buffer[] = this.stale.splice(0).map((name) => message('C', Buffer.from('S'), cString(name)));
    for (const command of commands) this.encode(command, parts);
    parts.push(SYNC);
    this.socket.write(Buffer.concat(parts));
    return new Promise((resolve, reject) => {
      this.pending = { commands, at: 0, tags: [], error: undefined, resolve, reject };
    });
  }

  /** Rows of one command as text, for the emulator's own questions. */
  async query(sql: string, params: readonly (string | null)[] = []): Promise<(string | null)[][]> {
    const rows: (string | null)[][] = [];
    await this.run([
      {
        sql,
        params,
        onRow: (fields) => rows.push(fields.map((field) => (field === null ? null : field.toString('utf8')))),
      },
    ]);
    return rows;
  }

  /** Several commands in one string by the simple protocol; the results are thrown away. */
  script(sql: string): Promise<string[]> {
    if (this.fatal) return Promise.reject(this.fatal);
    if (this.pending) return Promise.reject(new Error('a pipeline is already running on this connection'));
    this.socket.write(message('Q', cString(sql)));
    return new Promise((resolve, reject) => {
      this.pending = { commands: [], at: 0, tags: [], error: undefined, resolve, reject };
    });
  }

  /** Prepared statements may have been made for tables that no longer look the same. */
  forgetPrepared(): void {
    this.stale.push(...this.kept.values());
    this.kept.clear();
  }

  private encode(command: PgCommand, parts: Buffer[]): void {
    const params = command.params ?? [];
    let name = command.keep ? this.kept.get(command.sql) : '';
    if (name === undefined || name === '') {
      if (command.keep) {
        if (this.kept.size >= MAX_KEPT) this.evict(parts);
        name = `s${++this.counter}`;
        this.kept.set(command.sql, name);
      }
      parts.push(message('P', cString(name ?? ''), cString(command.sql), int16(0)));
    }
    parts.push(this.bind(name ?? '', params, command.formats ?? []));
    parts.push(message('E', cString(''), int32(0)));
  }

  private evict(parts: Buffer[]): void {
    const oldest = this.kept.entries().next().value;
    if (!oldest) return;
    this.kept.delete(oldest[0]);
    parts.push(message('C', Buffer.from('S'), cString(oldest[1])));
  }

  private bind(name: string, params: readonly (string | null)[], formats: readonly number[]): Buffer {
    const parts: Buffer[] = [cString(''), cString(name), int16(0), int16(params.length)];
    for (const value of params) {
      if (value === null) parts.push(int32(-1));
      else {
        const bytes = Buffer.from(value, 'utf8');
        parts.push(int32(bytes.length), bytes);
      }
    }
    parts.push(int16(formats.length), ...formats.map(int16));
    return message('B', ...parts);
  }

  private receive(chunk: Buffer): void {
    this.buffered = this.buffered.length === 0 ? chunk : Buffer.concat([this.buffered, chunk]);
    this.drain();
  }

  private drain(): void {
    if (this.draining) return;
    this.draining = true;
    let offset = 0;
    const buffer = this.buffered;
    try {
      while (!this.paused && buffer.length - offset >= 5) {
        const length = buffer.readInt32BE(offset + 1);
        if (buffer.length - offset < length + 1) break;
        const type = buffer[offset]!;
        if (type !== 0x44 || !this.storedRow(buffer, offset + 7))
          this.handle(type, buffer.subarray(offset + 5, offset + 1 + length));
        offset += length + 1;
      }
    } finally {
      this.buffered = this.buffered === buffer ? buffer.subarray(offset) : this.buffered;
      this.draining = false;
    }
  }

  /** Stop reading until `resume`: PostgreSQL then waits as well. */
  pause(): void {
    this.paused = true;
    this.socket.pause();
  }

  resume(): void {
    if (!this.paused) return;
    this.paused = false;
    this.socket.resume();
    this.drain();
  }

  private handle(type: number, body: Buffer): void {
    switch (type) {
      case 0x44: // DataRow
        return this.dataRow(body);
      case 0x43: // CommandComplete
        return this.complete(body.toString('utf8', 0, body.length - 1));
      case 0x49: // EmptyQueryResponse
        return this.complete('');
      case 0x45: // ErrorResponse
        return this.errorResponse(body);
      case 0x5a: // ReadyForQuery
        return this.ready(String.fromCharCode(body[0] ?? 73));
      case 0x52: // Authentication
        return this.authenticate(body);
      case 0x4b: // BackendKeyData
        this.processId = body.readInt32BE(0);
        this.secret = body.readInt32BE(4);
        return;
      case 0x47: // CopyInResponse
        void this.copyIn();
        return;
      default: // ParseComplete, BindComplete, notices, parameter status
        return;
    }
  }

  /** Hands a DataRow on without taking it apart; false if nobody takes it so. */
  private storedRow(message: Buffer, at: number): boolean {
    const { pending } = this;
    const onStoredRow = pending?.commands[pending.at]?.onStoredRow;
    if (!pending || !onStoredRow) return false;
    if (pending.error) return true;
    try {
      onStoredRow(message, at);
    } catch (error) {
      pending.error = error as Error;
    }
    return true;
  }

  private dataRow(body: Buffer): void {
    const pending = this.pending;
    const onRow = pending?.commands[pending.at]?.onRow;
    if (!pending || !onRow || pending.error) return;
    const count = body.readInt16BE(0);
    const fields = new Array<Buffer | null>(count);
    let offset = 2;
    for (let i = 0; i < count; i++) {
      const length = body.readInt32BE(offset);
      offset += 4;
      if (length < 0) fields[i] = null;
      else {
        fields[i] = body.subarray(offset, offset + length);
        offset += length;
      }
    }
    try {
      onRow(fields);
    } catch (error) {
      pending.error = error as Error;
    }
  }

  private complete(tag: string): void {
    if (!this.pending) return;
    this.pending.tags.push(tag);
    this.pending.at++;
  }

  private errorResponse(body: Buffer): void {
    const fields = new Map<string, string>();
    let offset = 0;
    while (body[offset] !== 0 && offset < body.length) {
      const end = body.indexOf(0, offset + 1);
      fields.set(String.fromCharCode(body[offset]!), body.toString('utf8', offset + 1, end));
      offset = end + 1;
    }
    const error = new PgError(fields);
    if (this.startup) {
      this.startup.reject(error);
      this.startup = undefined;
    } else if (this.pending) {
      this.pending.error ??= error;
      // A statement whose Parse failed isn't there to be reused.
      const sql = this.pending.commands[this.pending.at]?.sql;
      if (sql !== undefined)
        for (const command of this.pending.commands.slice(this.pending.at)) this.kept.delete(command.sql);
    }
  }

  private ready(status: string): void {
    this.transactionStatus = status;
    if (this.startup) {
      this.startup.resolve();
      this.startup = undefined;
      return;
    }
    const pending = this.pending;
    this.pending = undefined;
    if (!pending) return;
    if (pending.error) pending.reject(pending.error);
    else pending.resolve(pending.tags);
  }

  private authenticate(body: Buffer): void {
    const { user, password } = this.address;
    switch (body.readInt32BE(0)) {
      case 0:
        return;
      case 3:
        this.socket.write(message('p', cString(password)));
        return;
      case 5: {
        const inner = createHash('md5')
          .update(password + user)
          .digest('hex');
        const outer = createHash('md5').update(inner).update(body.subarray(4, 8)).digest('hex');
        this.socket.write(message('p', cString(`md5${outer}`)));
        return;
      }
      case 10: {
        this.scram = scramClient(password);
        const first = Buffer.from(this.scram.first());
        this.socket.write(message('p', cString('SCRAM-SHA-256'), int32(first.length), first));
        return;
      }
      case 11:
        this.socket.write(message('p', Buffer.from(this.scram?.final(body.toString('utf8', 4)) ?? '')));
        return;
    }
  }

  private async copyIn(): Promise<void> {
    const source = this.pending?.commands[this.pending.at]?.copyIn;
    try {
      for await (const chunk of source ?? []) {
        if (this.fatal || this.pending?.error) break;
        if (!this.socket.write(message('d', chunk))) await this.socketDrained();
      }
      this.socket.write(Buffer.concat([message('c'), SYNC]));
    } catch (error) {
      if (this.pending) this.pending.error = error as Error;
      this.socket.write(Buffer.concat([message('f', cString('the rows ended with an error')), SYNC]));
    }
  }

  private socketDrained(): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        this.socket.off('drain', done);
        this.socket.off('close', done);
        resolve();
      };
      this.socket.once('drain', done);
      this.socket.once('close', done);
    });
  }

  /** Asks PostgreSQL to cancel what runs; the running pipeline then fails with 57014. */
  cancel(): void {
    const socket = connect({ host: this.address.host, port: this.address.port });
    socket.on('error', () => socket.destroy());
    socket.write(Buffer.concat([int32(16), int32(80877102), int32(this.processId), int32(this.secret)]));
    socket.on('close', () => socket.destroy());
  }

  private fail(error: Error): void {
    if (this.fatal) return;
    this.fatal = error;
    this.startup?.reject(error);
    this.startup = undefined;
    this.pending?.reject(this.pending.error ?? error);
    this.pending = undefined;
  }

  async close(): Promise<void> {
    if (this.fatal) return;
    const closed = new Promise<void>((resolve) => this.socket.once('close', () => resolve()));
    this.socket.resume();
    this.socket.end(message('X'));
    const timer = setTimeout(() => this.socket.destroy(), 2_000);
    await closed;
    clearTimeout(timer);
  }
}
