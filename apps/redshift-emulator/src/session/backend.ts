import type { Socket } from 'node:net';
import { once } from 'node:events';
import type { ComputedColumns } from '../decimals/decimal-type.js';
import type { ErrorFields } from '../errors.js';
import type { BackendLogin } from '../protocol/backend-login.js';
import { FrameReader } from '../protocol/frame-reader.js';
import {
  commandComplete,
  errorResponse,
  frame,
  parseDataRow,
  parseErrorFields,
  parseRowDescription,
  query,
  readCstring,
  type Message,
} from '../protocol/messages.js';
import type {
  ClientSink,
  Collector,
  CopyIn,
  Expectation,
  QueryOutcome,
  TransactionStatus,
} from './backend-answers.js';
import { translateError } from './error-translation.js';
import { convertDescription, convertRow, type RowConversion } from './result-columns.js';

const COMPLETES: Readonly<Record<string, Expectation['kind'][]>> = {
  '1': ['parse'],
  '2': ['bind'],
  '3': ['close'],
  T: ['describe'],
  n: ['describe'],
  C: ['execute'],
  I: ['execute'],
  s: ['execute'],
  Z: ['sync', 'query'],
};

/**
 * One session of PostgreSQL behind one client. It knows what each answer belongs to, so that the proxy can put
 * statements of its own between the client's without the client's protocol noticing.
 */
export class Backend {
  status: TransactionStatus = 'I';
  /** Set when PostgreSQL ignores everything up to the next Sync. */
  private skipping = false;
  private readonly expectations: Expectation[] = [];
  private readonly reader = new FrameReader();
  private readonly idleWaiters: (() => void)[] = [];
  private outgoing: Buffer | undefined;
  private closed = false;
  private readonly socket: Socket;
  /** Resolves when the connection to PostgreSQL has ended. */
  readonly ended: Promise<void>;

  constructor(
    readonly login: BackendLogin,
    private readonly client: ClientSink,
  ) {
    this.socket = login.socket;
    this.socket.on('data', (chunk: Buffer) => this.receive(chunk));
    this.ended = new Promise((resolve) => {
      this.socket.once('close', () => {
        this.closed = true;
        this.abandon();
        resolve();
      });
    });
    this.socket.on('error', () => this.socket.destroy());
  }

  /** Whether PostgreSQL ignores extended-protocol messages until the next Sync. */
  get ignoresUntilSync(): boolean {
    return this.skipping;
  }

  /** Sends a message whose answers go where the expectation says. */
  forward(message: Buffer, expectation: Expectation): void {
    if (this.skipping && expectation.kind === 'query') this.sync();
    if (expectation.kind === 'sync') this.skipping = false;
    else if (this.skipping) return;
    this.expectations.push(expectation);
    this.socket.write(message);
  }

  /** While PostgreSQL skips, it skips simple queries as well. */
  private sync(): void {
    this.skipping = false;
    this.expectations.push({ kind: 'sync', visible: false });
    this.socket.write(frame('S'));
  }

  /** Resolves when PostgreSQL has answered everything sent so far. */
  async drain(): Promise<void> {
    if (this.expectations.length === 0) return;
    this.socket.write(frame('H'));
    await new Promise<void>((resolve) => this.idleWaiters.push(resolve));
  }

  /** Runs SQL unseen by the client. Nothing else may be outstanding. */
  run(sql: string, also: Pick<Collector, 'onCopyData' | 'onNotice'> = {}): Promise<QueryOutcome> {
    return new Promise((done) => {
      const collect = { rows: [], columns: [], tag: '', completes: 0, done, ...also };
      this.forward(query(sql), { kind: 'query', visible: false, collect });
      if (this.closed) this.abandon();
    });
  }

  /** Runs SQL whose rows, notices and completion the client sees, but not ReadyForQuery. */
  relay(
    sql: string,
    options: { hiddenCompletes?: number; tag?: string; columns?: ComputedColumns } = {},
  ): Promise<QueryOutcome> {
    return new Promise((done) => {
      const collect = { rows: [], columns: [], tag: '', completes: 0, done };
      this.forward(query(sql), { kind: 'query', visible: true, collect, ...options });
      if (this.closed) this.abandon();
    });
  }

  /** Begins `COPY … FROM STDIN`; `write` resolves to false once PostgreSQL has failed. */
  async copyIn(sql: string): Promise<CopyIn> {
    let outcome: QueryOutcome | undefined;
    let ready: () => void = () => undefined;
    const began = new Promise<void>((resolve) => (ready = resolve));
    const finished = new Promise<QueryOutcome>((done) => {
      const finish = (result: QueryOutcome): void => {
        outcome = result;
        ready();
        done(result);
      };
      const collect = { rows: [], columns: [], tag: '', completes: 0, done: finish, onCopyIn: () => ready() };
      this.forward(query(sql), { kind: 'query', visible: false, collect });
      if (this.closed) this.abandon();
    });
    await began;
    return {
      write: async (framed) => {
        if (outcome !== undefined) return false;
        if (!this.socket.write(framed)) await Promise.race([once(this.socket, 'drain'), finished]);
        return outcome === undefined;
      },
      finish: () => {
        if (outcome === undefined) this.socket.write(frame('c'));
        return finished;
      },
      abort: (reason) => {
        if (outcome === undefined) this.socket.write(frame('f', Buffer.from(`${reason}\0`)));
        return finished;
      },
    };
  }

  /** Stops or resumes reading from PostgreSQL. */
  setFlowing(flowing: boolean): void {
    if (flowing) this.socket.resume();
    else this.socket.pause();
  }

  /** Ends the session. */
  close(): void {
    if (!this.closed) this.socket.end(frame('X'));
    setTimeout(() => this.socket.destroy(), 1000).unref();
  }

  private abandon(): void {
    const error: ErrorFields = {
      severity: 'FATAL',
      code: '57P01',
      message: 'the connection to the database was closed',
    };
    for (const { collect } of this.expectations.splice(0)) {
      collect?.done({ rows: collect.rows, columns: collect.columns, tag: collect.tag, error });
    }
    for (const resolve of this.idleWaiters.splice(0)) resolve();
  }

  private receive(chunk: Buffer): void {
    this.reader.push(chunk, (message, raw) => this.dispatch(message, raw));
    this.flush();
    if (this.expectations.length === 0) for (const resolve of this.idleWaiters.splice(0)) resolve();
  }

  private dispatch(message: Message, raw: Buffer): void {
    const expectation = this.expectations[0];
    if (message.type === 'S' || message.type === 'A') return;
    if (message.type === 'Z') this.status = String.fromCharCode(message.body[0] ?? 0x49) as TransactionStatus;
    if (message.type === 'E') return this.fail(message.body, expectation);
    if (expectation === undefined) {
      if (message.type === 'N') this.pass(raw);
      return;
    }
    if (expectation.collect !== undefined) this.collect(message, expectation.collect);
    if (expectation.visible) this.show(message, raw, expectation);
    if (COMPLETES[message.type]?.includes(expectation.kind) === true) this.complete(expectation);
  }

  private complete(expectation: Expectation): void {
    this.expectations.shift();
    const { collect } = expectation;
    expectation.answered?.();
    if (collect !== undefined) {
      this.flush();
      const { rows, columns, tag, error } = collect;
      collect.done({ rows, columns, tag, ...(error === undefined ? {} : { error }) });
    }
  }

  private fail(body: Buffer, expectation: Expectation | undefined): void {
    const fields = translateError(parseErrorFields(body), this.login.pid);
    if (expectation?.collect !== undefined) expectation.collect.error = fields;
    expectation?.answered?.(fields);
    // A hidden statement of the extended protocol stands for the client's next one: its failure is the client's.
    const shown = expectation === undefined || expectation.visible || expectation.kind !== 'query';
    if (shown) this.pass(errorResponse(expectation?.replaceError?.fields() ?? fields));
    if (expectation === undefined || expectation.kind === 'query') return;
    while (this.expectations.length > 0 && this.expectations[0]?.kind !== 'sync') this.expectations.shift();
    if (this.expectations.length === 0) this.skipping = true;
  }

  private collect({ type, body }: Message, collect: Collector): void {
    if (type === 'T') collect.columns = parseRowDescription(body);
    else if (type === 'N') collect.onNotice?.(parseErrorFields(body));
    else if (type === 'C') {
      collect.tag = readCstring(body, 0).text;
      collect.completes += 1;
    } else if (type === 'd') collect.onCopyData?.(body);
    else if (type === 'G') {
      if (collect.onCopyIn !== undefined) collect.onCopyIn();
      else this.socket.write(frame('f', Buffer.from('COPY FROM STDIN is not supported\0')));
    } else if (type === 'D' && collect.onCopyData === undefined && !this.expectations[0]?.visible) {
      collect.rows.push(parseDataRow(body).map((value) => value?.toString('utf8') ?? null));
    }
  }

  private show(message: Message, raw: Buffer, expectation: Expectation): void {
    const { type, body } = message;
    if (type === 'Z' && expectation.kind === 'query') return;
    if (type === 'T') return this.showDescription(body, raw, expectation);
    if (type === 'D') {
      const conversion = expectation.result?.conversion ?? this.queryConversion;
      this.pass(conversion === undefined ? raw : convertRow(body, conversion));
      return;
    }
    if (type === 'C') {
      this.queryConversion = undefined;
      if ((expectation.collect?.completes ?? 1) <= (expectation.hiddenCompletes ?? 0)) return;
      this.pass(expectation.tag === undefined ? raw : commandComplete(expectation.tag));
      return;
    }
    this.pass(raw);
  }

  private queryConversion: RowConversion;

  private showDescription(body: Buffer, raw: Buffer, expectation: Expectation): void {
    const converted = convertDescription(body, expectation.result?.columns ?? expectation.columns);
    if (expectation.kind === 'query') this.queryConversion = converted?.conversion;
    else if (expectation.result !== undefined) expectation.result.conversion = converted?.conversion;
    this.pass(converted?.message ?? raw);
  }

  /** Gathers neighbouring messages into one write. */
  private pass(bytes: Buffer): void {
    const last = this.outgoing;
    if (last !== undefined) {
      const contiguous =
        last.buffer === bytes.buffer && last.byteOffset + last.byteLength === bytes.byteOffset;
      if (contiguous) {
        this.outgoing = Buffer.from(last.buffer, last.byteOffset, last.byteLength + bytes.byteLength);
        return;
      }
      this.flush();
    }
    this.outgoing = bytes;
  }

  private flush(): void {
    const bytes = this.outgoing;
    if (bytes === undefined) return;
    this.outgoing = undefined;
    if (this.client.write(bytes)) return;
    this.socket.pause();
    void this.client.drained().then(() => this.socket.resume());
  }
}
