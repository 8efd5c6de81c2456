import sql, { type ConnectionPool } from 'mssql';

/** Where the source database is. */
export interface SampleConnection {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly password: string;
  readonly encrypt: boolean;
  readonly trustCertificate: boolean;
}

/** Opens a pool that suits seeding and traffic. The caller closes it. @throws the driver's error */
export async function openSample(connection: SampleConnection): Promise<ConnectionPool> {
  const pool = new sql.ConnectionPool({
    server: connection.host,
    port: connection.port,
    database: connection.database,
    user: connection.user,
    password: connection.password,
    requestTimeout: 600_000,
    pool: { max: 8 },
    options: {
      encrypt: connection.encrypt,
      trustServerCertificate: connection.trustCertificate,
      appName: 'sample-gme',
    },
  });
  return pool.connect();
}
