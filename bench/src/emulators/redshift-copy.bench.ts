import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { chmod, mkdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createGzip } from 'node:zlib';
import { cloneRoot, startStack, type LocalStack } from '@thalamus/local-stack';
import { ObjectStore } from '@thalamus/object-store';
import { Warehouse } from '@thalamus/redshift';
import { usageOf } from '../process-usage.js';

const FILES = 8;
const ROWS_AT_ONCE = 5000;
const COLUMNS = `id bigint not null, amount int, price decimal(18,2), name varchar(60), note varchar(200),
  mail varchar(100), at timestamp, born date, ok boolean`;

/** What one load came to. */
interface CopyFigures {
  readonly rows: number;
  readonly megabytes: number;
  readonly gzipMegabytes: number;
  readonly postgresSeconds: number;
  readonly emulatorSeconds: number;
  /** Resident memory of the emulator's process at most, before and after the load. */
  readonly emulatorPeakBytes: readonly [before: number, after: number];
}

/**
 * COPY of the Redshift emulator from S3, gzip CSV in 8 files, beside PostgreSQL's own COPY FROM of the same files from its
 * disk, unpacked by gzip: the same server, the same rows, the same run.
 *
 * @param megabytes of CSV, before compression
 */
async function redshiftCopy(stack: LocalStack, megabytes: number): Promise<CopyFigures> {
  const directory = join(stack.paths.dir, 'copy-bench');
  await rm(directory, { recursive: true, force: true });
  await mkdir(directory, { recursive: true });
  // PostgreSQL may run as another user.
  await chmod(directory, 0o755);
  try {
    const made = await makeFiles(directory, megabytes);
    await uploadFiles(stack, made.files);
    console.log(`made and uploaded ${made.rows.toLocaleString('en')} rows`);
    const postgresSeconds = await copyByPostgres(stack, made.files);
    const before = peakOf(stack);
    const emulatorSeconds = await copyByEmulator(stack, made.rows);
    const { rows, bytes, gzipBytes } = made;
    return {
      rows,
      megabytes: bytes / 1024 / 1024,
      gzipMegabytes: gzipBytes / 1024 / 1024,
      postgresSeconds,
      emulatorSeconds,
      emulatorPeakBytes: [before, peakOf(stack)],
    };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** Prints what {@link redshiftCopy} found. */
function printCopyFigures(figures: CopyFigures): void {
  const { rows, megabytes, gzipMegabytes, postgresSeconds, emulatorSeconds, emulatorPeakBytes } = figures;
  const rate = (seconds: number): string => `${(megabytes / seconds).toFixed(1).padStart(7)} MB/s`;
  const [before, after] = emulatorPeakBytes.map((bytes) => Math.round(bytes / 1024 / 1024));
  console.log(
    `\nCOPY of ${rows.toLocaleString('en')} rows, ${megabytes.toFixed(0)} MB of CSV, ${gzipMegabytes.toFixed(0)} MB of gzip in ${FILES} files`,
  );
  console.log(
    `  PostgreSQL's COPY FROM   ${postgresSeconds.toFixed(1).padStart(7)} s ${rate(postgresSeconds)}`,
  );
  console.log(
    `  Redshift emulator's COPY ${emulatorSeconds.toFixed(1).padStart(7)} s ${rate(emulatorSeconds)}`,
  );
  console.log(`  ${Math.round((100 * postgresSeconds) / emulatorSeconds)} % of PostgreSQL's speed`);
  console.log(`  peak memory of the emulator: ${before} MB before, ${after} MB after`);
}

interface MadeFiles {
  readonly files: readonly string[];
  readonly rows: number;
  readonly bytes: number;
  readonly gzipBytes: number;
}

async function makeFiles(directory: string, megabytes: number): Promise<MadeFiles> {
  const files: string[] = [];
  const source = new RowSource();
  let bytes = 0;
  let gzipBytes = 0;
  for (let number = 0; number < FILES; number += 1) {
    const path = join(directory, `part-${number}.csv.gz`);
    const gzip = createGzip({ level: 1 });
    const file = gzip.pipe(createWriteStream(path));
    const most = ((number + 1) * megabytes * 1024 * 1024) / FILES;
    while (bytes < most) {
      const text = source.take(ROWS_AT_ONCE);
      bytes += text.length;
      if (!gzip.write(text)) await once(gzip, 'drain');
    }
    gzip.end();
    await once(file, 'finish');
    await chmod(path, 0o644);
    gzipBytes += (await stat(path)).size;
    files.push(path);
  }
  return { files, rows: source.rows, bytes, gzipBytes };
}

const WORDS =
  'alpha bravo charlie delta echo foxtrot golf hotel india juliet kilo lima mike november oscar papa'.split(
    ' ',
  );

/** Rows of the usual types, the same in every run. */
class RowSource {
  rows = 0;
  private seed = 1;

  take(count: number): string {
    let text = '';
    for (let left = count; left > 0; left -= 1) text += this.row();
    return text;
  }

  private row(): string {
    this.rows += 1;
    const two = (from: number, most: number): string => String(from + this.below(most)).padStart(2, '0');
    const note = this.below(10) === 0 ? '' : `${this.word()} ${this.word()} ${this.word()}`;
    const date = `20${two(10, 14)}-${two(1, 12)}-${two(1, 28)}`;
    const time = `${two(0, 24)}:${two(0, 60)}:${two(0, 60)}.${String(this.below(1_000_000)).padStart(6, '0')}`;
    const price = `${this.below(100_000)}.${two(0, 100)}`;
    const ok = this.below(2) === 0 ? 't' : 'f';
    return `${this.rows},${this.below(1_000_000)},${price},"${this.word()}, ${this.word()}",${note},${this.word()}@example.org,${date} ${time},${date},${ok}\n`;
  }

  private word(): string {
    return WORDS[this.below(WORDS.length)] ?? '';
  }

  private below(most: number): number {
    this.seed = (Math.imul(this.seed, 1_103_515_245) + 12_345) & 0x7fffffff;
    return (this.seed >>> 8) % most;
  }
}

async function uploadFiles(stack: LocalStack, files: readonly string[]): Promise<void> {
  const { accessKeyId, secretAccessKey, ...where } = stack.endpoints.s3;
  using store = new ObjectStore({ ...where, credentials: { accessKeyId, secretAccessKey } });
  await store.deletePrefix('copy-bench/');
  for (const [number, path] of files.entries())
    await store.put(`copy-bench/${number}.csv.gz`, await readFile(path));
}

async function copyByPostgres(stack: LocalStack, files: readonly string[]): Promise<number> {
  const { host, port, user, password, database } = stack.endpoints.postgres;
  const server = new Warehouse({ host, port, user, password, database, ssl: false });
  try {
    await server.query('drop table if exists copy_bench');
    await server.query(`create table copy_bench (${COLUMNS})`);
    const started = performance.now();
    await server.session(async (session) => {
      await session.query('begin');
      for (const path of files) {
        await session.query(`copy copy_bench from program 'gzip -dc "${path}"' (format csv)`);
      }
      await session.query('commit');
    });
    return (performance.now() - started) / 1000;
  } finally {
    await server.query('drop table if exists copy_bench');
    await server.close();
  }
}

async function copyByEmulator(stack: LocalStack, rows: number): Promise<number> {
  const { warehouse, s3 } = stack.endpoints;
  const server = new Warehouse(warehouse);
  try {
    await server.query('drop table if exists copy_bench');
    await server.query(`create table copy_bench (${COLUMNS})`);
    const started = performance.now();
    await server.query(
      `copy copy_bench from 's3://${s3.bucket}/copy-bench/' iam_role '${warehouse.iamRole}' csv gzip compupdate off statupdate off`,
    );
    const seconds = (performance.now() - started) / 1000;
    const { rows: counted } = await server.query<{ n: string }>('select count(*) as n from copy_bench');
    if (Number(counted[0]?.n) !== rows) throw new Error(`${counted[0]?.n} rows were loaded of ${rows}`);
    return seconds;
  } finally {
    await server.query('drop table if exists copy_bench');
    await server.close();
  }
}

function peakOf(stack: LocalStack): number {
  const running = stack.status().find(({ name }) => name === 'redshift-emulator');
  return usageOf(running?.pid ?? -1).peakBytes;
}

/** COPY of the Redshift emulator beside PostgreSQL's own, in one run. */
export async function benchRedshiftEmulator(megabytes: number): Promise<void> {
  await using stack = await startStack({
    dir: join(cloneRoot, '.thalamus', 'bench-copy'),
    ephemeral: true,
    components: ['postgres', 's3', 'redshift-emulator'],
  });
  printCopyFigures(await redshiftCopy(stack, megabytes));
}
