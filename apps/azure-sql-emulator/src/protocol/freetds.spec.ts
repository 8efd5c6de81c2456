import { execFile, spawn, spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { CannedEngine, sendCounting } from './testing/canned-engine.js';
import { TYPE_SAMPLES } from './testing/type-samples.js';
import { startTdsServer, type TdsServer } from './tds-server.js';
import type { TlsMode } from './prelogin.js';

const run = promisify(execFile);
const present = spawnSync('tsql', ['-C']).status === 0;
if (!present)
  console.warn(
    'SKIPPED: FreeTDS is not installed (Debian package freetds-bin); its interoperability was not tested.',
  );
const withFreeTds = present ? describe : describe.skip;

withFreeTds('FreeTDS', () => {
  let server: TdsServer;
  let engine: CannedEngine;
  let directory: string;

  async function start(tls: TlsMode): Promise<void> {
    engine = new CannedEngine({
      script: ({ sql, sink }) => {
        const count = /count (\d+)/.exec(sql)?.[1];
        if (count !== undefined) return sendCounting(sink, Number(count), 'é€');
        if (sql.includes('types')) {
          for (const { type, values } of TYPE_SAMPLES) {
            sink.columns([{ name: 'v', type, nullable: true }]);
            sink.rows([...values.map(([value]) => [value]), [null]]);
            sink.done({ command: 'select', rowCount: values.length + 1 });
          }
          return undefined;
        }
        if (sql.includes('boom')) {
          sink.message({ number: 50_000, severity: 16, state: 3, message: 'Boom!', line: 2 });
          sink.done({ command: 'other', failed: true });
          return undefined;
        }
        sink.done({ command: 'other' });
        return undefined;
      },
    });
    server = await startTdsServer({ engine, tls });
  }

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'freetds-'));
  });

  afterEach(async () => {
    await server.close();
    await rm(directory, { recursive: true, force: true });
  });

  /** Runs one batch through tsql and gives what it printed. */
  function tsql(
    batch: string,
    environment: Record<string, string> = {},
    password = 'secret',
  ): Promise<string> {
    return new Promise((resolve) => {
      const child = spawn(
        'tsql',
        ['-H', '127.0.0.1', '-p', String(server.port), '-U', 'sa', '-P', password, '-D', 'shop', '-o', 'fhq'],
        { env: { PATH: process.env['PATH'], TDSVER: '7.4', LC_ALL: 'C.UTF-8', ...environment } },
      );
      let output = '';
      child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
      child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
      child.on('close', () => resolve(output));
      child.stdin.end(`${batch}\ngo\nexit\n`);
    });
  }

  it.each(['off', 'optional', 'required'] as const)('reads rows with TLS %s', async (tls) => {
    await start(tls);
    const lines = (await tsql('count 3')).split('\n').filter((line) => line.includes('\t'));
    expect(lines).toEqual(['1\té€', '2\té€', '3\té€']);
  });

  it('logs in at 7.3 too', async () => {
    await start('off');
    expect(await tsql('count 1', { TDSVER: '7.3' })).toContain('1\té€');
  });

  it('reads every type and its NULL', async () => {
    await start('off');
    const output = await tsql('types');
    expect(output).toContain('9223372036854775807');
    expect(output).toContain('-1234567890123456789012345678.9012345678');
    expect(output).toContain('922337203685477.5807');
    expect(output).toContain('00112233-4455-6677-8899-AABBCCDDEEFF');
    expect(output).toContain('Привет');
    expect(output.split('\n').filter((line) => line === 'NULL')).toHaveLength(TYPE_SAMPLES.length);
  });

  it('reports errors, and a refused login', async () => {
    await start('off');
    expect(await tsql('boom')).toMatch(/Msg 50000 \(severity 16, state 3\).*Line 2:\s+"Boom!"/s);
    expect(await tsql('count 1', {}, 'wrong')).toMatch(/Msg 18456/);
  });

  it('loads a file by freebcp', async () => {
    await start('off');
    engine.options.script = ({ sql, sink }) => {
      if (/^(select|set fmtonly)/i.test(sql)) {
        sink.columns([
          { name: 'id', type: { name: 'int' }, nullable: false },
          { name: 'name', type: { name: 'nvarchar', length: 50 }, nullable: true },
        ]);
        sink.done({ command: 'select', rowCount: 0 });
      } else sink.done({ command: 'other' });
    };
    const file = join(directory, 'rows.txt');
    await writeFile(file, Array.from({ length: 500 }, (_, index) => `${index}\tname ${index}\n`).join(''));
    const { stdout } = await run(
      'freebcp',
      ['dbo.t', 'in', file, '-c', '-S', `127.0.0.1:${server.port}`, '-U', 'sa', '-P', 'secret', '-D', 'shop'],
      { env: { PATH: process.env['PATH'], TDSVER: '7.4' } },
    );
    expect(stdout).toContain('500 rows copied');
    const session = engine.sessions.at(-1);
    expect(session?.bulkRows).toHaveLength(500);
    expect(session?.bulkRows[7]).toEqual([7, 'name 7']);
  });
});
