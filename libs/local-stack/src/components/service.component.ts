import type { Component } from '../component.js';
import type { StackEndpoints } from '../endpoints.js';
import { answersHttp } from '../probes.js';
import { startProgram } from '../program.js';
import { cloneRoot, installed } from '../stack-paths.js';
import { replicaName, type StackPlan } from '../stack-plan.js';
import { appEntry } from './emulator.component.js';

/** Variables that say where the stage is. */
export function storeEnvironment({ s3 }: StackEndpoints): Record<string, string> {
  return {
    THALAMUS_STORE_BUCKET: s3.bucket,
    THALAMUS_STORE_REGION: s3.region,
    THALAMUS_STORE_ENDPOINT: s3.endpoint,
    THALAMUS_STORE_ACCESS_KEY: s3.accessKeyId,
    THALAMUS_STORE_SECRET_KEY: s3.secretAccessKey,
  };
}

/** The whole environment of a service, but for its own port: what `pipeline.yaml` leaves to the place it runs in. */
export function serviceEnvironment(endpoints: StackEndpoints, configFile: string): Record<string, string> {
  const { source, warehouse, kafka, spark } = endpoints;
  return {
    ...storeEnvironment(endpoints),
    THALAMUS_CONFIG: configFile,
    THALAMUS_SOURCE_HOST: source.host,
    THALAMUS_SOURCE_PORT: String(source.port),
    THALAMUS_SOURCE_USER: source.user,
    THALAMUS_SOURCE_PASSWORD: source.password,
    THALAMUS_SOURCE_ENCRYPT: String(source.encrypt),
    THALAMUS_SOURCE_TRUST_CERTIFICATE: 'true',
    THALAMUS_KAFKA_BROKERS: kafka.brokers.join(','),
    THALAMUS_WAREHOUSE_HOST: warehouse.host,
    THALAMUS_WAREHOUSE_PORT: String(warehouse.port),
    THALAMUS_WAREHOUSE_DATABASE: warehouse.database,
    THALAMUS_WAREHOUSE_USER: warehouse.user,
    THALAMUS_WAREHOUSE_PASSWORD: warehouse.password,
    THALAMUS_WAREHOUSE_SSL: String(warehouse.ssl),
    THALAMUS_WAREHOUSE_IAM_ROLE: warehouse.iamRole,
    THALAMUS_SPARK_URL: spark.url,
  };
}

const NEEDS = {
  capture: ['kafka', 'azure-sql-emulator'],
  loader: ['kafka', 's3', 'redshift-emulator'],
  transformer: ['kafka', 's3', 'redshift-emulator', 'spark'],
} as const;

/** As in their Dockerfiles: what they hold is bounded, but without a limit Node lets garbage grow with the machine's memory. */
const boundedHeap = ['--max-old-space-size=256', '--max-semi-space-size=16'];

const READY_PATIENCE_MS = 10_000;

/**
 * A service that lives but is not ready yet may have good reason: the source is still empty, another replica works.
 * After some patience it counts as started; its readiness can be asked for at any time.
 */
function readinessWithin(patienceMs: number, url: string): (signal: AbortSignal) => Promise<void> {
  let aliveSince: number | undefined;
  return async (signal) => {
    await answersHttp(`${url}/health/live`, signal);
    aliveSince ??= Date.now();
    if (Date.now() - aliveSince < patienceMs) await answersHttp(`${url}/health/ready`, signal);
  };
}

/** One of the product's services, as it would run anywhere else. */
export function serviceComponent(name: keyof typeof NEEDS): (plan: StackPlan, replica: number) => Component {
  return ({ paths, port, endpoints, configFile, serviceEnv }, replica) => {
    const httpPort = port(replicaName(name, replica));
    const logFile = paths.logOf(name, replica);
    return {
      name,
      replica,
      version: '0.1.0',
      address: `127.0.0.1:${httpPort}`,
      logFile,
      needs: NEEDS[name],
      essential: false,
      start: async (signal) => {
        const patient = readinessWithin(READY_PATIENCE_MS, `http://127.0.0.1:${httpPort}`);
        return startProgram(
          {
            title: replicaName(name, replica),
            command: installed.node,
            // kafkajs 2.2.4 now and then asks for a timer in the past; Node 24 warns of it in every process.
            args: [...boundedHeap, '--disable-warning=TimeoutNegativeWarning', appEntry(name)],
            cwd: cloneRoot,
            env: {
              ...serviceEnvironment(endpoints, configFile),
              THALAMUS_HTTP_PORT: String(httpPort),
              ...serviceEnv,
            },
            logFile,
            probe: patient,
            stopWithinMs: 4000,
          },
          signal,
        );
      },
    };
  };
}
