import type pg from 'pg';
import { changes, currentVersion, track, TrackedDatabase } from './testing/tracked-database.js';

let database: TrackedDatabase;
let client: pg.Client;
let oid: number;

beforeAll(async () => {
  database = await TrackedDatabase.start();
  client = await database.connect();
  await client.query('create table t (id int primary key deferrable initially immediate, a int, b text)');
  await client.query('create table other (id int primary key, a int)');
  oid = await track(client, 't', ['id']);
  await track(client, 'other', ['id']);
});

afterAll(() => database.stop());

/** Runs transactions, each a list of statements, from an empty table, and gives the net changes of each base. */
async function history(
  before: string[],
  transactions: string[][],
): Promise<(base: number) => Promise<string[]>> {
  await client.query('delete from t');
  for (const statement of before) await client.query(statement);
  const origin = await currentVersion(client);
  for (const statements of transactions) {
    await client.query('begin');
    for (const statement of statements) await client.query(statement);
    await client.query('commit');
  }
  expect(await currentVersion(client)).toBe(origin + transactions.length);
  return (base) => changes(client, oid, origin + base, origin);
}

const INSERT = 'insert into t values (1, 1, null)';
const UPDATE = 'update t set a = 2 where id = 1';
const DELETE = 'delete from t where id = 1';

describe('net-change rules', () => {
  it.each<[string, string[], string[][], number, string[]]>([
    ['insert@1', [], [[INSERT]], 0, ['1:I 1 1']],
    ['insert@1, update@2 from 0', [], [[INSERT], [UPDATE]], 0, ['1:I 2 1']],
    ['insert@1, update@2 from 1', [], [[INSERT], [UPDATE]], 1, ['1:U 2 -']],
    ['insert@1, delete@2 from 1', [], [[INSERT], [DELETE]], 1, ['1:D 2 -']],
    ['insert@1, delete@2 from 0', [], [[INSERT], [DELETE]], 0, ['1:D 2 1']],
    ['update, delete, insert', [INSERT], [[UPDATE], [DELETE], [INSERT]], 0, ['1:U 3 3']],
    ['delete, insert', [INSERT], [[DELETE], [INSERT]], 0, ['1:U 2 2']],
    ['insert + delete in one transaction', [], [[INSERT, DELETE]], 0, ['1:D 1 1']],
    ['insert + delete + insert in one transaction', [], [[INSERT, DELETE, INSERT]], 0, ['1:I 1 1']],
    ['key changed', [INSERT], [['update t set id = 11 where id = 1']], 0, ['1:D 1 -', '11:I 1 1']],
    [
      'keys shifted',
      ['insert into t values (1), (2), (3)'],
      [['update t set id = id + 1']],
      0,
      ['1:D 1 -', '2:U 1 1', '3:U 1 1', '4:I 1 1'],
    ],
    ['key set to itself', [INSERT], [['update t set id = id']], 0, ['1:U 1 1']],
    ['update that changes nothing', [INSERT], [['update t set a = a']], 0, ['1:U 1 -']],
    ['base beyond the current version', [], [[INSERT]], 9, []],
  ])('%s', async (_name, before, transactions, base, expected) => {
    const changesFrom = await history(before, transactions);
    expect(await changesFrom(base)).toEqual(expected);
  });

  it('a null or negative base means everything', async () => {
    const all = await changes(client, oid, null);
    expect(all.length).toBeGreaterThan(1);
    expect(await changes(client, oid, -5)).toEqual(all);
    expect(await changes(client, oid, 0)).toEqual(all);
  });
});

describe('versions', () => {
  it('are shared by all the tables of a transaction', async () => {
    const before = await currentVersion(client);
    await client.query(
      'begin; delete from t; insert into t values (1); insert into other values (1, 1); commit',
    );
    const { rows } = await client.query(
      `select version - ${before} as v from ct.table_commits where version > ${before}`,
    );
    expect(rows).toEqual([{ v: '1' }, { v: '1' }]);
  });

  it.each([
    ['a rolled back transaction', 'begin; insert into other values (50, 1); rollback'],
    [
      'work undone to a savepoint',
      'begin; savepoint s; insert into other values (50, 1); rollback to s; commit',
    ],
    ['statements that match no row', 'update other set a = 1 where id = -1; delete from other where id = -1'],
    ['an insert of no rows', 'insert into other select 1, 1 where false'],
  ])('%s draws none', async (_name, sql) => {
    const before = await currentVersion(client);
    await client.query(sql);
    expect(await currentVersion(client)).toBe(before);
  });

  it('what stays after a savepoint is counted once', async () => {
    const before = await currentVersion(client);
    await client.query(
      'begin; savepoint s; insert into t values (60); rollback to s; insert into other values (61, 1), (62, 1); commit',
    );
    expect(await currentVersion(client)).toBe(before + 1);
    expect(await changes(client, oid, before)).toEqual([]);
  });

  it('a transaction does not see its own changes', async () => {
    const before = await currentVersion(client);
    await client.query('begin; insert into t values (70)');
    expect(await currentVersion(client)).toBe(before);
    expect(await changes(client, oid, before)).toEqual([]);
    await client.query('commit');
    expect(await changes(client, oid, before, before)).toEqual(['70:I 1 1']);
  });

  it('follow the order of commits, not of writes', async () => {
    const second = await database.connect();
    const before = await currentVersion(client);
    await client.query('begin; insert into t values (80)');
    await second.query('insert into t values (81)');
    await client.query('commit');
    expect(await changes(client, oid, before, before)).toEqual(['80:I 2 2', '81:I 1 1']);
  });

  it('have no gap where a commit failed', async () => {
    await client.query('create table parent (id int primary key)');
    await client.query('create table child (id int references parent deferrable initially deferred)');
    const before = await currentVersion(client);
    await client.query('begin; insert into t values (90); insert into child values (1)');
    await expect(client.query('commit')).rejects.toMatchObject({ code: '23503' });
    await client.query('insert into t values (91)');
    expect(await changes(client, oid, before, before)).toEqual(['91:I 1 1']);
    await client.query('drop table child, parent');
  });

  it('are seen as of the snapshot, together with the tables', async () => {
    const writer = await database.connect();
    await client.query('begin isolation level repeatable read');
    const before = await currentVersion(client);
    await writer.query('insert into t values (95)');
    expect(await currentVersion(client)).toBe(before);
    expect(await changes(client, oid, before)).toEqual([]);
    expect((await client.query('select from t where id = 95')).rowCount).toBe(0);
    await client.query('commit');
    expect(await changes(client, oid, before, before)).toEqual(['95:I 1 1']);
  });

  it('tell cheaply whether anything has changed', async () => {
    const before = await currentVersion(client);
    const probe = async (base: number) =>
      (await client.query<{ h: boolean }>('select ct.has_changes($1, $2) as h', [oid, base])).rows[0]?.h;
    expect(await probe(before)).toBe(false);
    await client.query('insert into other values (99, 1)');
    expect(await probe(before)).toBe(false);
    await client.query('insert into t values (99)');
    expect(await probe(before)).toBe(true);
  });
});
