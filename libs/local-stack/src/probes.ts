import { connect } from 'node:net';
import pg from 'pg';
import type { Login } from './endpoints.js';

/** The warehouse answers a query over its own protocol. */
export async function answersWarehouseQuery(login: Login): Promise<void> {
  const { host, port, user, password, database } = login;
  const client = new pg.Client({
    host,
    port,
    user,
    password,
    database,
    connectionTimeoutMillis: 4000,
    query_timeout: 4000,
  });
  // A connection lost between requests is reported by the next one.
  client.on('error', () => undefined);
  await client.connect();
  try {
    await client.query('select 1');
  } finally {
    await client.end();
  }
}

/**
 * PRELOGIN of TDS 7.4 with nothing but a version and the end mark: every server answers it with a packet of type 4.
 */
const PRELOGIN = Buffer.from('12010014000001000000060006ff000000000000', 'hex');
PRELOGIN.writeUInt16BE(PRELOGIN.length, 2);

/** The source answers the first message of its own protocol. */
export function answersSourceQuery({ host, port }: Login): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port });
    socket.setTimeout(4000, () => socket.destroy(new Error('no answer to PRELOGIN within 4 s')));
    socket.once('error', reject);
    socket.once('connect', () => socket.write(PRELOGIN));
    socket.once('data', (data) => {
      socket.destroy();
      if (data[0] === 4) resolve();
      else reject(new Error(`a packet of type ${data[0]} answered PRELOGIN`));
    });
    socket.once('close', () => reject(new Error('closed without an answer to PRELOGIN')));
  });
}

/** A service or driver says that it is ready. */
export async function answersHttp(url: string, signal: AbortSignal): Promise<void> {
  const response = await fetch(url, { signal });
  if (!response.ok)
    throw new Error(`${url} answers ${response.status}: ${(await response.text()).slice(0, 500)}`);
  await response.body?.cancel();
}
