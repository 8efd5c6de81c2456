import type { ResultColumn, SqlMessage, SqlType, SqlValue, StatementCommand } from '../engine.js';
import type { ByteWriter } from './byte-writer.js';
import { wireCollation } from './collation.js';
import { TDS_73A, TDS_73B, TDS_80 } from './login7.js';
import { SERVER_VERSION } from './prelogin.js';
import { valueEncoder, writeNull } from './value-encoder.js';
import { isPointed, userTypeOf, writeTypeInfo } from './wire-type.js';

export const Token = {
  returnStatus: 0x79,
  columnMetadata: 0x81,
  error: 0xaa,
  info: 0xab,
  returnValue: 0xac,
  loginAck: 0xad,
  featureExtAck: 0xae,
  row: 0xd1,
  rowWithNulls: 0xd2,
  envChange: 0xe3,
  done: 0xfd,
  doneProc: 0xfe,
  doneInProc: 0xff,
} as const;

export const DoneStatus = { more: 0x01, error: 0x02, count: 0x10, attention: 0x20 } as const;

export const EnvChange = {
  database: 1,
  language: 2,
  packetSize: 4,
  collation: 7,
  began: 8,
  committed: 9,
  rolledBack: 10,
  resetDone: 18,
} as const;

/** What ERROR and INFO tokens name as their server. */
export const SERVER_NAME = 'azure-sql-emulator';

const COMMANDS: Readonly<Record<StatementCommand, number>> = {
  select: 0xc1,
  insert: 0xc3,
  delete: 0xc4,
  update: 0xc5,
  merge: 0x117,
  begin: 0xd4,
  commit: 0xd5,
  rollback: 0xd2,
  exec: 0xe0,
  other: 0,
};

const NULLABLE = 0x01;
const CASE_SENSITIVE = 0x02;
const MAYBE_UPDATABLE = 0x08;
const IDENTITY = 0x10;
const COMPUTED = 0x20;

function columnFlags(column: ResultColumn): number {
  const text = /char|text$/.test(column.type.name);
  return (
    MAYBE_UPDATABLE |
    (column.nullable ? NULLABLE : 0) |
    (column.identity === true ? IDENTITY : 0) |
    (column.computed === true ? COMPUTED : 0) |
    (text && wireCollation(column.type.collation).caseSensitive ? CASE_SENSITIVE : 0)
  );
}

export function writeColumns(writer: ByteWriter, columns: readonly ResultColumn[]): void {
  writer.u8(Token.columnMetadata);
  writer.u16(columns.length === 0 ? 0xffff : columns.length);
  for (const column of columns) {
    writer.u32(userTypeOf(column.type));
    writer.u16(columnFlags(column));
    writeTypeInfo(writer, column.type);
    // The table name of long types is not known here; mssql-jdbc takes nothing but one to four parts.
    if (isPointed(column.type)) {
      writer.u8(1);
      writer.longText('');
    }
    writer.shortText(column.name);
  }
}

export interface Done {
  readonly status: number;
  readonly command: StatementCommand | undefined;
  readonly rowCount: number | undefined;
}

export function writeDone(writer: ByteWriter, token: number, { status, command, rowCount }: Done): void {
  writer.u8(token);
  writer.u16(status | (rowCount === undefined ? 0 : DoneStatus.count));
  writer.u16(command === undefined ? 0 : COMMANDS[command]);
  writer.i64(BigInt(rowCount ?? 0));
}

/** A DONE that ends a message with nothing to say. */
export function writePlainDone(writer: ByteWriter, status: number): void {
  writeDone(writer, Token.done, { status, command: undefined, rowCount: undefined });
}

/** ERROR above severity 10, else INFO. */
export function writeMessage(writer: ByteWriter, message: SqlMessage): void {
  writer.u8(message.severity > 10 ? Token.error : Token.info);
  writer.measured16(() => {
    writer.u32(message.number);
    writer.u8(message.state);
    writer.u8(message.severity);
    writer.longText(message.message.slice(0, 4000));
    writer.shortText(SERVER_NAME);
    writer.shortText(message.procedure ?? '');
    writer.u32(message.line);
  });
}

export function writeEnvText(writer: ByteWriter, type: number, to: string, from: string): void {
  writer.u8(Token.envChange);
  writer.measured16(() => {
    writer.u8(type);
    writer.shortText(to);
    writer.shortText(from);
  });
}

export function writeEnvBytes(writer: ByteWriter, type: number, to: Buffer, from: Buffer): void {
  writer.u8(Token.envChange);
  writer.measured16(() => {
    writer.u8(type);
    writer.u8(to.length);
    writer.bytes(to);
    writer.u8(from.length);
    writer.bytes(from);
  });
}

/** The version in LOGINACK is big-endian, other than everywhere else. */
function acknowledgedVersion(asked: number): number {
  return asked === TDS_80 || asked === TDS_73A || asked === TDS_73B ? asked : 0x74000004;
}

export function writeLoginAck(writer: ByteWriter, askedVersion: number): void {
  const version = Buffer.alloc(4);
  version.writeUInt32BE(acknowledgedVersion(askedVersion), 0);
  writer.u8(Token.loginAck);
  writer.measured16(() => {
    writer.u8(1);
    writer.bytes(version);
    writer.shortText('Microsoft SQL Server');
    writer.u8(SERVER_VERSION.major);
    writer.u8(SERVER_VERSION.minor);
    writer.u8(SERVER_VERSION.build >>> 8);
    writer.u8(SERVER_VERSION.build & 0xff);
  });
}

/** Acknowledges UTF-8 support; other features must not be acknowledged unasked, and none is spoken. */
export function writeUtf8Ack(writer: ByteWriter): void {
  writer.bytes(Buffer.from([Token.featureExtAck, 0x0a, 1, 0, 0, 0, 1, 0xff]));
}

export function writeReturnStatus(writer: ByteWriter, status: number): void {
  writer.u8(Token.returnStatus);
  writer.u32(status);
}

export function writeReturnValue(
  writer: ByteWriter,
  ordinal: number,
  name: string,
  type: SqlType,
  value: SqlValue,
): void {
  writer.u8(Token.returnValue);
  writer.u16(ordinal);
  writer.shortText(name);
  writer.u8(1);
  writer.u32(userTypeOf(type));
  writer.u16(NULLABLE);
  writeTypeInfo(writer, type);
  if (value === null) writeNull(writer, type);
  else valueEncoder(type)(writer, value);
}
