import type { ConnectionPool } from 'mssql';
import type { Random } from '../seed/random.js';
import { int, bigint, type ResultRow, type Session, NothingToDo } from './session.js';

/** What the simulator must know to pick rows at random without scanning tables. */
export interface World {
  readonly seasonId: number;
  readonly programs: number;
  readonly firstApplication: number;
  readonly lastApplication: number;
}

/** @throws when the sample is not seeded. */
export async function readWorld(pool: ConnectionPool): Promise<World> {
  const { recordset } = await pool.request().query<Record<string, string | number | null>>(`
    select (select max(CalendarSeasonId) from dbo.CalendarSeason where IsCurrent = 1) as seasonId,
           (select count(*) from dbo.Program) as programs,
           (select min(ApplicationId) from dbo.Application) as firstApplication,
           (select max(ApplicationId) from dbo.Application) as lastApplication`);
  const row = recordset[0];
  if (!row || row['seasonId'] === null || row['firstApplication'] === null) {
    throw new Error('the sample holds no applications: run its seed first');
  }
  return {
    seasonId: Number(row['seasonId']),
    programs: Number(row['programs']),
    firstApplication: Number(row['firstApplication']),
    lastApplication: Number(row['lastApplication']),
  };
}

export interface Application {
  readonly id: string;
  readonly programId: number;
}

/** What an operation works with. */
export interface Scene {
  readonly session: Session;
  readonly random: Random;
  readonly world: World;
}

const asApplication = (row: ResultRow): Application => ({
  id: String(row['id']),
  programId: Number(row['programId']),
});

/** An application of the current season. */
export async function pickApplication({ session, random, world }: Scene): Promise<Application> {
  const from = String(random.int(world.firstApplication, world.lastApplication));
  for (const start of [from, '0']) {
    const row = await session.first(
      `select top (1) ApplicationId as id, ProgramId as programId from dbo.Application
       where ApplicationId >= @from and CalendarSeasonId = @season order by ApplicationId`,
      { from: bigint(start), season: int(world.seasonId) },
    );
    if (row) return asApplication(row);
  }
  throw new NothingToDo('no application in the current season');
}

export interface Slot {
  readonly dateId: number;
  readonly no: number;
}

/** An open slot of the program in the current season, or none. */
export async function pickOpenSlot(
  { session, random, world }: Scene,
  programId: number,
): Promise<Slot | undefined> {
  const rows = await session.query(
    `select top (12) s.InterviewDateId as dateId, s.SlotNo as slotNo
     from dbo.InterviewSlot as s join dbo.InterviewDate as d on d.InterviewDateId = s.InterviewDateId
     where d.ProgramId = @program and d.CalendarSeasonId = @season and s.IsOpen = 1
     order by s.InterviewDateId, s.SlotNo`,
    { program: int(programId), season: int(world.seasonId) },
  );
  if (rows.length === 0) return undefined;
  const row = random.pick(rows);
  return { dateId: Number(row['dateId']), no: Number(row['slotNo']) };
}

export interface Interview extends Application {
  readonly interviewId: string;
  readonly invitationId: string;
  readonly slot: Slot;
}

/** A scheduled interview of any season. */
export async function pickScheduledInterview({ session, random }: Scene): Promise<Interview> {
  const last = await session.first(`select coalesce(max(InterviewId), 0) as id from dbo.Interview`);
  const from = String(random.int(1, Math.max(1, Number(last?.['id'] ?? 1))));
  for (const start of [from, '0']) {
    const row = await session.first(
      `select top (1) i.InterviewId as interviewId, i.InvitationId as invitationId, i.InterviewDateId as dateId,
              i.SlotNo as slotNo, a.ApplicationId as id, a.ProgramId as programId
       from dbo.Interview as i join dbo.Invitation as v on v.InvitationId = i.InvitationId
         join dbo.Application as a on a.ApplicationId = v.ApplicationId
       where i.Status = 'scheduled' and i.InterviewId >= @from order by i.InterviewId`,
      { from: bigint(start) },
    );
    if (!row) continue;
    const slot = { dateId: Number(row['dateId']), no: Number(row['slotNo']) };
    const ids = { interviewId: String(row['interviewId']), invitationId: String(row['invitationId']) };
    return { ...asApplication(row), ...ids, slot };
  }
  throw new NothingToDo('no interview is scheduled');
}

/** A faculty member of the program. */
export async function pickFaculty({ session, random }: Scene, programId: number): Promise<number> {
  const rows = await session.query(
    `select FacultyId as id from dbo.Faculty where ProgramId = @program order by FacultyId`,
    {
      program: int(programId),
    },
  );
  if (rows.length === 0) throw new NothingToDo(`program ${programId} has no faculty`);
  return Number(random.pick(rows)['id']);
}
