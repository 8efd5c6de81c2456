import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import type { Engine } from '../engine.js';
import { selfSignedCertificate, tlsContexts, type Certificate } from './certificate.js';
import { Connection, type ConnectionSettings } from './connection.js';
import { NO_INTERFERENCE, type Interference } from './interference.js';
import type { TlsMode } from './prelogin.js';

export interface TdsServerOptions {
  readonly engine: Engine;
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Default 0: any free port. */
  readonly port?: number;
  /** Default `optional`. */
  readonly tls?: TlsMode;
  /** Default: made on start. */
  readonly certificate?: Certificate;
  readonly interference?: Interference;
  /** Default 30,000 ms. */
  readonly loginTimeoutMs?: number;
}

/** A listening server. */
export interface TdsServer {
  readonly host: string;
  readonly port: number;
  /** PEM of the certificate that clients may trust; undefined without TLS. */
  readonly certificate: string | undefined;
  readonly connections: number;
  /** Tears every connection down. */
  resetConnections(): void;
  /** Stops listening and closes every connection and session. */
  close(): Promise<void>;
}

/**
 * What may wait in a connection for its client before the query is stopped. With the runtime's own 16 KB a large result stops and
 * starts at each write, and server and client take turns instead of working side by side.
 */
const SEND_AHEAD_BYTES = 1024 * 1024;

/** Listens for TDS 7.3 to 8.0 clients and serves them with an engine. */
export async function startTdsServer(options: TdsServerOptions): Promise<TdsServer> {
  const { engine, tls = 'optional', interference = NO_INTERFERENCE } = options;
  const certificate = tls === 'off' ? undefined : (options.certificate ?? (await selfSignedCertificate()));
  const settings: ConnectionSettings = {
    engine,
    tls,
    contexts: certificate === undefined ? undefined : tlsContexts(certificate),
    interference,
    loginTimeoutMs: options.loginTimeoutMs ?? 30_000,
  };
  const connections = new Set<Connection>();
  const server = createServer({ highWaterMark: SEND_AHEAD_BYTES }, (socket: Socket) => {
    if (!interference.acceptsConnections()) {
      socket.resetAndDestroy();
      return;
    }
    const connection = new Connection(socket, settings, (closed) => connections.delete(closed));
    connections.add(connection);
  });
  const { address, port } = await listen(server, options.port ?? 0, options.host ?? '127.0.0.1');
  return {
    host: address,
    port,
    certificate: certificate?.cert,
    get connections() {
      return connections.size;
    },
    resetConnections: () => {
      for (const connection of connections) connection.reset();
    },
    close: () => close(server, connections),
  };
}

function listen(server: Server, port: number, host: string): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      const address = server.address();
      if (address === null || typeof address === 'string')
        reject(new Error('The server has no TCP address.'));
      else resolve(address);
    });
  });
}

async function close(server: Server, connections: Set<Connection>): Promise<void> {
  const stopped = new Promise<void>((resolve) => server.close(() => resolve()));
  await Promise.all([...connections].map((connection) => connection.close()));
  await stopped;
}
