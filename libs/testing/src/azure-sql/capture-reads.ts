import { pipelineConfigSchema, tableId, type TableSchema } from '@thalamus/contracts';
import { changeVersion } from '@thalamus/contracts';
import { buildTableShape } from '@thalamus/core/change';
import { SourceDatabase } from '@thalamus/mssql';
import type { ConformanceDatabase } from './conformance-database.js';
import type { ConformanceRows } from './conformance-rows.js';

const lines = tableId('conf', 'Order Line');
const idle = tableId('conf', 'idle');

/** Names and shapes of every tracked table, as capture would find them. */
export async function shapeOf(database: ConformanceDatabase, table: string): Promise<TableSchema> {
  const config = pipelineConfigSchema.parse({
    name: 'conformance',
    source: { database: database.address.database },
    text: { binary: 'hex' },
  });
  await using source = await SourceDatabase.open({ ...database.address, maxConnections: 1 });
  const found = (await source.discover()).find(({ id }) => id === table);
  if (!found) throw new Error(`discovery does not find ${table}`);
  return { id: 1, ...buildTableShape(found, config) };
}

/** The very statements of capture (libs/mssql), and the reference's own where capture needs less (section 7). */
export function captureReads(database: () => ConformanceDatabase, suite: ConformanceRows): void {
  suite.describe('the reads of capture', () => {
    let source: SourceDatabase;
    let schema: TableSchema;

    beforeAll(async () => {
      await database().run(
        `create table conf.[Order Line] (
           note nvarchar(100) collate Latin1_General_CI_AS null, line int not null, amount decimal(19,4) not null default 0,
           order_id bigint not null, constraint pk_line primary key (order_id, line desc));
         create table conf.idle (id int identity not null primary key)`,
      );
      await database().run(
        'alter table conf.[Order Line] enable change_tracking; alter table conf.idle enable change_tracking',
      );
      source = await SourceDatabase.open({ ...database().address, maxConnections: 2 });
      schema = await shapeOf(database(), lines);
    });
    afterAll(() => source?.[Symbol.asyncDispose]());

    const version = async () => changeVersion(await database().version());
    const changes = async (from: bigint, to: bigint): Promise<unknown[][]> => {
      await using poll = await source.openPoll();
      const rows: unknown[][] = [];
      for await (const some of poll.changes(schema, changeVersion(from), changeVersion(to)))
        rows.push(...some.map((row) => [...row]));
      return rows;
    };

    suite.shows(
      ['7.1', '7.2', '7.3'],
      'discovery finds tracked tables, their columns, and keys in key order',
      async () => {
        const found = await source.discover();
        expect(found.find(({ id }) => id === lines)).toMatchObject({
          isTracked: true,
          key: ['order_id', 'line'],
        });
        expect(found.find(({ id }) => id === tableId('conf', 'keyless'))).toMatchObject({
          isTracked: false,
          key: [],
        });
        expect(schema.columns.map(({ name, sourceType, nullable }) => [name, sourceType, nullable])).toEqual([
          ['note', 'nvarchar(100)', true],
          ['line', 'int', false],
          ['amount', 'decimal(19,4)', false],
          ['order_id', 'bigint', false],
        ]);
      },
    );

    suite.shows(
      ['7.2', '7.3'],
      'the catalogue tells identity, collation, hidden and descending columns',
      async () => {
        const columns = await database().rows(
          `select c.name, c.collation_name, c.is_identity, c.is_computed, c.is_hidden, c.generated_always_type
         from sys.columns as c where c.object_id in (OBJECT_ID('conf.[Order Line]'), OBJECT_ID('conf.idle'))
           and c.name in ('note', 'id') order by c.name`,
        );
        const plain = { is_computed: false, is_hidden: false, generated_always_type: 0 };
        expect(columns).toEqual([
          { name: 'id', collation_name: null, is_identity: true, ...plain },
          { name: 'note', collation_name: 'Latin1_General_CI_AS', is_identity: false, ...plain },
        ]);
        const keys = await database().rows(
          `select c.name, ic.is_descending_key from sys.indexes as i
         join sys.index_columns as ic on ic.object_id = i.object_id and ic.index_id = i.index_id
         join sys.columns as c on c.object_id = ic.object_id and c.column_id = ic.column_id
         where i.is_primary_key = 1 and i.object_id = OBJECT_ID('conf.[Order Line]') order by ic.key_ordinal`,
        );
        expect(keys.map((key) => Object.values(key))).toEqual([
          ['order_id', false],
          ['line', true],
        ]);
      },
    );

    suite.shows(
      ['7.4', '4.11', '8.22'],
      'the state tells SNAPSHOT, retention and a writable database',
      () => {
        expect(source.state).toMatchObject({
          updateability: 'READ_WRITE',
          snapshotIsolation: true,
          isTracked: true,
        });
        expect(source.isolation).toBe('snapshot');
      },
    );

    suite.shows(['7.6'], 'one probe tells which tables have anything new', async () => {
      const before = await version();
      const probe = async () => {
        await using poll = await source.openPoll();
        return [...(await poll.probe([lines, idle], before))];
      };
      expect(await probe()).toEqual([]);
      await database().run('insert into conf.idle default values');
      expect(await probe()).toEqual([idle]);
    });

    suite.shows(
      ['7.7', '3.17', '3.20'],
      'changes come joined with their rows, by version, up to a version',
      async () => {
        const from = await database().version();
        await database().run(
          `insert into conf.[Order Line] (order_id, line, note, amount) values (1, 1, N'żółć', 12.5), (1, 2, null, -1)`,
        );
        await database().run('update conf.[Order Line] set amount = 99 where line = 1');
        await database().run('delete from conf.[Order Line] where line = 2');
        const at = (offset: number) => String(from + offset);
        expect(await changes(BigInt(from), BigInt(from + 3))).toEqual([
          [at(2), 'I', 1, '1', 1, 'żółć', 1, '99.0000', '1'],
          [at(3), 'D', 0, '1', 2, null, null, null, null],
        ]);
        expect(await changes(BigInt(from + 1), BigInt(from + 2))).toEqual([
          [at(2), 'U', 1, '1', 1, 'żółć', 1, '99.0000', '1'],
        ]);
      },
    );

    suite.shows(['7.8', '2.15', '3.20'], 'a page can be cut inside a version', async () => {
      const from = await version();
      await database().run(
        'insert into conf.[Order Line] (order_id, line) values (7, 1), (7, 2), (7, 3), (8, 1)',
      );
      const to = await version();
      const page = `select top (@n) ct.SYS_CHANGE_VERSION as v, ct.order_id as a, ct.line as b
        from CHANGETABLE(CHANGES conf.[Order Line], @from) as ct
        where ct.SYS_CHANGE_VERSION <= @to and (ct.SYS_CHANGE_VERSION > @pv
          or (ct.SYS_CHANGE_VERSION = @pv and (ct.order_id > @pa or (ct.order_id = @pa and ct.line > @pb))))
        order by ct.SYS_CHANGE_VERSION, ct.order_id, ct.line`;
      const seen: string[] = [];
      let cursor: Record<string, bigint> = { pv: from, pa: 0n, pb: 0n };
      for (;;) {
        const rows = await database().rows(page, { n: 3, from, to, ...cursor });
        const last = rows.at(-1);
        if (last === undefined) break;
        seen.push(...rows.map((row) => `${String(row['a'])}/${String(row['b'])}`));
        cursor = {
          pv: BigInt(String(last['v'])),
          pa: BigInt(String(last['a'])),
          pb: BigInt(String(last['b'])),
        };
      }
      expect(seen).toEqual(['7/1', '7/2', '7/3', '8/1']);
    });

    suite.shows(
      ['7.5'],
      'chunks follow the key, each with the version it is at least as new as',
      async () => {
        const request = { schema, maxRows: 2, maxBytes: 1_000_000 };
        const first = await source.readChunk({ ...request, after: null });
        const second = await source.readChunk({ ...request, after: first.lastKey });
        const keyOf = (row: readonly unknown[]) => `${String(row[3])}/${String(row[1])}`;
        expect([...first.rows, ...second.rows].map(keyOf)).toEqual(['1/1', '7/3', '7/2', '7/1'].sort(byKey));
        expect(first.version).toBe(await version());
        expect([first.isLast, second.isLast]).toEqual([false, false]);
      },
    );

    suite.shows(['4.3'], 'versions have commit times', async () => {
      const to = await version();
      await using poll = await source.openPoll();
      const times = await poll.commitTimes(changeVersion(to - 1n), to);
      // Documented as smalldatetime: no more than the minute is promised, and clocks differ.
      expect(Math.abs((times.get(String(to)) ?? 0) - Date.now())).toBeLessThan(300_000);
    });
  });
}

/** The order of (order_id, line) ascending, which chunks follow whatever the index's direction. */
function byKey(left: string, right: string): number {
  const [a = 0, b = 0] = left.split('/').map(Number);
  const [c = 0, d = 0] = right.split('/').map(Number);
  return a - c || b - d;
}
