import { connect, type Socket } from 'node:net';
import { once } from 'node:events';
import { RedshiftError } from '../errors.js';
import { md5Response, md5Verifier, ScramClient } from './authentication.js';
import { FrameReader } from './frame-reader.js';
import { cstring, frame, parseErrorFields, readCstring, type Message } from './messages.js';

/** Where PostgreSQL is, and as whom the emulator uses it. */
export interface PostgresAddress {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
}

/** A connection to PostgreSQL that has been authenticated and is idle. */
export interface BackendLogin {
  readonly socket: Socket;
  readonly pid: number;
  readonly secret: Buffer;
}

const CANCEL_TIMEOUT_MS = 5000;

const int32 = (value: number): Buffer => {
  const buffer = Buffer.allocUnsafe(4);
  buffer.writeInt32BE(value, 0);
  return buffer;
};

function startupPacket(address: PostgresAddress): Buffer {
  const body = Buffer.concat([
    int32(196608),
    ...Object.entries({ user: address.user, database: address.database, client_encoding: 'UTF8' }).flatMap(
      ([name, value]) => [cstring(name), cstring(value)],
    ),
    Buffer.from([0]),
  ]);
  return Buffer.concat([int32(body.length + 4), body]);
}

/** Answers PostgreSQL's requests for authentication: trust, cleartext, MD5 and SCRAM-SHA-256. */
class Authenticator {
  private readonly scram: ScramClient;

  constructor(private readonly address: PostgresAddress) {
    this.scram = new ScramClient(address.password);
  }

  reply(body: Buffer): Buffer | undefined {
    switch (body.readInt32BE(0)) {
      case 0:
        return undefined;
      case 3:
        return frame('p', cstring(this.address.password));
      case 5: {
        const verifier = md5Verifier(this.address.user, this.address.password);
        return frame('p', cstring(md5Response(verifier, body.subarray(4, 8))));
      }
      case 10: {
        const first = Buffer.from(this.scram.first());
        return frame('p', Buffer.concat([cstring('SCRAM-SHA-256'), int32(first.length), first]));
      }
      case 11:
        return frame('p', Buffer.from(this.scram.final(body.toString('utf8', 4))));
      case 12:
        this.scram.verify(body.toString('utf8', 4));
        return undefined;
      default:
        throw new Error(`PostgreSQL asks for authentication ${body.readInt32BE(0)}, which is not known`);
    }
  }
}

/** Connects and logs in. @throws RedshiftError with PostgreSQL's own words when it refuses */
export async function logIn(address: PostgresAddress): Promise<BackendLogin> {
  const socket = connect({ host: address.host, port: address.port, noDelay: true });
  await once(socket, 'connect');
  const reader = new FrameReader();
  const authenticator = new Authenticator(address);
  let key: { pid: number; secret: Buffer } = { pid: 0, secret: Buffer.alloc(4) };
  return new Promise<BackendLogin>((resolve, reject) => {
    const fail = (error: Error): void => {
      socket.destroy();
      reject(error);
    };
    const closed = (): void => fail(new Error('PostgreSQL closed the connection during the login'));
    const visit = ({ type, body }: Message): void => {
      if (type === 'R') {
        const answer = authenticator.reply(body);
        if (answer !== undefined) socket.write(answer);
      } else if (type === 'K') {
        key = { pid: body.readInt32BE(0), secret: Buffer.from(body.subarray(4)) };
      } else if (type === 'E') {
        const fields = parseErrorFields(body);
        fail(new RedshiftError(fields.code, fields.message));
      } else if (type === 'Z') {
        socket.off('data', onData).off('close', closed).off('error', fail);
        resolve({ socket, ...key });
      }
    };
    const onData = (chunk: Buffer): void => {
      try {
        reader.push(chunk, visit);
      } catch (error) {
        fail(error instanceof Error ? error : new Error(String(error)));
      }
    };
    socket.on('data', onData).on('close', closed).on('error', fail);
    socket.write(startupPacket(address));
  });
}

/** Asks PostgreSQL to cancel what the session of that key does. */
export async function sendCancel(address: PostgresAddress, pid: number, secret: Buffer): Promise<void> {
  const socket = connect({ host: address.host, port: address.port });
  socket.setTimeout(CANCEL_TIMEOUT_MS, () => socket.destroy(new Error('PostgreSQL does not answer')));
  await once(socket, 'connect');
  const body = Buffer.concat([int32(80877102), int32(pid), secret]);
  socket.end(Buffer.concat([int32(body.length + 4), body]));
  socket.resume();
  await once(socket, 'close');
}

/** The name and value of a ParameterStatus. */
export function parseParameterStatus(body: Buffer): { name: string; value: string } {
  const name = readCstring(body, 0);
  return { name: name.text, value: readCstring(body, name.next).text };
}
