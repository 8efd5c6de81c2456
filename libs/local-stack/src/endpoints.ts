import { BUCKETS } from './components/s3.component.js';
import type { StackState } from './stack-state.js';

/** Where each part of a stack is, with all a client needs to connect. */
export interface StackEndpoints {
  readonly kafka: { readonly brokers: readonly string[] };
  readonly postgres: Login & { readonly url: string };
  readonly s3: {
    readonly endpoint: string;
    readonly region: string;
    readonly bucket: string;
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
  };
  /** The Azure SQL emulator, or a server outside, which has no control endpoint: its address is then empty. */
  readonly source: Login & { readonly encrypt: boolean; readonly controlUrl: string };
  /** The Redshift emulator. */
  readonly warehouse: Login & {
    readonly ssl: boolean;
    readonly iamRole: string;
    readonly controlUrl: string;
  };
  readonly spark: { readonly url: string };
}

/** Servers a stack can do without because they run elsewhere: a container, a cloud. */
export type OutsideServers = Partial<Pick<StackEndpoints, 'kafka' | 's3' | 'source'>>;

/** What any database client asks for. */
export interface Login {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
}

/** The sample's database; another pipeline.yaml may name another. */
export const DEFAULT_SOURCE_DATABASE = 'gme';
export const WAREHOUSE_DATABASE = 'warehouse';
/** The account both emulators know. */
export const STACK_USER = 'thalamus';
/** The one role that the Redshift emulator knows; it stands for access to the stack's S3. */
export const STACK_IAM_ROLE = 'arn:aws:iam::000000000000:role/thalamus-local';

/** Derives all addresses; those of components that do not run are what they would be. */
export function stackEndpoints(
  { secrets }: StackState,
  port: (name: string) => number,
  sourceDatabase: string,
): StackEndpoints {
  const host = '127.0.0.1';
  const login = (name: string, password: string, database: string): Login => ({
    host,
    port: port(name),
    user: STACK_USER,
    password,
    database,
  });
  return {
    kafka: { brokers: [`${host}:${port('kafka')}`] },
    postgres: {
      ...login('postgres', secrets.postgres, 'postgres'),
      user: 'postgres',
      url: `postgres://postgres:${secrets.postgres}@${host}:${port('postgres')}/postgres`,
    },
    s3: {
      endpoint: `http://${host}:${port('s3')}`,
      region: 'us-east-1',
      bucket: BUCKETS[0],
      accessKeyId: secrets.s3AccessKey,
      secretAccessKey: secrets.s3SecretKey,
    },
    source: {
      ...login('azure-sql-emulator', secrets.source, sourceDatabase),
      encrypt: false,
      controlUrl: `http://${host}:${port('azure-sql-emulator-control')}`,
    },
    warehouse: {
      ...login('redshift-emulator', secrets.warehouse, WAREHOUSE_DATABASE),
      ssl: false,
      iamRole: STACK_IAM_ROLE,
      controlUrl: `http://${host}:${port('redshift-emulator-control')}`,
    },
    spark: { url: `http://${host}:${port('spark')}` },
  };
}
