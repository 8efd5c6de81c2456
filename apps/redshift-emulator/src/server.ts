import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SecureContext } from 'node:tls';
import { guardDirectory, startPostgres, type PostgresServer } from '@thalamus/embedded-postgres';
import { startControl, type ControlEndpoint } from './control.js';
import { ClientConnection } from './protocol/client-connection.js';
import { sendCancel, type PostgresAddress } from './protocol/backend-login.js';
import { greet, type AuthenticatedClient } from './protocol/greeting.js';
import { selfSignedContext } from './protocol/tls.js';
import { ObjectStores } from './s3/object-stores.js';
import { CommitQueue } from './session/commit-queue.js';
import { NO_LATENCY, REAL_LATENCY } from './session/latency.js';
import { Moods } from './session/moods.js';
import { SerializationGraph } from './session/serialization-graph.js';
import { QueryHistory } from './session/query-history.js';
import { openSession } from './session/open-session.js';
import type { ServerContext, SessionContext } from './session/session-context.js';
import { addressOfUrl, type EmulatorOptions } from './server-options.js';
import { Storage } from './storage/storage.js';

/** A running emulator. */
export interface RedshiftEmulator extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
  /** `postgres://…` for clients of PostgreSQL's protocol. */
  readonly url: string;
  /** Of the control endpoint, when one was asked for. */
  readonly controlUrl: string | undefined;
  /** What the emulator is told to do wrong. */
  readonly moods: Moods;
  /** Ends all sessions and the database. Within 5 s. */
  stop(): Promise<void>;
}

interface OpenSession {
  readonly connection: ClientConnection;
  readonly context: SessionContext;
  readonly secret: number;
  readonly backendSecret: Buffer;
}

/** Accepts connections and hands CancelRequests to the sessions they mean. */
class Listener {
  readonly sessions = new Map<number, OpenSession>();
  private readonly sockets = new Set<Socket>();
  readonly server: Server;

  constructor(
    private readonly context: ServerContext,
    private readonly options: { readonly tls: SecureContext | undefined; readonly auth: 'md5' | 'cleartext' },
  ) {
    this.server = createServer({ noDelay: true }, (socket) => {
      if (context.moods.unavailable) {
        socket.destroy();
        return;
      }
      this.sockets.add(socket);
      socket.once('close', () => this.sockets.delete(socket));
      this.serve(socket).catch((error: unknown) => {
        this.context.log(
          `session ended: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
        );
        socket.destroy();
      });
    });
  }

  private async serve(socket: Socket): Promise<void> {
    const { storage } = this.context;
    const client = await greet(socket, {
      ...this.options,
      database: storage.database,
      verifier: (user) => storage.passwordVerifier(user),
      cancel: (pid, secret) => this.cancel(pid, secret),
    });
    if (client !== undefined) await this.runSession(client);
  }

  private async runSession(client: AuthenticatedClient): Promise<void> {
    const secret = randomInt(1, 0x7fffffff);
    const opened = await openSession(client, this.context, secret);
    if (opened === undefined) return;
    const { session, context, backend } = opened;
    this.sessions.set(context.pid, {
      connection: client.connection,
      context,
      secret,
      backendSecret: backend.login.secret,
    });
    try {
      await session.run();
    } finally {
      this.sessions.delete(context.pid);
      client.connection.close();
      backend.close();
    }
  }

  private async cancel(pid: number, secret: number): Promise<void> {
    const session = this.sessions.get(pid);
    if (session?.secret !== secret) return;
    session.context.abort.abort();
    await sendCancel(this.context.storage.address, pid, session.backendSecret);
  }

  /** Ends every connection, as a cluster does that is paused or resized. */
  interrupt(): void {
    for (const socket of this.sockets) socket.destroy();
  }

  async close(): Promise<void> {
    const closed = once(this.server, 'close');
    this.server.close();
    this.interrupt();
    await closed;
  }
}

/** Starts an emulator and resolves when it takes connections. */
export async function startServer(options: EmulatorOptions = {}): Promise<RedshiftEmulator> {
  const cleanups: (() => Promise<void>)[] = [];
  const stop = async (): Promise<void> => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  };
  try {
    return await start(options, cleanups, stop);
  } catch (error) {
    await stop();
    throw error;
  }
}

async function start(
  options: EmulatorOptions,
  cleanups: (() => Promise<void>)[],
  stop: () => Promise<void>,
): Promise<RedshiftEmulator> {
  const { user = 'awsuser', password = 'Password1', database = 'dev', host = '127.0.0.1' } = options;
  const temporaryDirectory = await mkdtemp(join(tmpdir(), 'redshift-emulator-'));
  // Removed also when this process is killed.
  const guard = guardDirectory(temporaryDirectory);
  cleanups.push(async () => {
    await rm(temporaryDirectory, { recursive: true, force: true });
    guard.release();
  });
  const address = await postgresFor(options, temporaryDirectory, cleanups);
  const storage = await Storage.open(address, { user, password, database });
  cleanups.push(() => storage.close());
  const context = serverContext(options, storage, temporaryDirectory, cleanups);
  const tls = options.tls === true ? await selfSignedContext(host) : undefined;
  const listener = new Listener(context, { tls, auth: options.auth ?? 'md5' });
  listener.server.listen(options.port ?? 0, host);
  await once(listener.server, 'listening');
  cleanups.push(() => listener.close());
  context.moods.onInterruption = () => listener.interrupt();
  const control = await controlFor(options, context, cleanups);
  const bound = listener.server.address();
  const port = typeof bound === 'object' && bound !== null ? bound.port : 0;
  const credentials = `${encodeURIComponent(user)}:${encodeURIComponent(password)}`;
  return {
    host,
    port,
    user,
    password,
    database,
    url: `postgres://${credentials}@${host}:${port}/${encodeURIComponent(database)}`,
    controlUrl: control?.url,
    moods: context.moods,
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

async function postgresFor(
  options: EmulatorOptions,
  temporaryDirectory: string,
  cleanups: (() => Promise<void>)[],
): Promise<PostgresAddress> {
  if (options.postgresUrl !== undefined) return addressOfUrl(options.postgresUrl);
  const server: PostgresServer = await startPostgres({
    dataDir: options.dataDir ?? join(temporaryDirectory, 'postgres'),
    ephemeral: options.ephemeral ?? options.dataDir === undefined,
    settings: {
      max_connections: '220',
      synchronous_commit: 'off',
      max_wal_size: '2GB',
      ...options.postgresSettings,
    },
  });
  cleanups.push(() => server.stop());
  const { host, port, user, password } = server;
  return { host, port, user, password, database: 'postgres' };
}

function serverContext(
  options: EmulatorOptions,
  storage: Storage,
  temporaryDirectory: string,
  cleanups: (() => Promise<void>)[],
): ServerContext {
  const moods = new Moods();
  const stores = new ObjectStores(
    {
      region: options.s3?.region ?? 'us-east-1',
      roles: options.iamRoles ?? new Map(),
      ...(options.s3?.endpoint === undefined ? {} : { endpoint: options.s3.endpoint }),
      ...(options.defaultIamRole === undefined ? {} : { defaultRole: options.defaultIamRole }),
    },
    moods,
  );
  cleanups.push(() => Promise.resolve(stores.close()));
  const latency =
    typeof options.latency === 'object'
      ? options.latency
      : options.latency === 'real'
        ? REAL_LATENCY
        : NO_LATENCY;
  const log = options.log ?? ((): void => undefined);
  const history = new QueryHistory(storage.pool, log);
  cleanups.push(() => history.flush());
  return {
    storage,
    stores,
    moods,
    history,
    temporaryDirectory,
    isolation: options.isolation ?? 'snapshot',
    commits: new CommitQueue(latency),
    serialization: options.isolation === 'serializable' ? new SerializationGraph() : undefined,
    log,
  };
}

async function controlFor(
  options: EmulatorOptions,
  context: ServerContext,
  cleanups: (() => Promise<void>)[],
): Promise<ControlEndpoint | undefined> {
  if (options.controlPort === undefined) return undefined;
  const control = await startControl(options.controlPort, context);
  cleanups.push(() => control.stop());
  return control;
}
