import { connect, type Socket } from 'node:net';
import { KeptStatements } from './kept-statements.js';
import { PgAuthentication } from './pg-authentication.js';
import { requestCancel } from './pg-cancellation.js';
import type { PgAddress, PgCommand } from './pg-command.js';
import { PgError } from './pg-error.js';
import { errorFields, message, rowFields } from './pg-message.js';
import { PgMessageReader } from './pg-message-reader.js';
import type { PgPipeline } from './pg-pipeline.js';
import { PgRequestWriter } from './pg-request-writer.js';

export type { PgAddress, PgCommand } from './pg-command.js';

const NO_PARAMS: readonly string[] = [];
const NO_FORMATS: readonly number[] = [];
const NOTHING = Buffer.alloc(0);

/** Bytes read from a socket at a time. */
const READ_BYTES = 64 * 1024;

/**
 * A connection to PostgreSQL that pipelines: all commands of one `run` travel together and end in one Sync, so that
 * SAVEPOINT, statement and RELEASE cost one round trip. Rows are handed on as they come; `pause` stops reading from the
 * socket, which in turn stops PostgreSQL: no result is ever collected here.
 */
export class PgConnection {
  private readonly socket: Socket;
  private readonly reader: PgMessageReader;
  private readonly writer = new PgRequestWriter();
  private readonly kept = new KeptStatements();
  private readonly authentication: PgAuthentication;
  private pending: PgPipeline | undefined;
  private processId = 0;
  private secret = 0;
  private startup: { resolve: () => void; reject: (error: Error) => void } | undefined;
  private fatal: Error | undefined;
  /** Status byte of the last ReadyForQuery: I, T or E. */
  transactionStatus = 'I';

  private constructor(
    private readonly address: PgAddress,
    private readonly database: string,
  ) {
    this.authentication = new PgAuthentication(address.user, address.password);
    this.reader = new PgMessageReader((buffer, start, end) => this.receive(buffer, start, end));
    this.socket = connect({
      host: address.host,
      port: address.port,
      // One buffer for all that ever comes: a result of any size costs no allocation for its bytes.
      onread: {
        buffer: Buffer.allocUnsafeSlow(READ_BYTES),
        callback: (size, bytes) => {
          this.reader.push(Buffer.from(bytes.buffer, bytes.byteOffset, size));
          return true;
        },
      },
    });
    this.socket.setNoDelay(true);
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
    const text = Object.entries(pairs).map(([key, value]) => `${key}\0${value}\0`);
    const body = Buffer.from(`${text.join('')}\0`);
    const head = Buffer.alloc(8);
    head.writeInt32BE(body.length + 8, 0);
    head.writeInt32BE(196608, 4);
    this.socket.write(Buffer.concat([head, body]));
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
    const refused = this.refusal();
    if (refused) return Promise.reject(refused);
    const { writer } = this;
    for (const name of this.kept.takeStale()) writer.closeStatement(name);
    const parsing: string[] = [];
    for (const command of commands) this.encode(command, parsing);
    writer.sync();
    return this.send(commands, parsing);
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
    const refused = this.refusal();
    if (refused) return Promise.reject(refused);
    this.writer.query(sql);
    return this.send([], []);
  }

  /** Prepared statements may have been made for tables that no longer look the same. */
  forgetPrepared(): void {
    this.kept.forget();
  }

  private refusal(): Error | undefined {
    return this.pending ? new Error('a pipeline is already running on this connection') : this.fatal;
  }

  private encode(command: PgCommand, parsing: string[]): void {
    const { writer } = this;
    const { sql, params = NO_PARAMS, formats = NO_FORMATS } = command;
    const { name, parse } = command.keep === true ? this.kept.use(sql) : { name: '', parse: true };
    if (parse) {
      writer.parse(name, sql);
      parsing.push(sql);
    }
    writer.bind(name, params, formats);
    writer.execute();
  }

  private send(commands: readonly PgCommand[], parsing: string[]): Promise<string[]> {
    this.socket.write(this.writer.take());
    return new Promise((resolve, reject) => {
      const progress = { at: 0, tags: [], parsed: 0, error: undefined };
      this.pending = { commands, parsing, ...progress, resolve, reject };
    });
  }

  /** Stop reading until `resume`: PostgreSQL then waits as well. */
  pause(): void {
    this.reader.pause();
    this.socket.pause();
  }

  resume(): void {
    // What was held may have filled the client's buffer again.
    if (this.reader.resume()) this.socket.resume();
  }

  private receive(buffer: Buffer, start: number, end: number): void {
    const type = buffer[start] ?? 0;
    if (type === 0x44) return this.dataRow(buffer, start + 7);
    this.handle(type, buffer.subarray(start + 5, end));
  }

  private handle(type: number, body: Buffer): void {
    switch (type) {
      case 0x43: // CommandComplete
        return this.complete(body.toString('latin1', 0, body.length - 1));
      case 0x49: // EmptyQueryResponse
        return this.complete('');
      case 0x31: // ParseComplete
        if (this.pending) this.pending.parsed++;
        return;
      case 0x45: // ErrorResponse
        return this.errorResponse(body);
      case 0x5a: // ReadyForQuery
        return this.ready(String.fromCharCode(body[0] ?? 73));
      case 0x52: {
        const answer = this.authentication.answer(body);
        if (answer) this.socket.write(answer);
        return;
      }
      case 0x4b: // BackendKeyData
        this.processId = body.readInt32BE(0);
        this.secret = body.readInt32BE(4);
        return;
      case 0x47: // CopyInResponse
        void this.copyIn();
        return;
      default: // BindComplete, CloseComplete, notices, parameter status
        return;
    }
  }

  /** `at` the length of the row's first field. */
  private dataRow(buffer: Buffer, at: number): void {
    const { pending } = this;
    if (!pending || pending.error) return;
    const command = pending.commands[pending.at];
    try {
      if (command?.onStoredRow) command.onStoredRow(buffer, at);
      else command?.onRow?.(rowFields(buffer, at));
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
    const error = new PgError(errorFields(body));
    if (this.startup) {
      this.startup.reject(error);
      this.startup = undefined;
    } else if (this.pending) this.pending.error ??= error;
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
    const { parsing, parsed, error } = pending;
    for (let skipped = parsed; skipped < parsing.length; skipped++) this.kept.lost(parsing[skipped] ?? '');
    if (error) pending.reject(error);
    else pending.resolve(pending.tags);
  }

  private async copyIn(): Promise<void> {
    const source = this.pending?.commands[this.pending.at]?.copyIn;
    try {
      for await (const chunk of source ?? []) {
        if (this.fatal || this.pending?.error) break;
        if (!this.socket.write(message('d', chunk))) await this.socketDrained();
      }
      this.socket.write(message('c', NOTHING));
    } catch (error) {
      if (this.pending) this.pending.error = error as Error;
      this.socket.write(message('f', Buffer.from('the rows ended with an error\0')));
    }
    this.writer.sync();
    this.socket.write(this.writer.take());
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
    requestCancel(this.address, this.processId, this.secret);
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
    this.socket.end(message('X', NOTHING));
    const timer = setTimeout(() => this.socket.destroy(), 2_000);
    await closed;
    clearTimeout(timer);
  }
}
