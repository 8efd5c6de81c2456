import type { ErrorFields } from '../errors.js';
import { cstring, frame, readInt16 } from '../protocol/messages.js';
import type { Backend } from './backend.js';
import type { Collector, Expectation } from './backend-answers.js';
import type { Asking } from './decimal-resolution.js';

/** Names of the proxy's own statement and portal, out of the clients' way. */
const OWN_NAME = 'redshift_emulator';

const int16s = (...values: number[]): Buffer => {
  const buffer = Buffer.allocUnsafe(values.length * 2);
  values.forEach((value, index) => buffer.writeInt16BE(value, index * 2));
  return buffer;
};

/** Statements of the proxy's own in the extended protocol, between those of the client and in its transaction. */
export class UnseenStatements {
  constructor(private readonly backend: Backend) {}

  /** Runs a statement of the proxy's own between the client's, which fails as the client's when it fails. */
  send(sql: string, collect?: Collector): void {
    const hidden = (kind: Expectation['kind']): Expectation => ({ kind, visible: false });
    const name = cstring(OWN_NAME);
    this.backend.forward(frame('C', Buffer.concat([Buffer.from('S'), name])), hidden('close'));
    this.backend.forward(frame('P', Buffer.concat([name, cstring(sql), int16s(0)])), hidden('parse'));
    this.backend.forward(frame('B', Buffer.concat([name, name, int16s(0, 0, 0)])), hidden('bind'));
    this.backend.forward(frame('E', Buffer.concat([name, Buffer.alloc(4)])), {
      ...hidden('execute'),
      ...(collect && { collect }),
    });
    this.backend.forward(frame('C', Buffer.concat([Buffer.from('P'), name])), hidden('close'));
  }

  /** Asks within the client's implicit transaction, which a simple query would end. */
  async ask(sql: string): ReturnType<Asking> {
    const notices: ErrorFields[] = [];
    const rows: (string | null)[][] = [];
    const collect: Collector = {
      rows,
      columns: [],
      tag: '',
      completes: 0,
      onNotice: (fields) => notices.push(fields),
      done: () => undefined,
    };
    this.send(sql, collect);
    await this.backend.drain();
    return { rows, notices };
  }
}

/** Type oids that the client gave with Parse. */
export function parameterTypes(types: Buffer): number[] {
  return Array.from({ length: readInt16(types, 0) }, (_type, index) => types.readInt32BE(2 + index * 4));
}
