import { mkdtempSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { compareReport, type ReportColumn } from '@thalamus/core/verify';
import { cloneRoot, startStack, type LocalStack } from '@thalamus/local-stack';
import {
  createSample,
  dropSample,
  openSample,
  readReportQuery,
  runTraffic,
  seedSample,
} from '@thalamus/sample-gme';
import type { SourcePool } from '../pipeline-under-test.js';
import { ReportOracle, type OracleRow } from './report-oracle.js';

/** The sample over the wire: its schema, rows and traffic are taken by the server, and its rules hold while it is worked with. */
describe('the sample source', () => {
  let stack: LocalStack;
  let pool: SourcePool;

  beforeAll(async () => {
    await mkdir(join(cloneRoot, '.thalamus', 'e2e'), { recursive: true });
    stack = await startStack({
      dir: mkdtempSync(join(cloneRoot, '.thalamus', 'e2e', 'sample-')),
      ephemeral: true,
      components: ['postgres', 'azure-sql-emulator'],
      sourceDatabase: 'gme',
    });
    pool = await openSample({ ...stack.endpoints.source, trustCertificate: true });
    await createSample(pool);
  }, 120_000);

  afterAll(async () => {
    await pool?.close();
    await stack?.stop();
  }, 30_000);

  const one = async (text: string): Promise<Record<string, number | string>> =>
    (await pool.request().query<Record<string, number | string>>(text)).recordset[0] ?? {};

  it('is seeded, all 17 tables', async () => {
    const { rows, total } = await seedSample(pool, { scale: 'small', seed: 3 });
    expect(Object.keys(rows)).toHaveLength(17);
    const { counted } = await one(
      'select (select count(*) from dbo.Message) + (select count(*) from dbo.AuditEntry) as counted',
    );
    expect(counted).toBe(rows.Message + rows.AuditEntry);
    expect(total).toBeGreaterThan(4000);
  }, 120_000);

  it('is worked with, and in every state no slot is booked twice and no booked slot is open', async () => {
    const kinds = new Set<string>();
    const summary = await runTraffic({
      pool,
      ratePerSecond: 60,
      seed: 5,
      signal: AbortSignal.timeout(10_000),
      onOperation: ({ kind, outcome }) => outcome === 'done' && kinds.add(kind),
    });
    expect(summary.failed).toBe(0);
    expect(summary.done).toBeGreaterThan(50);
    expect([...kinds]).toEqual(expect.arrayContaining(['correspond', 'invite', 'inviteAndBook', 'cancel']));
    const broken = await one(`
      select (select count(*) from (select InterviewDateId, SlotNo from dbo.Interview where Status = 'scheduled'
                                    group by InterviewDateId, SlotNo having count(*) > 1) as t) as twice,
             (select count(*) from dbo.Interview as i join dbo.InterviewSlot as s
                on s.InterviewDateId = i.InterviewDateId and s.SlotNo = i.SlotNo
              where i.Status = 'scheduled' and s.IsOpen = 1) as bookedAndOpen`);
    expect(broken).toEqual({ twice: 0, bookedAndOpen: 0 });
  }, 60_000);

  it('answers both reports as reports.md defines them', async () => {
    const oracle = await ReportOracle.read(pool);
    await expectReport('interview_fill_rate', oracle.interviewFillRate());
    await expectReport('applicant_funnel', oracle.applicantFunnel());
  }, 60_000);

  async function expectReport(
    name: 'interview_fill_rate' | 'applicant_funnel',
    expected: OracleRow[],
  ): Promise<void> {
    const { recordset } = await pool.request().query<Record<string, unknown>>(await readReportQuery(name));
    const columns = Object.keys(expected[0] ?? {}).map((column): ReportColumn => ({
      name: column,
      type: typeOf(column),
    }));
    const comparison = compareReport(columns, recordset, expected);
    expect(comparison).toEqual({
      sourceRows: expected.length,
      warehouseRows: expected.length,
      differences: [],
    });
    expect(expected.length).toBeGreaterThan(20);
  }

  function typeOf(column: string): string {
    if (column.endsWith('_rate')) return 'DECIMAL(9,4)';
    if (column.startsWith('median_')) return 'DECIMAL(9,2)';
    if (column === 'held_on') return 'DATE';
    return /name$|^mode$/.test(column) ? 'VARCHAR(600)' : 'INTEGER';
  }

  it('is dropped and created again', async () => {
    await dropSample(pool);
    await createSample(pool);
    expect(await one('select count(*) as n from sys.change_tracking_tables')).toEqual({ n: 17 });
  }, 60_000);
});
