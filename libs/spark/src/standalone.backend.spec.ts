import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunRequest } from './compute-backend.js';
import { StandaloneBackend } from './standalone.backend.js';

const request: RunRequest = { run: 'r1', package: 'gme', models: [], inputs: {}, output: 's3a://b/o/' };

describe('StandaloneBackend', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'standalone-spec-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  async function program(name: string, lines: readonly string[]): Promise<string> {
    const path = join(folder, name);
    await writeFile(path, ['#!/bin/sh', ...lines].join('\n'));
    await chmod(path, 0o700);
    return path;
  }

  async function backend(submit: readonly string[]): Promise<StandaloneBackend> {
    return new StandaloneBackend({
      master: 'spark://m:7077',
      jars: '/jars',
      python: await program('python', ['echo /packages/thalamus_spark/submit.py']),
      sparkSubmit: await program('spark-submit', [`echo "$@" > ${join(folder, 'args')}`, ...submit]),
    });
  }

  /** Answers with the last argument, the result file, set to a text. */
  const answering = (result: unknown): string[] => [
    `for last; do :; done`,
    `echo '${JSON.stringify(result)}' > "$last"`,
  ];

  it('submits in client mode and reads the result', async () => {
    const result = { run: 'r1', models: [], durationMs: 1 };
    expect(await (await backend(answering(result))).run(request)).toEqual(result);
    const args = (await readFile(join(folder, 'args'), 'utf8')).trim().split(' ');
    expect(args.slice(0, 9)).toEqual([
      '--master',
      'spark://m:7077',
      '--deploy-mode',
      'client',
      '--conf',
      'spark.driver.extraClassPath=/jars/*',
      '--conf',
      'spark.executor.extraClassPath=/jars/*',
      '/packages/thalamus_spark/submit.py',
    ]);
  });

  it('tells a failed model from a cluster that is not there', async () => {
    const error = { kind: 'model', message: 'tadw.a: bad', model: 'tadw.a' };
    await expect((await backend(answering({ error }))).run(request)).rejects.toMatchObject({
      code: 'THAL-C002',
    });
    const refused = await backend(['echo "All masters are unresponsive! Giving up." >&2', 'exit 1']);
    await expect(refused.run(request)).rejects.toMatchObject({
      code: 'THAL-C001',
      message: expect.stringContaining('All masters are unresponsive') as string,
    });
  });
});
