import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { startPostgres, type PostgresServer } from '@thalamus/embedded-postgres';
import { cloneRoot } from '@thalamus/local-stack';
import { createSample, openSample, seedSample } from '@thalamus/sample-gme';
import pg from 'pg';
import { usageOf } from '../process-usage.js';
import { insertByNodePg, insertByTedious, readByNodePg, readByTedious } from './drivers.bench.js';

const ROWS = 200_000;
/** Measured, after one that is not: the compilers of both sides are to have done their work. */
const REPETITIONS = 3;
const CONNECTIONS = 8;
const INSERT_SECONDS = 5;
const PASSWORD = 'Password1!';

/** One way to read or write, and how fast it did in each repetition. */
interface Contestant {
  readonly name: string;
  /** @returns rows per second */
  readonly run: () => Promise<number>;
}

interface Program extends AsyncDisposable {
  readonly port: number;
  readonly pid: number;
}

/** The built emulator in a process of its own. */
async function startProgram(postgresUrl: string): Promise<Program> {
  const child: ChildProcess = spawn(
    process.execPath,
    [
      ...(process.env['BENCH_SERVER_FLAGS']?.split(' ') ?? []),
      ...[
        join(cloneRoot, 'apps', 'azure-sql-emulator', 'dist', 'main.js'),
        '--port',
        '0',
        '--password',
        PASSWORD,
      ],
      ...['--database', 'gme', '--postgres-url', postgresUrl, '--exit-with-parent'],
    ],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  const { stdout } = child;
  if (stdout === null) throw new Error('the emulator has no standard output');
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const line = await Promise.race([
    new Promise<string>((resolve) => createInterface({ input: stdout }).once('line', resolve)),
    ended.then(() => Promise.reject(new Error('the emulator did not start'))),
  ]);
  const { port } = JSON.parse(line) as { port: number };
  return {
    port,
    pid: child.pid ?? 0,
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

/** The sample's own messages, repeated until there are enough of them. */
async function fill(port: number): Promise<void> {
  const pool = await openSample({
    ...{ host: '127.0.0.1', port, database: 'gme', user: 'sa', password: PASSWORD },
    ...{ encrypt: false, trustCertificate: true },
  });
  try {
    await createSample(pool);
    await seedSample(pool, { scale: 'small' });
    const columns =
      'ApplicationId, Direction, SenderFacultyId, ReplyToMessageId, Importance, Subject, Body, SentAt, ReadAt';
    for (;;) {
      const { recordset } = await pool.query<{ n: number }>('select count(*) as n from dbo.Message');
      const missing = ROWS - (recordset[0]?.n ?? 0);
      if (missing <= 0) return;
      await pool.query(
        `insert into dbo.Message (${columns}) select top ${missing} ${columns} from dbo.Message`,
      );
    }
  } finally {
    await pool.close();
  }
}

/** The same rows in PostgreSQL's own types, for node-pg. */
async function fillPlain(server: PostgresServer): Promise<void> {
  const emulated = new pg.Client(server.url('sql_gme'));
  await emulated.connect();
  try {
    // One server holds both; the plain table lies in a schema of its own, with a plain collation.
    await emulated.query(`create schema plain;
      create table plain.message as select messageid, applicationid, direction::text collate "C" as direction, senderfacultyid,
        replytomessageid, importance, subject::text collate "C" as subject, body::text collate "C" as body,
        timestamp '0001-01-01' + make_interval(secs => sentat / 1e7) as sentat, timestamp '0001-01-01' + make_interval(secs => readat / 1e7) as readat
        from dbo.message;
      alter table plain.message add primary key (messageid);
      create table plain.inserted (id bigint generated always as identity primary key, a int, t varchar(100), d timestamp);
      analyze plain.message; analyze dbo.message`);
  } finally {
    await emulated.end();
  }
}

/** Rows per second of a read that must see all rows. */
async function readRate(read: () => Promise<number>): Promise<number> {
  const began = performance.now();
  const rows = await read();
  if (rows < ROWS) throw new Error(`only ${rows} of ${ROWS} rows were read`);
  return rows / ((performance.now() - began) / 1000);
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;
}

/** Runs both in turn, so that the machine's moods strike both; prints the medians, all values, and the ratio of the two. */
async function compare(title: string, emulator: Contestant, postgres: Contestant): Promise<void> {
  const rates: [number[], number[]] = [[], []];
  for (let repetition = 0; repetition <= REPETITIONS; repetition++) {
    const pair = [await emulator.run(), await postgres.run()] as const;
    if (repetition > 0) rates.forEach((list, side) => list.push(pair[side] ?? 0));
  }
  console.log(`\n${title}; p50 of ${REPETITIONS}, after one repetition to warm up`);
  for (const [side, { name }] of [emulator, postgres].entries()) {
    const all = (rates[side] ?? []).map((rate) => whole(rate)).join(', ');
    console.log(`  ${name.padEnd(32)}${whole(median(rates[side] ?? [])).padStart(10)} rows/s   (${all})`);
  }
  const ratio = median(rates[0]) / median(rates[1]);
  console.log(`  ${'ratio to PostgreSQL'.padEnd(32)}${ratio.toFixed(2).padStart(10)}`);
}

const whole = (value: number): string => Math.round(value).toLocaleString('en');

/** Reads the sample's Message table and inserts single rows, through the emulator and, beside it, through plain PostgreSQL. */
export async function benchAzureSqlEmulator(): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'azure-sql-bench-'));
  try {
    await using server = await startPostgres({ dataDir: join(directory, 'pg'), ephemeral: true });
    await using program = await startProgram(server.url());
    await fill(program.port);
    await fillPlain(server);
    const emulator = { port: program.port, user: 'sa', password: PASSWORD, database: 'gme' };
    const url = server.url('sql_gme');
    const [byTedious, byNodePg] = ['tedious, Azure SQL emulator', 'node-pg, plain PostgreSQL'];
    await compare(
      `reading Message (10 columns, ${ROWS.toLocaleString('en')} rows), server and client on this machine`,
      { name: byTedious, run: () => readRate(() => readByTedious(emulator)) },
      { name: byNodePg, run: () => readRate(() => readByNodePg(url)) },
    );
    await compare(
      `single-row INSERTs, ${CONNECTIONS} connections, ${INSERT_SECONDS} s`,
      { name: byTedious, run: () => insertByTedious(emulator, CONNECTIONS, INSERT_SECONDS) },
      { name: byNodePg, run: () => insertByNodePg(url, CONNECTIONS, INSERT_SECONDS) },
    );
    console.log(`\npeak memory of the emulator: ${whole(usageOf(program.pid).peakBytes / 2 ** 20)} MB`);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
