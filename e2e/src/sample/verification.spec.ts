import { mkdtempSync, readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { NotCaughtUpError, stackConnections, verifyPipeline, type Verification } from '@thalamus/cli';
import { pipelineConfigSchema, type PipelineConfig } from '@thalamus/contracts';
import { buildTableShape } from '@thalamus/core/change';
import { canonOf } from '@thalamus/core/verify';
import { cloneRoot, startStack, type LocalStack } from '@thalamus/local-stack';
import { isSelected, SourceSnapshot } from '@thalamus/mssql';
import {
  buildCreateTable,
  buildInsertRows,
  OperationsStore,
  tableDefinition,
  Warehouse,
} from '@thalamus/redshift';
import { openSample, runScript } from '@thalamus/sample-gme';
import type { SourcePool } from '../pipeline-under-test.js';

const fixture = join(cloneRoot, 'e2e', 'fixtures', 'warehouse-types');
const read = (name: string): string => readFileSync(join(fixture, name), 'utf8');

/**
 * A verification that never fails would prove nothing: here the warehouse is filled by hand, found equal, and then
 * spoilt in each way there is.
 */
describe('verification', () => {
  let stack: LocalStack;
  let pool: SourcePool;
  let warehouse: Warehouse;
  let config: PipelineConfig;

  beforeAll(async () => {
    const given = pipelineConfigSchema.parse(parse(read('pipeline.yaml')));
    // Redshift holds 19 digits in 64 bits without the least value, which is money's own: one digit more holds it.
    const overrides = { 'lab.Every Type': { columns: { c_money: { warehouseType: 'DECIMAL(20,4)' } } } };
    config = { ...given, source: { ...given.source, overrides } };
    await mkdir(join(cloneRoot, '.thalamus', 'e2e'), { recursive: true });
    stack = await startStack({
      dir: mkdtempSync(join(cloneRoot, '.thalamus', 'e2e', 'verify-')),
      ephemeral: true,
      components: ['postgres', 's3', 'azure-sql-emulator', 'redshift-emulator'],
      sourceDatabase: 'lab',
    });
    pool = await openSample({ ...stack.endpoints.source, trustCertificate: true });
    warehouse = new Warehouse({ ...stack.endpoints.warehouse, maxConnections: 1 });
    await runScript(pool, read('schema.sql'));
    await runScript(pool, read('seed.sql'));
    await fillWarehouse();
  }, 240_000);

  afterAll(async () => {
    await Promise.allSettled([pool?.close(), warehouse?.close()]);
    await stack?.stop();
  }, 30_000);

  /** Copies every row as the loader should, and moves the ledger to the source's version. */
  async function fillWarehouse(): Promise<void> {
    await new OperationsStore('lab_ops', 'lab').prepare(warehouse, ['lab_mirror']);
    const { source } = stackConnections(stack, config);
    await using snapshot = await SourceSnapshot.open({ ...source, maxConnections: 1 });
    for (const table of await snapshot.session.discover()) {
      if (!table.isTracked || !isSelected(config.source, table)) continue;
      const schema = { id: 1, ...buildTableShape(table, config) };
      const name = { schema: 'lab_mirror', table: schema.target };
      await warehouse.query(buildCreateTable(tableDefinition(schema, name)));
      const columns = schema.columns.map(({ target }) => target);
      const canons = schema.columns.map((column) => canonOf(column).fromSource);
      for await (const rows of snapshot.rows(schema.table, schema.columns))
        for (const row of rows) {
          const values = canons.map((canon, at) => {
            const text = canon(row[at]);
            return text !== null && schema.columns[at]?.warehouseType === 'TIMESTAMPTZ' ? `${text}+00` : text;
          });
          await warehouse.query(buildInsertRows(name, columns, 1).text, values);
        }
    }
    const { currentVersion } = await snapshot.session.observe();
    await warehouse.query(
      `update lab_ops.ledger set batch = 1, version = ${currentVersion}, consistent = true`,
    );
  }

  const verify = (): Promise<Verification> =>
    verifyPipeline({ config, ...stackConnections(stack, config), waitMs: 0 });

  it('finds every table equal, every type at its extremes', async () => {
    const { equal, tables } = await verify();
    expect(tables.filter((table) => !table.equal)).toEqual([]);
    expect(equal).toBe(true);
    expect(tables).toHaveLength(7);
  }, 120_000);

  it('names the keys of changed, missing, extra and duplicate rows, and a table that is not there', async () => {
    await warehouse.query(
      `update lab_mirror.every_type set c_float = 0.10000000000000002, c_nvarcharmax = '' where c_smallint = 0`,
    );
    await warehouse.query(`delete from lab_mirror.code_list where code = ''`);
    await warehouse.query(`insert into lab_mirror.flag (lvl, is_set, day_part) values (9, true, '00:00:00')`);
    await warehouse.query(
      `insert into lab_mirror.tariff select * from lab_mirror.tariff where valid_from = '0001-01-01'`,
    );
    await warehouse.query('drop table lab_mirror.http_event');
    const { equal, tables } = await verify();
    expect(equal).toBe(false);
    const found = Object.fromEntries(
      tables
        .filter((table) => !table.equal)
        .map((table) => [table.table, table.problem ?? table.differences]),
    );
    expect(found).toEqual({
      'lab.Every Type': [
        {
          kind: 'different',
          key: '["12345678-90AB-CDEF-1234-567890ABCDEF"]',
          columns: [
            { column: 'c_float', source: '0.1', warehouse: '0.10000000000000002' },
            { column: 'c_nvarcharmax', source: '\\N', warehouse: '' },
          ],
        },
      ],
      'ref.Code List': [{ kind: 'missing', key: '[""]', columns: [] }],
      'lab.flag': [{ kind: 'extra', key: '["9","true","00:00:00"]', columns: [] }],
      'ref.tariff': [{ kind: 'duplicate', key: '["0001-01-01","0.0001","us"]', columns: [] }],
      'lab.HTTPEvent': 'the warehouse has no table http_event',
    });
  }, 120_000);

  it('does not compare what is not at the same version', async () => {
    await pool.request().batch('update lab.flag set lvl = lvl');
    await expect(verify()).rejects.toThrow(NotCaughtUpError);
    await expect(verify()).rejects.toThrow(
      /^lab\.flag changed since: the source is at version \d+, the warehouse at \d+/,
    );
  }, 60_000);
});
