import type { ModelSpec } from '@thalamus/core/transform';
import { Agent, request as httpRequest } from 'node:http';
import { readDescription, readRunResult } from './answers.js';
import type { ComputeBackend, RunRequest, RunResult } from './compute-backend.js';
import { translateSparkError } from './spark.errors.js';

/**
 * The warm driver (`thalamus_spark.driver`) over HTTP. node:http and not fetch: fetch gives up on an answer that takes
 * longer than five minutes, and a full rebuild may.
 */
export class LocalBackend implements ComputeBackend, Disposable {
  private readonly base: URL;
  private readonly agent = new Agent({ keepAlive: false });

  constructor(url: string) {
    this.base = new URL(url);
  }

  async describe(packageName: string, signal?: AbortSignal): Promise<ModelSpec[]> {
    const path = `/models?package=${encodeURIComponent(packageName)}`;
    return readDescription(await this.ask('GET', path, undefined, signal));
  }

  async run(request: RunRequest, signal?: AbortSignal): Promise<RunResult> {
    try {
      return readRunResult(await this.ask('POST', '/runs', request, signal));
    } catch (error) {
      // The driver does not notice that nobody waits any more. Best effort: a run that goes on harms nobody.
      if (signal?.aborted)
        await this.ask('DELETE', `/runs/${encodeURIComponent(request.run)}`).catch(() => undefined);
      throw error;
    }
  }

  private async ask(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<unknown> {
    try {
      return JSON.parse(await this.send(method, path, body, signal));
    } catch (error) {
      throw translateSparkError(
        error,
        `the Spark driver at ${this.base.origin} did not answer ${method} ${path}`,
      );
    }
  }

  private send(method: string, path: string, body: unknown, signal?: AbortSignal): Promise<string> {
    const data = body === undefined ? undefined : JSON.stringify(body);
    return new Promise((resolve, reject) => {
      const sent = httpRequest(
        new URL(path, this.base),
        {
          method,
          agent: this.agent,
          ...(signal && { signal }),
          ...(data !== undefined && {
            headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(data) },
          }),
        },
        (answer) => {
          const parts: Buffer[] = [];
          answer.on('data', (part: Buffer) => parts.push(part));
          answer.once('end', () => resolve(Buffer.concat(parts).toString('utf8')));
          answer.once('error', reject);
        },
      );
      sent.once('error', reject);
      sent.end(data);
    });
  }

  [Symbol.dispose](): void {
    this.agent.destroy();
  }
}
