import {
  CreateBucketCommand,
  DeleteObjectCommand,
  ListBucketsCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
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
      '-volume.preStopSeconds=0',
      '-master.telemetry=false',
      '-master.electionTimeout=500ms',
      // A single master needs no memory of earlier elections: with it, a restart waits for a majority that is itself.
      '-master.resumeState=false',
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
    essential: true,
    async start(signal) {
      const filesDir = join(dataDir, 'files');
      mkdirSync(filesDir, { recursive: true });
      const identities = join(dataDir, 's3.json');
      writeFileSync(identities, JSON.stringify(identityFile(accessKeyId, secretAccessKey)), { mode: 0o600 });
      removeSockets(port);
      const weed = await startProgram(
        {
          title: 's3',
          command: installed.weed,
          args: weedArguments(filesDir, identities, port),
          cwd: dataDir,
          logFile,
          probe: (abort) => answersRequests(endpoint, { accessKeyId, secretAccessKey }, abort),
          // On SIGTERM it waits for streams that its own parts keep open, and never ends. It writes without buffers.
          stopWithinMs: 1000,
          orphanSignal: 'KILL',
        },
        signal,
      );
      void weed.exited.then(() => removeSockets(port));
      return weed;
    },
  };
}

/** weed leaves sockets of fixed names in /tmp, stopped or killed. */
function removeSockets(port: (name: string) => number): void {
  for (const name of S3_PORTS) {
    for (const kind of ['master-grpc', 'volume-grpc', 'filer', 'filer-grpc', 's3', 's3-grpc']) {
      rmSync(`/tmp/seaweedfs-${kind}-${port(name)}.sock`, { force: true });
    }
  }
}

function identityFile(accessKey: string, secretKey: string): object {
  const actions = ['Admin', 'Read', 'Write', 'List', 'Tagging'];
  return { identities: [{ name: 'local', credentials: [{ accessKey, secretKey }], actions }] };
}

/** Makes the buckets, and writes an object: S3 answers some seconds before there is a volume to write to. */
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
      const probe = { Bucket, Key: '.local-stack/probe' };
      await client.send(new PutObjectCommand({ ...probe, Body: 'writable' }), { abortSignal });
      await client.send(new DeleteObjectCommand(probe), { abortSignal });
    }
  } finally {
    client.destroy();
  }
}
