import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parse } from 'yaml';
import { pipelineConfigSchema, Topics } from '@thalamus/contracts';
import { cloneRoot, defaultStackDir, startStack, type LocalStack } from '@thalamus/local-stack';
import { createSample, openSample, runTraffic, seedSample, type TrafficSummary } from '@thalamus/sample-gme';
import { Observer } from './observer.js';
import { LiveBlock, loadLines, trafficLines } from './screen.js';
import { printReports } from './report-rows.js';
import { verifyStack } from '../verify/verify-stack.js';

export interface DemoOptions {
  readonly scale: 'small' | 'medium' | 'large';
  readonly trafficSeconds: number;
  readonly ratePerSecond: number;
  /** End by itself instead of leaving the stack running until it is stopped. */
  readonly exit: boolean;
  readonly signal: AbortSignal;
}

type Pool = Awaited<ReturnType<typeof openSample>>;
const say = (text: string): void => void process.stdout.write(`${text}\n`);
const services = [
  ['capture', 1],
  ['loader', 1],
  ['loader', 2],
  ['transformer', 1],
] as const;

/** Shows the pipeline at work on the local stack. Resolves to whether the verification passed. */
export async function runDemo(options: DemoOptions): Promise<boolean> {
  const configFile = join(cloneRoot, 'samples', 'gme', 'pipeline.yaml');
  const config = pipelineConfigSchema.parse(parse(readFileSync(configFile, 'utf8')));
  const topics = new Topics(config.name, config.source.database);

  say('\n1. The local stack: Kafka, PostgreSQL, S3, Spark and the two emulators');
  await using stack = await startStack({
    dir: defaultStackDir,
    fresh: true,
    components: ['kafka', 'postgres', 's3', 'azure-sql-emulator', 'redshift-emulator', 'spark'],
    log: (line) => say(`   ${line}`),
  });
  const { source, spark } = stack.endpoints;
  // Asked what models there are, the driver warms up for them: Spark's first run takes three times as long as the next.
  await fetch(`${spark.url}/models?package=${config.transform.package ?? ''}`);
  await using pool = disposable(await openSample({ ...source, trustCertificate: true }));

  say(`\n2. The source: 17 tables of interview scheduling, ${options.scale}`);
  await fillSource(pool.value, options);

  say('\n3. Initial load, while the source is open for business');
  for (const [name, replica] of services) await stack.service(name, replica).start();
  await using observer = new Observer(stack.endpoints.kafka.brokers, topics);
  observer.watchJournal();
  await showInitialLoad(observer, options.signal);

  say(`\n4. Live traffic for ${options.trafficSeconds} s, ${options.ratePerSecond} transactions a second`);
  await showTraffic(observer, pool.value, options);

  say('\n5. Traffic has stopped: source and warehouse, row for row');
  await settle(observer, pool.value, options.signal);
  const passed = await verifyStack({ stack, config, onLine: (line) => say(`   ${line}`) });

  say('\n6. Reports');
  await printReports(stack.endpoints.warehouse, config, say);
  printAddresses(stack);
  say(passed ? '\nVerified: the warehouse equals the source.' : '\nNOT VERIFIED: see the differences above.');
  if (!options.exit && !options.signal.aborted) await stayUp(options.signal);
  return passed;
}

function disposable(value: Pool): { value: Pool } & AsyncDisposable {
  return { value, [Symbol.asyncDispose]: () => value.close() };
}

async function fillSource(pool: Pool, { scale, signal }: DemoOptions): Promise<void> {
  await createSample(pool);
  const block = new LiveBlock(process.stdout);
  const started = performance.now();
  const lines = new Map<string, string>();
  const { total } = await seedSample(pool, {
    scale,
    signal,
    onProgress: ({ table, rows }) => {
      lines.set(table, `   ${table.padEnd(22)} ${rows.toLocaleString('en').padStart(12)}`);
      block.draw([...lines.values()]);
    },
  });
  block.draw([...lines.values()], true);
  say(`   ${total.toLocaleString('en')} rows in ${((performance.now() - started) / 1000).toFixed(1)} s`);
}

/** Until every table is swapped in and the first run of the models has ended. */
async function showInitialLoad(observer: Observer, signal: AbortSignal): Promise<void> {
  const { view } = observer;
  const block = new LiveBlock(process.stdout);
  const started = performance.now();
  const done = (): boolean => view.consistent && view.totals.runs > 0;
  let consistentSince = Infinity;
  while (!done()) {
    await observer.check();
    block.draw(loadLines(view));
    if (view.consistent) consistentSince = Math.min(consistentSince, performance.now());
    giveUpAfter(started, 1_800_000, view.lastError ?? 'the initial load did not end');
    giveUpAfter(consistentSince, 300_000, view.lastError ?? 'the models did not run');
    await pause(250, undefined, { signal });
  }
  block.draw(loadLines(view), true);
  say(
    `   every table is in TASTG and the reports are made, ${((performance.now() - started) / 1000).toFixed(1)} s`,
  );
}

async function showTraffic(observer: Observer, pool: Pool, options: DemoOptions): Promise<void> {
  const { view } = observer;
  const ending = AbortSignal.any([options.signal, AbortSignal.timeout(options.trafficSeconds * 1000)]);
  const block = new LiveBlock(process.stdout);
  const traffic = { transactions: 0, rows: 0 };
  let failure: unknown;
  observer.timeChanges(Date.now());
  const running: Promise<TrafficSummary> = runTraffic({
    pool,
    ratePerSecond: options.ratePerSecond,
    signal: ending,
    onOperation: (report) => {
      if (report.outcome === 'done') traffic.transactions++;
      if (report.outcome === 'failed') failure ??= report.error;
      traffic.rows += report.changedRows;
    },
  });
  const drawing = (async () => {
    while (!ending.aborted) {
      await observer.check();
      block.draw(trafficLines(view, traffic));
      await pause(500, undefined, { signal: ending }).catch(() => undefined); // the end of traffic is no error
    }
  })();
  const [summary] = await Promise.all([running, drawing]);
  options.signal.throwIfAborted();
  await caughtUp(observer, pool, options.signal);
  block.draw(trafficLines(view, traffic), true);
  if (summary.failed > 0) say(`   ${summary.failed} operations failed; the first: ${String(failure)}`);
}

/** Waits until the reports are at the version of the source, which must be quiet. */
async function caughtUp(observer: Observer, pool: Pool, signal: AbortSignal): Promise<void> {
  const version = await sourceVersion(pool);
  const started = performance.now();
  while (observer.view.reportedVersion < version) {
    await observer.check();
    giveUpAfter(
      started,
      180_000,
      `the reports did not reach version ${version}: ${observer.view.lastError ?? ''}`,
    );
    await pause(200, undefined, { signal });
  }
}

async function settle(observer: Observer, pool: Pool, signal: AbortSignal): Promise<void> {
  await caughtUp(observer, pool, signal);
  say(`   both at change version ${await sourceVersion(pool)}`);
}

async function sourceVersion(pool: Pool): Promise<bigint> {
  const result = await pool
    .request()
    .query<{ version: string }>('select change_tracking_current_version() as version');
  return BigInt(result.recordset[0]?.version ?? '0');
}

function giveUpAfter(started: number, ms: number, why: string): void {
  if (performance.now() - started > ms) throw new Error(`gave up after ${ms / 1000} s: ${why}`);
}

function printAddresses(stack: LocalStack): void {
  const { endpoints, paths } = stack;
  const { source, warehouse, s3, kafka } = endpoints;
  say('\nLook around (passwords: npm run -s stack:status -- --json)');
  say(`   source     tsql -H ${source.host} -p ${source.port} -U ${source.user} -D ${source.database}`);
  say(
    `   warehouse  psql -h ${warehouse.host} -p ${warehouse.port} -U ${warehouse.user} ${warehouse.database}`,
  );
  say(`   Kafka      ${kafka.brokers.join(',')}      S3  ${s3.endpoint}/${s3.bucket}`);
  for (const { name, replica, address } of stack
    .status()
    .filter((each) => services.some(([service]) => service === each.name)))
    say(`   ${`${name} ${replica}`.padEnd(14)} http://${address}/metrics  /health/ready`);
  say(`   logs       ${paths.logsDir}`);
}

async function stayUp(signal: AbortSignal): Promise<void> {
  say('\nThe stack stays up. Ctrl-C stops it.');
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
