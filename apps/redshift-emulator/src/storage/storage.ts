import { createHash } from 'node:crypto';
import pg from 'pg';
import type { NumericNames } from '../decimals/expression-types.js';
import type { PostgresAddress } from '../protocol/backend-login.js';
import { md5Verifier } from '../protocol/authentication.js';
import { rememberNames } from '../language/long-names.js';
import { CATALOGUE_SQL } from './catalogue.sql.js';
import { FUNCTIONS_SQL } from './functions.sql.js';
import { DECIMALS_SQL } from '../decimals/decimals.sql.js';
import { SEMANTICS_SQL } from './semantics.sql.js';
import { SYSTEM_GRANTS_SQL, SYSTEM_TABLES_SQL } from './system-tables.sql.js';

/** Who may log in first, and to which database. */
export interface StorageOptions {
  readonly user: string;
  readonly password: string;
  readonly database: string;
}

const PRELUDE = [
  CATALOGUE_SQL,
  FUNCTIONS_SQL,
  SEMANTICS_SQL,
  DECIMALS_SQL,
  SYSTEM_TABLES_SQL,
  SYSTEM_GRANTS_SQL,
].join('\n');
const PRELUDE_VERSION = createHash('sha256').update(PRELUDE).digest('hex');

/** An earlier version's views may have other columns, which CREATE OR REPLACE refuses to change; users' views rest on them. */
const DROP_OWN_VIEWS = String.raw`
create temp table users_views on commit drop as
select format('%I.%I', n.nspname, c.relname) as name, pg_get_viewdef(c.oid) as definition, pg_get_userbyid(c.relowner) as owner, c.oid
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where c.relkind = 'v' and c.oid >= 16384 and n.nspname not in ('pg_catalog', 'redshift_emulator');
do $$ declare views text; begin
  select string_agg(format('%I.%I', n.nspname, c.relname), ', ') into views from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind = 'v' and c.oid >= 16384 and n.nspname in ('pg_catalog', 'redshift_emulator');
  if views is not null then execute 'drop view ' || views || ' cascade'; end if;
end $$;`;
const RESTORE_USERS_VIEWS = String.raw`
do $$ declare v record; begin
  for v in select * from users_views where to_regclass(name) is null order by oid loop
    execute format('create view %s as %s', v.name, v.definition);
    execute format('alter view %s owner to %I', v.name, v.owner);
  end loop;
end $$;`;

/** The emulator's own way into PostgreSQL, outside any client's transaction. */
export class Storage {
  private constructor(
    readonly address: PostgresAddress,
    readonly database: string,
    readonly pool: pg.Pool,
  ) {}

  /** Makes database, user, catalogue and functions where they are missing. */
  static async open(address: PostgresAddress, options: StorageOptions): Promise<Storage> {
    await ensureDatabase(address, options);
    const pool = new pg.Pool({
      ...connection({ ...address, database: options.database }),
      max: 4,
      allowExitOnIdle: true,
    });
    // An idle connection that PostgreSQL ends is replaced by the pool; the statement that needs it reports.
    pool.on('error', () => undefined);
    const storage = new Storage({ ...address, database: options.database }, options.database, pool);
    await storage.installPrelude();
    const { rows } = await pool.query<{ short: string; long: string }>(
      'select short, long from redshift_emulator.long_names',
    );
    rememberNames(rows.map(({ short, long }) => [short, long]));
    return storage;
  }

  private async installPrelude(): Promise<void> {
    const client = await this.pool.connect();
    try {
      await client.query('create schema if not exists redshift_emulator');
      await client.query('create table if not exists redshift_emulator.prelude (version text)');
      const found = await client.query<{ version: string }>('select version from redshift_emulator.prelude');
      if (found.rows[0]?.version === PRELUDE_VERSION) return;
      await client.query('begin');
      await client.query('set local allow_system_table_mods = on; set local check_function_bodies = off');
      await client.query(DROP_OWN_VIEWS);
      await client.query(PRELUDE);
      await client.query(RESTORE_USERS_VIEWS);
      await client.query('delete from redshift_emulator.prelude');
      await client.query('insert into redshift_emulator.prelude values ($1)', [PRELUDE_VERSION]);
      await client.query('commit');
    } finally {
      client.release();
    }
  }

  /** The stored MD5 verifier of a user, if that user exists and may log in. */
  async passwordVerifier(user: string): Promise<string | undefined> {
    const { rows } = await this.pool.query<{ rolpassword: string | null }>(
      'select rolpassword from pg_authid where rolname = $1 and rolcanlogin',
      [user],
    );
    return rows[0]?.rolpassword ?? undefined;
  }

  private names: Promise<NumericNames> | undefined;

  /** PostgreSQL's names of what computes decimals. */
  numericNames(): Promise<NumericNames> {
    this.names ??= this.readNames();
    return this.names;
  }

  private async readNames(): Promise<NumericNames> {
    const read = async (sql: string): Promise<ReadonlyMap<string, string>> => {
      const { rows } = await this.pool.query<{ oid: string; name: string }>(sql);
      return new Map(rows.map(({ oid, name }) => [String(oid), name]));
    };
    const functions = `select oid, proname as name from pg_proc where prorettype = 'numeric'::regtype
      or proname in ('lag', 'lead', 'first_value', 'last_value', 'nth_value')`;
    return {
      functions: await read(functions),
      operators: await read(
        `select oid, oprname as name from pg_operator where oprresult = 'numeric'::regtype`,
      ),
    };
  }

  /** A new id for a COPY or UNLOAD. */
  async nextQueryId(): Promise<number> {
    const { rows } = await this.pool.query<{ id: string }>(
      `select nextval('redshift_emulator.query_ids') as id`,
    );
    return Number(rows[0]?.id);
  }

  async close(): Promise<void> {
    await this.pool.end();
  }
}

function connection(address: PostgresAddress): pg.ClientConfig {
  const { host, port, user, password, database } = address;
  return { host, port, user, password, database, application_name: 'redshift-emulator' };
}

async function ensureDatabase(address: PostgresAddress, options: StorageOptions): Promise<void> {
  const client = new pg.Client(connection(address));
  await client.connect();
  try {
    const database = await client.query('select 1 from pg_database where datname = $1', [options.database]);
    if (database.rowCount === 0) {
      await client.query(`create database ${client.escapeIdentifier(options.database)} template template0`);
    }
    const role = await client.query('select 1 from pg_roles where rolname = $1', [options.user]);
    const name = client.escapeIdentifier(options.user);
    if (role.rowCount === 0) await client.query(`create role ${name} login superuser`);
    // As MD5, because Redshift's drivers answer to MD5 and not to SCRAM, and the proxy checks them itself.
    const verifier = client.escapeLiteral(md5Verifier(options.user, options.password));
    await client.query(
      `set md5_password_warnings = off; alter role ${name} login superuser password ${verifier}`,
    );
  } finally {
    await client.end();
  }
}
