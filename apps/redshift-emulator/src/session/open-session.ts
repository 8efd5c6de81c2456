import { RedshiftError, toRedshiftError } from '../errors.js';
import { quoteIdentifier, quoteLiteral } from '../language/lexer.js';
import { logIn } from '../protocol/backend-login.js';
import type { AuthenticatedClient } from '../protocol/greeting.js';
import {
  backendKeyData,
  errorResponse,
  frame,
  parameterStatus,
  readyForQuery,
} from '../protocol/messages.js';
import { sessionSettings, settingsOfOptions } from '../protocol/startup.js';
import { Backend } from './backend.js';
import { Session } from './session.js';
import type { ServerContext, SessionContext } from './session-context.js';

/** A session ready to run. */
export interface OpenedSession {
  readonly session: Session;
  readonly context: SessionContext;
  readonly backend: Backend;
}

/**
 * What Redshift reports. No `server_protocol_version`: the driver would expect Redshift's longer row descriptions.
 * `standard_conforming_strings` is off: a backslash escapes in ordinary strings.
 */
const PARAMETERS: Readonly<Record<string, string>> = {
  server_version: '8.0.2',
  server_encoding: 'UTF8',
  client_encoding: 'UTF8',
  DateStyle: 'ISO, MDY',
  integer_datetimes: 'on',
  standard_conforming_strings: 'off',
  is_superuser: 'on',
};

/** Logs in to PostgreSQL for an authenticated client and tells the client it may begin; undefined when that failed. */
export async function openSession(
  client: AuthenticatedClient,
  server: ServerContext,
  secret: number,
): Promise<OpenedSession | undefined> {
  const { connection, user } = client;
  try {
    const login = await logIn(server.storage.address);
    const backend = new Backend(login, connection);
    const userId = await prepare(backend, client, server);
    const context: SessionContext = {
      server,
      user,
      userId,
      database: server.storage.database,
      pid: login.pid,
      label: 'default',
      abort: new AbortController(),
    };
    connection.write(frame('R', Buffer.alloc(4)));
    for (const [name, value] of Object.entries({ ...PARAMETERS, session_authorization: user })) {
      connection.write(parameterStatus(name, value));
    }
    connection.write(parameterStatus('TimeZone', client.parameters.get('TimeZone') ?? 'UTC'));
    connection.write(backendKeyData(login.pid, secret));
    connection.write(readyForQuery('I'));
    return { session: new Session(connection, backend, context), context, backend };
  } catch (error) {
    connection.write(errorResponse(toRedshiftError(error).fields('FATAL')));
    connection.close();
    return undefined;
  }
}

/** Makes the PostgreSQL session the client's: user, settings. Returns the user's id. */
async function prepare(
  backend: Backend,
  client: AuthenticatedClient,
  server: ServerContext,
): Promise<number> {
  const settings = new Map([
    ...sessionSettings(client.parameters),
    ...settingsOfOptions(client.parameters.get('options') ?? ''),
  ]);
  const isolation = server.isolation === 'snapshot' ? 'Snapshot Isolation' : 'Serializable';
  const statements = [
    `set session authorization ${quoteIdentifier(client.user)}`,
    'set password_encryption to md5',
    "select set_config('redshift.isolation', " + quoteLiteral(isolation) + ', false)',
    ...[...settings].map(
      ([name, value]) => `select set_config(${quoteLiteral(name)}, ${quoteLiteral(value)}, false)`,
    ),
    'select oid from pg_roles where rolname = session_user',
  ];
  const outcome = await backend.run(statements.join('; '));
  if (outcome.error !== undefined) throw new RedshiftError(outcome.error.code, outcome.error.message);
  return Number(outcome.rows.at(-1)?.[0] ?? 0);
}
