#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { parse } from 'yaml';
import { pipelineConfigSchema, Topics } from '@thalamus/contracts';
import { cloneRoot, startStack } from '@thalamus/local-stack';
import { createSample, openSample, seedSample } from '@thalamus/sample-gme';
import { benchAzureSqlEmulator } from './emulators/azure-sql-emulator.bench.js';
import { serialConnector, sling, type PeerResult } from './peers.bench.js';
import { printCopyFigures, redshiftCopy } from './emulators/redshift-copy.bench.js';
import { PipelineBench, type Phase } from './pipeline.bench.js';

const help = `npm run bench -- [--only name] [--scale small|medium|large] [--burst rows] [--no-peers] [--redshift-copy megabytes]

Loads the sample in full and then a burst of changes, and prints rows/s, CPU-seconds and peak memory of each service,
beside the serial connector this product replaces and Sling, over the same emulators in the same run.
--only azure-sql-emulator measures that emulator alone, by tedious, beside plain PostgreSQL by node-pg.
--redshift-copy measures only the Redshift emulator's COPY beside PostgreSQL's; 1024 is the figure of the records.
`;

const { values } = parseArgs({
  options: {
    scale: { type: 'string', default: 'medium' },
    burst: { type: 'string', default: '50000' },
    'redshift-copy': { type: 'string' },
    'no-peers': { type: 'boolean', default: false },
    only: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});

const megabytes = (bytes: number): string => `${Math.round(bytes / 1024 / 1024)} MB`;
const perSecond = (rows: number, seconds: number): string =>
  Math.round(rows / seconds)
    .toLocaleString('en')
    .padStart(9);

function printPhase(phase: Phase): void {
  console.log(
    `\n${phase.name}: ${phase.rows.toLocaleString('en')} rows in ${phase.seconds.toFixed(1)} s, ${perSecond(phase.rows, phase.seconds).trim()} rows/s`,
  );
  for (const [name, { cpuSeconds, peakBytes }] of Object.entries(phase.usage))
    console.log(
      `  ${name.padEnd(20)} ${cpuSeconds.toFixed(1).padStart(8)} CPU s   peak ${megabytes(peakBytes).padStart(8)}`,
    );
}

function printPeer(peer: PeerResult, own: Phase): void {
  if (peer.failure !== undefined) return console.log(`${peer.name.padEnd(20)} did not run: ${peer.failure}`);
  const ratio = peer.seconds / own.seconds;
  const cpu = `${peer.cpuSeconds.toFixed(1)} CPU s`;
  const memory = peer.peakBytes > 0 ? `peak ${megabytes(peer.peakBytes)}` : '';
  console.log(
    `${peer.name.padEnd(20)}${perSecond(peer.rows, peer.seconds)} rows/s   ${cpu}   ${memory}   ${ratio.toFixed(2)} × the time of this pipeline`,
  );
}

/** Benchmarks of one part, by the name that `--only` takes. */
const parts: Readonly<Record<string, () => Promise<void>>> = { 'azure-sql-emulator': benchAzureSqlEmulator };

async function runOnly(name: string): Promise<void> {
  const part = parts[name];
  if (part === undefined) throw new Error(`--only knows ${Object.keys(parts).join(', ')}`);
  await part();
}

async function main(): Promise<void> {
  if (values['redshift-copy'] !== undefined) return benchCopy(Number(values['redshift-copy']));
  const scale = values.scale as 'small' | 'medium' | 'large';
  const config = pipelineConfigSchema.parse(
    parse(readFileSync(join(cloneRoot, 'samples', 'gme', 'pipeline.yaml'), 'utf8')),
  );
  await using stack = await startStack({
    dir: join(cloneRoot, '.thalamus', 'bench'),
    ephemeral: true,
    components: ['kafka', 'postgres', 's3', 'azure-sql-emulator', 'redshift-emulator'],
    log: (line) => console.log(line),
  });
  const pool = await openSample({ ...stack.endpoints.source, trustCertificate: true });
  try {
    await createSample(pool);
    const seeding = performance.now();
    const { total } = await seedSample(pool, { scale });
    console.log(
      `source: ${total.toLocaleString('en')} rows in ${((performance.now() - seeding) / 1000).toFixed(1)} s`,
    );
    await using bench = new PipelineBench(stack, new Topics(config.name, config.source.database), pool);
    const load = await bench.initialLoad(total);
    printPhase(load);
    printPhase(await bench.burst(Number(values.burst)));
    if (values['no-peers']) return;
    for (const [name, replica] of [
      ['capture', 1],
      ['loader', 1],
      ['loader', 2],
    ] as const)
      await stack.service(name, replica).stop();
    console.log(
      `\nthe same full load, the same emulators, the same run\n${'this pipeline'.padEnd(20)}${perSecond(load.rows, load.seconds)} rows/s`,
    );
    printPeer(await serialConnector(stack), load);
    printPeer(await sling(stack, total), load);
  } finally {
    await pool.close();
  }
}

async function benchCopy(size: number): Promise<void> {
  await using stack = await startStack({
    dir: join(cloneRoot, '.thalamus', 'bench-copy'),
    ephemeral: true,
    components: ['postgres', 's3', 'redshift-emulator'],
  });
  printCopyFigures(await redshiftCopy(stack, size));
}

if (values.help) process.stdout.write(help);
else if (values.only === undefined) await main();
else await runOnly(values.only);
