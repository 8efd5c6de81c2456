import pg from 'pg';

/** PostgreSQL's server, as its superuser. */
export interface PostgresAddress {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
}

/** A T-SQL database and the PostgreSQL database that holds it. */
export interface HostedDatabase {
  readonly name: string;
  readonly pgName: string;
}

/** Change tracking's chores, which no T-SQL session does. */
export class ChangeTrackingAdmin {
  constructor(
    private readonly address: PostgresAddress,
    /** Those there are now. */
    private readonly databases: () => readonly HostedDatabase[],
  ) {}

  /**
   * Removes history older than the retention period: a database's, if its AUTO_CLEANUP is on, or one table's in any case.
   * @returns the number of entries removed
   */
  async cleanup(database: string, table?: string): Promise<number> {
    return this.run(database, async (client) => {
      if (table === undefined) return count(client, 'select ct.cleanup() as n', []);
      return count(client, 'select ct.flush_table($1) as n', [await tableId(client, table)]);
    });
  }

  /**
   * Removes a table's history up to `version` (default: all) whatever the retention, so that older cursors are invalid.
   * @returns the number of entries removed
   */
  async expire(database: string, table: string, version?: number): Promise<number> {
    return this.run(database, async (client) =>
      count(client, 'select ct.expire_table($1, $2) as n', [await tableId(client, table), version ?? null]),
    );
  }

  /** CHANGE_TRACKING_CURRENT_VERSION(). */
  async currentVersion(database: string): Promise<string | null> {
    return this.run(database, async (client) => {
      const { rows } = await client.query<{ v: string | null }>('select ct.current_version() as v');
      return rows[0]?.v ?? null;
    });
  }

  /** The background task: every database that tracks changes. */
  async cleanupAll(): Promise<void> {
    for (const { name } of this.databases()) await this.cleanup(name);
  }

  private async run<T>(database: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
    const hosted = this.databases().find(({ name }) => name.toLowerCase() === database.toLowerCase());
    if (hosted === undefined) throw new Error(`There is no database '${database}'.`);
    const client = new pg.Client({ ...this.address, database: hosted.pgName });
    await client.connect();
    try {
      return await work(client);
    } finally {
      await client.end();
    }
  }
}

async function count(client: pg.Client, sql: string, values: unknown[]): Promise<number> {
  const { rows } = await client.query<{ n: string }>(sql, values);
  return Number(rows[0]?.n ?? 0);
}

/** The oid of a table by its T-SQL name: `schema.table` or, in dbo, `table`. */
async function tableId(client: pg.Client, table: string): Promise<number> {
  const parts = table.replaceAll(/[[\]]/g, '').split('.');
  const [schema, name] = parts.length > 1 ? parts : ['dbo', parts[0]];
  const { rows } = await client.query<{ id: number }>(
    `select object_id as id from emu.objects
     where kind = 'table' and lower(schema_name) = lower($1) and lower(name) = lower($2)`,
    [schema, name],
  );
  const [found] = rows;
  if (found === undefined) throw new Error(`There is no table '${table}'.`);
  return found.id;
}
