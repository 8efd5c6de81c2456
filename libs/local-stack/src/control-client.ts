import { request } from 'node:http';
import type { ServiceCommand } from './control-server.js';
import type { StackEndpoints } from './endpoints.js';
import { StackError } from './local-stack.errors.js';
import { isRunning, pidOf } from './process-identity.js';
import { stackPaths, type StackPaths } from './stack-paths.js';
import type { ServiceStatus } from './local-stack.js';
import { readState, type StackState } from './stack-state.js';

/** All that is known about a running stack. */
export interface StackDescription {
  readonly dir: string;
  readonly pid: number;
  /** `starting` until every component has answered. */
  readonly phase: 'starting' | 'running' | 'stopping';
  readonly components: readonly ServiceStatus[];
  readonly endpoints: StackEndpoints;
}

/** A stack run by another process. */
export class StackClient {
  constructor(
    readonly paths: StackPaths,
    private readonly port: number,
    readonly pid: number,
    private readonly token: string,
  ) {}

  /** State and addresses of everything. */
  async describe(): Promise<StackDescription> {
    return (await this.call('GET', '/status')) as StackDescription;
  }

  /** @throws StackError with the supervisor's reason */
  async command(command: ServiceCommand): Promise<void> {
    await this.call('POST', '/service', command);
  }

  /** Asks the supervisor to end everything and itself; does not wait for it. */
  async requestStop(): Promise<void> {
    await this.call('POST', '/stop');
  }

  private call(method: string, path: string, body?: unknown): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const outgoing = request(
        {
          host: '127.0.0.1',
          port: this.port,
          method,
          path,
          headers: { authorization: `Bearer ${this.token}` },
        },
        (response) => {
          let text = '';
          response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
          response.on('error', reject);
          response.on('end', () => {
            const parsed = JSON.parse(text) as { error?: string };
            if (response.statusCode === 200) resolve(parsed);
            else reject(new StackError(parsed.error ?? `the supervisor answers ${response.statusCode}`));
          });
        },
      );
      outgoing.on('error', (cause) =>
        reject(
          new StackError(`the supervisor (pid ${this.pid}) does not answer: ${cause.message}`, { cause }),
        ),
      );
      outgoing.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }
}

/** The stack that runs in a directory, or undefined when none does. */
export function findStack(dir: string): StackClient | undefined {
  const paths = stackPaths(dir);
  const state: StackState | undefined = readState(paths);
  const control = state?.control;
  if (state === undefined || control === undefined || !isRunning(control.process)) return undefined;
  return new StackClient(paths, control.port, pidOf(control.process), state.secrets.control);
}
