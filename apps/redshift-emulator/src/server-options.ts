import type { PostgresAddress } from './protocol/backend-login.js';
import type { RoleKeys } from './s3/object-stores.js';
import type { Isolation } from './language/plan-statement.js';
import type { Latency } from './session/latency.js';

/** How an emulator is started; everything has a default. */
export interface EmulatorOptions {
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** 0 or absent: a free one. */
  readonly port?: number;
  /** Directory of an embedded PostgreSQL. Absent: a temporary one, removed at stop. */
  readonly dataDir?: string;
  /** Fast and not durable; the data directory is removed at stop. Default: true when `dataDir` is absent. */
  readonly ephemeral?: boolean;
  /** A PostgreSQL 18 to use in the place of an embedded one; its user must be a superuser. */
  readonly postgresUrl?: string;
  /** Settings of the embedded PostgreSQL. */
  readonly postgresSettings?: Readonly<Record<string, string>>;
  /** First user, a superuser. Default `awsuser`. */
  readonly user?: string;
  /** Default `Password1`. */
  readonly password?: string;
  /** Default `dev`. */
  readonly database?: string;
  /** How clients prove their password. Default `md5`. */
  readonly auth?: 'md5' | 'cleartext';
  readonly s3?: {
    /** Absent: AWS's own. */
    readonly endpoint?: string;
    /** The cluster's region. Default us-east-1. */
    readonly region?: string;
  };
  /** Roles attached to the cluster, by ARN. */
  readonly iamRoles?: ReadonlyMap<string, RoleKeys>;
  /** ARN of `IAM_ROLE default`. */
  readonly defaultIamRole?: string;
  /** Offer TLS with a self-signed certificate. Default false. */
  readonly tls?: boolean;
  /** `real` imitates a small serverless workgroup. Default none. */
  readonly latency?: 'none' | 'real' | Latency;
  /** Default snapshot. */
  readonly isolation?: Isolation;
  /** HTTP endpoint for moods; 0: a free port; absent: none. */
  readonly controlPort?: number;
  readonly log?: (line: string) => void;
}

/** Reads `postgres://user:password@host:port/database`. */
export function addressOfUrl(text: string): PostgresAddress {
  const url = new URL(text);
  return {
    host: url.hostname,
    port: Number(url.port || '5432'),
    user: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    database: decodeURIComponent(url.pathname.slice(1)) || 'postgres',
  };
}
