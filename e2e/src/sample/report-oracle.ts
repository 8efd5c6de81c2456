import type { SourcePool } from '../pipeline-under-test.js';

/** A report's row as text, computed here from the tables alone, by samples/gme/reports.md and by no SQL. */
export type OracleRow = Record<string, string | null>;
type Row = Record<string, string | number | Date | null>;

const key = (...parts: unknown[]): string => JSON.stringify(parts.map(String));
const minute = (value: unknown): number => Math.floor((value as Date).getTime() / 60_000);
const least = (values: readonly number[]): number | null => (values.length > 0 ? Math.min(...values) : null);

function rate(n: number, d: number): string | null {
  return d === 0 ? null : (Math.floor((n * 20_000 + d) / (2 * d)) / 10_000).toFixed(4);
}

function medianDays(minutes: readonly number[]): string | null {
  const middle = minutes.toSorted((left, right) => left - right)[Math.floor((minutes.length + 1) / 2) - 1];
  return middle === undefined ? null : (Math.floor((middle * 200 + 1440) / 2880) / 100).toFixed(2);
}

/** The sample's tables, whole: small scale only. */
export class ReportOracle {
  private readonly tables = new Map<string, Row[]>();

  static async read(pool: SourcePool): Promise<ReportOracle> {
    const oracle = new ReportOracle();
    for (const table of [
      'InterviewDate',
      'Interview',
      'InterviewSlot',
      'Waitlist',
      'Program',
      'Institution',
      'CalendarSeason',
    ])
      await oracle.load(pool, table);
    for (const table of ['Specialty', 'Application', 'Invitation', 'Evaluation'])
      await oracle.load(pool, table);
    return oracle;
  }

  private async load(pool: SourcePool, table: string): Promise<void> {
    const { recordset } = await pool.request().query<Row>(`select * from dbo.${table}`);
    this.tables.set(table, recordset);
  }

  private of(table: string): Row[] {
    return this.tables.get(table) ?? [];
  }

  private nameOf(table: string, id: unknown): string {
    return String(this.of(table).find((row) => row[`${table}Id`] === id)?.['Name']);
  }

  private program(id: unknown): Row {
    return this.of('Program').find((row) => row['ProgramId'] === id) ?? {};
  }

  private startOf(interview: Row): number {
    const wanted = key(interview['InterviewDateId'], interview['SlotNo']);
    const slot = this.of('InterviewSlot').find(
      (row) => key(row['InterviewDateId'], row['SlotNo']) === wanted,
    );
    return minute(slot?.['StartsAt']);
  }

  interviewFillRate(): OracleRow[] {
    return this.of('InterviewDate').map((date) => {
      const on = (row: Row): boolean => row['InterviewDateId'] === date['InterviewDateId'];
      const all = this.of('Interview').filter(on);
      const taken = all.filter((row) => row['Status'] !== 'cancelled');
      const [last] = taken.toSorted(
        (left, right) =>
          minute(right['ScheduledAt']) - minute(left['ScheduledAt']) ||
          Number(right['InterviewId']) - Number(left['InterviewId']),
      );
      const capacity = Number(date['Capacity']);
      return {
        program_id: String(date['ProgramId']),
        calendar_season_id: String(date['CalendarSeasonId']),
        interview_date_id: String(date['InterviewDateId']),
        program_name: String(this.program(date['ProgramId'])['Name']),
        institution_name: this.nameOf('Institution', this.program(date['ProgramId'])['InstitutionId']),
        season_name: this.nameOf('CalendarSeason', date['CalendarSeasonId']),
        held_on: (date['HeldOn'] as Date).toISOString().slice(0, 10),
        mode: String(date['Mode']),
        capacity: String(capacity),
        booked: String(taken.length),
        cancelled: String(all.length - taken.length),
        no_shows: String(all.filter((row) => row['Status'] === 'no-show').length),
        free: String(Math.max(capacity - taken.length, 0)),
        fill_rate: rate(taken.length, capacity),
        wait_list_length: String(this.of('Waitlist').filter(on).length),
        last_booking_lead_minutes: last ? String(this.startOf(last) - minute(last['ScheduledAt'])) : null,
      };
    });
  }

  applicantFunnel(): OracleRow[] {
    const groups = Map.groupBy(this.of('Application'), (row) =>
      key(row['ProgramId'], row['CalendarSeasonId']),
    );
    return [...groups.values()].map((applications) => {
      const steps = applications.map((application) => this.stepsOf(application));
      const counts = [0, 1, 2, 3, 4].map((step) => steps.filter((minutes) => minutes[step] !== null).length);
      const [applied = 0, invited = 0, scheduled = 0, interviewed = 0, evaluated = 0] = counts;
      const [first] = applications;
      const program = this.program(first?.['ProgramId']);
      return {
        program_id: String(first?.['ProgramId']),
        calendar_season_id: String(first?.['CalendarSeasonId']),
        program_name: String(program['Name']),
        specialty_name: this.nameOf('Specialty', program['SpecialtyId']),
        season_name: this.nameOf('CalendarSeason', first?.['CalendarSeasonId']),
        ...{ applied: `${applied}`, invited: `${invited}`, scheduled: `${scheduled}` },
        ...{ interviewed: `${interviewed}`, evaluated: `${evaluated}` },
        invited_rate: rate(invited, applied),
        scheduled_rate: rate(scheduled, invited),
        interviewed_rate: rate(interviewed, scheduled),
        evaluated_rate: rate(evaluated, interviewed),
        overall_rate: rate(evaluated, applied),
        median_days_to_invite: medianOf(steps, 1),
        median_days_to_schedule: medianOf(steps, 2),
        median_days_to_interview: medianOf(steps, 3),
        median_days_to_evaluate: medianOf(steps, 4),
      };
    });
  }

  /** Minutes of applied, invited, scheduled, interviewed, evaluated. */
  private stepsOf(application: Row): (number | null)[] {
    const invitations = this.of('Invitation').filter(
      (row) => row['ApplicationId'] === application['ApplicationId'],
    );
    const invitationIds = new Set(invitations.map((row) => row['InvitationId']));
    const interviews = this.of('Interview').filter((row) => invitationIds.has(row['InvitationId'] ?? null));
    const completed = interviews.filter((row) => row['Status'] === 'completed');
    const completedIds = new Set(completed.map((row) => row['InterviewId']));
    const evaluations = this.of('Evaluation').filter((row) => completedIds.has(row['InterviewId'] ?? null));
    return [
      minute(application['ReceivedAt']),
      least(invitations.map((row) => minute(row['SentAt']))),
      least(interviews.map((row) => minute(row['ScheduledAt']))),
      least(completed.map((row) => this.startOf(row))),
      least(evaluations.map((row) => minute(row['SubmittedAt']))),
    ];
  }
}

function medianOf(steps: readonly (readonly (number | null)[])[], step: number): string | null {
  return medianDays(
    steps.flatMap((minutes) => {
      const [from, to] = [minutes[step - 1] ?? null, minutes[step] ?? null];
      return from === null || to === null ? [] : [Math.max(0, to - from)];
    }),
  );
}
