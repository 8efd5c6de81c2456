import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Component } from '../component.js';
import { STACK_USER } from '../endpoints.js';
import { StackError } from '../local-stack.errors.js';
import { startProgram } from '../program.js';
import { cloneRoot, installed } from '../stack-paths.js';
import type { StackPlan } from '../stack-plan.js';
import { EMULATOR_DATABASES } from './postgres.component.js';
import { answersSourceQuery, answersWarehouseQuery } from '../probes.js';

/** The built entry of an application. */
export function appEntry(app: string): string {
  const entry = join(cloneRoot, 'apps', app, 'dist', 'main.js');
  if (!existsSync(entry))
    throw new StackError(`${app} is not built (${entry} is missing); run npm run build.`);
  return entry;
}

interface EmulatorSpec {
  readonly name: 'azure-sql-emulator' | 'redshift-emulator';
  readonly needs: readonly string[];
  /** Its database in PostgreSQL. */
  readonly postgresDatabase: string;
  readonly login: { readonly database: string; readonly password: string };
  /** Prefix of its environment variables. */
  readonly variables: string;
  readonly extraArgs: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly probe: () => Promise<void>;
}

function postgresUrl({ endpoints }: StackPlan, database: string): string {
  const url = new URL(endpoints.postgres.url);
  url.pathname = `/${database}`;
  return url.href;
}

function emulatorComponent(plan: StackPlan, spec: EmulatorSpec): Component {
  const { paths, port } = plan;
  const { name } = spec;
  const logFile = paths.logOf(name, 1);
  return {
    name,
    replica: 1,
    version: '0.1.0',
    address: `127.0.0.1:${port(name)}`,
    logFile,
    needs: spec.needs,
    essential: true,
    start: async (signal) =>
      startProgram(
        {
          title: name,
          command: installed.node,
          args: [
            appEntry(name),
            ...[
              '--host',
              '127.0.0.1',
              '--port',
              String(port(name)),
              '--control-port',
              String(port(`${name}-control`)),
            ],
            ...['--user', STACK_USER, '--database', spec.login.database, ...spec.extraArgs],
          ],
          // Not as arguments, which every user of the machine can see.
          env: {
            ...spec.env,
            [`${spec.variables}_POSTGRES_URL`]: postgresUrl(plan, spec.postgresDatabase),
            [`${spec.variables}_PASSWORD`]: spec.login.password,
          },
          cwd: cloneRoot,
          logFile,
          probe: spec.probe,
          stopWithinMs: 2500,
        },
        signal,
      ),
  };
}

/** Speaks TDS; stands for the source. */
export function azureSqlEmulatorComponent(plan: StackPlan): Component {
  const { source } = plan.endpoints;
  return emulatorComponent(plan, {
    name: 'azure-sql-emulator',
    needs: ['postgres'],
    postgresDatabase: EMULATOR_DATABASES.source,
    login: source,
    extraArgs: [],
    env: {},
    variables: 'AZURE_SQL_EMULATOR',
    probe: () => answersSourceQuery(source),
  });
}

/** Speaks PostgreSQL's protocol as Redshift does; stands for the warehouse. */
export function redshiftEmulatorComponent(plan: StackPlan): Component {
  const { warehouse, s3 } = plan.endpoints;
  return emulatorComponent(plan, {
    name: 'redshift-emulator',
    needs: ['postgres', 's3'],
    postgresDatabase: EMULATOR_DATABASES.warehouse,
    login: warehouse,
    extraArgs: [
      ...['--postgres-url', postgresUrl(plan, EMULATOR_DATABASES.warehouse)],
      ...['--s3-endpoint', s3.endpoint, '--s3-region', s3.region, '--iam-role', warehouse.iamRole],
    ],
    variables: 'REDSHIFT_EMULATOR',
    env: {
      REDSHIFT_EMULATOR_S3_ACCESS_KEY: s3.accessKeyId,
      REDSHIFT_EMULATOR_S3_SECRET_KEY: s3.secretAccessKey,
    },
    probe: () => answersWarehouseQuery(warehouse),
  });
}
