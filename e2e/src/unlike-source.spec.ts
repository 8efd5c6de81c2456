import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cloneRoot } from '@thalamus/local-stack';
import { runScript } from '@thalamus/sample-gme';
import { expectEqual } from './equality.js';
import { PipelineUnderTest } from './pipeline-under-test.js';

const fixture = join('e2e', 'fixtures', 'warehouse-types');
const script = (name: string): string => readFileSync(join(cloneRoot, fixture, name), 'utf8');

/**
 * any-source-is-mirrored: nothing in the pipeline knows the sample. Ten lines of pipeline.yaml mirror a database with other
 * schemas and names, composite keys in another order than their columns, and every type of the type map at its extremes.
 */
describe('a source unlike the sample', () => {
  let pipeline: PipelineUnderTest;

  beforeAll(async () => {
    pipeline = await PipelineUnderTest.start({
      config: join(fixture, 'pipeline.yaml'),
      sourceDatabase: 'lab',
      infrastructure: ['kafka', 'postgres', 's3', 'azure-sql-emulator', 'redshift-emulator'],
      fill: async (pool) => {
        await runScript(pool, script('schema.sql'));
        await runScript(pool, script('seed.sql'));
      },
      services: [
        ['capture', 1],
        ['loader', 1],
      ],
    });
  }, 240_000);

  afterAll(() => pipeline?.[Symbol.asyncDispose](), 30_000);

  it('mirrors every tracked table, every type and every kind of key', async () => {
    await pipeline.caughtUp(120_000);
    const { tables } = await expectEqual(pipeline, { tables: 7 });
    expect(tables.find((table) => table.table === 'ref.nothing_yet')?.sourceRows).toBe(0);
  }, 180_000);

  it('keeps extremes to the last digit that Redshift has', async () => {
    const { rows } = await pipeline.warehouse.query<Record<string, string>>(
      `select c_bigint::varchar as c_bigint, c_decimal38, c_money::varchar as c_money, c_time7::varchar as c_time7,
              c_datetime2_7::varchar as c_datetime2_7, c_nchar, c_nvarchar
         from lab_mirror.every_type where row_id = 'FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF'`,
    );
    expect(rows).toEqual([
      {
        c_bigint: '9223372036854775807',
        c_decimal38: '99999999999999999999999999999999999999',
        c_money: '922337203685477.5807',
        c_time7: '23:59:59.999999',
        c_datetime2_7: '9999-12-31 23:59:59.999999',
        c_nchar: '日本語テスト',
        c_nvarchar: '😀'.repeat(20),
      },
    ]);
  });

  it('follows every kind of change on every kind of key', async () => {
    await runScript(pipeline.pool, script('changes.sql'));
    await pipeline.caughtUp(90_000);
    await expectEqual(pipeline, { tables: 7 });
    const { rows } = await pipeline.warehouse.query(
      'select code from lab_mirror.code_list where lower(code) = $1',
      ['beta'],
    );
    expect(rows).toEqual([{ code: 'BETA' }]);
  }, 180_000);

  it('leaves out what is not tracked', async () => {
    const { rows } = await pipeline.warehouse.query(
      `select table_name from information_schema.tables where table_schema = 'lab_mirror' and table_name = 'untracked'`,
    );
    expect(rows).toEqual([]);
  });
});
