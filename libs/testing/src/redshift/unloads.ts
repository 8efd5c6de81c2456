import { parseManifest } from '@thalamus/object-store';
import { buildParquetCopy, buildUnload } from '@thalamus/redshift';
import { rule } from '../mark.js';
import type { ConformanceWarehouse } from './conformance-warehouse.js';

/** UNLOAD and COPY of Parquet as the transformer writes them (reference/redshift, sections 1 and 6). */
export function unloads(warehouse: () => ConformanceWarehouse): void {
  const unload = (folder: string, select: string, parallel = true): string =>
    buildUnload({
      select: warehouse().named(select),
      prefixUrl: warehouse().store.url(`${warehouse().prefix}/${folder}/`),
      iamRole: warehouse().iamRole,
      parallel,
    });
  const manifestOf = async (folder: string) =>
    parseManifest((await warehouse().store.get(`${warehouse().prefix}/${folder}/manifest`)).toString());
  const copyBack = (table: string, folder: string): string =>
    buildParquetCopy({
      ...warehouse().table(table),
      manifestUrl: warehouse().store.url(`${warehouse().prefix}/${folder}/manifest`),
      iamRole: warehouse().iamRole,
    });

  describe('UNLOAD to Parquet and back', () => {
    beforeAll(async () => {
      await warehouse().run(
        `create table s.source (id bigint not null, s smallint, i int, d decimal(37,10), r real, f double precision,
           b boolean, day date, ts timestamp, v varchar(50))`,
        `insert into s.source values
           (1, -32768, 2147483647, 123456789012345678901234567.8901234567, 1.5, 0.1, true, '0001-01-01',
            '9999-12-31 23:59:59.999999', 'zwölf|"x", y'),
           (2, null, null, null, null, null, null, null, null, null),
           (3, 0, 0, -0.0000000001, 0, 0, false, '2024-02-29', '2024-01-01', '')`,
      );
    });

    it(rule('D', 'a table goes out in its types and comes back the same'), async () => {
      await warehouse().run(unload('whole', 'select * from s.source'), 'create table s.back (like s.source)');
      const files = await manifestOf('whole');
      expect(files.length).toBeGreaterThan(0);
      for (const { url, bytes } of files)
        expect((await warehouse().store.get(warehouse().store.keyOf(url))).length).toBe(bytes);
      await warehouse().run(copyBack('back', 'whole'));
      expect(await warehouse().rows('select count(*) as n from s.back')).toEqual([['3']]);
      for (const [one, other] of [
        ['source', 'back'],
        ['back', 'source'],
      ] as const)
        expect(
          await warehouse().rows(
            `select count(*) as n from (select * from s.${one} except select * from s.${other}) as d`,
          ),
        ).toEqual([['0']]);
    });

    it(rule('D', 'quotes and backslashes of its query are its own'), async () => {
      await warehouse().run(
        unload('quoted', `select id, v from s.source where v <> 'it''s' and v like '%"x"%'`),
        'create table s.quoted (id bigint, v varchar(50))',
        copyBack('quoted', 'quoted'),
      );
      expect(await warehouse().rows('select id, v from s.quoted')).toEqual([['1', 'zwölf|"x", y']]);
    });

    it(rule('D', 'it reads what its own transaction did'), async () => {
      await warehouse().run(
        'begin',
        'update s.source set i = 7 where id = 3',
        unload('own', 'select id, i from s.source where i = 7'),
        'rollback',
        'create table s.own (id bigint, i int)',
        copyBack('own', 'own'),
      );
      expect(await warehouse().rows('select id, i from s.own')).toEqual([['3', 7]]);
      expect(await warehouse().rows('select i from s.source where id = 3')).toEqual([[0]]);
    });

    it(rule('D', 'PARALLEL OFF leaves one file'), async () => {
      await warehouse().run(unload('one', 'select id from s.source order by id', false));
      expect(await manifestOf('one')).toHaveLength(1);
    });

    it(rule('D', 'files of another shape are refused'), async () => {
      await warehouse().run('create table s.narrow (id bigint, v varchar(3))');
      await warehouse().run(unload('shape', 'select id, v from s.source where id = 1'));
      await expect(warehouse().run(copyBack('narrow', 'shape'))).rejects.toThrow();
      await warehouse().run('create table s.typed (id int, v varchar(50))');
      await expect(warehouse().run(copyBack('typed', 'shape'))).rejects.toThrow();
      await warehouse().run('create table s.counted (id bigint)');
      await expect(warehouse().run(copyBack('counted', 'shape'))).rejects.toThrow();
    });
  });
}
