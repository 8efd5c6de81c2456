import { randomBytes } from 'node:crypto';
import { SourceClient } from '@thalamus/mssql';
import { GenericContainer } from 'testcontainers';
import type { AzureSqlAddress } from '../azure-sql/conformance-database.js';
import { images } from './images.js';
import { serve, type Served } from './served.js';
import { untilAnswers } from './until-answers.js';

const port = 1433;
/** SQL Server's first start makes its system databases. */
const startsWithinMs = 180_000;

/** SQL Server by its vendor, with an empty database that is set as Azure SQL sets one. Its use accepts the vendor's licence. */
export async function startSqlServer(database: string): Promise<Served<AzureSqlAddress>> {
  // The vendor's rule: three of upper case, lower case, digits, signs.
  const password = `Aa1-${randomBytes(12).toString('hex')}`;
  const container = await new GenericContainer(images.sqlserver)
    .withEnvironment({ ACCEPT_EULA: 'Y', MSSQL_SA_PASSWORD: password })
    .withExposedPorts(port)
    .withStartupTimeout(startsWithinMs)
    .start();
  const address = {
    host: container.getHost(),
    port: container.getMappedPort(port),
    user: 'sa',
    password,
    encrypt: true,
    trustCertificate: true,
  };
  return serve(container, { ...address, database }, () =>
    untilAnswers('SQL Server', startsWithinMs, async () => {
      await using master = await SourceClient.open({ ...address, database: 'master' });
      await master.run(`if DB_ID(N'${database}') is null create database [${database}]`);
      await master.run(`alter database [${database}] set allow_snapshot_isolation on`);
      await master.run(`alter database [${database}] set read_committed_snapshot on`);
    }),
  );
}
