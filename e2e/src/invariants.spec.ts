import { createKafka } from '@thalamus/kafka';
import type { ComponentName } from '@thalamus/local-stack';
import { createSample, runTraffic, seedSample, type TrafficSummary } from '@thalamus/sample-gme';
import { expectEqual } from './equality.js';
import { eventually, PipelineUnderTest } from './pipeline-under-test.js';

/**
 * The promises of docs/specs/invariants.md, one test each, on one pipeline over the sample: Azure SQL emulator, Kafka,
 * SeaweedFS, Redshift emulator, Spark. Each ends with source and warehouse compared row for row.
 */
describe('invariants of the whole pipeline', () => {
  let pipeline: PipelineUnderTest;

  beforeAll(async () => {
    pipeline = await PipelineUnderTest.start({
      config: 'samples/gme/pipeline.yaml',
      sourceDatabase: 'gme',
      infrastructure: ['kafka', 'postgres', 's3', 'azure-sql-emulator', 'redshift-emulator', 'spark'],
      fill: async (pool) => {
        await createSample(pool);
        await seedSample(pool, { scale: 'small' });
      },
      services: [
        ['capture', 1],
        ['loader', 1],
        ['loader', 2],
        ['transformer', 1],
      ],
    });
  }, 300_000);

  afterAll(() => pipeline?.[Symbol.asyncDispose](), 30_000);

  /** Traffic while `work` runs, and then until both ends agree. */
  async function underTraffic(
    ratePerSecond: number,
    seed: number,
    work: () => Promise<void>,
  ): Promise<TrafficSummary> {
    const ending = new AbortController();
    const traffic = runTraffic({ pool: pipeline.pool, ratePerSecond, seed, signal: ending.signal });
    try {
      await work();
    } finally {
      ending.abort();
    }
    const summary = await traffic;
    expect(summary.done).toBeGreaterThan(0);
    expect(summary.failed).toBe(0);
    return summary;
  }

  it('initial-load-equals-source', async () => {
    await pipeline.caughtUp(180_000);
    await expectEqual(pipeline, { tables: 17 });
    const started = pipeline.entries('generation.started');
    expect(new Set(started.map((entry) => entry.data.reason))).toEqual(new Set(['initial']));
    expect(started).toHaveLength(17);
  }, 240_000);

  it('reports-equal-the-source', async () => {
    await pipeline.reported(180_000);
    await expectEqual(pipeline, { reports: ['interview_fill_rate', 'applicant_funnel'] });
  }, 240_000);

  it('batch-is-a-consistent-cut', async () => {
    const before = pipeline.entries('batch.applied').length;
    let reads = 0;
    const torn: unknown[] = [];
    await underTraffic(25, 11, async () => {
      const until = performance.now() + 20_000;
      while (performance.now() < until) {
        const orphans = await pipeline.warehouse.query(
          `select i.interview_id from tastg.interview i
             left join tastg.invitation v on v.invitation_id = i.invitation_id where v.invitation_id is null`,
        );
        const doubled = await pipeline.warehouse.query(
          `select interview_date_id, slot_no from tastg.interview where status = 'scheduled'
            group by interview_date_id, slot_no having count(*) > 1`,
        );
        torn.push(...orphans.rows, ...doubled.rows);
        reads++;
      }
    });
    expect(torn).toEqual([]);
    expect(reads).toBeGreaterThan(20);
    await pipeline.caughtUp();
    expect(pipeline.entries('batch.applied').length - before).toBeGreaterThan(2);
    await expectEqual(pipeline, { tables: 17 });
  }, 180_000);

  it('no-loss-after-kill', async () => {
    const victims: [ComponentName, number][] = [
      ['capture', 1],
      ['loader', 1],
      ['loader', 2],
      ['transformer', 1],
      ['capture', 1],
      ['loader', 2],
      ['loader', 1],
      ['capture', 1],
      ['transformer', 1],
      ['loader', 1],
    ];
    await underTraffic(20, 12, async () => {
      for (const [name, replica] of victims) {
        const moment = performance.now() + 300 + Math.random() * 2000;
        await eventually(() => performance.now() > moment, { withinMs: 5000, because: 'a random moment' });
        const service = pipeline.stack.service(name, replica);
        await service.kill();
        await service.start();
      }
    });
    await pipeline.caughtUp(180_000);
    await expectEqual(pipeline, { tables: 17 });
    const batches = pipeline.entries('batch.sealed').map((entry) => Number(entry.data.batch));
    expect(batches).toEqual(batches.map((_, index) => index + 1));
  }, 480_000);

  it('no-duplicates-on-replay', async () => {
    await pipeline.stack.service('loader', 1).stop();
    await pipeline.stack.service('loader', 2).stop();
    const kafka = createKafka({ brokers: pipeline.stack.endpoints.kafka.brokers, clientId: 'e2e-replay' });
    const admin = kafka.admin();
    await admin.connect();
    const { groups } = await admin.listGroups();
    const loaders = groups.map((group) => group.groupId).filter((id) => id.startsWith('thalamus.loader.'));
    expect(loaders.length).toBeGreaterThan(1);
    await admin.deleteGroups(loaders); // nothing is committed: everything is read from its beginning
    await admin.disconnect();
    await pipeline.stack.service('loader', 1).start();
    await pipeline.stack.service('loader', 2).start();
    await pipeline.execute(`update dbo.Specialty set Name = Name`);
    await pipeline.caughtUp(180_000);
    await expectEqual(pipeline, { tables: 17 });
  }, 300_000);

  it('capture-takes-over-within-30-s', async () => {
    await pipeline.stack.service('capture', 2).start();
    await pipeline.stack.service('capture', 1).kill();
    await pipeline.execute(`update dbo.Specialty set Name = Name`);
    await pipeline.caughtUp(30_000);
    await pipeline.stack.service('capture', 1).start();
    await pipeline.stack.service('capture', 2).stop();
    await pipeline.execute(`update dbo.Specialty set Name = Name`);
    await pipeline.caughtUp(30_000);
    await expectEqual(pipeline, { tables: 17 });
  }, 180_000);

  it('truncate-replaces', async () => {
    await pipeline.execute('truncate table dbo.FacultyAvailability');
    await eventually(
      () => pipeline.entries('generation.started').some((entry) => entry.data.reason === 'truncated'),
      { withinMs: 30_000, because: 'capture sees the truncation' },
    );
    await pipeline.execute(
      `insert into dbo.FacultyAvailability (FacultyId, InterviewDateId, FromTime, UntilTime, IsRemote)
       select top (3) f.FacultyId, d.InterviewDateId, '09:00', '12:30', 1 from dbo.Faculty as f cross join dbo.InterviewDate as d
       order by f.FacultyId, d.InterviewDateId`,
    );
    await pipeline.caughtUp();
    await expectEqual(pipeline, { tables: 17 });
  }, 180_000);

  it('expired-cursor-replaces', async () => {
    await pipeline.stack.service('capture', 1).stop();
    await pipeline.execute(`delete from dbo.AuditEntry where EntryNo = 1`);
    const { controlUrl } = pipeline.stack.endpoints.source;
    const answer = await fetch(`${controlUrl}/change-tracking/expire`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ database: 'gme', table: 'dbo.AuditEntry' }),
    });
    expect(answer.status).toBe(200);
    await pipeline.stack.service('capture', 1).start();
    await eventually(
      () => pipeline.entries('generation.started').some((entry) => entry.data.reason === 'history-expired'),
      { withinMs: 30_000, because: 'capture sees that history has expired' },
    );
    await pipeline.execute(`update dbo.Specialty set Name = Name`);
    await pipeline.caughtUp();
    await expectEqual(pipeline, { tables: 17 });
  }, 180_000);

  it('added-column-arrives', async () => {
    await pipeline.execute('alter table dbo.Specialty add Motto nvarchar(40) null');
    await pipeline.execute(`update dbo.Specialty set Motto = N'Première ligne 🩺' where SpecialtyId = 1`);
    await pipeline.caughtUp();
    const { rows } = await pipeline.warehouse.query<{ motto: string }>(
      'select motto from tastg.specialty where specialty_id = 1',
    );
    expect(rows).toEqual([{ motto: 'Première ligne 🩺' }]);
    await expectEqual(pipeline, { tables: 17 });
  }, 180_000);
});
