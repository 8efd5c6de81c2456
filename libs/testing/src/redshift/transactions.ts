import {
  bookkeepingColumns,
  buildCreateTable,
  buildDelete,
  buildInsert,
  buildInsertRows,
  OperationsStore,
  publishStatements,
  replacedName,
  replaceGroupStatements,
  stageOnlyColumns,
  type Merge,
  type Session,
} from '@thalamus/redshift';
import { changeVersion } from '@thalamus/contracts';
import { rule } from '../mark.js';
import type { ConformanceWarehouse } from './conformance-warehouse.js';

/** Apply's and the transformer's transactions (reference/redshift, sections 4 and 5). */
export function transactions(warehouse: () => ConformanceWarehouse): void {
  const inSession = <T>(work: (session: Session) => Promise<T>): Promise<T> =>
    warehouse().warehouse.session(work);
  const columns = [
    { name: 'code', type: 'VARCHAR(20)' },
    { name: 'n', type: 'INTEGER' },
  ];

  describe('apply', () => {
    const merge = (): Merge => ({
      target: warehouse().table('target'),
      stage: warehouse().table('stage'),
      keys: [{ target: 'code', caseInsensitive: true }],
      columns: ['code', 'n'],
    });
    type StageRow = readonly [code: string, n: number | null, version: number, op: 'u' | 'd', offset: number];
    const apply = async (...rows: StageRow[]): Promise<unknown[][]> => {
      const names = ['code', 'n', '_change_version', '_committed_at', '_batch', '_op', '_offset'];
      const statement = buildInsertRows(warehouse().table('stage'), names, rows.length).text;
      const values = rows.flatMap(([code, n, version, op, offset]) => [
        code,
        n,
        version,
        '2026-01-02 03:04:05',
        1,
        op,
        offset,
      ]);
      await warehouse().warehouse.transaction(async (session) => {
        await session.query(warehouse().named('delete from s.stage'));
        await session.query(statement, values);
        await session.query(buildDelete(merge()));
        await session.query(buildInsert(merge()));
      });
      return warehouse().rows('select code, n from s.target order by code');
    };

    beforeAll(async () => {
      const target = {
        ...warehouse().table('target'),
        columns: [...columns, ...bookkeepingColumns],
        primaryKey: ['code'],
      };
      const stage = {
        ...warehouse().table('stage'),
        columns: [...columns, ...bookkeepingColumns, ...stageOnlyColumns],
      };
      await warehouse().run(
        buildCreateTable({ ...target, distKey: 'code', sortKey: ['code'] }),
        buildCreateTable({ ...stage, distKey: 'code', backup: false }),
      );
    });

    it(rule('D', 'delete and insert from a stage table: the last version of a key wins'), async () => {
      expect(await apply(['a', 1, 1, 'u', 0], ['b', 1, 1, 'u', 1], ['a', 2, 2, 'u', 2])).toEqual([
        ['a', 2],
        ['b', 1],
      ]);
    });

    it(rule('D', 'a deletion removes, and within one version yields to a row'), async () => {
      expect(await apply(['b', null, 3, 'd', 3], ['a', null, 4, 'd', 9], ['A', 5, 4, 'u', 1])).toEqual([
        ['A', 5],
      ]);
    });

    it(rule('D', 'applied again it changes nothing'), async () => {
      const again = [['A', 6, 5, 'u', 4] as const, ['c', 1, 5, 'u', 5] as const];
      expect(await apply(...again)).toEqual(await apply(...again));
    });

    it(rule('D', 'of two loaders at one ledger row only one moves it'), async () => {
      const stores = [1, 2].map(() => new OperationsStore(`${warehouse().schema}_ops`, 'conformance'));
      const [first] = stores;
      await first?.prepare(warehouse().warehouse, []);
      try {
        const outcomes = await Promise.allSettled(
          stores.map((store) =>
            warehouse().warehouse.transaction(async (session) => {
              await store.ledger.fence(session, 0);
              await store.ledger.move(session, {
                previousBatch: 0,
                firstBatch: 1,
                batch: 1,
                version: changeVersion(7),
                consistent: true,
                committedAt: null,
                announcement: '{}',
              });
            }),
          ),
        );
        expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
        expect(outcomes.find((outcome) => outcome.status === 'rejected')?.reason).toMatchObject({
          code: 'THAL-W006',
        });
        expect(await first?.ledger.read(warehouse().warehouse)).toMatchObject({ batch: 1, version: 7n });
      } finally {
        await warehouse().run(`drop schema ${warehouse().schema}_ops cascade`);
      }
    });
  });

  describe('publishing', () => {
    it(rule('D', 'a swap by two renames is one transaction that readers see whole'), async () => {
      await warehouse().run(
        'create table s.shown (n int)',
        'insert into s.shown values (1)',
        'create table s.shown__next (n int)',
        'insert into s.shown__next values (2)',
      );
      const swap = {
        target: warehouse().table('shown'),
        next: warehouse().table('shown__next'),
        replaces: true,
      };
      await inSession(async (session) => {
        await session.query('begin');
        for (const statement of publishStatements(swap)) await session.query(statement);
        await session.query('rollback');
      });
      expect(await warehouse().rows('select n from s.shown')).toEqual([[1]]);
      await warehouse().warehouse.transaction(async (session) => {
        for (const statement of publishStatements(swap)) await session.query(statement);
      });
      expect(await warehouse().rows('select n from s.shown')).toEqual([[2]]);
      expect(await warehouse().rows(`select n from s.${replacedName(swap).table}`)).toEqual([[1]]);
    });

    it(rule('D', 'groups are replaced; one without new rows vanishes'), async () => {
      await warehouse().run(
        'create table s.report (g int, n int)',
        'insert into s.report values (1, 1), (2, 1), (3, 1)',
        'create table s.report_next (g int, n int)',
        'insert into s.report_next values (1, 10), (1, 11)',
        'create table s.report_affected (g int)',
        'insert into s.report_affected values (1), (2)',
      );
      await warehouse().warehouse.transaction(async (session) => {
        const replacement = {
          target: warehouse().table('report'),
          next: warehouse().table('report_next'),
          affected: warehouse().table('report_affected'),
          grain: ['g'],
          columns: ['g', 'n'],
        };
        for (const statement of replaceGroupStatements(replacement)) await session.query(statement);
      });
      expect(await warehouse().rows('select g, n from s.report order by g, n')).toEqual([
        [1, 10],
        [1, 11],
        [3, 1],
      ]);
    });
  });

  describe('transactions', () => {
    it(rule('D', 'TRUNCATE commits what was open'), async () => {
      await warehouse().run(
        'create table s.cleared (n int)',
        'insert into s.cleared values (1)',
        'create table s.kept (n int)',
      );
      await warehouse().run('begin', 'insert into s.kept values (1)', 'truncate s.cleared', 'rollback');
      expect(await warehouse().rows('select count(*) as n from s.cleared')).toEqual([['0']]);
      expect(await warehouse().rows('select count(*) as n from s.kept')).toEqual([['1']]);
    });

    it(rule('D', 'an error aborts the transaction it is in'), async () => {
      await inSession(async (session) => {
        await session.query('begin');
        await expect(session.query('select 1/0')).rejects.toMatchObject({ code: 'THAL-W003' });
        await expect(session.query('select 1')).rejects.toThrow(/aborted/);
        await session.query('rollback');
        expect((await session.query('select 1 as n')).rows).toEqual([{ n: 1 }]);
      });
    });

    it(rule('D', 'a transaction sees one snapshot, and a lost update is 1023'), async () => {
      await warehouse().run('create table s.iso (id int, n int)', 'insert into s.iso values (1, 0)');
      await inSession(async (session) => {
        const seen = async () => (await session.query(warehouse().named('select n from s.iso'))).rows;
        await session.query('begin');
        expect(await seen()).toEqual([{ n: 0 }]);
        await warehouse().run('update s.iso set n = 1');
        expect(await seen()).toEqual([{ n: 0 }]);
        await expect(session.query(warehouse().named('update s.iso set n = n + 10'))).rejects.toMatchObject({
          code: 'THAL-W002',
        });
        await session.query('rollback');
      });
      expect(await warehouse().rows('select n from s.iso')).toEqual([[1]]);
    });

    it(rule('D', 'writers of one table take turns and none is lost'), async () => {
      await warehouse().run('create table s.counter (n int)', 'insert into s.counter values (0)');
      await Promise.all(
        [0, 1, 2, 3].map(async () => {
          for (let turn = 0; turn < 5; turn += 1)
            await warehouse().warehouse.transaction((session) =>
              session.query(warehouse().named('update s.counter set n = n + 1')),
            );
        }),
      );
      expect(await warehouse().rows('select n from s.counter')).toEqual([[20]]);
    });
  });
}
