import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { ChangeTrackingAdmin } from './change-tracking/change-tracking-admin.js';
import type { MoodRequest, Moods } from './moods.js';
import type { RestorePoints } from './restore-points.js';
import type { TdsServer } from './protocol/tds-server.js';

/** The HTTP endpoint by which tests look at the emulator and upset it. */
export interface ControlEndpoint {
  readonly url: string;
  close(): Promise<void>;
}

export interface ControlContext {
  readonly moods: Moods;
  readonly server: Pick<TdsServer, 'connections' | 'resetConnections'>;
  readonly changeTracking: ChangeTrackingAdmin;
  readonly restorePoints: RestorePoints;
}

interface ControlRequest {
  readonly database?: string;
  readonly table?: string;
  readonly version?: number;
  readonly name?: string;
  readonly milliseconds?: number;
}

/** How long Azure SQL Database is away in a failover, or a little less. */
const DEFAULT_FAILOVER_MS = 5000;

type Route = (context: ControlContext, body: unknown) => unknown;

function wanted(body: unknown, name: 'database' | 'table' | 'name'): string {
  const value = (body as ControlRequest)[name];
  if (typeof value !== 'string' || value === '') throw new Error(`The request must name a ${name}.`);
  return value;
}

const ROUTES: Readonly<Record<string, Route>> = {
  'GET /health': ({ server }) => ({ status: 'ok', connections: server.connections }),
  'GET /moods': ({ moods }) => moods.current,
  'POST /moods': ({ moods }, body) => {
    moods.set(body as MoodRequest);
    return moods.current;
  },
  'POST /connections/reset': ({ server }) => {
    const { connections } = server;
    server.resetConnections();
    return { connections };
  },
  'POST /failover': ({ moods, server }, body) => {
    const { milliseconds = DEFAULT_FAILOVER_MS } = body as ControlRequest;
    const { connections } = server;
    moods.failOver(milliseconds);
    server.resetConnections();
    return { connections, milliseconds };
  },
  'POST /restore-points': ({ server, restorePoints }, body) => {
    server.resetConnections();
    return restorePoints.take(wanted(body, 'database'), wanted(body, 'name'));
  },
  'POST /restore': ({ server, restorePoints }, body) => {
    server.resetConnections();
    return restorePoints.restore(wanted(body, 'database'), wanted(body, 'name'));
  },
  'POST /change-tracking/cleanup': async ({ changeTracking }, body) => ({
    deleted: await changeTracking.cleanup(wanted(body, 'database'), (body as ControlRequest).table),
  }),
  'POST /change-tracking/expire': async ({ changeTracking }, body) => ({
    deleted: await changeTracking.expire(
      wanted(body, 'database'),
      wanted(body, 'table'),
      (body as ControlRequest).version,
    ),
  }),
};

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString('utf8');
  return text === '' ? {} : (JSON.parse(text) as unknown);
}

async function answer(
  context: ControlContext,
  request: IncomingMessage,
): Promise<readonly [status: number, body: unknown]> {
  const path = new URL(request.url ?? '/', 'http://localhost').pathname;
  const route = ROUTES[`${request.method ?? 'GET'} ${path}`];
  if (route === undefined) return [404, { error: `There is: ${Object.keys(ROUTES).join(', ')}.` }];
  try {
    return [200, await route(context, await bodyOf(request))];
  } catch (error) {
    return [400, { error: error instanceof Error ? error.message : String(error) }];
  }
}

/** Starts the control endpoint on 127.0.0.1; port 0 is any free one. */
export async function startControl(port: number, context: ControlContext): Promise<ControlEndpoint> {
  const server: Server = createServer((request, response) => {
    void answer(context, request).then(([status, body]) => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    });
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const bound = typeof address === 'object' && address !== null ? address.port : port;
  return {
    url: `http://127.0.0.1:${bound}`,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
