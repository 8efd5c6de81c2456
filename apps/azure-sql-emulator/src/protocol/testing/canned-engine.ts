import {
  LoginFailure,
  type Engine,
  type EngineSession,
  type IsolationLevel,
  type LoginRequest,
  type ResultColumn,
  type ResultSink,
  type RpcParameter,
  type SqlMessage,
  type SqlValue,
} from '../../engine.js';

/** What a script sees of the request it answers. */
export interface CannedRequest {
  readonly sql: string;
  readonly procedure: string | undefined;
  readonly parameters: readonly RpcParameter[];
  readonly session: CannedSession;
  readonly sink: ResultSink;
}

/** Answers one request; must end each statement with `done`. */
export type CannedScript = (request: CannedRequest) => Promise<void> | void;

export interface CannedOptions {
  readonly password?: string;
  readonly databases?: readonly string[];
  script: CannedScript;
}

function error(number: number, severity: number, message: string): SqlMessage {
  return { number, severity, state: 1, message, line: 1 };
}

/** An engine whose answers are a test's: it lets the protocol be tested without a language. */
export class CannedEngine implements Engine {
  readonly sessions: CannedSession[] = [];

  constructor(readonly options: CannedOptions) {}

  login(request: LoginRequest): Promise<EngineSession> {
    const { password = 'secret', databases = ['master', 'shop'] } = this.options;
    const failed = error(18456, 14, `Login failed for user '${request.userName}'.`);
    if (request.password !== password) return Promise.reject(new LoginFailure([failed]));
    const database = request.database === '' ? 'master' : request.database;
    if (!databases.includes(database)) {
      const unknown = error(4060, 11, `Cannot open database "${database}" requested by the login.`);
      return Promise.reject(new LoginFailure([unknown, failed]));
    }
    const session = new CannedSession(this.sessions.length + 51, database, request, this.options.script);
    this.sessions.push(session);
    return Promise.resolve(session);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

/** A session that records what the protocol asked of it. */
export class CannedSession implements EngineSession {
  inTransaction = false;
  closed = false;
  resets = 0;
  cancels = 0;
  readonly log: string[] = [];
  readonly bulkRows: (readonly SqlValue[])[] = [];
  bulkColumns: readonly ResultColumn[] = [];
  private onCancel: () => void = () => undefined;

  constructor(
    readonly id: number,
    readonly database: string,
    readonly loginRequest: LoginRequest,
    private readonly script: CannedScript,
  ) {}

  /** Settles when the running request is cancelled. */
  untilCancelled(): Promise<void> {
    return new Promise((resolve) => {
      this.onCancel = resolve;
    });
  }

  async batch(sql: string, sink: ResultSink): Promise<void> {
    this.log.push(sql);
    if (/^set ansi_nulls/i.test(sql)) {
      sink.done({ command: 'other' });
      return;
    }
    await this.script({ sql, procedure: undefined, parameters: [], session: this, sink });
  }

  async rpc(procedure: string, parameters: readonly RpcParameter[], sink: ResultSink): Promise<void> {
    this.log.push(procedure);
    const statement = parameters.find(
      ({ name, value }) => name === '@statement' || typeof value === 'string',
    );
    const sql = typeof statement?.value === 'string' ? statement.value : '';
    await this.script({ sql, procedure, parameters, session: this, sink });
    sink.returnStatus(0);
  }

  begin(isolation: IsolationLevel | undefined, name: string, sink: ResultSink): Promise<void> {
    this.log.push(`begin ${isolation ?? 'default'}${name}`);
    this.inTransaction = true;
    sink.transactionBegan();
    sink.done({ command: 'begin' });
    return Promise.resolve();
  }

  commit(sink: ResultSink): Promise<void> {
    return this.end('commit', sink);
  }

  rollback(_name: string, sink: ResultSink): Promise<void> {
    return this.end('rollback', sink);
  }

  save(name: string, sink: ResultSink): Promise<void> {
    this.log.push(`save ${name}`);
    sink.done({ command: 'other' });
    return Promise.resolve();
  }

  async bulk(
    columns: readonly ResultColumn[],
    rows: AsyncIterable<readonly SqlValue[]>,
    sink: ResultSink,
  ): Promise<void> {
    this.bulkColumns = columns;
    let rowCount = 0;
    for await (const row of rows) {
      if (rowCount < 1000) this.bulkRows.push(row);
      rowCount++;
    }
    sink.done({ command: 'insert', rowCount });
  }

  cancel(): void {
    this.cancels++;
    this.onCancel();
  }

  reset(): Promise<void> {
    this.resets++;
    return Promise.resolve();
  }

  close(): Promise<void> {
    this.closed = true;
    return Promise.resolve();
  }

  private end(how: 'commit' | 'rollback', sink: ResultSink): Promise<void> {
    this.log.push(how);
    this.inTransaction = false;
    sink.transactionEnded(how);
    sink.done({ command: how });
    return Promise.resolve();
  }
}

/** One int column `n`, counted from 1 to `count`, with back-pressure honoured. */
export async function sendCounting(sink: ResultSink, count: number, pad = ''): Promise<void> {
  const columns: ResultColumn[] = [
    { name: 'n', type: { name: 'int' }, nullable: false },
    { name: 'pad', type: { name: 'nvarchar', length: 4000 }, nullable: true },
  ];
  sink.columns(columns);
  for (let from = 1; from <= count; from += 500) {
    const size = Math.min(500, count - from + 1);
    const rows = Array.from({ length: size }, (_, index) => [from + index, pad]);
    if (!sink.rows(rows)) await sink.drained();
  }
  sink.done({ command: 'select', rowCount: count });
}
