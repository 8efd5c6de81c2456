import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { cloneRoot, type LocalStack } from '@thalamus/local-stack';

export interface PeerResult {
  readonly name: string;
  readonly rows: number;
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly peakBytes: number;
  /** Why there is no figure. */
  readonly failure?: string;
}

const venv = join(cloneRoot, '.thalamus', 'venv-bench', 'bin');

/** The serial connector this product replaces: pymssql reading, psycopg writing, one table after the other. */
export async function serialConnector(stack: LocalStack): Promise<PeerResult> {
  const { source, warehouse } = stack.endpoints;
  const env = {
    ...process.env,
    THALAMUS_SOURCE_HOST: source.host,
    THALAMUS_SOURCE_PORT: String(source.port),
    THALAMUS_SOURCE_USER: source.user,
    THALAMUS_SOURCE_PASSWORD: source.password,
    THALAMUS_WAREHOUSE_HOST: warehouse.host,
    THALAMUS_WAREHOUSE_PORT: String(warehouse.port),
    THALAMUS_WAREHOUSE_USER: warehouse.user,
    THALAMUS_WAREHOUSE_PASSWORD: warehouse.password,
    THALAMUS_WAREHOUSE_DATABASE: warehouse.database,
  };
  const script = join(cloneRoot, 'bench', 'serial_connector.py');
  const { code, stdout, stderr } = await run(
    join(venv, 'python'),
    [script, source.database, 'bench_serial'],
    env,
  );
  const name = 'serial connector';
  if (code !== 0) return failed(name, stderr);
  return { name, ...(JSON.parse(stdout.trim().split('\n').at(-1) ?? '{}') as Omit<PeerResult, 'name'>) };
}

/** Binary columns: Sling writes them as text that no warehouse takes, and this pipeline leaves them out as well. */
const withoutBinary = {
  'dbo.Applicant': { select: ['-Photo', '-Version'] },
  'dbo.Application': { select: ['-Version'] },
  'dbo.Document': { select: ['-Content', '-Sha256'] },
};

/** Sling, SQL Server to Redshift, all tables, in full, as its documentation configures it. */
export async function sling(stack: LocalStack, rows: number): Promise<PeerResult> {
  const { source, warehouse, s3 } = stack.endpoints;
  const env = {
    ...process.env,
    SLING_DIR: join(stack.paths.dir, 'sling'),
    SLING_DISABLE_TELEMETRY: 'TRUE',
    SRC: `sqlserver://${source.user}:${source.password}@${source.host}:${source.port}?database=${source.database}&encrypt=disable`,
    TGT: JSON.stringify({
      type: 'redshift',
      host: warehouse.host,
      port: warehouse.port,
      user: warehouse.user,
      password: warehouse.password,
      database: warehouse.database,
      sslmode: 'disable',
      schema: 'bench_sling',
      aws_bucket: s3.bucket,
      aws_access_key_id: s3.accessKeyId,
      aws_secret_access_key: s3.secretAccessKey,
      aws_endpoint: s3.endpoint,
      aws_region: s3.region,
    }),
  };
  const replication = JSON.stringify({
    source: 'SRC',
    target: 'TGT',
    defaults: { mode: 'full-refresh', object: 'bench_sling.{stream_table_lower}' },
    streams: { 'dbo.*': {}, ...withoutBinary },
  });
  const script = join(cloneRoot, 'bench', 'sling_peer.py');
  const { code, stdout, stderr } = await run(join(venv, 'python'), [script, 'run', '-r', replication], env);
  if (code !== 0) return failed('Sling', stderr);
  return { name: 'Sling', rows, ...(JSON.parse(stdout.trim()) as Omit<PeerResult, 'name' | 'rows'>) };
}

function failed(name: string, output: string): PeerResult {
  const failure = output.trim().split('\n').slice(-3).join(' / ').slice(0, 300);
  return { name, rows: 0, seconds: 0, cpuSeconds: 0, peakBytes: 0, failure };
}

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function run(command: string, args: string[], env: NodeJS.ProcessEnv): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'pipe'], timeout: 3_600_000 });
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    child.once('error', (error) => {
      resolve({ code: 127, stdout, stderr: String(error) });
    });
    child.once('close', (code) => resolve({ code: code ?? 128, stdout, stderr }));
  });
}
