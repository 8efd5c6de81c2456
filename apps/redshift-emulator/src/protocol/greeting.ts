import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import { TLSSocket, type SecureContext } from 'node:tls';
import { RedshiftError, toRedshiftError } from '../errors.js';
import { md5Response, md5Verifier, sameSecret } from './authentication.js';
import { ClientConnection } from './client-connection.js';
import { errorResponse, frame, readCstring } from './messages.js';
import { parseStartup, type StartupPacket } from './startup.js';

/** What a connection needs before it is a session. */
export interface Greeting {
  readonly tls: SecureContext | undefined;
  readonly auth: 'md5' | 'cleartext';
  /** The only database there is. */
  readonly database: string;
  readonly verifier: (user: string) => Promise<string | undefined>;
  readonly cancel: (pid: number, secret: number) => Promise<void>;
}

/** A client that has proved its password. */
export interface AuthenticatedClient {
  readonly connection: ClientConnection;
  readonly user: string;
  readonly parameters: ReadonlyMap<string, string>;
}

const MAX_STARTUP_BYTES = 10_000;
const GREETING_TIMEOUT_MS = 60_000;

/** Reads one start-up packet and what came behind it; undefined when the client leaves. */
function readPacket(socket: Socket): Promise<{ packet: StartupPacket; rest: Buffer } | undefined> {
  return new Promise((resolve, reject) => {
    let received = Buffer.alloc(0);
    const done = (result: { packet: StartupPacket; rest: Buffer } | undefined): void => {
      socket.off('data', onData).off('close', onClose).off('error', onClose);
      socket.pause();
      resolve(result);
    };
    const onClose = (): void => done(undefined);
    const onData = (chunk: Buffer): void => {
      received = Buffer.concat([received, chunk]);
      if (received.length < 4) return;
      const length = received.readInt32BE(0);
      if (length < 8 || length > MAX_STARTUP_BYTES) return void reject(new Error('invalid start-up packet'));
      if (received.length < length) return;
      try {
        done({ packet: parseStartup(received.subarray(4, length)), rest: received.subarray(length) });
      } catch (error) {
        reject(error instanceof Error ? error : new Error(String(error)));
      }
    };
    socket.on('data', onData).on('close', onClose).on('error', onClose);
    socket.resume();
  });
}

function secure(socket: Socket, secureContext: SecureContext): Promise<Socket> {
  const secured = new TLSSocket(socket, { isServer: true, secureContext });
  return new Promise((resolve, reject) => {
    secured.once('secure', () => resolve(secured));
    secured.once('error', reject);
    secured.once('close', () => reject(new Error('the client left during the TLS handshake')));
  });
}

/** Takes a connection up to a proven password; undefined when it was a CancelRequest, or left, or was refused. */
export async function greet(accepted: Socket, greeting: Greeting): Promise<AuthenticatedClient | undefined> {
  let socket = accepted;
  socket.setTimeout(GREETING_TIMEOUT_MS, () => socket.destroy());
  for (;;) {
    const read = await readPacket(socket);
    if (read === undefined) return undefined;
    const { packet, rest } = read;
    switch (packet.kind) {
      case 'gss':
        socket.write('N');
        break;
      case 'ssl':
        socket.write(greeting.tls === undefined ? 'N' : 'S');
        if (greeting.tls !== undefined) socket = await secure(socket, greeting.tls);
        break;
      case 'cancel':
        await greeting.cancel(packet.pid, packet.secret);
        socket.end();
        return undefined;
      case 'unknown':
        socket.end(
          errorResponse(
            new RedshiftError(
              '0A000',
              `unsupported frontend protocol ${packet.code >> 16}.${packet.code & 0xffff}`,
            ).fields('FATAL'),
          ),
        );
        return undefined;
      case 'startup': {
        accepted.setTimeout(0);
        socket.setTimeout(0);
        const connection = new ClientConnection(socket);
        connection.unshift(rest);
        socket.resume();
        return authenticate(connection, packet.parameters, greeting);
      }
    }
  }
}

async function authenticate(
  connection: ClientConnection,
  parameters: ReadonlyMap<string, string>,
  greeting: Greeting,
): Promise<AuthenticatedClient | undefined> {
  const user = parameters.get('user') ?? '';
  try {
    const salt = randomBytes(4);
    const request = Buffer.alloc(greeting.auth === 'md5' ? 8 : 4);
    request.writeInt32BE(greeting.auth === 'md5' ? 5 : 3, 0);
    if (greeting.auth === 'md5') salt.copy(request, 4);
    connection.write(frame('R', request));
    const answer = await connection.next();
    if (answer?.type !== 'p') {
      connection.close();
      return undefined;
    }
    const given = readCstring(answer.body, 0).text;
    const verifier = await greeting.verifier(user);
    // A user who does not exist fails as a wrong password does.
    const stored = verifier ?? md5Verifier(user, randomBytes(16).toString('hex'));
    const right =
      greeting.auth === 'md5'
        ? sameSecret(given, md5Response(stored, salt))
        : sameSecret(md5Verifier(user, given), stored);
    if (!right) throw new RedshiftError('28P01', `password authentication failed for user "${user}"`);
    const database = parameters.get('database') ?? user;
    if (database !== greeting.database)
      throw new RedshiftError('3D000', `database "${database}" does not exist`);
    return { connection, user, parameters };
  } catch (error) {
    connection.write(errorResponse(toRedshiftError(error).fields('FATAL')));
    connection.close();
    return undefined;
  }
}
