import { spawn, type ChildProcess } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { cloneRoot } from '@thalamus/local-stack';

/** One replica of a service, as a process of its own, that a test may stop or kill. */
export class ServiceProcess {
  private constructor(
    private readonly child: ChildProcess,
    readonly port: number,
    private readonly exited: Promise<number | null>,
  ) {}

  /** @throws Error when it ends before it listens; its log says why */
  static async start(
    service: 'loader' | 'transformer',
    environment: Record<string, string>,
    logFile: string,
  ): Promise<ServiceProcess> {
    const child = spawn(
      join(cloneRoot, 'node_modules', '.bin', 'node'),
      [join(cloneRoot, 'apps', service, 'dist', 'main.js')],
      {
        env: { ...process.env, ...environment, NODE_OPTIONS: '', THALAMUS_EXIT_WITH_PARENT: 'true' },
        stdio: ['pipe', 'pipe', 'pipe'],
      },
    );
    child.stderr.pipe(createWriteStream(logFile, { flags: 'a' }));
    const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
    const listening = new Promise<number>((resolve) => {
      createInterface({ input: child.stdout }).once('line', (line) =>
        resolve((JSON.parse(line) as { port: number }).port),
      );
    });
    const port = await Promise.race([
      listening,
      exited.then((code) => {
        throw new Error(`the ${service} ended with ${code}; see ${logFile}`);
      }),
    ]);
    return new ServiceProcess(child, port, exited);
  }

  /** @returns its exit code */
  async stop(): Promise<number | null> {
    this.child.kill('SIGTERM');
    return this.exited;
  }

  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.exited;
  }

  /** Exit code once it has ended by itself. */
  get ended(): Promise<number | null> {
    return this.exited;
  }

  /** Lines of the service's own metrics. */
  async metrics(): Promise<string[]> {
    const text = await (await fetch(`http://127.0.0.1:${this.port}/metrics`)).text();
    return text.split('\n').filter((line) => line.startsWith('thalamus_'));
  }

  async checks(): Promise<Record<string, { ok: boolean; detail: string }>> {
    const answer = await fetch(`http://127.0.0.1:${this.port}/health/ready`);
    return ((await answer.json()) as { checks: Record<string, { ok: boolean; detail: string }> }).checks;
  }
}
