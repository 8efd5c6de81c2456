import { connect } from 'node:net';
import type { PgAddress } from './pg-command.js';

/** Sends a CancelRequest over a connection of its own, as PostgreSQL's protocol asks for; nothing is answered. */
export function requestCancel({ host, port }: PgAddress, processId: number, secret: number): void {
  const socket = connect({ host, port });
  socket.on('error', () => socket.destroy());
  socket.on('close', () => socket.destroy());
  const request = Buffer.alloc(16);
  [16, 80877102, processId, secret].forEach((word, at) => request.writeInt32BE(word, at * 4));
  socket.write(request);
}
