import { CreateBucketCommand, ListBucketsCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Component } from '../component.js';
import { startProgram } from '../program.js';
import { installed } from '../stack-paths.js';
import type { StackPlan } from '../stack-plan.js';

export const SEAWEEDFS_VERSION = '4.48';

/** Buckets that are there from the start. */
export const BUCKETS = ['thalamus'] as const;

const LISTENERS = {
  's3.port': 's3',
  's3.port.grpc': 's3-grpc',
  'master.port': 's3-master',
  'master.port.grpc': 's3-master-grpc',
  'volume.port': 's3-volume',
  'volume.port.grpc': 's3-volume-grpc',
  'filer.port': 's3-filer',
  'filer.port.grpc': 's3-filer-grpc',
} as const;

/** Names under which this component's ports are remembered. */
export const S3_PORTS: readonly string[] = Object.values(LISTENERS);

function weedArguments(dataDir: string, identities: string, port: (name: string) => number): string[] {
  const ports = Object.entries(LISTENERS).map(([flag, name]) => `-${flag}=${port(name)}`);
  return [
    ['-logtostderr=true', '-v=0', 'server', `-dir=${dataDir}`, '-ip=127.0.0.1', '-ip.bind=127.0.0.1'],
    [
      '-master.volumeSizeLimitMB=256',
      '-master.volumePreallocate=false',
      '-volume.max=100',
      '-master.telemetry=false',
    ],
    ['-filer', '-s3', `-s3.config=${identities}`, '-s3.iam=false', '-s3.port.iceberg=0', '-s3.port.lance=0'],
    ['-metricsPort=0', ...ports],
  ].flat();
}

/** SeaweedFS as S3. */
export function s3Component(plan: StackPlan): Component {
  const { paths, state, port } = plan;
  const dataDir = paths.dataOf('s3');
  const logFile = paths.logOf('s3', 1);
  const endpoint = `http://127.0.0.1:${port('s3')}`;
  const { s3AccessKey: accessKeyId, s3SecretKey: secretAccessKey } = state.secrets;
  return {
    name: 's3',
    replica: 1,
    version: SEAWEEDFS_VERSION,
    address: `127.0.0.1:${port('s3')}`,
    logFile,
    needs: [],
    async start(signal) {
      const filesDir = join(dataDir, 'files');
      mkdirSync(filesDir, { recursive: true });
      const identities = join(dataDir, 's3.json');
      writeFileSync(identities, JSON.stringify(identityFile(accessKeyId, secretAccessKey)), { mode: 0o600 });
      return startProgram(
        {
          title: 's3',
          command: installed.weed,
          args: weedArguments(filesDir, identities, port),
          cwd: dataDir,
          logFile,
          probe: (abort) => answersRequests(endpoint, { accessKeyId, secretAccessKey }, abort),
          stopWithinMs: 3000,
        },
        signal,
      );
    },
  };
}

function identityFile(accessKey: string, secretKey: string): object {
  const actions = ['Admin', 'Read', 'Write', 'List', 'Tagging'];
  return { identities: [{ name: 'local', credentials: [{ accessKey, secretKey }], actions }] };
}

/** Also makes the buckets: S3 answers before its filer can write, and only a written bucket proves both. */
async function answersRequests(
  endpoint: string,
  credentials: { accessKeyId: string; secretAccessKey: string },
  abortSignal: AbortSignal,
): Promise<void> {
  const client = new S3Client({
    endpoint,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials,
    maxAttempts: 1,
  });
  try {
    const { Buckets = [] } = await client.send(new ListBucketsCommand({}), { abortSignal });
    for (const Bucket of BUCKETS) {
      if (!Buckets.some(({ Name }) => Name === Bucket))
        await client.send(new CreateBucketCommand({ Bucket }), { abortSignal });
      await client.send(new ListObjectsV2Command({ Bucket, MaxKeys: 1 }), { abortSignal });
    }
  } finally {
    client.destroy();
  }
}
