import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { PipelineError } from '@thalamus/contracts';
import type { ModelSpec } from '@thalamus/core/transform';
import { readDescription, readRunResult } from './answers.js';
import type { ComputeBackend, RunRequest, RunResult } from './compute-backend.js';
import { translateSparkError } from './spark.errors.js';

const execute = promisify(execFile);

export interface StandaloneOptions {
  /** `spark://host:7077`; `local[2]` works as well. */
  readonly master: string;
  /** Python that has pyspark and thalamus_spark, by installation or PYTHONPATH. Default `python3` of PATH. */
  readonly python?: string;
  /** Default `spark-submit` of PATH. */
  readonly sparkSubmit?: string;
  /** Folder of jars for s3a, the same path on every node. */
  readonly jars?: string;
  /** Added to the environment of the processes. */
  readonly env?: Readonly<Record<string, string>>;
}

/** How a child process ended. */
interface ProcessError extends Error {
  readonly stderr?: string;
}

/**
 * A Spark standalone cluster by spark-submit, client mode: cluster mode does not take Python. Each run starts a driver
 * here, which costs ten seconds and more; for small models the warm driver is the better choice.
 */
export class StandaloneBackend implements ComputeBackend {
  constructor(private readonly options: StandaloneOptions) {}

  async describe(packageName: string, signal?: AbortSignal): Promise<ModelSpec[]> {
    const { stdout } = await this.start(
      this.python,
      ['-m', 'thalamus_spark.describe', '--package', packageName],
      signal,
      'THAL-C002',
    );
    return readDescription(JSON.parse(stdout));
  }

  async run(request: RunRequest, signal?: AbortSignal): Promise<RunResult> {
    const folder = await mkdtemp(join(tmpdir(), 'thalamus-run-'));
    try {
      const [requestFile, resultFile] = [join(folder, 'request.json'), join(folder, 'result.json')];
      await writeFile(requestFile, JSON.stringify(request));
      const args = await this.submitArguments(requestFile, resultFile, signal);
      await this.start(this.options.sparkSubmit ?? 'spark-submit', args, signal, 'THAL-C001');
      return readRunResult(JSON.parse(await readFile(resultFile, 'utf8')));
    } catch (error) {
      throw translateSparkError(error, `spark-submit to ${this.options.master}`);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  private async submitArguments(
    requestFile: string,
    resultFile: string,
    signal: AbortSignal | undefined,
  ): Promise<string[]> {
    const where = ['-c', 'import thalamus_spark.submit as program; print(program.__file__)'];
    const { stdout } = await this.start(this.python, where, signal, 'THAL-C001');
    const { master, jars } = this.options;
    const classPath =
      jars === undefined
        ? []
        : ['driver', 'executor'].flatMap((who) => ['--conf', `spark.${who}.extraClassPath=${jars}/*`]);
    return [
      ...['--master', master, '--deploy-mode', 'client', ...classPath],
      ...[stdout.trim(), '--request', requestFile, '--result', resultFile],
    ];
  }

  private get python(): string {
    return this.options.python ?? 'python3';
  }

  private async start(
    program: string,
    args: readonly string[],
    signal: AbortSignal | undefined,
    code: 'THAL-C001' | 'THAL-C002',
  ): Promise<{ stdout: string }> {
    try {
      return await execute(program, [...args], {
        maxBuffer: 64 * 1024 * 1024,
        env: { ...process.env, ...this.options.env },
        ...(signal && { signal }),
      });
    } catch (error) {
      const lines = ((error as ProcessError).stderr ?? '').trim().split('\n');
      throw new PipelineError(code, `${program} ended with: ${lines.at(-1) || String(error)}`, {
        cause: error,
      });
    }
  }
}
