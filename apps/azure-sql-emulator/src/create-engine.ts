import { timingSafeEqual } from 'node:crypto';
import { installChangeTracking } from './change-tracking/install-change-tracking.js';
import { LoginFailure, type Engine, type EngineSession, type LoginRequest } from './engine.js';
import { Database } from './interpreter/database.js';
import { Runtime } from './interpreter/runtime.js';
import { passwordHash } from './interpreter/principal-changer.js';
import { Session } from './interpreter/session.js';
import { SessionLink } from './interpreter/session-link.js';
import { PgConnection, type PgAddress } from './storage/pg-connection.js';
import { preludeSql } from './storage/prelude/index.js';

export interface EngineOptions {
  /** A PostgreSQL 18 server of the emulator's own; the user must be a superuser. */
  readonly postgres: PgAddress;
  /** Logins and their passwords. */
  readonly users: Readonly<Record<string, string>>;
  /** Databases that are to be there; those missing are made. */
  readonly databases: readonly string[];
}

const loginFailed = (user: string): LoginFailure =>
  new LoginFailure([
    { number: 18456, severity: 14, state: 1, message: `Login failed for user '${user}'.`, line: 1 },
  ]);

const cannotOpen = (database: string, user: string): LoginFailure =>
  new LoginFailure([
    {
      number: 4060,
      severity: 11,
      state: 1,
      message: `Cannot open database "${database}" requested by the login. The login failed.`,
      line: 1,
    },
    { number: 18456, severity: 14, state: 1, message: `Login failed for user '${user}'.`, line: 1 },
  ]);

const samePassword = (given: string, expected: string): boolean => {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
};

/** PostgreSQL's name of a T-SQL database. */
export const physicalDatabase = (name: string): string => `sql_${name.toLowerCase()}`;

/** Makes a database with the prelude and change tracking in it; safe to repeat. */
const prepareDatabase = async (admin: PgConnection, postgres: PgAddress, name: string): Promise<void> => {
  const pgName = physicalDatabase(name).replaceAll('"', '""');
  const [existing] = await admin.query('select 1 from pg_database where datname = $1', [
    physicalDatabase(name),
  ]);
  if (!existing) {
    await admin.script(`create database "${pgName}" template template0 encoding 'UTF8' locale 'C'`);
    await admin.script(`comment on database "${pgName}" is '${name.replaceAll("'", "''")}'`);
  }
  const connection = await PgConnection.open(postgres, physicalDatabase(name), { search_path: 'emu' });
  try {
    await connection.script(preludeSql);
    await connection.script('set search_path to default');
    await installChangeTracking((sql) => connection.script(sql));
  } finally {
    await connection.close();
  }
};

/** A user made by CREATE USER … WITH PASSWORD; undefined when there is none with that password. */
const containedUser = async (
  postgres: PgAddress,
  database: string,
  request: LoginRequest,
): Promise<string | undefined> => {
  const connection = await PgConnection.open(postgres, database);
  try {
    const [row] = await connection.query(
      'select name, password from emu.principals where lower(name) = lower($1)',
      [request.userName],
    );
    const [name, hash] = row ?? [];
    return name && hash && samePassword(passwordHash(request.password), hash) ? name : undefined;
  } finally {
    await connection.close();
  }
};

/**
 * The engine behind the wire: T-SQL on PostgreSQL. Each session has a PostgreSQL connection of its own, opened with its
 * first statement.
 */
export const createEngine = async (options: EngineOptions): Promise<Engine> => {
  const admin = await PgConnection.open(options.postgres, 'postgres');
  const databases = new Map<string, Database>();
  try {
    for (const name of new Set(['master', ...options.databases])) {
      await prepareDatabase(admin, options.postgres, name);
      databases.set(name.toLowerCase(), new Database(name, physicalDatabase(name)));
    }
  } finally {
    await admin.close();
  }
  const sessions = new Set<Session>();
  let nextId = 51;
  const login = async (request: LoginRequest): Promise<EngineSession> => {
    const wanted = request.database === '' ? (options.databases[0] ?? 'master') : request.database;
    const database = databases.get(wanted.toLowerCase());
    const administrator = Object.keys(options.users).find(
      (name) => name.toLowerCase() === request.userName.toLowerCase(),
    );
    if (administrator !== undefined && !samePassword(request.password, options.users[administrator] ?? ''))
      throw loginFailed(request.userName);
    const user =
      administrator ??
      (database ? await containedUser(options.postgres, database.pgName, request) : undefined);
    if (user === undefined) throw loginFailed(request.userName);
    if (!database) throw cannotOpen(wanted, request.userName);
    const link = new SessionLink(options.postgres, database.pgName);
    const runtime = new Runtime(nextId, user, request, database, link, administrator !== undefined);
    nextId = nextId >= 32767 ? 51 : nextId + 1;
    const session = new Session(runtime, (closed) => sessions.delete(closed));
    sessions.add(session);
    return session;
  };
  return {
    login,
    close: async () => {
      await Promise.all([...sessions].map((session) => session.close()));
    },
  };
};
