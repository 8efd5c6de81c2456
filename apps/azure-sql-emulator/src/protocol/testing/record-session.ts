import { connect, createServer, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import type { Recording } from './raw-client.js';

/** What a client sends through a proxy while `work` runs: pieces are one message if nothing was answered between them. */
export async function recordSession(
  port: number,
  work: (proxyPort: number) => Promise<void>,
): Promise<Recording> {
  const messages: Buffer[] = [];
  let answered = true;
  const sockets = new Set<Socket>();
  const proxy = createServer((client) => {
    const server = connect({ host: '127.0.0.1', port });
    for (const socket of [client, server]) sockets.add(socket.on('error', () => socket.destroy()));
    client.on('data', (chunk: Buffer) => {
      const last = messages.at(-1);
      if (answered || last === undefined) messages.push(chunk);
      else messages[messages.length - 1] = Buffer.concat([last, chunk]);
      answered = false;
      server.write(chunk);
    });
    server.on('data', (chunk: Buffer) => {
      answered = true;
      client.write(chunk);
    });
    client.on('close', () => server.destroy());
    server.on('close', () => client.destroy());
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  try {
    await work((proxy.address() as AddressInfo).port);
  } finally {
    for (const socket of sockets) socket.destroy();
    await new Promise<void>((resolve) => proxy.close(() => resolve()));
  }
  return messages;
}
