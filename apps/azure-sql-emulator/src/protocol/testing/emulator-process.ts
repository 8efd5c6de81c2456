import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** The built program: `npm test` and `npm run build` make it. */
const program = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..', 'dist', 'main.js');

/** Why the program cannot be started, or undefined. */
export const programMissing = existsSync(program)
  ? undefined
  : 'the emulator has not been built (npm run build)';

/** The emulator in a process of its own, as a user starts it. */
export class EmulatorProcess implements AsyncDisposable {
  private constructor(
    private readonly child: ChildProcess,
    readonly port: number,
    readonly controlUrl: string,
  ) {}

  static async start(...options: readonly string[]): Promise<EmulatorProcess> {
    const fixed = [
      '--port',
      '0',
      '--control-port',
      '0',
      '--password',
      'Password1!',
      '--database',
      'shop',
      '--exit-with-parent',
    ];
    const child = spawn(process.execPath, [program, ...fixed, ...options], {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { ...process.env, NODE_OPTIONS: '' },
    });
    const { stdout, stderr } = child;
    let errors = '';
    stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
    const line = await new Promise<string>((resolve, reject) => {
      createInterface({ input: stdout }).once('line', resolve);
      child.once('close', () => reject(new Error(`the emulator did not start: ${errors}`)));
    });
    const ready = JSON.parse(line) as { port: number; controlUrl: string };
    return new EmulatorProcess(child, ready.port, ready.controlUrl);
  }

  /** Resident memory in MB. */
  memory(): number {
    return (
      Number(execFileSync('ps', ['-o', 'rss=', '-p', String(this.child.pid)], { encoding: 'utf8' })) / 1024
    );
  }

  /** @returns the exit code */
  async stop(): Promise<number | null> {
    const { child } = this;
    if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
    const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
    child.kill('SIGTERM');
    return ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}

/** Runs the program to its end, as with `--help`. */
export const runProgram = (...options: readonly string[]): string =>
  execFileSync(process.execPath, [program, ...options], {
    encoding: 'utf8',
    env: { ...process.env, NODE_OPTIONS: '' },
  });
