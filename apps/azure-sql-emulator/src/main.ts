#!/usr/bin/env node
import { Command, InvalidArgumentError, Option } from 'commander';
import { startEmulator, type EmulatorOptions } from './emulator.js';

const STOP_TIMEOUT_MS = 5000;

interface Flags {
  readonly host: string;
  readonly port: number;
  readonly dataDir?: string;
  readonly postgresUrl?: string;
  readonly ephemeral?: boolean;
  readonly user: string;
  readonly password: string;
  readonly database?: readonly string[];
  readonly tls: 'off' | 'optional' | 'required';
  readonly controlPort?: number;
  readonly exitWithParent?: boolean;
}

function port(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0 || value > 65_535) throw new InvalidArgumentError('0 to 65535');
  return value;
}

const collect = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];
const env = (name: string): string => `AZURE_SQL_EMULATOR_${name}`;

function command(): Command {
  return new Command('azure-sql-emulator')
    .description('Behaves as Azure SQL Database over TDS, on PostgreSQL.')
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .addOption(new Option('--port <n>', '0: a free one').default(1433).argParser(port).env(env('PORT')))
    .option('--data-dir <path>', 'directory of the embedded PostgreSQL (default: a temporary one)')
    .addOption(
      new Option('--postgres-url <url>', 'a PostgreSQL 18 to use in its place; needs a superuser').env(
        env('POSTGRES_URL'),
      ),
    )
    .option('--ephemeral', 'fast and not durable; the data directory is removed at the end')
    .addOption(new Option('--user <name>', 'the administrator').default('sa').env(env('USER')))
    .addOption(
      new Option('--password <text>', 'of the administrator').default('Password1!').env(env('PASSWORD')),
    )
    .option('--database <name>', 'a database to make if absent; may be repeated', collect)
    .addOption(
      new Option('--tls <mode>', 'off; optional: as the client asks; required')
        .choices(['off', 'optional', 'required'])
        .default('optional'),
    )
    .option('--control-port <n>', 'HTTP endpoint for tests on 127.0.0.1; 0: a free port', port)
    .option('--exit-with-parent', 'stop when standard input closes');
}

function optionsOf(flags: Flags): EmulatorOptions {
  const { host, port: wanted, user, password, tls } = flags;
  return {
    host,
    port: wanted,
    user,
    password,
    tls,
    ...(flags.database !== undefined && { databases: flags.database }),
    ...(flags.dataDir !== undefined && { dataDir: flags.dataDir }),
    ...(flags.postgresUrl !== undefined && { postgresUrl: flags.postgresUrl }),
    ...(flags.ephemeral !== undefined && { ephemeral: flags.ephemeral }),
    ...(flags.controlPort !== undefined && { controlPort: flags.controlPort }),
  };
}

async function main(): Promise<void> {
  const flags = command().parse().opts<Flags>();
  const emulator = await startEmulator(optionsOf(flags));
  let stopping = false;
  const stop = (): void => {
    if (stopping) return;
    stopping = true;
    setTimeout(() => process.exit(1), STOP_TIMEOUT_MS).unref();
    emulator.stop().then(() => process.exit(0), fail);
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  if (flags.exitWithParent === true) process.stdin.once('end', stop).once('error', stop).resume();
  const { host, port: bound, user, databases, controlUrl } = emulator;
  const ready = {
    ready: true,
    host,
    port: bound,
    user,
    databases,
    ...(controlUrl !== undefined && { controlUrl }),
  };
  process.stdout.write(`${JSON.stringify(ready)}\n`);
}

function fail(error: unknown): void {
  process.stderr.write(`azure-sql-emulator: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}

main().catch(fail);
