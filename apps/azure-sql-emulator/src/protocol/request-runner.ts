import type { EngineSession, SqlMessage } from '../engine.js';
import type { BulkStream } from './bulk-stream.js';
import type { Interference } from './interference.js';
import { ProtocolRefusal } from './refusal.js';
import { ReplySink, type ReplyChannel } from './reply-sink.js';
import {
  readBatch,
  readRpc,
  readTransactionRequest,
  type RpcCall,
  type TransactionRequest,
} from './request.js';
import { DoneStatus, EnvChange, writeEnvBytes, writePlainDone } from './tokens.js';

/** A connection's side of its requests. */
export interface RequestChannel extends ReplyChannel {
  readonly interference: Interference;
  /** Tells how many rows this request may send before the connection is torn down. */
  limitRows(rows: number | undefined): void;
}

/** Deadlock victim, update conflict, metadata changed under a snapshot. */
const ENDS_TRANSACTION = new Set([1205, 3960, 3961]);

const NOTHING = Buffer.alloc(0);

/** Runs one session's requests and writes their replies, each ended with EOM. */
export class RequestRunner {
  private sink: ReplySink | undefined;
  private cancelRequested = false;

  constructor(
    private readonly session: EngineSession,
    private readonly channel: RequestChannel,
  ) {}

  /** The client's attention while a request runs or waits to. */
  cancel(): void {
    this.cancelRequested = true;
    if (this.sink === undefined) return;
    this.sink.cancelled = true;
    this.session.cancel();
  }

  /** RESETCONNECTION: the acknowledgement leads the reply of the request that carries it. */
  async reset(): Promise<void> {
    await this.session.reset();
    writeEnvBytes(this.channel.writer.tokens, EnvChange.resetDone, NOTHING, NOTHING);
  }

  batch(payload: Buffer): Promise<boolean> {
    return this.run('batch', async (sink) => {
      const sql = readBatch(payload);
      if (!this.undisturbed(sink) && (await this.disturbed(sql, sink))) return;
      await this.session.batch(sql, sink);
    });
  }

  rpc(payload: Buffer): Promise<boolean> {
    return this.run('rpc', async (sink) => {
      const calls = readRpc(payload);
      for (const [index, call] of calls.entries()) {
        const disturbed = !this.undisturbed(sink) && (await this.disturbed(textOf(call), sink));
        if (!disturbed) await this.session.rpc(call.procedure, call.parameters, sink);
        if (sink.cancelled) return;
        if (index < calls.length - 1) sink.finishCall(true);
      }
    });
  }

  transaction(payload: Buffer): Promise<boolean> {
    return this.run('batch', async (sink) => this.manage(readTransactionRequest(payload), sink));
  }

  bulk(stream: BulkStream): Promise<boolean> {
    return this.run('batch', async (sink) => {
      try {
        await this.session.bulk(await stream.columns(), stream.rows(), sink);
      } catch (error) {
        if (!stream.wasAborted) throw error;
        // The client gave up: it waits for a plain DONE.
        sink.cancelled = true;
      } finally {
        await stream.discardRest();
      }
    });
  }

  private async manage(request: TransactionRequest, sink: ReplySink): Promise<void> {
    const { session } = this;
    switch (request.kind) {
      case 'begin':
        return session.begin(request.isolation, request.name, sink);
      case 'save':
        return session.save(request.name, sink);
      case 'commit':
        await session.commit(sink);
        break;
      case 'rollback':
        await session.rollback(request.name, sink);
    }
    if (request.next !== undefined) await session.begin(request.next.isolation, request.next.name, sink);
  }

  /** The request may run without further ado, as nearly all do. */
  private undisturbed(sink: ReplySink): boolean {
    if (!this.channel.interference.idle) return false;
    this.channel.limitRows(undefined);
    return !sink.cancelled;
  }

  private async disturbed(text: string, sink: ReplySink): Promise<boolean> {
    const { interference } = this.channel;
    this.channel.limitRows(interference.rowsBeforeReset(text));
    const error = await interference.beforeRequest(text);
    if (error === undefined) return sink.cancelled;
    sink.message(error);
    // The client is told that its transaction is gone: it must be.
    if (ENDS_TRANSACTION.has(error.number) && this.session.inTransaction)
      await this.session.rollback('', sink);
    else sink.done({ command: 'other', failed: true });
    return true;
  }

  /** @returns whether the connection must close */
  private async run(kind: 'batch' | 'rpc', work: (sink: ReplySink) => Promise<void>): Promise<boolean> {
    const sink = new ReplySink(this.channel, kind);
    this.sink = sink;
    sink.cancelled = this.cancelRequested;
    try {
      if (!sink.cancelled) await work(sink);
    } catch (error) {
      if (!sink.cancelled) report(sink, error);
    } finally {
      this.sink = undefined;
    }
    this.finish(sink, kind);
    return sink.fatal;
  }

  private finish(sink: ReplySink, kind: 'batch' | 'rpc'): void {
    const { writer } = this.channel;
    if (sink.cancelled) writePlainDone(writer.tokens, 0);
    else if (kind === 'batch') sink.finishBatch();
    else sink.finishCall(false);
    writer.end();
    if (!this.cancelRequested) return;
    // The acknowledgement of an attention is a message of its own, behind the cut reply.
    this.cancelRequested = false;
    writePlainDone(writer.tokens, DoneStatus.attention);
    writer.end();
  }
}

/** What moods are matched against: the procedure and its first text. */
function textOf({ procedure, parameters }: RpcCall): string {
  const text = parameters.find(({ value }) => typeof value === 'string')?.value;
  return `${procedure} ${typeof text === 'string' ? text : ''}`;
}

function report(sink: ReplySink, error: unknown): void {
  const reason = error instanceof Error ? error.message : String(error);
  const message: SqlMessage =
    error instanceof ProtocolRefusal
      ? error.sqlMessage
      : { number: 40197, severity: 16, state: 1, message: `The emulator failed: ${reason}`, line: 0 };
  sink.message(message);
  sink.done({ command: 'other', failed: true });
}
