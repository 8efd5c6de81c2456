import type { ResultColumn, ResultSink, SqlMessage, SqlType, SqlValue, StatementCommand } from '../engine.js';
import type { ReplyWriter } from './packet.js';
import { rowEncoder, type RowEncoder } from './row-encoder.js';
import { storedRowEncoder, type StoredRowEncoder } from './stored-row.js';
import {
  DoneStatus,
  EnvChange,
  Token,
  writeColumns,
  writeDone,
  writeEnvBytes,
  writeEnvText,
  writeMessage,
  writeReturnStatus,
  writeReturnValue,
  type Done,
} from './tokens.js';

/** What a reply needs of its connection. */
export interface ReplyChannel {
  readonly writer: ReplyWriter;
  /** True while the transport's buffer is full. */
  readonly congested: boolean;
  /** Settles when the transport has room again or is gone. */
  drained(): Promise<void>;
  /** Called after each batch of rows, with their number. */
  rowsSent(count: number): void;
  transactionBegan(): Buffer;
  /** @returns the descriptor of the transaction that ended */
  transactionEnded(): Buffer;
}

interface PendingValue {
  readonly ordinal: number;
  readonly name: string;
  readonly type: SqlType;
  readonly value: SqlValue;
}

const NOTHING = Buffer.alloc(0);

/** Writes one request's results as tokens. In a batch the last DONE is held back, for only it goes without MORE. */
export class ReplySink implements ResultSink {
  /** Set once the client has cancelled: nothing more is written. */
  cancelled = false;
  /** An ERROR of severity 20 or more: the connection must close after the reply. */
  fatal = false;
  private heldDone: Done | undefined;
  private encodeRow: RowEncoder | undefined;
  private encodeStored: StoredRowEncoder | undefined;
  private described: readonly ResultColumn[] = [];
  private errorSinceDone = false;
  private values: PendingValue[] = [];
  private status: number | undefined;

  constructor(
    private readonly channel: ReplyChannel,
    private readonly kind: 'batch' | 'rpc',
  ) {}

  private get tokens() {
    return this.channel.writer.tokens;
  }

  columns(columns: readonly ResultColumn[]): void {
    if (this.cancelled) return;
    this.releaseDone();
    this.encodeRow = rowEncoder(columns);
    this.described = columns;
    this.encodeStored = undefined;
    writeColumns(this.tokens, columns);
  }

  rows(rows: readonly (readonly SqlValue[])[]): boolean {
    if (this.cancelled) return true;
    const { encodeRow, tokens } = this;
    if (encodeRow === undefined) throw new Error('Rows came before their columns.');
    const { writer } = this.channel;
    for (const row of rows) {
      encodeRow(tokens, row);
      writer.flushIfLarge();
    }
    writer.flushWhole();
    this.channel.rowsSent(rows.length);
    return !this.channel.congested;
  }

  storedRow(message: Buffer, at: number): boolean {
    if (this.cancelled) return true;
    const { channel, tokens } = this;
    this.encodeStored ??= storedRowEncoder(this.described);
    this.encodeStored(tokens, message, at);
    channel.rowsSent(1);
    return channel.writer.flushIfLarge() ? !channel.congested : true;
  }

  drained(): Promise<void> {
    return this.cancelled ? Promise.resolve() : this.channel.drained();
  }

  message(message: SqlMessage): void {
    if (this.cancelled) return;
    this.releaseDone();
    if (message.severity > 10) this.errorSinceDone = true;
    if (message.severity >= 20) this.fatal = true;
    writeMessage(this.tokens, message);
  }

  done(result: { command: StatementCommand; rowCount?: number; failed?: boolean }): void {
    if (this.cancelled) return;
    this.releaseDone();
    const failed = result.failed === true || this.errorSinceDone;
    this.errorSinceDone = false;
    this.encodeRow = undefined;
    this.heldDone = {
      status: failed ? DoneStatus.error : 0,
      command: result.command,
      rowCount: result.rowCount,
    };
  }

  returnValue(ordinal: number, name: string, type: SqlType, value: SqlValue): void {
    this.values.push({ ordinal, name, type, value });
  }

  returnStatus(status: number): void {
    this.status = status;
  }

  transactionBegan(): void {
    const descriptor = this.channel.transactionBegan();
    if (this.cancelled) return;
    this.releaseDone();
    writeEnvBytes(this.tokens, EnvChange.began, descriptor, NOTHING);
  }

  transactionEnded(how: 'commit' | 'rollback'): void {
    const descriptor = this.channel.transactionEnded();
    // Even a cancelled request must tell that its transaction is over: the client keeps the descriptor otherwise.
    if (!this.cancelled) this.releaseDone();
    const type = how === 'commit' ? EnvChange.committed : EnvChange.rolledBack;
    writeEnvBytes(this.tokens, type, NOTHING, descriptor);
  }

  databaseChanged(to: string, from: string): void {
    if (this.cancelled) return;
    this.releaseDone();
    writeEnvText(this.tokens, EnvChange.database, to, from);
  }

  /** Ends a batch's tokens. */
  finishBatch(): void {
    const last = this.heldDone ?? { status: 0, command: undefined, rowCount: undefined };
    const status = last.status | (this.errorSinceDone ? DoneStatus.error : 0);
    this.heldDone = undefined;
    writeDone(this.tokens, Token.done, { ...last, status });
  }

  /** Ends one procedure call's tokens; `more` when another call of the same message follows. */
  finishCall(more: boolean): void {
    const failed = this.errorSinceDone || ((this.heldDone?.status ?? 0) & DoneStatus.error) !== 0;
    this.releaseDone();
    if (this.status !== undefined || !failed) writeReturnStatus(this.tokens, this.status ?? 0);
    for (const { ordinal, name, type, value } of this.values)
      writeReturnValue(this.tokens, ordinal, name, type, value);
    const status = (failed ? DoneStatus.error : 0) | (more ? DoneStatus.more : 0);
    writeDone(this.tokens, Token.doneProc, { status, command: 'exec', rowCount: undefined });
    this.values = [];
    this.status = undefined;
    this.errorSinceDone = false;
  }

  private releaseDone(): void {
    const { heldDone } = this;
    if (heldDone === undefined) return;
    this.heldDone = undefined;
    const token = this.kind === 'batch' ? Token.done : Token.doneInProc;
    writeDone(this.tokens, token, { ...heldDone, status: heldDone.status | DoneStatus.more });
  }
}
