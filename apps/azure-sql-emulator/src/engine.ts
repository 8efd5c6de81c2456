/**
 * The seam between the wire (`protocol/`, which knows TDS and no SQL) and the language (`language/`, which knows
 * T-SQL and no TDS). Everything that crosses it is declared here.
 */

/** A T-SQL type name as `sys.types` spells it. */
export type SqlTypeName =
  | 'bit'
  | 'tinyint'
  | 'smallint'
  | 'int'
  | 'bigint'
  | 'decimal'
  | 'numeric'
  | 'money'
  | 'smallmoney'
  | 'float'
  | 'real'
  | 'date'
  | 'time'
  | 'datetime'
  | 'smalldatetime'
  | 'datetime2'
  | 'datetimeoffset'
  | 'char'
  | 'varchar'
  | 'text'
  | 'nchar'
  | 'nvarchar'
  | 'ntext'
  | 'xml'
  | 'uniqueidentifier'
  | 'binary'
  | 'varbinary'
  | 'image'
  | 'timestamp'
  | 'sql_variant'
  | 'hierarchyid'
  | 'geography'
  | 'geometry';

export interface SqlType {
  readonly name: SqlTypeName;
  /** Declared length: characters for n-types, bytes for the others; -1 is `(max)`. */
  readonly length?: number;
  readonly precision?: number;
  readonly scale?: number;
  /** Collation name of character types; absent = the database's. */
  readonly collation?: string;
}

/**
 * One value, exact, in the form the wire encoder takes without looking further:
 *
 * | type | form |
 * |---|---|
 * | bit | boolean |
 * | tinyint, smallint, int, float, real | number |
 * | bigint | bigint |
 * | money, smallmoney | bigint, in ten-thousandths |
 * | decimal, numeric | string, canonical: `-?digits[.digits]` with exactly `scale` fraction digits |
 * | date | number, days since 0001-01-01 |
 * | time | number, 100 ns ticks since midnight |
 * | datetime2 | bigint, 100 ns ticks since 0001-01-01T00:00 |
 * | datetimeoffset | `{ ticks: bigint (UTC, as datetime2), offsetMinutes: number }` |
 * | datetime | bigint, 1/300 s since 1900-01-01 (may be negative) |
 * | smalldatetime | number, minutes since 1900-01-01 |
 * | char, varchar, text, nchar, nvarchar, ntext, xml | string |
 * | uniqueidentifier | string, upper case with hyphens |
 * | binary, varbinary, image, timestamp, hierarchyid, geography, geometry | Buffer |
 * | sql_variant | `{ type: SqlType, value: SqlValue }` |
 */
export type SqlValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Buffer
  | { readonly ticks: bigint; readonly offsetMinutes: number }
  | { readonly type: SqlType; readonly value: SqlValue };

export interface ResultColumn {
  /** Empty for an expression without alias, as SQL Server reports it. */
  readonly name: string;
  readonly type: SqlType;
  readonly nullable: boolean;
  readonly identity?: boolean;
  readonly computed?: boolean;
}

/** An ERROR (severity > 10) or INFO message. */
export interface SqlMessage {
  readonly number: number;
  readonly severity: number;
  readonly state: number;
  readonly message: string;
  readonly line: number;
  readonly procedure?: string;
}

export type StatementCommand =
  'select' | 'insert' | 'update' | 'delete' | 'merge' | 'begin' | 'commit' | 'rollback' | 'exec' | 'other';

/**
 * Where a request's results go. The protocol implements it; the engine calls it in order. Every statement that runs ends
 * with exactly one `done`. Row methods are synchronous; when `rows` returns false the engine awaits `drained()` before
 * it fetches more, so that a slow client never makes a result pile up in memory.
 */
export interface ResultSink {
  columns(columns: readonly ResultColumn[]): void;
  rows(rows: readonly (readonly SqlValue[])[]): boolean;
  drained(): Promise<void>;
  /**
   * A row as PostgreSQL sent it, where a sink can take it so: `fields` stand at `at`, each behind its length, in the forms of
   * docs/storage.md. False as for `rows`. A sink without it gets values.
   */
  storedRow?(message: Buffer, at: number): boolean;
  message(message: SqlMessage): void;
  /** `rowCount` undefined: SET NOCOUNT ON or a statement that counts nothing. `failed`: an ERROR preceded it. */
  done(result: { command: StatementCommand; rowCount?: number; failed?: boolean }): void;
  /** Output parameters of an RPC, in order; called before `returnStatus`. */
  returnValue(ordinal: number, name: string, type: SqlType, value: SqlValue): void;
  returnStatus(status: number): void;
  /** Session state that the client must hear of (ENVCHANGE). */
  transactionBegan(): void;
  transactionEnded(how: 'commit' | 'rollback'): void;
  databaseChanged(to: string, from: string): void;
}

export interface RpcParameter {
  /** With its `@`; empty for a positional parameter. */
  readonly name: string;
  readonly type: SqlType;
  readonly value: SqlValue;
  readonly output: boolean;
}

export type IsolationLevel =
  'read uncommitted' | 'read committed' | 'repeatable read' | 'serializable' | 'snapshot';

export interface LoginRequest {
  readonly userName: string;
  readonly password: string;
  readonly database: string;
  readonly hostName: string;
  readonly applicationName: string;
  readonly readOnlyIntent: boolean;
}

/** One client's session. Requests on a session come one after the other; `cancel` may come at any time. */
export interface EngineSession {
  readonly id: number;
  readonly database: string;
  /** @@TRANCOUNT > 0. */
  readonly inTransaction: boolean;
  batch(sql: string, sink: ResultSink): Promise<void>;
  /** A procedure by name: `sp_executesql`, `sp_prepare`, `sp_execute`, `sp_prepexec`, `sp_unprepare`, user procedures. */
  rpc(procedure: string, parameters: readonly RpcParameter[], sink: ResultSink): Promise<void>;
  /** Transaction manager requests of the protocol. */
  begin(isolation: IsolationLevel | undefined, name: string, sink: ResultSink): Promise<void>;
  commit(sink: ResultSink): Promise<void>;
  rollback(name: string, sink: ResultSink): Promise<void>;
  save(name: string, sink: ResultSink): Promise<void>;
  /**
   * Bulk load announced by an `insert bulk` batch: the rows that follow it. Resolves to the number of rows stored.
   */
  bulk(
    columns: readonly ResultColumn[],
    rows: AsyncIterable<readonly SqlValue[]>,
    sink: ResultSink,
  ): Promise<void>;
  /** Stops the running request; the request then settles without an ERROR message. */
  cancel(): void;
  /** RESETCONNECTION: rolls back and puts every session setting, temporary table and handle back. */
  reset(): Promise<void>;
  close(): Promise<void>;
}

export interface Engine {
  /** @throws {LoginFailure} wrong password (18456), unknown database (4060). */
  login(request: LoginRequest): Promise<EngineSession>;
  close(): Promise<void>;
}

/** A login that is refused: the messages to send before closing the connection. */
export class LoginFailure extends Error {
  constructor(readonly messages: readonly SqlMessage[]) {
    super(messages.map((message) => `${message.number}: ${message.message}`).join('; '));
    this.name = 'LoginFailure';
  }
}
