import { buildAddColumn, buildWidenColumn, readCatalog } from '@thalamus/redshift';
import { keeps, rule, type KnownDifferences } from '../mark.js';
import type { ConformanceWarehouse } from './conformance-warehouse.js';

/** What PostgreSQL would take and Redshift refuses: a warehouse that took it would hide a mistake. */
const refused: readonly (readonly [title: string, statement: string])[] = [
  ['an index', 'create index i on s.plain (id)'],
  ['RETURNING', 'insert into s.plain values (1) returning id'],
  ['ON CONFLICT', 'insert into s.plain values (1) on conflict do nothing'],
  ['SELECT FOR UPDATE of a table without rows to lock', 'select id from s.plain for update'],
  ['DISTINCT ON', 'select distinct on (id) id from s.plain'],
  ['FILTER', 'select count(*) filter (where id = 1) from s.plain'],
  ['LATERAL', 'select 1 from s.plain as p, lateral (select p.id) as q'],
  ['an array', `select array_agg(id) from s.plain`],
  ['STRING_AGG', `select string_agg('x', ',') from s.plain`],
  ['SERIAL', 'create table s.numbered (id serial)'],
  ['a check constraint', 'create table s.checked (id int check (id > 0))'],
  ['JSONB', 'create table s.documents (doc jsonb)'],
  ['UUID', 'create table s.ids (id uuid)'],
  ['two columns in one ALTER', 'alter table s.plain add column a int, add column b int'],
  ['another type than VARCHAR', 'alter table s.plain alter column id type bigint'],
  ['dropping a NOT NULL', 'alter table s.plain alter column id drop not null'],
  [
    'an UNLOAD with LIMIT',
    `unload ('select 1 limit 1') to 's3://nowhere/x/' iam_role 'arn:aws:iam::000000000000:role/x'`,
  ],
];

/** Types, limits and refusals (reference/redshift, sections 2, 3 and 9). */
export function limits(warehouse: () => ConformanceWarehouse, differences: KnownDifferences): void {
  describe('limits', () => {
    beforeAll(() => warehouse().run('create table s.plain (id int not null)'));

    it(
      rule('D', 'VARCHAR counts bytes; without a length it holds 256; CHAR holds single bytes only'),
      async () => {
        await warehouse().run('create table s.texts (v varchar(3), w varchar, c char(3), x varchar(max))');
        await warehouse().run(`insert into s.texts (v, c) values ('abc', 'abc')`);
        for (const [column, text] of [
          ['v', 'äb€'],
          ['w', 'x'.repeat(257)],
          ['c', 'äöü'],
          ['x', 'é'.repeat(32_768)],
        ] as const)
          expect(
            await warehouse().refusal(`insert into s.texts (${column}) values ('${text}')`),
          ).toMatchObject({
            code: 'THAL-W003',
          });
        const catalog = (await readCatalog(warehouse().warehouse, warehouse().schema)).get('texts');
        expect(Object.fromEntries(catalog ?? [])).toEqual({
          v: 'VARCHAR(3)',
          w: 'VARCHAR(256)',
          c: 'CHAR(3)',
          x: 'VARCHAR(65535)',
        });
      },
    );

    it(rule('D', 'DECIMAL(19) is held in 64 bits; DECIMAL(20) holds what it says'), async () => {
      await warehouse().run('create table s.decimals (a decimal(19,2), b decimal(20,2))');
      await warehouse().run('insert into s.decimals values (92233720368547758.07, 99999999999999999.99)');
      expect(
        (await warehouse().refusal('insert into s.decimals (a) values (92233720368547758.08)')).code,
      ).toBe('THAL-W003');
    });

    it(rule('D', 'names fold to lower case, quoted or not'), async () => {
      await warehouse().run('create table s."MiXed" ("Id" int)', 'insert into s.mixed values (1)');
      expect(await warehouse().rows('select "ID" from s."MIXED"')).toEqual([[1]]);
      expect([...(await readCatalog(warehouse().warehouse, warehouse().schema)).keys()]).toContain('mixed');
    });

    keeps(differences, 'D', 'a name may have 127 bytes', async () => {
      const name = `n${'é'.repeat(63)}`;
      await warehouse().run(`create table s."${name}" (id int)`);
      expect([...(await readCatalog(warehouse().warehouse, warehouse().schema)).keys()]).toContain(name);
    });

    it(rule('D', 'PRIMARY KEY and FOREIGN KEY are not enforced'), async () => {
      await warehouse().run(
        'create table s.parent (id int primary key)',
        'create table s.child (id int primary key, parent int references s.parent (id))',
        'insert into s.child values (1, 99), (1, 99)',
      );
      expect(await warehouse().rows('select count(*) as n from s.child')).toEqual([['2']]);
    });

    it(
      rule('D', 'a VARCHAR is widened outside a transaction only, and never narrowed below its content'),
      async () => {
        await warehouse().run(
          'create table s.widened (v varchar(5))',
          `insert into s.widened values ('12345')`,
        );
        const widen = buildWidenColumn(warehouse().table('widened'), 'v', 'VARCHAR(9)');
        expect((await warehouse().refusal('begin', widen)).sqlState).toBe('25001');
        await warehouse().run(widen, `insert into s.widened values ('123456789')`);
        const narrow = buildWidenColumn(warehouse().table('widened'), 'v', 'VARCHAR(8)');
        expect((await warehouse().refusal(narrow)).code).toBe('THAL-W003');
      },
    );

    it(rule('D', 'a nullable column is added, in a transaction too'), async () => {
      await warehouse().run('create table s.grown (id int)', 'insert into s.grown values (1)');
      await warehouse().run(
        'begin',
        buildAddColumn(warehouse().table('grown'), { name: 'more', type: 'VARCHAR(9)' }),
        'commit',
      );
      expect(await warehouse().rows('select id, more from s.grown')).toEqual([[1, null]]);
    });

    it(rule('D', 'VACUUM is refused in a transaction'), async () => {
      expect((await warehouse().refusal('begin', 'vacuum s.plain')).sqlState).toBe('25001');
    });

    it.each(refused.map(([title, statement]) => [rule('D', title), statement] as const))(
      '%s is refused',
      async (_title, statement) => {
        expect(await warehouse().refusal(statement)).toMatchObject({ code: 'THAL-W003' });
      },
    );
  });
}
