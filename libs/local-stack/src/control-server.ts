import { timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { StackError } from './local-stack.errors.js';
import type { StackService } from './local-stack.js';

/** What the control endpoint lets others do. */
export interface Controllable {
  describe(): unknown;
  service(name: string, replica: number): StackService;
  /** Begins to stop; the process ends after that. */
  requestStop(): void;
}

/** A command to one replica, as it travels. */
export interface ServiceCommand {
  readonly action: 'start' | 'stop' | 'kill';
  readonly name: string;
  readonly replica: number;
}

/**
 * Serves commands on 127.0.0.1 to whoever knows the token of stack.json, which only its owner can read.
 *
 * @param port 0: a free one
 */
export function startControlServer(stack: Controllable, token: string, port: number): Promise<Server> {
  const server = createServer((request, response) => {
    handle(stack, token, request)
      .then((body) => answer(response, 200, body))
      .catch((error: unknown) => {
        const status = error instanceof Refusal ? error.status : 500;
        answer(response, status, { error: error instanceof Error ? error.message : String(error) });
      });
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: '127.0.0.1', port }, () => resolve(server));
  });
}

class Refusal extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

function answer(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json', connection: 'close' });
  response.end(JSON.stringify(body));
}

function knows(token: string, header: string | undefined): boolean {
  const wanted = Buffer.from(`Bearer ${token}`);
  const given = Buffer.from(header ?? '');
  return wanted.length === given.length && timingSafeEqual(wanted, given);
}

async function handle(stack: Controllable, token: string, request: IncomingMessage): Promise<unknown> {
  if (!knows(token, request.headers.authorization))
    throw new Refusal(401, 'the token of stack.json is needed');
  switch (`${request.method} ${request.url}`) {
    case 'GET /status':
      return stack.describe();
    case 'POST /service':
      return runCommand(stack, parseCommand(await readBody(request)));
    case 'POST /stop':
      stack.requestStop();
      return {};
    default:
      throw new Refusal(404, `there is no ${request.method} ${request.url}`);
  }
}

async function runCommand(stack: Controllable, { action, name, replica }: ServiceCommand): Promise<unknown> {
  try {
    await stack.service(name, replica)[action]();
  } catch (error) {
    if (error instanceof StackError) throw new Refusal(409, error.message);
    throw error;
  }
  return {};
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

function parseCommand(text: string): ServiceCommand {
  const { action, name, replica } = JSON.parse(text) as Partial<Record<string, unknown>>;
  const known = action === 'start' || action === 'stop' || action === 'kill';
  if (
    !known ||
    typeof name !== 'string' ||
    typeof replica !== 'number' ||
    !Number.isInteger(replica) ||
    replica < 1
  ) {
    throw new Refusal(400, 'a command has action (start, stop, kill), name and replica (from 1)');
  }
  return { action, name, replica };
}
