import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostgres, type PostgresServer } from '@thalamus/embedded-postgres';
import pg from 'pg';
import { installChangeTracking } from '../install-change-tracking.js';

/** One row of CHANGETABLE(CHANGES): `operation version creation` and the key, for short comparisons. */
export type NetChange = string;

/** A throw-away cluster with change tracking installed in its database. */
export class TrackedDatabase {
  private readonly clients: pg.Client[] = [];

  private constructor(
    private readonly server: PostgresServer,
    private readonly directory: string,
  ) {}

  static async start(): Promise<TrackedDatabase> {
    const directory = await mkdtemp(join(tmpdir(), 'change-tracking-'));
    const server = await startPostgres({
      dataDir: join(directory, 'pg'),
      ephemeral: true,
      settings: { max_connections: '60' },
    });
    const database = new TrackedDatabase(server, directory);
    try {
      const client = await database.connect();
      await installChangeTracking((sql) => client.query(sql));
      await client.query("select ct.enable_database(2880, 'DAYS', true)");
      return database;
    } catch (error) {
      await database.stop();
      throw error;
    }
  }

  async connect(): Promise<pg.Client> {
    const { host, port, user, password } = this.server;
    const client = new pg.Client({ host, port, user, password, database: 'postgres' });
    await client.connect();
    this.clients.push(client);
    return client;
  }

  async stop(): Promise<void> {
    await Promise.all(this.clients.map((client) => client.end()));
    await this.server.stop();
    await rm(this.directory, { recursive: true, force: true });
  }
}

/** Starts tracking a table and gives its oid. */
export async function track(
  client: pg.Client,
  table: string,
  keys: string[],
  columns = false,
): Promise<number> {
  const { rows } = await client.query<{ oid: number }>(`select '${table}'::regclass::oid as oid`);
  const oid = rows[0]?.oid ?? 0;
  await client.query('select ct.enable_table($1, $2, $3)', [oid, keys, columns]);
  return oid;
}

export async function currentVersion(client: pg.Client): Promise<number> {
  const { rows } = await client.query<{ v: string | null }>('select ct.current_version() as v');
  return Number(rows[0]?.v ?? Number.NaN);
}

/** The net changes after `base`, ordered by key: `key:operation version creation`, versions relative to `origin`. */
export async function changes(
  client: pg.Client,
  oid: number,
  base: number | null,
  origin = 0,
  key = 'id',
): Promise<NetChange[]> {
  const { rows } = await client.query<{ k: string; op: string; v: string; c: string | null }>(
    `select ${key} as k, sys_change_operation as op, sys_change_version as v, sys_change_creation_version as c
     from ct.changes_${oid}($1) order by 1`,
    [base],
  );
  const relative = (version: string | null) => (version === null ? '-' : String(Number(version) - origin));
  return rows.map(({ k, op, v, c }) => `${k}:${op} ${relative(v)} ${relative(c)}`);
}
