import type pg from 'pg';
import { currentVersion, track, TrackedDatabase } from './testing/tracked-database.js';

const WRITERS = 16;
const READERS = 3;
const TRANSACTIONS = 60;
const KEYS = 60;
const TABLES = ['left_table', 'right_table'];

/** mulberry32: the run can be repeated by its seed. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** What one transaction committed: its id and, in order, what became of each key. */
interface Committed {
  readonly xid: string;
  readonly entries: readonly { table: string; id: number; op: 'I' | 'U' | 'D' }[];
}

let database: TrackedDatabase;
let admin: pg.Client;
const oids = new Map<string, number>();

beforeAll(async () => {
  database = await TrackedDatabase.start();
  admin = await database.connect();
  for (const table of TABLES) {
    await admin.query(`create table ${table} (id int primary key, n int)`);
    oids.set(table, await track(admin, table, ['id']));
  }
});

afterAll(() => database.stop());

type Entry = Committed['entries'][number];

async function statement(client: pg.Client, random: () => number): Promise<Entry[]> {
  const table = TABLES[Math.floor(random() * TABLES.length)] ?? 'left_table';
  const id = 1 + Math.floor(random() * KEYS);
  const kind = random();
  const run = async (sql: string) => (await client.query<{ id: number }>(sql)).rows.map((row) => row.id);
  if (kind < 0.35) {
    const ids = await run(`update ${table} set n = n + 1 where id = ${id} returning id`);
    return ids.map((changed) => ({ table, id: changed, op: 'U' }));
  }
  if (kind < 0.55) {
    const ids = await run(`delete from ${table} where id = ${id} returning id`);
    return ids.map((changed) => ({ table, id: changed, op: 'D' }));
  }
  if (kind < 0.65) {
    const ids = await run(
      `update ${table} set id = id + ${KEYS} where id = ${id} returning id - ${KEYS} as id`,
    );
    return ids.flatMap((changed) => [
      { table, id: changed, op: 'D' },
      { table, id: changed + KEYS, op: 'I' },
    ]);
  }
  const ids = await run(`insert into ${table} values (${id}, 0) on conflict do nothing returning id`);
  return ids.map((changed) => ({ table, id: changed, op: 'I' }));
}

async function transaction(client: pg.Client, random: () => number): Promise<Committed | undefined> {
  const entries: Entry[] = [];
  const snapshot = random() < 0.3;
  await client.query(snapshot ? 'begin isolation level repeatable read' : 'begin');
  try {
    const count = 1 + Math.floor(random() * 5);
    for (let index = 0; index < count; index++) {
      const undone = random() < 0.2;
      if (undone) await client.query('savepoint s');
      const made = await statement(client, random);
      if (undone) await client.query('rollback to s');
      else entries.push(...made);
    }
    const { rows } = await client.query<{ xid: string }>('select pg_current_xact_id()::text as xid');
    if (random() < 0.1) {
      await client.query('rollback');
      return undefined;
    }
    await client.query('commit');
    return entries.length === 0 ? undefined : { xid: rows[0]?.xid ?? '', entries };
  } catch (error) {
    await client.query('rollback');
    // Conflicts are part of the test: deadlocks, serialization failures, keys moved onto keys.
    if (['40001', '40P01', '23505'].includes((error as { code?: string }).code ?? '')) return undefined;
    throw error;
  }
}

async function write(seed: number, committed: Committed[]): Promise<void> {
  const client = await database.connect();
  const random = randomFrom(seed);
  for (let index = 0; index < TRANSACTIONS; index++) {
    const done = await transaction(client, random);
    if (done !== undefined) committed.push(done);
  }
}

/** Keeps a replica by applying changes, and compares it with the whole table at every snapshot. */
async function replicate(stopped: () => boolean): Promise<number> {
  const client = await database.connect();
  const replicas = new Map(TABLES.map((table) => [table, new Map<number, number>()]));
  let last: number | null = null;
  let rounds = 0;
  while (!stopped()) {
    await client.query('begin isolation level repeatable read');
    const version = await currentVersion(client);
    for (const [table, replica] of replicas) {
      const { rows: changed } = await client.query<{ id: number; op: string; v: string; n: number | null }>(
        `select c.id, c.sys_change_operation as op, c.sys_change_version as v, t.n
         from ct.changes_${oids.get(table)}($1) c left join ${table} t on t.id = c.id`,
        [last],
      );
      for (const { id, op, v, n } of changed) {
        expect(Number(v)).toBeLessThanOrEqual(version);
        expect({ id, present: n !== null }).toEqual({ id, present: op !== 'D' });
        if (n === null) replica.delete(id);
        else replica.set(id, n);
      }
      const { rows } = await client.query<{ id: number; n: number }>(
        `select id, n from ${table} order by id`,
      );
      const inReplica = [...replica].sort(([a], [b]) => a - b);
      expect(inReplica).toEqual(rows.map(({ id, n }) => [id, n]));
    }
    await client.query('commit');
    last = version;
    rounds++;
  }
  return rounds;
}

/** The net-change rules, folded from what the writers say they committed. */
function expectedChanges(
  committed: readonly Committed[],
  versions: ReadonlyMap<string, number>,
  table: string,
  base: number,
): string[] {
  const byKey = new Map<number, { version: number; op: string }[]>();
  const inOrder = committed
    .map(({ xid, entries }) => ({ version: versions.get(xid) ?? 0, entries }))
    .sort((a, b) => a.version - b.version);
  for (const { version, entries } of inOrder) {
    if (version <= base) continue;
    for (const { id, op } of entries.filter((entry) => entry.table === table)) {
      const history = byKey.get(id) ?? [];
      history.push({ version, op });
      byKey.set(id, history);
    }
  }
  return [...byKey]
    .sort(([a], [b]) => a - b)
    .map(([id, history]) => {
      const last = history.at(-1);
      const op = last?.op === 'D' ? 'D' : history[0]?.op === 'I' ? 'I' : 'U';
      const created = history.findLast((entry) => entry.op === 'I')?.version ?? '-';
      return `${id}:${op} ${last?.version} ${created}`;
    });
}

it.each([20260101, 7])(
  '16 writers and 3 snapshot readers agree on what was committed (seed %i)',
  async (seed) => {
    const start = await currentVersion(admin);
    const committed: Committed[] = [];
    let running = true;
    const readers = Array.from({ length: READERS }, () => replicate(() => !running));
    const writers = Array.from({ length: WRITERS }, (_, index) => write(seed + index * 7919, committed));
    try {
      await Promise.all(writers);
    } finally {
      running = false;
    }
    const rounds = await Promise.all(readers);
    expect(Math.min(...rounds)).toBeGreaterThan(1);
    expect(committed.length).toBeGreaterThan((WRITERS * TRANSACTIONS) / 4);

    const { rows } = await admin.query<{ version: string; xid: string }>(
      'select version, xid::text from ct.commits where version > $1 order by version',
      [start],
    );
    const versions = new Map(rows.map(({ xid, version }) => [xid, Number(version)]));
    expect(rows.map(({ version }) => Number(version))).toEqual(rows.map((_, index) => start + 1 + index));
    expect(new Set(versions.keys())).toEqual(new Set(committed.map(({ xid }) => xid)));

    const end = await currentVersion(admin);
    for (const table of TABLES)
      for (let base = start; base <= end; base += Math.max(1, Math.floor((end - start) / 25))) {
        const { rows: found } = await admin.query<{ text: string }>(
          `select id || ':' || sys_change_operation || ' ' || sys_change_version || ' ' ||
                coalesce(sys_change_creation_version::text, '-') as text
         from ct.changes_${oids.get(table)}($1) order by id`,
          [base],
        );
        expect(found.map(({ text }) => text)).toEqual(expectedChanges(committed, versions, table, base));
      }
  },
);
