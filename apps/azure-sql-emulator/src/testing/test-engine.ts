import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostgres } from '@thalamus/embedded-postgres';
import { createEngine } from '../create-engine.js';
import type {
  Engine,
  EngineSession,
  ResultColumn,
  ResultSink,
  RpcParameter,
  SqlMessage,
  SqlType,
  SqlValue,
  StatementCommand,
} from '../engine.js';

export interface RecordedSet {
  readonly columns: readonly ResultColumn[];
  readonly rows: SqlValue[][];
}

/** Everything a request said. */
export class RecordingSink implements ResultSink {
  readonly sets: RecordedSet[] = [];
  readonly messages: SqlMessage[] = [];
  readonly dones: { command: StatementCommand; rowCount?: number; failed?: boolean }[] = [];
  readonly outputs: { name: string; type: SqlType; value: SqlValue }[] = [];
  readonly transactions: string[] = [];
  status: number | undefined;

  columns(columns: readonly ResultColumn[]): void {
    this.sets.push({ columns, rows: [] });
  }
  rows(rows: readonly (readonly SqlValue[])[]): boolean {
    this.sets.at(-1)?.rows.push(...rows.map((row) => [...row]));
    return true;
  }
  drained(): Promise<void> {
    return Promise.resolve();
  }
  message(message: SqlMessage): void {
    this.messages.push(message);
  }
  done(result: { command: StatementCommand; rowCount?: number; failed?: boolean }): void {
    this.dones.push(result);
  }
  returnValue(_ordinal: number, name: string, type: SqlType, value: SqlValue): void {
    this.outputs.push({ name, type, value });
  }
  returnStatus(status: number): void {
    this.status = status;
  }
  transactionBegan(): void {
    this.transactions.push('began');
  }
  transactionEnded(how: 'commit' | 'rollback'): void {
    this.transactions.push(how);
  }
  databaseChanged(): void {
    this.transactions.push('database');
  }

  get errors(): SqlMessage[] {
    return this.messages.filter((message) => message.severity > 10);
  }
  get lastRows(): SqlValue[][] {
    return this.sets.at(-1)?.rows ?? [];
  }
}

/** An engine on a throw-away PostgreSQL. */
export class TestEngine {
  private constructor(
    readonly engine: Engine,
    private readonly stopServer: () => Promise<void>,
  ) {}

  static async start(): Promise<TestEngine> {
    const directory = await mkdtemp(join(tmpdir(), 'azure-sql-engine-'));
    const server = await startPostgres({
      dataDir: join(directory, 'pg'),
      ephemeral: true,
      settings: { max_connections: '150' },
    });
    const { host, port, user, password } = server;
    const engine = await createEngine({
      postgres: { host, port, user, password },
      users: { sa: 'secret' },
      databases: ['app'],
    });
    return new TestEngine(engine, async () => {
      await engine.close();
      await server.stop();
      await rm(directory, { recursive: true, force: true });
    });
  }

  login(): Promise<EngineSession> {
    return this.engine.login({
      userName: 'sa',
      password: 'secret',
      database: 'app',
      hostName: 'test',
      applicationName: 'test',
      readOnlyIntent: false,
    });
  }

  stop(): Promise<void> {
    return this.stopServer();
  }
}

export const run = async (session: EngineSession, sql: string): Promise<RecordingSink> => {
  const sink = new RecordingSink();
  await session.batch(sql, sink);
  return sink;
};

/** @throws the first ERROR of the batch. */
export const must = async (session: EngineSession, sql: string): Promise<RecordingSink> => {
  const sink = await run(session, sql);
  const [error] = sink.errors;
  if (error) throw new Error(`${error.number} ${error.message} (line ${error.line})`);
  return sink;
};

export const call = async (
  session: EngineSession,
  procedure: string,
  parameters: readonly RpcParameter[],
): Promise<RecordingSink> => {
  const sink = new RecordingSink();
  await session.rpc(procedure, parameters, sink);
  return sink;
};
