import { startPostgres } from '@thalamus/embedded-postgres';
import { closeSync, writeSync } from 'node:fs';
import pg from 'pg';
import type { Component } from '../component.js';
import { openLog } from '../program.js';
import type { StackPlan } from '../stack-plan.js';

/** One database for each emulator. */
export const EMULATOR_DATABASES = { source: 'azure_sql', warehouse: 'redshift' } as const;

/** The server both emulators keep their data in. */
export function postgresComponent(plan: StackPlan): Component {
  const { paths, state, port, ephemeral } = plan;
  const logFile = paths.logOf('postgres', 1);
  return {
    name: 'postgres',
    replica: 1,
    version: '18.4',
    address: `127.0.0.1:${port('postgres')}`,
    logFile,
    needs: [],
    essential: true,
    async start() {
      const log = openLog(logFile);
      const server = await startPostgres({
        dataDir: paths.dataOf('postgres'),
        ephemeral,
        port: port('postgres'),
        password: state.secrets.postgres,
        // The emulators stand for services that are lost as a whole or not at all: a commit need not reach the disk.
        settings: {
          synchronous_commit: 'off',
          shared_buffers: '256MB',
          max_wal_size: '2GB',
          max_connections: '300',
        },
        log: (line) => writeSync(log, `${line}\n`),
      });
      const exited = server.exited.then(() => {
        closeSync(log);
        return { code: null, signal: null };
      });
      try {
        await ensureDatabases(server.url());
      } catch (error) {
        await server.stop();
        throw error;
      }
      const kill = async (): Promise<void> => {
        process.kill(server.pid, 'SIGKILL');
        await exited;
      };
      return { pid: server.pid, exited, stop: () => server.stop(), kill };
    },
  };
}

async function ensureDatabases(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  await client.connect();
  try {
    for (const name of Object.values(EMULATOR_DATABASES)) {
      const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [name]);
      if (rowCount === 0) await client.query(`create database ${client.escapeIdentifier(name)}`);
    }
  } finally {
    await client.end();
  }
}
