import type { IsolationLevel, RpcParameter } from '../engine.js';
import { ByteReader } from './byte-reader.js';
import { readType } from './read-type.js';
import { ProtocolRefusal } from './refusal.js';

/** Procedures that RPC names by number (MS-TDS 2.2.6.6). */
const PROCEDURES: readonly string[] = [
  '',
  'sp_cursor',
  'sp_cursoropen',
  'sp_cursorprepare',
  'sp_cursorexecute',
  'sp_cursorprepexec',
  'sp_cursorunprepare',
  'sp_cursorfetch',
  'sp_cursoroption',
  'sp_cursorclose',
  'sp_executesql',
  'sp_prepare',
  'sp_execute',
  'sp_prepexec',
  'sp_prepexecrpc',
  'sp_unprepare',
];

const BY_REFERENCE = 0x01;
const ENCRYPTED = 0x08;
/** Separators of several calls in one message: plain, and "skip the rest on error". */
const BATCH_FLAGS = new Set([0xff, 0x80]);

export interface RpcCall {
  readonly procedure: string;
  readonly parameters: readonly RpcParameter[];
}

function skipHeaders(payload: Buffer): ByteReader {
  const total = payload.length < 4 ? 0 : payload.readUInt32LE(0);
  if (total < 4 || total > payload.length)
    throw new ProtocolRefusal('a request without ALL_HEADERS (TDS below 7.2)');
  return new ByteReader(payload, total);
}

/** The text of a SQLBatch. */
export function readBatch(payload: Buffer): string {
  const reader = skipHeaders(payload);
  return payload.toString('utf16le', reader.offset);
}

/**
 * The calls of an RPC message.
 * @throws {ProtocolRefusal} parameter kinds that are not spoken here
 */
export function readRpc(payload: Buffer): RpcCall[] {
  const reader = skipHeaders(payload);
  const calls: RpcCall[] = [];
  while (reader.remaining > 0) calls.push(readCall(reader));
  return calls;
}

function readCall(reader: ByteReader): RpcCall {
  const nameLength = reader.u16();
  const procedure = nameLength === 0xffff ? procedureName(reader.u16()) : reader.ucs2(nameLength);
  reader.u16();
  const parameters: RpcParameter[] = [];
  while (reader.remaining > 0) {
    const next = reader.buffer.readUInt8(reader.offset);
    if (BATCH_FLAGS.has(next)) {
      reader.u8();
      break;
    }
    parameters.push(readParameter(reader));
  }
  return { procedure, parameters };
}

function procedureName(id: number): string {
  const name = PROCEDURES[id];
  if (name === undefined || name === '') throw new ProtocolRefusal(`the RPC with procedure number ${id}`);
  return name;
}

function readParameter(reader: ByteReader): RpcParameter {
  const name = reader.shortText();
  const status = reader.u8();
  if ((status & ENCRYPTED) !== 0) throw new ProtocolRefusal('Always Encrypted parameters');
  const { type, read } = readType(reader, 'parameter');
  return { name, type, value: read(reader), output: (status & BY_REFERENCE) !== 0 };
}

const ISOLATION: readonly (IsolationLevel | undefined)[] = [
  undefined,
  'read uncommitted',
  'read committed',
  'repeatable read',
  'serializable',
  'snapshot',
];

/** A transaction manager request; commit and rollback may begin the next transaction at once. */
export type TransactionRequest =
  | { readonly kind: 'begin'; readonly isolation: IsolationLevel | undefined; readonly name: string }
  | { readonly kind: 'save'; readonly name: string }
  | {
      readonly kind: 'commit' | 'rollback';
      readonly name: string;
      readonly next?: { readonly isolation: IsolationLevel | undefined; readonly name: string };
    };

/** @throws {ProtocolRefusal} distributed transactions */
export function readTransactionRequest(payload: Buffer): TransactionRequest {
  const reader = skipHeaders(payload);
  const kind = reader.u16();
  switch (kind) {
    case 5:
      return { kind: 'begin', isolation: ISOLATION[reader.u8()], name: reader.shortText() };
    case 7:
      return readEnd('commit', reader);
    case 8:
      return readEnd('rollback', reader);
    case 9:
      return { kind: 'save', name: reader.shortText() };
    default:
      throw new ProtocolRefusal(`distributed transactions (transaction manager request ${kind})`);
  }
}

function readEnd(kind: 'commit' | 'rollback', reader: ByteReader): TransactionRequest {
  const name = reader.shortText();
  const beginsNext = reader.remaining > 0 && (reader.u8() & 1) !== 0;
  if (!beginsNext) return { kind, name };
  return { kind, name, next: { isolation: ISOLATION[reader.u8()], name: reader.shortText() } };
}
