import type { ErrorFields } from '../errors.js';

/** One framed message of wire protocol 3; `body` excludes type and length. */
export interface Message {
  readonly type: string;
  readonly body: Buffer;
}

/** A message that is not what its type says, or of a type that has no place here. */
export class ProtocolViolation extends Error {
  override readonly name = 'ProtocolViolation';
}

/** Frames a message of either side. */
export function frame(type: string, body: Buffer = Buffer.alloc(0)): Buffer {
  const header = Buffer.allocUnsafe(5);
  header.write(type, 0, 'latin1');
  header.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([header, body]);
}

/** A NUL-terminated string. */
export function cstring(text: string): Buffer {
  return Buffer.from(`${text}\0`, 'utf8');
}

/** The NUL-terminated string at `offset`, and where the next field begins. @throws ProtocolViolation without a NUL */
export function readCstring(body: Buffer, offset: number): { text: string; next: number } {
  const end = body.indexOf(0, offset);
  if (end < 0) throw new ProtocolViolation('a string has no end');
  return { text: body.toString('utf8', offset, end), next: end + 1 };
}

/** A 16-bit number of a message. @throws ProtocolViolation beyond its end */
export function readInt16(body: Buffer, offset: number): number {
  if (offset < 0 || offset + 2 > body.length) throw new ProtocolViolation('a number has no end');
  return body.readInt16BE(offset);
}

/** A simple Query message. */
export function query(sql: string): Buffer {
  return frame('Q', cstring(sql));
}

/** CommandComplete. */
export function commandComplete(tag: string): Buffer {
  return frame('C', cstring(tag));
}

/** ReadyForQuery. */
export function readyForQuery(status: string): Buffer {
  return frame('Z', Buffer.from(status, 'latin1'));
}

/** ParameterStatus. */
export function parameterStatus(name: string, value: string): Buffer {
  return frame('S', Buffer.concat([cstring(name), cstring(value)]));
}

/** BackendKeyData with 32-bit secret, the only one Redshift's drivers know. */
export function backendKeyData(pid: number, secret: number): Buffer {
  const body = Buffer.allocUnsafe(8);
  body.writeInt32BE(pid, 0);
  body.writeInt32BE(secret, 4);
  return frame('K', body);
}

/** ErrorResponse, or NoticeResponse for type `N`. */
export function errorResponse(fields: ErrorFields, type: 'E' | 'N' = 'E'): Buffer {
  const parts: Buffer[] = [];
  const add = (key: string, value: string | undefined): void => {
    if (value !== undefined) parts.push(Buffer.from(key, 'latin1'), cstring(value));
  };
  add('S', fields.severity);
  add('C', fields.code);
  add('M', fields.message);
  add('D', fields.detail);
  add('H', fields.hint);
  for (const [key, value] of Object.entries(fields.other ?? {})) add(key, value);
  parts.push(Buffer.from([0]));
  return frame(type, Buffer.concat(parts));
}

/** Reads an ErrorResponse or NoticeResponse. */
export function parseErrorFields(body: Buffer): ErrorFields {
  const fields: Record<string, string> = {};
  let offset = 0;
  while (offset < body.length && body[offset] !== 0) {
    const key = String.fromCharCode(body[offset] ?? 0);
    const { text, next } = readCstring(body, offset + 1);
    fields[key] = text;
    offset = next;
  }
  const { S = 'ERROR', C = 'XX000', M = '', D, H, V: _localised, ...other } = fields;
  return {
    severity: S,
    code: C,
    message: M,
    ...(D === undefined ? {} : { detail: D }),
    ...(H === undefined ? {} : { hint: H }),
    other,
  };
}

/** One column of a RowDescription. */
export interface ColumnDescription {
  readonly name: string;
  readonly tableOid: number;
  readonly attribute: number;
  readonly typeOid: number;
  readonly typeSize: number;
  readonly typeModifier: number;
  readonly format: number;
}

/** Reads a RowDescription. */
export function parseRowDescription(body: Buffer): ColumnDescription[] {
  const count = body.readInt16BE(0);
  const columns: ColumnDescription[] = [];
  let offset = 2;
  for (let index = 0; index < count; index += 1) {
    const { text, next } = readCstring(body, offset);
    columns.push({
      name: text,
      tableOid: body.readUInt32BE(next),
      attribute: body.readInt16BE(next + 4),
      typeOid: body.readUInt32BE(next + 6),
      typeSize: body.readInt16BE(next + 10),
      typeModifier: body.readInt32BE(next + 12),
      format: body.readInt16BE(next + 16),
    });
    offset = next + 18;
  }
  return columns;
}

/** Writes a RowDescription. */
export function rowDescription(columns: readonly ColumnDescription[]): Buffer {
  const count = Buffer.allocUnsafe(2);
  count.writeInt16BE(columns.length, 0);
  const parts: Buffer[] = [count];
  for (const column of columns) {
    const fixed = Buffer.allocUnsafe(18);
    fixed.writeUInt32BE(column.tableOid, 0);
    fixed.writeInt16BE(column.attribute, 4);
    fixed.writeUInt32BE(column.typeOid, 6);
    fixed.writeInt16BE(column.typeSize, 10);
    fixed.writeInt32BE(column.typeModifier, 12);
    fixed.writeInt16BE(column.format, 16);
    parts.push(cstring(column.name), fixed);
  }
  return frame('T', Buffer.concat(parts));
}

/** Reads a DataRow; null is SQL NULL. */
export function parseDataRow(body: Buffer): (Buffer | null)[] {
  const count = body.readInt16BE(0);
  const values: (Buffer | null)[] = [];
  let offset = 2;
  for (let index = 0; index < count; index += 1) {
    const length = body.readInt32BE(offset);
    offset += 4;
    if (length < 0) values.push(null);
    else {
      values.push(body.subarray(offset, offset + length));
      offset += length;
    }
  }
  return values;
}

/** Writes a DataRow. */
export function dataRow(values: readonly (Buffer | null)[]): Buffer {
  const count = Buffer.allocUnsafe(2);
  count.writeInt16BE(values.length, 0);
  const parts: Buffer[] = [count];
  for (const value of values) {
    const length = Buffer.allocUnsafe(4);
    length.writeInt32BE(value === null ? -1 : value.length, 0);
    parts.push(length);
    if (value !== null) parts.push(value);
  }
  return frame('D', Buffer.concat(parts));
}
