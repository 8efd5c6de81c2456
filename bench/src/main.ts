#!/usr/bin/env node
import { parseArgs } from 'node:util';
import { benchAzureSqlEmulator } from './emulators/azure-sql-emulator.bench.js';
import { benchRedshiftEmulator } from './emulators/redshift-copy.bench.js';
import { benchPipeline } from './pipeline.bench.js';

const help = `npm run bench -- [--only pipeline|azure-sql-emulator|redshift-emulator] [--scale small|medium|large]
                 [--burst rows] [--no-peers] [--copy-megabytes n]

pipeline            loads the sample in full, then a burst of changes: rows/s, CPU-seconds and peak memory of each service,
                    beside the serial connector this product replaces and Sling, over the same emulators in the same run
azure-sql-emulator  reads and inserts by tedious, beside plain PostgreSQL by node-pg: p50 of 3 repetitions in turn, and the ratio
redshift-emulator   COPY of gzip CSV in 8 files, beside PostgreSQL's own COPY FROM of the same rows; 1024 megabytes
                    unless --copy-megabytes says otherwise

Without --only all three, one after the other. Machines differ and are busy: quote ratios.
`;

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    scale: { type: 'string', default: 'medium' },
    burst: { type: 'string', default: '50000' },
    'no-peers': { type: 'boolean', default: false },
    'copy-megabytes': { type: 'string', default: '1024' },
    help: { type: 'boolean', default: false },
  },
});

const parts: Readonly<Record<string, () => Promise<void>>> = {
  pipeline: () =>
    benchPipeline({
      scale: values.scale as 'small' | 'medium' | 'large',
      burst: Number(values.burst),
      peers: !values['no-peers'],
    }),
  'azure-sql-emulator': benchAzureSqlEmulator,
  'redshift-emulator': () => benchRedshiftEmulator(Number(values['copy-megabytes'])),
};

async function main(): Promise<void> {
  const names = values.only === undefined ? Object.keys(parts) : [values.only];
  for (const name of names) {
    const part = parts[name];
    if (part === undefined)
      throw new Error(`there is no benchmark ${name}; known: ${Object.keys(parts).join(', ')}`);
    console.log(`\n── ${name}`);
    await part();
  }
}

if (values.help) process.stdout.write(help);
else await main();
