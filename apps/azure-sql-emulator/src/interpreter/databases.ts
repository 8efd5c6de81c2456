import { installChangeTracking } from '../change-tracking/install-change-tracking.js';
import { SqlError, unsupported } from '../language/errors.js';
import { PgConnection, type PgAddress } from '../storage/pg-connection.js';
import { preludeSql } from '../storage/prelude/index.js';
import { Database } from './database.js';

/** PostgreSQL's name of a T-SQL database. */
export const physicalDatabase = (name: string): string => `sql_${name.toLowerCase()}`;

/** Copies do not begin with `sql_`: they are no databases of the server's. */
const kept = (database: Database, point: string): string =>
  `kept_${database.name.toLowerCase()}_${point.toLowerCase()}`.replaceAll('"', '""').slice(0, 63);

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
  /** Which sessions find themselves on a read-only replica: all, or those that asked for one. */
  replica: 'all' | 'intent' | undefined;

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

  /** Keeps a copy of a database as it is now. Nobody may be in it. */
  async keep(database: Database, point: string): Promise<void> {
    await this.asAdmin(async (admin) => {
      await admin.script(`drop database if exists "${kept(database, point)}" with (force)`);
      await this.copy(admin, database.pgName, kept(database, point));
    });
  }

  /** Puts a database back to where a copy was taken; the copy stays. */
  async restore(database: Database, point: string): Promise<void> {
    await this.asAdmin(async (admin) => {
      const copy = kept(database, point);
      const [there] = await admin.query('select 1 from pg_database where datname = $1', [copy]);
      if (!there) throw new Error(`There is no restore point '${point}' of database '${database.name}'.`);
      await admin.script(`drop database "${database.pgName.replaceAll('"', '""')}" with (force)`);
      await this.copy(admin, copy, database.pgName);
      const comment = database.name.replaceAll("'", "''");
      await admin.script(`comment on database "${database.pgName.replaceAll('"', '""')}" is '${comment}'`);
    });
    database.changed(database.everything);
  }

  /** PostgreSQL copies a database only while nobody else is connected to it. */
  private async copy(admin: PgConnection, from: string, to: string): Promise<void> {
    await admin.query(
      'select pg_terminate_backend(pid) from pg_stat_activity where datname = $1 and pid <> pg_backend_pid()',
      [from],
    );
    await admin.script(
      `create database "${to.replaceAll('"', '""')}" template "${from.replaceAll('"', '""')}" strategy file_copy`,
    );
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
