import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { startServer, type EmulatorOptions, type RedshiftEmulator } from '../index.js';
import { startMemoryS3, type MemoryS3 } from './memory-s3.js';

/** A role that the fixture's cluster has. */
export const ROLE = 'arn:aws:iam::123456789012:role/loader';

/** An emulator with an S3 beside it, for tests. */
export interface Fixture extends AsyncDisposable {
  readonly emulator: RedshiftEmulator;
  readonly s3: MemoryS3;
  /** A client that the fixture ends. */
  connect(options?: pg.ClientConfig): Promise<pg.Client>;
  /** Rows as arrays. */
  rows(sql: string, values?: unknown[]): Promise<unknown[][]>;
}

/** Starts both. */
export async function startFixture(options: EmulatorOptions = {}): Promise<Fixture> {
  const s3 = await startMemoryS3();
  // A server given by its URL saves each suite a cluster of its own; a database of its own it has anyway.
  const postgresUrl = process.env['REDSHIFT_EMULATOR_TEST_POSTGRES'];
  const shared =
    postgresUrl === undefined ? {} : { postgresUrl, database: `dev_${randomBytes(6).toString('hex')}` };
  const emulator = await startServer({
    ...shared,
    s3: { endpoint: s3.endpoint },
    iamRoles: new Map([
      [ROLE, { accessKeyId: s3.accessKeyId, secretAccessKey: s3.secretAccessKey }],
      [`${ROLE}-denied`, { accessKeyId: 'OTHER', secretAccessKey: 'x' }],
    ]),
    ...options,
  });
  const clients: pg.Client[] = [];
  const connect = async (config: pg.ClientConfig = {}): Promise<pg.Client> => {
    const client = new pg.Client({ connectionString: emulator.url, ...config });
    client.on('error', () => undefined);
    await client.connect();
    clients.push(client);
    return client;
  };
  let common: pg.Client | undefined;
  return {
    emulator,
    s3,
    connect,
    rows: async (sql, values) => {
      common ??= await connect();
      return (await common.query({ text: sql, rowMode: 'array', ...(values && { values }) }))
        .rows as unknown[][];
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all(clients.map((client) => client.end().catch(() => undefined)));
      await emulator.stop();
      await s3[Symbol.asyncDispose]();
    },
  };
}

/** A manifest of files that must exist. */
export function manifest(urls: readonly string[], objects: Map<string, Buffer>): Buffer {
  const entries = urls.map((url) => ({
    url,
    mandatory: true,
    meta: { content_length: objects.get(url.slice('s3://'.length))?.length ?? 0 },
  }));
  return Buffer.from(JSON.stringify({ entries }));
}
