import { ByteReader } from './byte-reader.js';

/** ENCRYPTION option of PRELOGIN (MS-TDS 2.2.6.5). */
export const Encryption = { off: 0, on: 1, notSupported: 2, required: 3 } as const;

const Option = { version: 0, encryption: 1, instance: 2, threadId: 3, mars: 4, fedAuthRequired: 6 } as const;
const TERMINATOR = 0xff;

/** Clients choose their dialect by the major version; 16 lets all of them speak 7.4. */
export const SERVER_VERSION = { major: 16, minor: 0, build: 4096 } as const;

export interface Prelogin {
  readonly encryption: number;
  readonly fedAuthRequired: boolean;
}

/** Reads a client's PRELOGIN. */
export function readPrelogin(payload: Buffer): Prelogin {
  let encryption: number = Encryption.notSupported;
  let fedAuthRequired = false;
  const reader = new ByteReader(payload);
  for (let token = reader.u8(); token !== TERMINATOR; token = reader.u8()) {
    const offset = reader.bytes(2).readUInt16BE(0);
    const length = reader.bytes(2).readUInt16BE(0);
    if (token === Option.encryption && length > 0) encryption = payload.readUInt8(offset);
    if (token === Option.fedAuthRequired && length > 0) fedAuthRequired = true;
  }
  return { encryption, fedAuthRequired };
}

/** The server's PRELOGIN payload. */
export function preloginReply(encryption: number, request: Prelogin): Buffer {
  const { major, minor, build } = SERVER_VERSION;
  const options: (readonly [token: number, data: readonly number[]])[] = [
    [Option.version, [major, minor, build >>> 8, build & 0xff, 0, 0]],
    [Option.encryption, [encryption]],
    [Option.instance, [0]],
    [Option.threadId, []],
    [Option.mars, [0]],
  ];
  // Only echoed on request: clients take an unasked answer for a protocol error.
  if (request.fedAuthRequired) options.push([Option.fedAuthRequired, [0]]);
  let offset = options.length * 5 + 1;
  const head: number[] = [];
  const data: number[] = [];
  for (const [token, bytes] of options) {
    head.push(token, offset >>> 8, offset & 0xff, 0, bytes.length);
    data.push(...bytes);
    offset += bytes.length;
  }
  return Buffer.from([...head, TERMINATOR, ...data]);
}

/** `off`: no certificate. `optional`: what the client asks for. `required`: clients that cannot do TLS are turned away. */
export type TlsMode = 'off' | 'optional' | 'required';

/** The server's ENCRYPTION answer and how much of the conversation TLS then covers. */
export function negotiateEncryption(
  mode: TlsMode,
  asked: number,
): { readonly answer: number; readonly covers: 'nothing' | 'login' | 'everything' } {
  if (mode === 'off') return { answer: Encryption.notSupported, covers: 'nothing' };
  if (asked === Encryption.on || asked === Encryption.required)
    return { answer: Encryption.on, covers: 'everything' };
  if (mode === 'required') return { answer: Encryption.required, covers: 'everything' };
  if (asked === Encryption.off) return { answer: Encryption.off, covers: 'login' };
  return { answer: Encryption.notSupported, covers: 'nothing' };
}
