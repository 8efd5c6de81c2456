import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { startPostgres, type PostgresServer } from '@thalamus/embedded-postgres';
import { cloneRoot } from '@thalamus/local-stack';
import { createSample, openSample, seedSample } from '@thalamus/sample-gme';
import pg from 'pg';
import { insertByNodePg, insertByTedious, readByNodePg, readByTedious } from './drivers.bench.js';

const ROWS = 200_000;
const READS = 4;
const CONNECTIONS = 8;
const INSERT_SECONDS = 5;
const PASSWORD = 'Password1!';

/** Rows per second by one driver; the best of several runs, since other work on the machine only ever slows. */
interface Figure {
  readonly name: string;
  readonly rowsPerSecond: number;
}

interface Program extends AsyncDisposable {
  readonly port: number;
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

async function best(name: string, runs: number, read: () => Promise<number>): Promise<Figure> {
  let rowsPerSecond = 0;
  for (let run = 0; run < runs; run++) {
    const began = performance.now();
    const rows = await read();
    if (rows < ROWS) throw new Error(`${name} read ${rows} rows`);
    rowsPerSecond = Math.max(rowsPerSecond, rows / ((performance.now() - began) / 1000));
  }
  return { name, rowsPerSecond };
}

function print(title: string, figures: readonly Figure[]): void {
  console.log(`\n${title}`);
  for (const { name, rowsPerSecond } of figures)
    console.log(`  ${name.padEnd(46)}${Math.round(rowsPerSecond).toLocaleString('en').padStart(10)} rows/s`);
}

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
    print(
      `reading Message (10 columns, ${ROWS.toLocaleString('en')} rows), server and client on this machine`,
      [
        await best('tedious, Azure SQL emulator', READS, () => readByTedious(emulator)),
        await best('node-pg, plain PostgreSQL', READS, () => readByNodePg(url)),
      ],
    );
    print(`single-row INSERTs, ${CONNECTIONS} connections, ${INSERT_SECONDS} s`, [
      {
        name: 'tedious, Azure SQL emulator',
        rowsPerSecond: await insertByTedious(emulator, CONNECTIONS, INSERT_SECONDS),
      },
      {
        name: 'node-pg, plain PostgreSQL',
        rowsPerSecond: await insertByNodePg(url, CONNECTIONS, INSERT_SECONDS),
      },
    ]);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
