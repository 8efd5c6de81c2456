#!/usr/bin/env node
import { Command, InvalidArgumentError, Option } from 'commander';
import type sql from 'mssql';
import { openSample, type SampleConnection } from './connection.js';
import { createSample, dropSample } from './script.js';
import { scaleNames, type ScaleName } from './seed/scale.js';
import { seedSample } from './seed/seed-sample.js';
import { runTraffic } from './traffic/run-traffic.js';

type ConnectionOptions = Omit<SampleConnection, 'password'>;

const number = (text: string): number => {
  const value = Number(text);
  if (!Number.isFinite(value) || value < 0) throw new InvalidArgumentError('a number, 0 or more');
  return value;
};

/** A command with the options that say where the source is; the environment variables are those of the pipeline itself. */
function command(name: string, description: string): Command {
  const option = (flags: string, text: string, variable: string): Option =>
    new Option(flags, text).env(variable);
  return new Command(name)
    .description(description)
    .addOption(option('--host <host>', 'server', 'THALAMUS_SOURCE_HOST').default('127.0.0.1'))
    .addOption(option('--port <port>', 'TCP port', 'THALAMUS_SOURCE_PORT').default(1433).argParser(number))
    .addOption(option('--user <user>', 'SQL login', 'THALAMUS_SOURCE_USER').default('thalamus'))
    .option('--database <database>', 'database', 'gme')
    .addOption(
      option('--encrypt', 'use TLS', 'THALAMUS_SOURCE_ENCRYPT')
        .default(false)
        .argParser((text) => text !== 'false'),
    )
    .addOption(
      option('--trust-certificate', 'accept any certificate', 'THALAMUS_SOURCE_TRUST_CERTIFICATE')
        .default(false)
        .argParser((text) => text !== 'false'),
    )
    .addHelpText('after', '\nThe password is read from THALAMUS_SOURCE_PASSWORD.');
}

async function withPool(
  options: ConnectionOptions,
  work: (pool: sql.ConnectionPool) => Promise<void>,
): Promise<void> {
  const password = process.env['THALAMUS_SOURCE_PASSWORD'] ?? '';
  const pool = await openSample({ ...options, password });
  try {
    await work(pool);
  } finally {
    await pool.close();
  }
}

/** Aborts on the first SIGINT or SIGTERM, and after `seconds` when given. */
function stopSignal(seconds?: number): AbortSignal {
  const controller = new AbortController();
  const stop = (): void => controller.abort();
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  if (seconds !== undefined) setTimeout(stop, seconds * 1000).unref();
  return controller.signal;
}

const create = command('create', 'create the tables and switch change tracking on').action(
  (options: ConnectionOptions) => withPool(options, createSample),
);

const drop = command('drop', 'drop the tables').action((options: ConnectionOptions) =>
  withPool(options, dropSample),
);

const seed = command('seed', 'fill the empty tables with generated rows')
  .addOption(new Option('--scale <scale>', 'how much').choices([...scaleNames]).default('small'))
  .option('--seed <number>', 'the same seed gives the same rows', number, 1)
  .action((options: ConnectionOptions & { scale: ScaleName; seed: number }) =>
    withPool(options, async (pool) => {
      const started = performance.now();
      const { total } = await seedSample(pool, {
        scale: options.scale,
        seed: options.seed,
        onProgress: ({ table, rows, done }) => {
          if (done)
            process.stdout.write(`${table.padEnd(20)} ${rows.toLocaleString('en').padStart(12)} rows\n`);
        },
      });
      const seconds = (performance.now() - started) / 1000;
      process.stdout.write(`${total.toLocaleString('en')} rows in ${seconds.toFixed(1)} s\n`);
    }),
  );

const traffic = command('traffic', 'work on the sample like its users, until stopped')
  .option('--rate <number>', 'transactions a second', number, 20)
  .option('--seconds <number>', 'stop by itself after so long', number)
  .option('--seed <number>', 'draws the sequence of operations', number, 1)
  .action((options: ConnectionOptions & { rate: number; seconds?: number; seed: number }) =>
    withPool(options, async (pool) => {
      const summary = await runTraffic({
        pool,
        ratePerSecond: options.rate,
        seed: options.seed,
        signal: stopSignal(options.seconds),
        onOperation: (report) => {
          if (report.outcome === 'failed')
            process.stderr.write(`${report.kind} failed: ${String(report.error)}\n`);
        },
      });
      process.stdout.write(`${JSON.stringify(summary)}\n`);
      if (summary.failed > 0) process.exitCode = 1;
    }),
  );

const program = new Command('sample-gme')
  .description('The sample source: interview scheduling for graduate medical education')
  .addCommand(create)
  .addCommand(seed)
  .addCommand(traffic)
  .addCommand(drop);

try {
  await program.parseAsync();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
