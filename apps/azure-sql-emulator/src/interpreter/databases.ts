import { installChangeTracking } from '../change-tracking/install-change-tracking.js';
import { SqlError, unsupported } from '../language/errors.js';
import { PgConnection, type PgAddress } from '../storage/pg-connection.js';
import { preludeSql } from '../storage/prelude/index.js';
import { Database } from './database.js';

/** PostgreSQL's name of a T-SQL database. */
export const physicalDatabase = (name: string): string => `sql_${name.toLowerCase()}`;

const systemDatabases = new Set(['master', 'tempdb', 'model', 'msdb']);

/** A session as its server sees it. */
export interface HostedSession {
  readonly database: string;
  /** Ends what it does; its next request is refused. */
  kill(): Promise<void>;
  close(): Promise<void>;
}

/** The databases of one server, and the sessions in them. */
export class Databases {
  private readonly byName = new Map<string, Database>();
  readonly sessions = new Set<HostedSession>();

  constructor(private readonly postgres: PgAddress) {}

  get list(): readonly Database[] {
    return [...this.byName.values()];
  }

  find(name: string): Database | undefined {
    return this.byName.get(name.toLowerCase());
  }

  /** Makes those that are missing, and takes on those of an earlier run. */
  async open(wanted: readonly string[]): Promise<void> {
    await this.asAdmin(async (admin) => {
      const kept = await admin.query(
        "select shobj_description(oid, 'pg_database') from pg_database where datname like 'sql\\_%' order by oid",
      );
      const names = [
        ...wanted,
        ...kept.flatMap(([name]) => (name === null || name === undefined ? [] : [name])),
      ];
      for (const name of names) if (!this.find(name)) await this.prepare(admin, name);
    });
  }

  async create(name: string, line: number): Promise<void> {
    if (this.find(name) ?? systemDatabases.has(name.toLowerCase()))
      throw new SqlError(
        1801,
        `Database '${name}' already exists. Choose a different database name.`,
        line,
        16,
        3,
      );
    if (Buffer.byteLength(physicalDatabase(name)) > 63)
      throw unsupported('database names of more than 59 bytes', line);
    await this.asAdmin((admin) => this.prepare(admin, name));
  }

  /** @throws {SqlError} 3702 while anyone is in it. */
  async drop(name: string, ifExists: boolean, line: number): Promise<void> {
    const database = this.find(name);
    if (systemDatabases.has(name.toLowerCase()))
      throw new SqlError(
        3708,
        `Cannot drop the database '${name}' because it is a system database.`,
        line,
        16,
        4,
      );
    if (!database) {
      if (ifExists) return;
      throw new SqlError(
        3701,
        `Cannot drop the database '${name}', because it does not exist or you do not have permission.`,
        line,
        11,
        1,
      );
    }
    if (this.sessionsIn(database).length > 0)
      throw new SqlError(
        3702,
        `Cannot drop database "${database.name}" because it is currently in use.`,
        line,
        16,
        4,
      );
    this.byName.delete(name.toLowerCase());
    await this.asAdmin((admin) =>
      admin.script(`drop database if exists "${database.pgName.replaceAll('"', '""')}" with (force)`),
    );
  }

  /** SET SINGLE_USER or OFFLINE WITH ROLLBACK IMMEDIATE: the others are thrown out. */
  async evict(database: Database, except: HostedSession | undefined): Promise<void> {
    const others = this.sessionsIn(database).filter((session) => session !== except);
    await Promise.all(others.map((session) => session.kill()));
  }

  private sessionsIn(database: Database): HostedSession[] {
    return [...this.sessions].filter(
      (session) => session.database.toLowerCase() === database.name.toLowerCase(),
    );
  }

  private async asAdmin<T>(work: (admin: PgConnection) => Promise<T>): Promise<T> {
    const admin = await PgConnection.open(this.postgres, 'postgres');
    try {
      return await work(admin);
    } finally {
      await admin.close();
    }
  }

  /** Makes a database with the prelude and change tracking in it; safe to repeat. */
  private async prepare(admin: PgConnection, name: string): Promise<void> {
    const pgName = physicalDatabase(name);
    const quoted = pgName.replaceAll('"', '""');
    const [existing] = await admin.query('select 1 from pg_database where datname = $1', [pgName]);
    if (!existing) {
      await admin.script(`create database "${quoted}" template template0 encoding 'UTF8' locale 'C'`);
      await admin.script(`comment on database "${quoted}" is '${name.replaceAll("'", "''")}'`);
    }
    const connection = await PgConnection.open(this.postgres, pgName, { search_path: 'emu' });
    try {
      await connection.script(preludeSql);
      await connection.script('set search_path to default');
      await installChangeTracking((sql) => connection.script(sql));
    } finally {
      await connection.close();
    }
    this.byName.set(name.toLowerCase(), new Database(name, pgName));
  }
}
