import { remark } from '../seed/reference-rows.js';
import { bodyText } from '../seed/text.js';
import { awkwardTexts, firstNames } from '../seed/vocabulary.js';
import { audit } from './correspondence.js';
import { ascii, bigint, guid, int, NothingToDo, unicode } from './session.js';
import { pickApplication, pickFaculty, pickScheduledInterview, type Scene } from './world.js';

/** An interview took place (or nobody came): its status changes and evaluations arrive. */
export async function conductInterview(scene: Scene): Promise<void> {
  const { session, random } = scene;
  const interview = await pickScheduledInterview(scene);
  const cameToPass = random.chance(0.93);
  const changed = await session.change(
    `update dbo.Interview set Status = @status, UpdatedAt = sysutcdatetime() where InterviewId = @id and Status = 'scheduled'`,
    { id: bigint(interview.interviewId), status: ascii(cameToPass ? 'completed' : 'no-show') },
  );
  if (changed === 0) throw new NothingToDo('the interview is no longer scheduled');
  if (cameToPass) {
    await evaluate(scene, interview.interviewId, await pickFaculty(scene, interview.programId));
    await session.change(
      `update dbo.Application set Status = 'interviewed', UpdatedAt = sysutcdatetime() where ApplicationId = @id`,
      { id: bigint(interview.id) },
    );
  }
  await audit(scene, interview.programId, 'update', 'Interview', interview.interviewId);
}

async function evaluate({ session, random }: Scene, interviewId: string, facultyId: number): Promise<void> {
  await session.change(
    `insert into dbo.Evaluation (InterviewId, FacultyId, Score, Confidence, IsFinal, Comments, SubmittedAt, UpdatedAt)
     values (@interview, @faculty, cast(@score as decimal(5, 2)), cast(@confidence as real), @final, @comments, sysutcdatetime(), sysutcdatetime())`,
    {
      interview: bigint(interviewId),
      faculty: int(facultyId),
      score: ascii(random.chance(0.9) ? random.decimal(0, 100, 2) : null),
      confidence: ascii(random.decimal(0, 1, 3)),
      final: int(random.chance(0.5) ? 1 : 0),
      comments: unicode(random.chance(0.1) ? random.pick(awkwardTexts) : bodyText(random, 300)),
    },
  );
}

/** A faculty member changes a score. */
export async function reviseEvaluation(scene: Scene): Promise<void> {
  const { session, random } = scene;
  const application = await pickApplication(scene);
  const row = await session.first(
    `select top (1) e.InterviewId as interviewId, e.FacultyId as facultyId
     from dbo.Evaluation as e join dbo.Interview as i on i.InterviewId = e.InterviewId
       join dbo.Invitation as v on v.InvitationId = i.InvitationId
     where v.ApplicationId >= @from order by v.ApplicationId, e.InterviewId, e.FacultyId`,
    { from: bigint(application.id) },
  );
  if (!row) throw new NothingToDo('no evaluation yet');
  await session.change(
    `update dbo.Evaluation set Score = cast(@score as decimal(5, 2)), IsFinal = 1, UpdatedAt = sysutcdatetime()
     where InterviewId = @interview and FacultyId = @faculty`,
    {
      interview: bigint(String(row['interviewId'])),
      faculty: int(Number(row['facultyId'])),
      score: ascii(random.decimal(0, 100, 2)),
    },
  );
}

/** An applicant corrects the profile; now and then nothing really changes, which change tracking reports all the same. */
export async function updateApplicant(scene: Scene): Promise<void> {
  const { session, random } = scene;
  const application = await pickApplication(scene);
  const where = `where ApplicantId = (select ApplicantId from dbo.Application where ApplicationId = @id)`;
  const id = { id: bigint(application.id) };
  if (random.chance(0.2)) await session.change(`update dbo.Applicant set School = School ${where}`, id);
  else {
    await session.change(
      `update dbo.Applicant set MiddleName = @middle, Phone = @phone, UpdatedAt = sysutcdatetime() ${where}`,
      {
        ...id,
        middle: unicode(random.pick([null, '', ...firstNames])),
        phone: ascii(random.pick([null, '', '+1 (555) 010-0142'])),
      },
    );
  }
}

/** An applicant joins the waiting list of a date. */
export async function joinWaitlist(scene: Scene): Promise<void> {
  const { session, random, world } = scene;
  const application = await pickApplication(scene);
  const added = await session.change(
    `insert into dbo.Waitlist (InterviewDateId, ApplicationId, Position, AddedAt, Reason, UpdatedAt)
     select top (1) d.InterviewDateId, @application,
            1 + (select count(*) from dbo.Waitlist as w where w.InterviewDateId = d.InterviewDateId),
            sysutcdatetime(), @reason, sysutcdatetime()
     from dbo.InterviewDate as d
     where d.ProgramId = @program and d.CalendarSeasonId = @season
       and not exists (select 1 from dbo.Waitlist as w
                       where w.InterviewDateId = d.InterviewDateId and w.ApplicationId = @application)
     order by d.HeldOn`,
    {
      application: bigint(application.id),
      program: int(application.programId),
      season: int(world.seasonId),
      reason: unicode(remark(random)),
    },
  );
  if (added === 0) throw new NothingToDo('already on every waiting list');
}

interface WaitlistEntry {
  readonly dateId: number;
  readonly applicationId: string;
}

async function pickWaitlistEntry(scene: Scene): Promise<WaitlistEntry> {
  const application = await pickApplication(scene);
  const row = await scene.session.first(
    `select top (1) InterviewDateId as dateId, ApplicationId as applicationId from dbo.Waitlist
     where ApplicationId >= @from order by ApplicationId, InterviewDateId`,
    { from: bigint(application.id) },
  );
  if (!row) throw new NothingToDo('the waiting lists are empty');
  return { dateId: Number(row['dateId']), applicationId: String(row['applicationId']) };
}

/** A waiting applicant changes to another date: an update of the primary key, which change tracking reports as delete and insert. */
export async function moveOnWaitlist(scene: Scene): Promise<void> {
  const { session } = scene;
  const entry = await pickWaitlistEntry(scene);
  const key = { date: int(entry.dateId), application: bigint(entry.applicationId) };
  const other = await session.first(
    `select top (1) o.InterviewDateId as id
     from dbo.InterviewDate as d join dbo.InterviewDate as o
       on o.ProgramId = d.ProgramId and o.CalendarSeasonId = d.CalendarSeasonId and o.InterviewDateId <> d.InterviewDateId
     where d.InterviewDateId = @date
       and not exists (select 1 from dbo.Waitlist as w where w.InterviewDateId = o.InterviewDateId and w.ApplicationId = @application)
     order by o.InterviewDateId`,
    key,
  );
  if (!other) throw new NothingToDo('no other date');
  await session.change(
    `update dbo.Waitlist set InterviewDateId = @other, UpdatedAt = sysutcdatetime()
     where InterviewDateId = @date and ApplicationId = @application`,
    { ...key, other: int(Number(other['id'])) },
  );
}

export async function leaveWaitlist(scene: Scene): Promise<void> {
  const entry = await pickWaitlistEntry(scene);
  await scene.session.change(
    `delete from dbo.Waitlist where InterviewDateId = @date and ApplicationId = @application`,
    {
      date: int(entry.dateId),
      application: bigint(entry.applicationId),
    },
  );
}

/** A document is filed under a new id: another update of a primary key. */
export async function refileDocument(scene: Scene): Promise<void> {
  const { session, random } = scene;
  const application = await pickApplication(scene);
  const row = await session.first(
    `select top (1) DocumentId as id from dbo.Document where ApplicationId >= @from order by ApplicationId, DocumentId`,
    { from: bigint(application.id) },
  );
  if (!row) throw new NothingToDo('no document');
  await session.change(
    `update dbo.Document set DocumentId = @new, FileName = @name, UpdatedAt = sysutcdatetime() where DocumentId = @id`,
    {
      id: guid(String(row['id'])),
      new: guid(random.guid()),
      name: unicode(random.pick(['Neu – final.pdf', '新しい.pdf'])),
    },
  );
}
