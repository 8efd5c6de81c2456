import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { MoodRequest } from './session/moods.js';
import type { ServerContext } from './session/session-context.js';

/** The HTTP endpoint by which tests put the emulator into a mood. */
export interface ControlEndpoint {
  readonly url: string;
  stop(): Promise<void>;
}

async function bodyOf(request: IncomingMessage): Promise<MoodRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return JSON.parse(Buffer.concat(chunks).toString('utf8')) as MoodRequest;
}

/** `GET /moods` shows, `POST /moods` sets: see {@link MoodRequest}. Listens on 127.0.0.1 only. */
export async function startControl(port: number, context: ServerContext): Promise<ControlEndpoint> {
  const server = createServer((request, response) => {
    const answer = (status: number, body: unknown): void => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    };
    if (request.url !== '/moods') return answer(404, { error: 'only /moods is here' });
    if (request.method !== 'POST') return answer(200, context.moods);
    bodyOf(request)
      .then((moods) => {
        context.moods.request(moods);
        answer(200, context.moods);
      })
      .catch((error: unknown) =>
        answer(400, { error: error instanceof Error ? error.message : String(error) }),
      );
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const bound = typeof address === 'object' && address !== null ? address.port : port;
  return {
    url: `http://127.0.0.1:${bound}`,
    stop: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
