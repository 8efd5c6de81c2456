import pg from 'pg';
import { Connection, Request, TYPES } from 'tedious';

/** Where tedious finds the emulator, on this machine. */
export interface EmulatorAddress {
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
}

function connect({ port, user, password, database }: EmulatorAddress): Promise<Connection> {
  return new Promise((resolve, reject) => {
    const connection = new Connection({
      server: '127.0.0.1',
      authentication: { type: 'default', options: { userName: user, password } },
      options: { port, database, encrypt: false, packetSize: 32_767, requestTimeout: 0 },
    });
    connection.connect((error) => (error ? reject(error) : resolve(connection)));
  });
}

function close(connection: Connection): Promise<void> {
  return new Promise((resolve) => {
    connection.once('end', resolve);
    connection.close();
  });
}

function execute(
  connection: Connection,
  sql: string,
  prepare: (request: Request) => void = () => undefined,
  plainly = false,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = new Request(sql, (error) => (error ? reject(error) : resolve()));
    prepare(request);
    if (plainly) connection.execSqlBatch(request);
    else connection.execSql(request);
  });
}

/** @returns the number of rows read, each with all its values */
export async function readByTedious(address: EmulatorAddress): Promise<number> {
  const connection = await connect(address);
  let rows = 0;
  try {
    await execute(
      connection,
      'select * from dbo.Message',
      (request) => request.on('row', () => rows++),
      true,
    );
  } finally {
    await close(connection);
  }
  return rows;
}

/** @returns the number of rows read, each with all its values */
export async function readByNodePg(url: string): Promise<number> {
  const client = new pg.Client(url);
  await client.connect();
  let rows = 0;
  try {
    await new Promise<void>((resolve, reject) => {
      const query = client.query(new pg.Query('select * from plain.message'));
      query.on('row', () => rows++);
      query.on('end', () => resolve());
      query.on('error', reject);
    });
  } finally {
    await client.end();
  }
  return rows;
}

/** Runs `insert` on each connection, one after the other, until the time is over. @returns inserts per second */
async function pressed(inserts: readonly ((n: number) => Promise<void>)[], seconds: number): Promise<number> {
  const began = performance.now();
  const until = began + seconds * 1000;
  const counts = await Promise.all(
    inserts.map(async (insert) => {
      let count = 0;
      while (performance.now() < until) await insert(count++);
      return count;
    }),
  );
  return counts.reduce((sum, count) => sum + count, 0) / ((performance.now() - began) / 1000);
}

const NOW = new Date(Date.UTC(2024, 1, 29));

export async function insertByTedious(
  address: EmulatorAddress,
  connections: number,
  seconds: number,
): Promise<number> {
  const opened = await Promise.all(Array.from({ length: connections }, () => connect(address)));
  const [first] = opened;
  if (first === undefined) return 0;
  try {
    await execute(
      first,
      'drop table if exists dbo.Inserted; create table dbo.Inserted (id bigint identity primary key, a int, t nvarchar(100), d datetime2(3))',
      undefined,
      true,
    );
    const inserts = opened.map(
      (connection) => (n: number) =>
        execute(connection, 'insert into dbo.Inserted (a, t, d) values (@a, @t, @d)', (request) => {
          request.addParameter('a', TYPES.Int, n);
          request.addParameter('t', TYPES.NVarChar, `text of row ${n}`, { length: 100 });
          request.addParameter('d', TYPES.DateTime2, NOW, { scale: 3 });
        }),
    );
    return await pressed(inserts, seconds);
  } finally {
    await Promise.all(opened.map(close));
  }
}

export async function insertByNodePg(url: string, connections: number, seconds: number): Promise<number> {
  const clients = Array.from({ length: connections }, () => new pg.Client(url));
  try {
    await Promise.all(clients.map((client) => client.connect()));
    const inserts = clients.map((client) => async (n: number) => {
      await client.query('insert into plain.inserted (a, t, d) values ($1, $2, $3)', [
        n,
        `text of row ${n}`,
        NOW,
      ]);
    });
    return await pressed(inserts, seconds);
  } finally {
    await Promise.all(clients.map((client) => client.end()));
  }
}
