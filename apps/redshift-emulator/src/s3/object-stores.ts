import { S3Client } from '@aws-sdk/client-s3';
import { RedshiftError } from '../errors.js';
import type { Credential } from '../language/credentials.js';
import type { Moods } from '../session/moods.js';
import { Bucket } from './bucket.js';

/** Keys that stand behind an IAM role. */
export interface RoleKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** Where S3 is and which roles the cluster has. */
export interface ObjectStoreOptions {
  /** Absent: AWS's own. */
  readonly endpoint?: string;
  readonly region: string;
  /** By ARN. A role that is not here is not attached to the cluster. */
  readonly roles: ReadonlyMap<string, RoleKeys>;
  /** Of `IAM_ROLE default`. */
  readonly defaultRole?: string;
}

/** Opens buckets with the credentials a statement gives, checking roles against the cluster's. */
export class ObjectStores {
  private readonly clients = new Map<string, S3Client>();

  constructor(
    private readonly options: ObjectStoreOptions,
    private readonly moods: Moods,
  ) {}

  /**
   * @param region of the REGION option; the cluster's own when absent
   * @throws RedshiftError when the role is not attached to the cluster, or the region is not that of the buckets
   */
  open(credential: Credential, region?: string): Bucket {
    const keys = this.keysOf(credential);
    if (this.options.endpoint !== undefined && region !== undefined && region !== this.options.region) {
      throw wrongRegion();
    }
    const id = [region, keys.accessKeyId, keys.secretAccessKey, keys.sessionToken].join('\n');
    let client = this.clients.get(id);
    if (client === undefined) {
      const { endpoint } = this.options;
      client = new S3Client({
        region: region ?? this.options.region,
        credentials: keys,
        ...(endpoint === undefined ? {} : { endpoint, forcePathStyle: true }),
      });
      this.clients.set(id, client);
    }
    return new Bucket(client, { denied: this.moods.take('denyS3'), slowMs: this.moods.slowS3Ms });
  }

  private keysOf(credential: Credential): RoleKeys & { sessionToken?: string } {
    if (credential.kind === 'keys') return credential;
    const arn = credential.kind === 'role' ? credential.arns.at(-1) : this.options.defaultRole;
    if (arn === undefined) {
      throw new RedshiftError('XX000', 'No default IAM role is set for this cluster');
    }
    if (!/^arn:[\w-]+:iam::\d{12}:role\/\S+$/.test(arn)) {
      throw new RedshiftError('XX000', `Invalid IAM role ARN: ${arn}`);
    }
    // Chained roles: each must be known; the last one's keys are used.
    const chain = credential.kind === 'role' ? credential.arns : [arn];
    const unknown = chain.find((role) => !this.options.roles.has(role));
    const keys = this.options.roles.get(arn);
    if (unknown !== undefined || keys === undefined) {
      throw new RedshiftError(
        'XX000',
        `User arn:aws:redshift:us-east-1:000000000000:dbuser:emulator is not authorized to assume IAM Role ${unknown ?? arn}`,
      );
    }
    return keys;
  }

  /** Closes all connections. */
  close(): void {
    for (const client of this.clients.values()) client.destroy();
  }
}

/** An S3 of one's own has its buckets in one region; AWS answers so for those of another. */
function wrongRegion(): RedshiftError {
  const message =
    'The bucket you are attempting to access must be addressed using the specified endpoint. ' +
    'Please send all future requests to this endpoint.';
  return new RedshiftError('XX000', `S3ServiceException:${message},Status 301,Error PermanentRedirect`);
}
