#!/usr/bin/env node
import { Command, InvalidArgumentError, Option } from 'commander';
import { startServer, type EmulatorOptions, type RoleKeys } from './index.js';

const STOP_TIMEOUT_MS = 5000;
const PARENT_CHECK_MS = 500;

interface Flags {
  readonly host: string;
  readonly port: number;
  readonly dataDir?: string;
  readonly postgresUrl?: string;
  readonly ephemeral?: boolean;
  readonly user: string;
  readonly password: string;
  readonly database: string;
  readonly auth: 'md5' | 'cleartext';
  readonly s3Endpoint?: string;
  readonly s3Region: string;
  readonly s3AccessKey?: string;
  readonly s3SecretKey?: string;
  readonly iamRole: Map<string, RoleKeys | undefined>;
  readonly defaultIamRole?: string;
  readonly tls?: boolean;
  readonly latency: 'none' | 'real';
  readonly isolation: 'snapshot' | 'serializable';
  readonly controlPort?: number;
  readonly exitWithParent?: boolean;
  readonly verbose?: boolean;
}

function port(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0 || value > 65_535) throw new InvalidArgumentError('0 to 65535');
  return value;
}

/** `arn`, or `arn=accessKey:secret`. The ARN itself may hold `=`; the keys' part begins at the last one. */
function role(text: string, roles: Map<string, RoleKeys | undefined>): Map<string, RoleKeys | undefined> {
  const at = text.indexOf('=');
  if (at < 0) return new Map([...roles, [text, undefined]]);
  const [accessKeyId = '', ...secret] = text.slice(at + 1).split(':');
  if (accessKeyId === '' || secret.length === 0) throw new InvalidArgumentError('use arn=accessKey:secret');
  return new Map([...roles, [text.slice(0, at), { accessKeyId, secretAccessKey: secret.join(':') }]]);
}

const env = (name: string): string => `REDSHIFT_EMULATOR_${name}`;

function command(): Command {
  return new Command('redshift-emulator')
    .description('Behaves as Amazon Redshift over the PostgreSQL wire protocol, on PostgreSQL.')
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .addOption(new Option('--port <n>', '0: a free one').default(5439).argParser(port).env(env('PORT')))
    .option('--data-dir <path>', 'directory of the embedded PostgreSQL (default: a temporary one)')
    .addOption(
      new Option('--postgres-url <url>', 'a PostgreSQL 18 to use in its place; needs a superuser').env(
        env('POSTGRES_URL'),
      ),
    )
    .option('--ephemeral', 'fast and not durable; the data directory is removed at the end')
    .addOption(new Option('--user <name>', 'first user').default('awsuser').env(env('USER')))
    .addOption(new Option('--password <text>', 'of the first user').default('Password1').env(env('PASSWORD')))
    .addOption(new Option('--database <name>', 'the database').default('dev').env(env('DATABASE')))
    .addOption(
      new Option('--auth <method>', 'how clients log in').choices(['md5', 'cleartext']).default('md5'),
    )
    .addOption(new Option('--s3-endpoint <url>', "S3's address (default: AWS)").env(env('S3_ENDPOINT')))
    .addOption(
      new Option('--s3-region <name>', "the cluster's region").default('us-east-1').env(env('S3_REGION')),
    )
    .addOption(
      new Option('--s3-access-key <id>', 'keys of roles given without any').env(env('S3_ACCESS_KEY')),
    )
    .addOption(new Option('--s3-secret-key <secret>', 'with --s3-access-key').env(env('S3_SECRET_KEY')))
    .option(
      '--iam-role <arn[=accessKey:secret]>',
      'a role attached to the cluster; may be repeated',
      role,
      new Map(),
    )
    .option('--default-iam-role <arn>', 'what IAM_ROLE default means')
    .option('--tls', 'offer TLS with a self-signed certificate')
    .addOption(
      new Option('--latency <kind>', 'real: as slow as a small serverless workgroup')
        .choices(['none', 'real'])
        .default('none'),
    )
    .addOption(
      new Option('--isolation <level>', "the database's")
        .choices(['snapshot', 'serializable'])
        .default('snapshot'),
    )
    .option('--control-port <n>', 'HTTP endpoint for moods on 127.0.0.1; 0: a free port', port)
    .option('--exit-with-parent', 'stop when the parent process is gone')
    .option('--verbose', 'log to stderr');
}

function roles(flags: Flags): Map<string, RoleKeys> {
  const { s3AccessKey, s3SecretKey } = flags;
  const fallback =
    s3AccessKey !== undefined && s3SecretKey !== undefined
      ? { accessKeyId: s3AccessKey, secretAccessKey: s3SecretKey }
      : undefined;
  const known = new Map<string, RoleKeys>();
  for (const [arn, keys] of flags.iamRole) {
    const found = keys ?? fallback;
    if (found === undefined)
      throw new Error(`--iam-role ${arn} has no keys: give arn=accessKey:secret or --s3-access-key`);
    known.set(arn, found);
  }
  return known;
}

function optionsOf(flags: Flags): EmulatorOptions {
  const log = (line: string): void => void process.stderr.write(`${line}\n`);
  return {
    host: flags.host,
    port: flags.port,
    user: flags.user,
    password: flags.password,
    database: flags.database,
    auth: flags.auth,
    latency: flags.latency,
    isolation: flags.isolation,
    iamRoles: roles(flags),
    s3: { region: flags.s3Region, ...(flags.s3Endpoint !== undefined && { endpoint: flags.s3Endpoint }) },
    ...(flags.dataDir !== undefined && { dataDir: flags.dataDir }),
    ...(flags.postgresUrl !== undefined && { postgresUrl: flags.postgresUrl }),
    ...(flags.ephemeral !== undefined && { ephemeral: flags.ephemeral }),
    ...(flags.defaultIamRole !== undefined && { defaultIamRole: flags.defaultIamRole }),
    ...(flags.tls !== undefined && { tls: flags.tls }),
    ...(flags.controlPort !== undefined && { controlPort: flags.controlPort }),
    ...(flags.verbose === true && { log }),
  };
}

async function main(): Promise<void> {
  const flags = command().parse().opts<Flags>();
  const parent = process.ppid;
  const emulator = await startServer(optionsOf(flags));
  const stop = (): void => {
    setTimeout(() => process.exit(1), STOP_TIMEOUT_MS).unref();
    emulator.stop().then(
      () => process.exit(0),
      (error: unknown) => {
        process.stderr.write(`${String(error)}\n`);
        process.exit(1);
      },
    );
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  if (flags.exitWithParent === true) {
    setInterval(() => {
      if (process.ppid !== parent) stop();
    }, PARENT_CHECK_MS).unref();
  }
  const { host, port: bound, user, database, controlUrl } = emulator;
  const ready = {
    ready: true,
    host,
    port: bound,
    user,
    database,
    ...(controlUrl !== undefined && { controlUrl }),
  };
  process.stdout.write(`${JSON.stringify(ready)}\n`);
}

main().catch((error: unknown) => {
  process.stderr.write(`redshift-emulator: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
