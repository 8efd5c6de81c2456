import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { pipelineConfigSchema, Topics } from '@thalamus/contracts';
import { cloneRoot, startStack } from '@thalamus/local-stack';
import { createSample, openSample, seedSample } from '@thalamus/sample-gme';
import { PipelineUnderLoad, type Phase } from './pipeline-under-load.js';
import { serialConnector, sling, type PeerResult } from './peers.bench.js';

export interface PipelineBenchOptions {
  readonly scale: 'small' | 'medium' | 'large';
  /** Rows changed at once after the load. */
  readonly burst: number;
  /** Whether the serial connector and Sling run as well. */
  readonly peers: boolean;
}

const megabytes = (bytes: number): string => `${Math.round(bytes / 1024 / 1024)} MB`;
const perSecond = (rows: number, seconds: number): string =>
  Math.round(rows / seconds)
    .toLocaleString('en')
    .padStart(9);

function printPhase(phase: Phase): void {
  console.log(
    `\n${phase.name}: ${phase.rows.toLocaleString('en')} rows in ${phase.seconds.toFixed(1)} s, ${perSecond(phase.rows, phase.seconds).trim()} rows/s`,
  );
  for (const [name, { cpuSeconds, peakBytes }] of Object.entries(phase.usage)) {
    const quarter = phase.atQuarter?.[name];
    const earlier = quarter ? `   (${megabytes(quarter.peakBytes)} at a quarter of the rows)` : '';
    console.log(
      `  ${name.padEnd(20)} ${cpuSeconds.toFixed(1).padStart(8)} CPU s   peak ${megabytes(peakBytes).padStart(8)}${earlier}`,
    );
  }
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

/** Loads the sample, then a burst of changes; beside it the peers, over the same emulators. */
export async function benchPipeline({ scale, burst, peers }: PipelineBenchOptions): Promise<void> {
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
    await using bench = new PipelineUnderLoad(stack, new Topics(config.name, config.source.database), pool);
    const load = await bench.initialLoad(total);
    printPhase(load);
    printPhase(await bench.burst(burst));
    if (!peers) return;
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
