import type pg from 'pg';
import { installChangeTracking } from './install-change-tracking.js';
import { changes, currentVersion, track, TrackedDatabase } from './testing/tracked-database.js';

let database: TrackedDatabase;
let client: pg.Client;

beforeAll(async () => {
  database = await TrackedDatabase.start();
  client = await database.connect();
  await client.query(
    `create collation ci (provider = icu, locale = 'und-u-ks-level2', deterministic = false)`,
  );
});

afterAll(() => database.stop());

async function one<T>(sql: string, values: unknown[] = []): Promise<T> {
  const { rows } = await client.query<{ one: T }>(sql, values);
  const [row] = rows;
  if (row === undefined) throw new Error(`${sql} gave no row`);
  return row.one;
}

const state = async (oid: number) =>
  (
    await client.query<Record<string, string>>(
      `select begin_version, min_valid_version, cleanup_version from ct.tables_state where relid = $1`,
      [oid],
    )
  ).rows[0];

const refused = (number: number) => ({ code: 'CT000', detail: String(number) });

describe('a table', () => {
  it('starts with an empty history at the current version', async () => {
    await client.query('create table starts (id int primary key); insert into starts values (1)');
    const version = await currentVersion(client);
    const oid = await track(client, 'starts', ['id']);
    expect(await changes(client, oid, null)).toEqual([]);
    expect(await currentVersion(client)).toBe(version);
    expect(await state(oid)).toMatchObject({
      begin_version: String(version),
      min_valid_version: String(version),
    });
  });

  it('is not tracked twice, nor without a key; an untracked one cannot be switched off', async () => {
    await client.query('create table twice (id int primary key, a int)');
    const oid = await track(client, 'twice', ['id']);
    await expect(track(client, 'twice', ['id'])).rejects.toMatchObject(refused(4996));
    await client.query('create table keyless (a int)');
    await expect(track(client, 'keyless', [])).rejects.toMatchObject(refused(4997));
    await client.query('select ct.disable_table($1)', [oid]);
    await expect(client.query('select ct.disable_table($1)', [oid])).rejects.toMatchObject(refused(4998));
    await client.query('insert into twice values (1)');
    expect(await one('select ct.min_valid_version($1) as one', [oid])).toBeNull();
  });

  it('begins a new history when it is switched off and on', async () => {
    await client.query('create table again (id int primary key)');
    const first = await track(client, 'again', ['id']);
    await client.query('insert into again values (1)');
    await client.query('select ct.disable_table($1)', [first]);
    const version = await currentVersion(client);
    await track(client, 'again', ['id']);
    expect(await changes(client, first, null)).toEqual([]);
    expect(await state(first)).toMatchObject({ begin_version: String(version) });
  });

  it('leaves nothing behind when it is dropped', async () => {
    await client.query('create table dropped (id int primary key)');
    const oid = await track(client, 'dropped', ['id']);
    await client.query('insert into dropped values (1)');
    await client.query('drop table dropped');
    expect(await state(oid)).toBeUndefined();
    const left = await one<string>(
      `select (select count(*) from pg_class where relname like '%\\_${oid}%')
        + (select count(*) from pg_proc where proname like '%\\_${oid}') as one`,
    );
    expect(left).toBe('0');
  });

  it('has its history emptied by TRUNCATE without a new version', async () => {
    await client.query('create table cut (id int primary key)');
    const oid = await track(client, 'cut', ['id']);
    await client.query('insert into cut values (1); insert into cut values (2)');
    const version = await currentVersion(client);
    await client.query('begin; truncate cut');
    await client.query('select ct.table_truncated($1)', [oid]);
    await client.query('commit');
    expect(await currentVersion(client)).toBe(version);
    expect(await state(oid)).toMatchObject({
      begin_version: String(version),
      min_valid_version: String(version),
    });
    expect(await changes(client, oid, null)).toEqual([]);
    expect(await one('select ct.has_changes($1, 0) as one', [oid])).toBe(false);
    await client.query('insert into cut values (1)');
    expect(await changes(client, oid, 0, version)).toEqual(['1:I 1 1']);
  });

  it('goes on being tracked over DDL', async () => {
    await client.query('create table altered (id int primary key, a int, b text)');
    const oid = await track(client, 'altered', ['id']);
    const origin = await currentVersion(client);
    await client.query('insert into altered values (1, 1, 1)');
    await client.query('alter table altered add c int');
    await client.query('update altered set c = 1');
    await client.query('alter table altered drop column a');
    await client.query('alter table altered alter b type varchar(10)');
    await client.query('insert into altered values (2, $1, 2)', ['x']);
    expect(await changes(client, oid, origin, origin)).toEqual(['1:I 2 1', '2:I 3 3']);
    await client.query('alter table altered rename id to "the Key"');
    await client.query('update altered set "the Key" = 3 where "the Key" = 2');
    expect(await changes(client, oid, origin, origin, '"the Key"')).toEqual([
      '1:I 2 1',
      '2:D 4 3',
      '3:I 4 4',
    ]);
    await expect(client.query('alter table altered drop column "the Key"')).rejects.toMatchObject({
      code: '2BP01',
    });
  });

  it('may be named and keyed by anything, in key order', async () => {
    await client.query('create schema "Odd ""schema"');
    await client.query(
      `create table "Odd ""schema"."the 'table'" (v text, "K 2" text collate ci, base int, primary key (base, "K 2"))`,
    );
    const oid = await track(client, `"Odd ""schema"."the ''table''"`, ['base', 'K 2']);
    await client.query(`insert into "Odd ""schema"."the 'table'" values ('x', 'abc', 7)`);
    await client.query(`update "Odd ""schema"."the 'table'" set "K 2" = 'ABC'`);
    const { rows, fields } = await client.query(`select * from ct.changes_${oid}(0)`);
    expect(fields.map(({ name }) => name).slice(-2)).toEqual(['base', 'K 2']);
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({ base: 7, 'K 2': 'abc', sys_change_operation: 'I' });
  });
});

describe('CHANGETABLE(VERSION)', () => {
  it("tells a row's last committed version", async () => {
    await client.query(
      'create table versioned (a int, b int, primary key (b, a)); insert into versioned values (1, 1)',
    );
    const oid = await track(client, 'versioned', ['b', 'a']);
    const of = async (b: number, a: number) =>
      (await client.query(`select sys_change_version as v, b, a from ct.version_${oid}($1, $2)`, [b, a]))
        .rows;
    expect(await of(1, 1)).toEqual([{ v: null, b: 1, a: 1 }]);
    expect(await of(9, 9)).toEqual([]);
    await client.query('insert into versioned values (2, 1)');
    const version = String(await currentVersion(client));
    expect(await of(1, 2)).toEqual([{ v: version, b: 1, a: 2 }]);
    await client.query('begin; update versioned set a = a where a = 2');
    expect(await of(1, 2)).toEqual([{ v: null, b: 1, a: 2 }]);
    await client.query('rollback');
    await client.query('delete from versioned where a = 2');
    expect(await of(1, 2)).toEqual([]);
  });
});

describe('context and masks', () => {
  it('a change carries the context of its last statement', async () => {
    await client.query('create table contextual (id int primary key, a int)');
    const oid = await track(client, 'contextual', ['id']);
    const of = (base: number) =>
      one<Buffer | null>(`select sys_change_context as one from ct.changes_${oid}($1)`, [base]);
    const origin = await currentVersion(client);
    await client.query(`set emu.ct_context = 'c0ffee'; insert into contextual values (1)`);
    expect(await of(origin)).toEqual(Buffer.from('c0ffee', 'hex'));
    await client.query(`set emu.ct_context = '0x01'; update contextual set a = 1`);
    expect(await of(origin)).toEqual(Buffer.from([1]));
    await client.query(`set emu.ct_context = ''; update contextual set a = 1`);
    expect(await of(origin)).toBeNull();
  });

  it('a mask holds the columns of all updates in range', async () => {
    await client.query('create table masked (id int primary key, a int, b int, c int, d int)');
    const oid = await track(client, 'masked', ['id'], true);
    await client.query('insert into masked values (1, 1, 1, 1, 1)');
    const origin = await currentVersion(client);
    const mask = async (base = origin) =>
      (
        await one<Buffer | null>(`select sys_change_columns as one from ct.changes_${oid}($1)`, [base])
      )?.toString('hex');
    await client.query('update masked set b = 2');
    expect(await mask()).toBe('0000000003000000');
    await client.query('update masked set d = 2');
    expect(await mask()).toBe('000000000300000005000000');
    await client.query('update masked set b = 3');
    expect(await mask()).toBe('000000000300000005000000');
    expect(await mask(origin - 1)).toBeUndefined();
    await client.query('update masked set a = 9, b = 9, c = 9, d = 9');
    expect(await mask()).toBeUndefined();
    const later = await currentVersion(client);
    const named = `${oid}:5,2`;
    await client.query(
      `begin; set local emu.ct_set_columns = '${named}'; update masked set d = d, a = a; commit`,
    );
    expect(await mask(later)).toBe('000000000500000002000000');
    await client.query('alter table masked add e int; update masked set e = 1');
    expect(await mask(later)).toBe('00000000050000000200000006000000');
    await client.query('update masked set id = 2 where id = 1');
    const { rows } = await client.query(`select sys_change_columns as m from ct.changes_${oid}($1)`, [later]);
    expect(rows).toEqual([{ m: null }, { m: null }]);
  });
});

describe('clean-up', () => {
  it('drops what is older than the retention period, for idle tables too, and not under a snapshot', async () => {
    await client.query('create table kept (id int primary key); create table idle (id int primary key)');
    const oid = await track(client, 'kept', ['id']);
    const idle = await track(client, 'idle', ['id']);
    await client.query('insert into kept values (1); insert into kept values (2)');
    const old = await currentVersion(client);
    await client.query(`update ct.commits set commit_time = commit_time - interval '3 days'`);
    await client.query('insert into kept values (3)');
    const reader = await database.connect();
    await reader.query('begin isolation level repeatable read; select from ct.settings');

    await client.query('select ct.set_options(null, null, false); select ct.cleanup()');
    expect((await changes(client, oid, 0)).length).toBe(3);
    await client.query('select ct.set_options(null, null, true); select ct.cleanup()');

    expect(await changes(client, oid, 0, old)).toEqual(['3:I 1 1']);
    for (const table of [oid, idle])
      expect(await state(table)).toMatchObject({
        min_valid_version: String(old),
        cleanup_version: String(old),
      });
    expect((await changes(reader, oid, 0)).length).toBe(3);
    await reader.query('commit');
    expect(await one('select max_cleanup_version as one from ct.databases_state')).toBe(String(old));
  });

  it('keeps the counter when all commits have gone', async () => {
    await client.query('create table counted (id int primary key)');
    const oid = await track(client, 'counted', ['id']);
    await client.query('insert into counted values (1)');
    const version = await currentVersion(client);
    await client.query(
      `update ct.commits set commit_time = commit_time - interval '3 days'; select ct.cleanup()`,
    );
    expect(await one('select count(*)::int as one from ct.commit_table')).toBe(0);
    expect(await currentVersion(client)).toBe(version);
    await client.query('insert into counted values (2)');
    expect(await changes(client, oid, null, version)).toEqual(['2:I 1 1']);
  });

  it('can be asked for one table', async () => {
    await client.query(
      'create table flushed (id int primary key); create table unflushed (id int primary key)',
    );
    const oid = await track(client, 'flushed', ['id']);
    const other = await track(client, 'unflushed', ['id']);
    await client.query('insert into flushed values (1); insert into unflushed values (1)');
    await client.query(`update ct.commits set commit_time = commit_time - interval '3 days'`);
    await client.query('select ct.flush_table($1)', [oid]);
    expect(await changes(client, oid, null)).toEqual([]);
    expect(await changes(client, other, null)).toHaveLength(1);
  });

  it('can be forced, to test recovery', async () => {
    await client.query('create table expired (id int primary key)');
    const oid = await track(client, 'expired', ['id']);
    await client.query('insert into expired values (1)');
    const version = await currentVersion(client);
    await client.query('select ct.expire_table($1, null)', [oid]);
    expect(await state(oid)).toMatchObject({ min_valid_version: String(version) });
    expect(await changes(client, oid, 0)).toEqual([]);
  });
});

describe('a database', () => {
  it('is installed again without harm', async () => {
    const version = await currentVersion(client);
    await client.query('create table reinstalled (id int primary key)');
    const oid = await track(client, 'reinstalled', ['id']);
    await installChangeTracking((sql) => client.query(sql));
    await client.query('insert into reinstalled values (1)');
    expect(await changes(client, oid, 0, version)).toEqual(['1:I 1 1']);
  });

  it('refuses what contradicts its state', async () => {
    await expect(client.query('select ct.enable_database(1, null, true)')).rejects.toMatchObject(
      refused(5088),
    );
    await expect(client.query('select ct.disable_database()')).rejects.toMatchObject(refused(22115));
  });

  it('keeps its counter over OFF and ON, and tells nothing while OFF', async () => {
    await client.query('select ct.disable_table(relid) from ct.tables_state');
    const version = await currentVersion(client);
    await client.query('select ct.disable_database()');
    expect(await one('select ct.current_version() as one')).toBeNull();
    await expect(client.query('select ct.set_options(5, null, null)')).rejects.toMatchObject(refused(5089));
    await expect(client.query('select ct.disable_database()')).rejects.toMatchObject(refused(5089));
    await expect(track(client, 'kept', ['id'])).rejects.toMatchObject(refused(1718));
    await client.query("select ct.enable_database(90, 'MINUTES', false)");
    expect(await currentVersion(client)).toBe(version);
    expect((await client.query('select * from ct.databases_state')).rows[0]).toMatchObject({
      enabled: true,
      is_auto_cleanup_on: false,
      retention_period: 90,
      retention_period_units_desc: 'MINUTES',
    });
    const oid = await track(client, 'kept', ['id']);
    await client.query('insert into kept values (100)');
    expect(await changes(client, oid, null, version)).toEqual(['100:I 1 1']);
  });
});
