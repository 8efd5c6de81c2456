import type { StatementOf } from '../language/ast.js';
import { alterDatabaseFailed, SqlError, unsupported } from '../language/errors.js';
import type { Database } from './database.js';
import { ObjectChanger } from './object-changer.js';

const unitMinutes: Record<string, number> = { DAYS: 1440, HOURS: 60, MINUTES: 1 };

/** Options whose setting changes no answer here. */
const idleOptions = new Set([
  'COMPATIBILITY_LEVEL',
  'QUERY_STORE',
  'AUTO_UPDATE_STATISTICS',
  'AUTO_CREATE_STATISTICS',
  'AUTO_UPDATE_STATISTICS_ASYNC',
  'AUTO_SHRINK',
  'AUTO_CLOSE',
  'RECOVERY',
  'PAGE_VERIFY',
  'PARAMETERIZATION',
  'ACCELERATED_DATABASE_RECOVERY',
  'DELAYED_DURABILITY',
  'TARGET_RECOVERY_TIME',
  'DB_CHAINING',
  'TRUSTWORTHY',
  'DISABLE_BROKER',
  'ENABLE_BROKER',
  'NEW_BROKER',
  'CURSOR_DEFAULT',
  'CURSOR_CLOSE_ON_COMMIT',
  'FILESTREAM',
  'DATE_CORRELATION_OPTIMIZATION',
]);
/** Options of behaviour: the one setting by which the emulator behaves, and the other is refused. */
const fixedOptions: Record<string, string> = {
  ANSI_NULL_DEFAULT: 'OFF',
  ANSI_NULLS: 'OFF',
  ANSI_PADDING: 'OFF',
  ANSI_WARNINGS: 'OFF',
  ARITHABORT: 'OFF',
  CONCAT_NULL_YIELDS_NULL: 'OFF',
  NUMERIC_ROUNDABORT: 'OFF',
  QUOTED_IDENTIFIER: 'OFF',
  RECURSIVE_TRIGGERS: 'OFF',
  HONOR_BROKER_PRIORITY: 'OFF',
};
const settingNames: Record<string, string> = {
  ALLOW_SNAPSHOT_ISOLATION: 'snapshot_isolation',
  READ_COMMITTED_SNAPSHOT: 'read_committed_snapshot',
};
const states = new Set([
  'ONLINE',
  'OFFLINE',
  'SINGLE_USER',
  'RESTRICTED_USER',
  'MULTI_USER',
  'READ_ONLY',
  'READ_WRITE',
]);

const systemDatabases = new Set(['master', 'tempdb', 'model', 'msdb']);

/** CREATE, ALTER and DROP DATABASE, and USE. */
export class DatabaseChanger extends ObjectChanger {
  async createDatabase(statement: StatementOf<'createDatabase'>): Promise<void> {
    const { database, collation, line } = statement;
    this.outsideTransaction('CREATE DATABASE', line);
    if (!this.runtime.isAdministrator)
      throw new SqlError(262, "CREATE DATABASE permission denied in database 'master'.", line, 14);
    if (collation !== undefined && collation.toLowerCase() !== 'sql_latin1_general_cp1_ci_as')
      throw unsupported(`CREATE DATABASE … COLLATE ${collation}`, line);
    await this.runtime.databases.create(database, line);
  }

  async dropDatabase(statement: StatementOf<'dropDatabase'>): Promise<void> {
    const { databases, ifExists, line } = statement;
    this.outsideTransaction('DROP DATABASE', line);
    if (!this.runtime.isAdministrator)
      throw new SqlError(
        3701,
        `Cannot drop the database '${databases[0] ?? ''}', because it does not exist or you do not have permission.`,
        line,
        11,
        1,
      );
    for (const name of databases) await this.runtime.databases.drop(name, ifExists, line);
  }

  private outsideTransaction(verb: string, line: number): void {
    if (this.runtime.transaction)
      throw new SqlError(
        226,
        `${verb} statement not allowed within multi-statement transaction.`,
        line,
        16,
        6,
      );
  }

  /** USE. */
  async enter(name: string, line: number): Promise<void> {
    const { runtime } = this;
    const database = runtime.databases.find(name);
    if (!database)
      throw new SqlError(
        911,
        `Database '${name}' does not exist. Make sure that the name is entered correctly.`,
        line,
      );
    if (database === runtime.database) return;
    if (database.offline)
      throw new SqlError(942, `Database '${name}' cannot be opened because it is offline.`, line, 14, 4);
    if (!runtime.isAdministrator)
      throw new SqlError(
        916,
        `The server principal "${runtime.user}" is not able to access the database "${name}" under the current security context.`,
        line,
        14,
      );
    if (runtime.transaction) throw unsupported('USE of another database within a transaction', line);
    if (runtime.temporaries.size > 0 || runtime.frame.tableVariables.size > 0)
      throw unsupported('USE of another database while temporary tables or table variables are there', line);
    await runtime.moveTo(database);
  }

  async alterDatabase(statement: StatementOf<'alterDatabase'>): Promise<void> {
    const { line, option } = statement;
    this.outsideTransaction('ALTER DATABASE', line);
    const { runtime } = this;
    const name = statement.database === '' ? runtime.database.name : statement.database;
    const database = runtime.databases.find(name);
    if (option === 'CHANGE_TRACKING' && systemDatabases.has(name.toLowerCase()))
      throw alterDatabaseFailed(
        new SqlError(
          5090,
          `Database '${name}' is a system database. Change tracking settings cannot be modified for system databases.`,
          line,
        ),
      );
    const mayAlter = runtime.isAdministrator || (database === runtime.database && !states.has(option));
    if (!database || !mayAlter) {
      if (['tempdb', 'model', 'msdb'].includes(name.toLowerCase()))
        throw unsupported(`ALTER DATABASE ${name}`, line);
      throw alterDatabaseFailed(
        new SqlError(
          5011,
          `User does not have permission to alter database '${name}', the database does not exist, or the database is not in a state that allows access checks.`,
          line,
          14,
          5,
        ),
      );
    }
    if (states.has(option)) return this.setState(database, option, line);
    if (database === runtime.database) await runtime.checkWritable(line);
    if (database !== runtime.database) return this.alterOther(database, statement);
    if (option === 'CHANGE_TRACKING') return this.trackDatabase(statement);
    const key = settingNames[option];
    if (key !== undefined) return this.setting(key, statement);
    const fixed = fixedOptions[option];
    if (fixed !== undefined && statement.value !== fixed)
      throw unsupported(`ALTER DATABASE … SET ${option} ${statement.value}`, line);
    if (fixed === undefined && !idleOptions.has(option))
      throw unsupported(`ALTER DATABASE … SET ${option}`, line);
  }

  /** In a session of its own there, as the statement's effect is that database's alone. */
  private async alterOther(database: Database, statement: StatementOf<'alterDatabase'>): Promise<void> {
    const there = this.runtime.in(database);
    try {
      await new DatabaseChanger(there).alterDatabase(statement);
    } finally {
      await there.link.close();
    }
  }

  private async setState(database: Database, option: string, line: number): Promise<void> {
    const { databases, host } = this.runtime;
    switch (option) {
      case 'OFFLINE':
        if (database === this.runtime.database)
          throw unsupported('SET OFFLINE of the current database', line);
        await databases.evict(database, host);
        database.offline = true;
        return;
      case 'ONLINE':
        database.offline = false;
        return;
      case 'SINGLE_USER':
      case 'RESTRICTED_USER':
        return databases.evict(database, host);
      case 'READ_ONLY':
      case 'READ_WRITE':
        return this.setReadOnly(database, option === 'READ_ONLY');
    }
  }

  /** Not through `change`, which a read-only database refuses. */
  private async setReadOnly(database: Database, on: boolean): Promise<void> {
    const own = database === this.runtime.database;
    const there = own ? this.runtime : this.runtime.in(database);
    try {
      const connection = await there.link.connection();
      await connection.query(
        "insert into emu.settings values ('read_only', $1) on conflict (name) do update set value = excluded.value",
        [on ? 'on' : 'off'],
      );
      database.changed([0]);
    } finally {
      if (!own) await there.link.close();
    }
  }

  private async setting(key: string, statement: StatementOf<'alterDatabase'>): Promise<void> {
    const { line, value } = statement;
    if (value !== 'ON' && value !== 'OFF')
      throw new SqlError(102, `Incorrect syntax near '${value}'.`, line, 15);
    await this.change(line, async (change) => {
      await change.run(
        'insert into emu.settings values ($1, $2) on conflict (name) do update set value = excluded.value',
        [key, value.toLowerCase()],
      );
      change.touched(0);
    });
  }

  private async trackDatabase(statement: StatementOf<'alterDatabase'>): Promise<void> {
    const { line } = statement;
    const tracking = statement.tracking ?? {};
    const { retention } = tracking;
    const minutes = retention ? retention.value * (unitMinutes[retention.unit] ?? 1) : undefined;
    if (minutes !== undefined && (minutes < 1 || minutes > 2147483647)) {
      throw new SqlError(
        5092,
        `The value for change tracking option 'CHANGE_RETENTION' is not valid. The value must be between 1 and 2147483647 minutes.`,
        line,
        15,
      );
    }
    const args = [
      minutes === undefined ? null : String(minutes),
      retention?.unit ?? null,
      tracking.autoCleanup === undefined ? null : String(tracking.autoCleanup),
    ];
    await this.change(line, async (change) => {
      if (tracking.on === false) await change.run('select ct.disable_database()');
      else if (tracking.on) await change.run('select ct.enable_database($1::int, $2, $3::bool)', args);
      else await change.run('select ct.set_options($1::int, $2, $3::bool)', args);
      change.touched(0);
    }).catch((error: unknown) => {
      throw error instanceof SqlError ? this.trackingError(error, tracking.on) : error;
    });
  }

  private trackingError(error: SqlError, on: boolean | undefined): SqlError {
    const name = this.runtime.database.name;
    const words: Record<number, string> = {
      5088: `Change tracking is already enabled for database '${name}'.`,
      5089: `Change tracking is disabled for database '${name}'. Change tracking must be enabled on a database to modify change tracking settings.`,
      22115: `Change tracking is enabled for one or more tables in database '${name}'. Disable change tracking on each table before disabling it for the database. Use the sys.change_tracking_tables catalog view to obtain a list of tables for which change tracking is enabled.`,
    };
    const state = error.number === 5089 && on === undefined ? 2 : 1;
    const named = words[error.number];
    return named ? alterDatabaseFailed(new SqlError(error.number, named, error.line, 16, state)) : error;
  }
}
