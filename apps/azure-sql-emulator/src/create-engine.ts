import { timingSafeEqual } from 'node:crypto';
import { LoginFailure, type Engine, type EngineSession, type LoginRequest } from './engine.js';
import { Databases } from './interpreter/databases.js';
import { Runtime } from './interpreter/runtime.js';
import { passwordHash } from './interpreter/principal-changer.js';
import { Session } from './interpreter/session.js';
import { SessionLink } from './interpreter/session-link.js';
import { PgConnection, type PgAddress } from './storage/pg-connection.js';

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

/** An engine whose databases its owner may look after. */
export interface HostingEngine extends Engine {
  readonly databases: Databases;
}

/**
 * The engine behind the wire: T-SQL on PostgreSQL. Each session has a PostgreSQL connection of its own, opened with its
 * first statement.
 */
export const createEngine = async (options: EngineOptions): Promise<HostingEngine> => {
  const databases = new Databases(options.postgres);
  await databases.open(['master', ...options.databases]);
  const { sessions } = databases;
  let nextId = 51;
  const login = async (request: LoginRequest): Promise<EngineSession> => {
    const wanted = request.database === '' ? (options.databases[0] ?? 'master') : request.database;
    const database = databases.find(wanted);
    const administrator = Object.keys(options.users).find(
      (name) => name.toLowerCase() === request.userName.toLowerCase(),
    );
    if (administrator !== undefined && !samePassword(request.password, options.users[administrator] ?? ''))
      throw loginFailed(request.userName);
    const user =
      administrator ??
      (database ? await containedUser(options.postgres, database.pgName, request) : undefined);
    if (user === undefined) throw loginFailed(request.userName);
    if (!database || database.offline) throw cannotOpen(wanted, request.userName);
    const open = (pgName: string): SessionLink => new SessionLink(options.postgres, pgName);
    const runtime = new Runtime(
      nextId,
      user,
      request,
      database,
      { databases, open },
      administrator !== undefined,
    );
    nextId = nextId >= 32767 ? 51 : nextId + 1;
    const session = new Session(runtime, (closed) => sessions.delete(closed));
    runtime.host = session;
    sessions.add(session);
    return session;
  };
  return {
    login,
    databases,
    close: async () => {
      await Promise.all([...sessions].map((session) => session.close()));
    },
  };
};
