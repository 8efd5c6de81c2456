import { eventually } from '../pipeline-under-test.js';
import type { ServiceProcess } from '../service-process.js';
import { TransformerUnderTest } from './transformer-under-test.js';

const place = {
  institution: [{ institution_id: 1, name: 'General', city: 'Bern', time_zone: 'Europe/Zurich' }],
  specialty: [{ specialty_id: 2, code: 'SUR', name: 'Surgery' }],
  program: [{ program_id: 3, institution_id: 1, specialty_id: 2, name: 'Surgery Bern', order: 7 }],
  calendar_season: [{ calendar_season_id: 4, name: '2026-2027' }],
  applicant: [{ applicant_id: 'A0', first_name: 'Zoë', preferred_time: '09:30:15', gpa: '3.950' }],
};
const season = { program_id: 3, calendar_season_id: 4 };
const people = {
  application: [
    {
      application_id: '9007199254740993',
      applicant_id: 'A0',
      ...season,
      received_at: '2026-10-01 02:00:00+02',
    },
  ],
  interview_date: [
    {
      interview_date_id: 5,
      ...season,
      held_on: '2026-11-03',
      capacity: 4,
      mode: 'virtual',
      doors_open_at: '08:15:00.123456',
    },
  ],
  interview_slot: [{ interview_date_id: 5, slot_no: 1, starts_at: '2026-11-03 09:00:00' }],
};
const invitation = {
  invitation_id: 6,
  application_id: '9007199254740993',
  sent_at: '2026-10-02 12:00:00.999999',
};
const interview = {
  interview_id: 7,
  invitation_id: 6,
  interview_date_id: 5,
  slot_no: 1,
  status: 'scheduled',
  scheduled_at: '2026-11-03 08:00:59',
};

/**
 * reports-are-one-batch: what TADW and TARPT show is computed from TASTG at exactly one batch, is replaced as a whole or
 * not at all, and is found again after a crash.
 */
describe('runs of the models', () => {
  let test: TransformerUnderTest;
  let transformer: ServiceProcess;

  beforeAll(async () => {
    test = await TransformerUnderTest.open();
  }, 240_000);
  afterAll(() => test?.[Symbol.asyncDispose](), 60_000);

  it('wait, healthy, for a ledger, and for tables that are loading', async () => {
    transformer = await test.start();
    await eventually(async () => (await transformer.checks())['ownership']?.detail === 'owner', {
      withinMs: 60_000,
      because: 'the only replica owns the models',
    });
    await test.prepareWarehouse();
    await test.apply(place, { consistent: false });
    await eventually(async () => (await transformer.checks())['runs']?.detail.includes('models wait'), {
      withinMs: 60_000,
      because: 'the group is not consistent yet',
    });
    expect(test.journal.some(({ type }) => type === 'run.started')).toBe(false);
  }, 180_000);

  it('publish every model once the group is consistent, exact to the last digit', async () => {
    // Spark's first run in a process, on a machine that may be busy: how long it takes is not what is tested.
    const run = await test.ran(await test.apply(people), 'succeeded', 360_000);
    expect(run.models).toHaveLength(15);
    expect(run.version).toBe(20n);
    expect(run.models.find(({ model }) => model === 'tadw.message')?.rows).toBe(0);
    expect(
      await test.rows(
        'select application_id::varchar as id, received_at::varchar as at from tadw.application',
      ),
    ).toEqual([{ id: '9007199254740993', at: '2026-10-01 00:00:00+00' }]);
    expect(
      await test.rows(
        `select preferred_time::varchar as t, gpa::varchar as gpa, first_name from tadw.applicant`,
      ),
    ).toEqual([{ t: '09:30:15', gpa: '3.950', first_name: 'Zoë' }]);
    expect(await test.rows(`select doors_open_at::varchar as t from tadw.interview_date`)).toEqual([
      { t: '08:15:00.123456' },
    ]);
    expect(await test.rows('select "order", institution_city from tadw.program')).toEqual([
      { order: 7, institution_city: 'Bern' },
    ]);
    expect(
      await test.rows('select booked, free, fill_rate::varchar as rate from tarpt.interview_fill_rate'),
    ).toEqual([{ booked: 0, free: 4, rate: '0.0000' }]);
  }, 400_000);

  it('recompute only what the moved tables reach', async () => {
    const batch = await test.apply({ invitation: [invitation], interview: [interview] });
    const run = await test.ran(batch);
    expect(run.models.map(({ model }) => model).sort()).toEqual([
      'tadw.evaluation',
      'tadw.interview',
      'tadw.invitation',
      'tarpt.applicant_funnel',
      'tarpt.interview_fill_rate',
    ]);
    expect(
      await test.rows(
        'select booked, fill_rate::varchar as rate, last_booking_lead_minutes as lead from tarpt.interview_fill_rate',
      ),
    ).toEqual([{ booked: 1, rate: '0.2500', lead: 60 }]);
    expect(
      await test.rows(
        'select invited, invited_rate::varchar as rate, median_days_to_invite::varchar as days from tarpt.applicant_funnel',
      ),
    ).toEqual([{ invited: 1, rate: '1.0000', days: '1.50' }]);
    const published = await test.rows(
      'select model, max(batch)::varchar as batch from taops.runs group by model order by model',
    );
    expect(published).toHaveLength(15);
    expect(published.find(({ model }) => model === 'tadw.message')).toMatchObject({ batch: '2' });
    expect(published.find(({ model }) => model === 'tarpt.applicant_funnel')).toMatchObject({
      batch: `${batch}`,
    });
  }, 180_000);

  it('leave nothing behind in the store or beside the tables', async () => {
    await eventually(async () => (await test.keys('stage/runs/')).length === 0, {
      withinMs: 15_000,
      because: 'the files of a run go with it',
    });
    const beside =
      `select table_name from information_schema.tables ` +
      `where table_schema in ('tadw', 'tarpt') and position('__' in table_name) > 0`;
    await eventually(async () => (await test.rows(beside)).length === 0, {
      withinMs: 15_000,
      because: 'replaced tables are dropped',
    });
  }, 60_000);

  it('keep the last good reports when a data test fails, say so, and go on with the next batch', async () => {
    const message = { message_id: 1, application_id: '9007199254740993', body: 'twice' };
    const failed = await test.ran(await test.apply({ message: [message, message] }), 'failed');
    expect(failed.error).toMatch(/tadw\.message breaks its data tests: message_id is unique \(1 rows\)/);
    await eventually(async () => (await transformer.checks())['runs']?.ok === false, {
      withinMs: 10_000,
      because: 'a failed run makes the service unhealthy',
    });
    expect(await test.rows('select count(*)::int as n from tadw.message')).toEqual([{ n: 0 }]);

    const mended = await test.apply({}, { moved: ['message'], statements: ['delete from tastg.message'] });
    await test.ran(mended);
    await eventually(async () => (await transformer.checks())['runs']?.ok, {
      withinMs: 10_000,
      because: 'a good run makes the service healthy again',
    });
  }, 240_000);

  it('find out after a crash what they missed', async () => {
    await transformer.kill();
    const batch = await test.apply(
      { message: [{ message_id: 1, application_id: '9007199254740993', body: '' }] },
      { silent: true },
    );
    transformer = await test.start();
    await test.ran(batch);
    expect(await test.rows('select body, program_id from tadw.message')).toEqual([
      { body: '', program_id: 3 },
    ]);
  }, 240_000);

  it('count what they did, and stop on request', async () => {
    const metrics = await transformer.metrics();
    for (const shown of [
      /^thalamus_transformer_runs_total\{.*outcome="succeeded".*\} [1-9]/,
      /^thalamus_transformer_model_rows\{.*model="tadw.message".*\} 1/,
      /^thalamus_transformer_lag_seconds_count\{.*\} [1-9]/,
    ])
      expect(metrics).toContainEqual(expect.stringMatching(shown));
    expect(await transformer.stop()).toBe(0);
  }, 30_000);
});
