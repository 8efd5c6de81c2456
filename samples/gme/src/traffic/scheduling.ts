import { remark } from '../seed/reference-rows.js';
import { audit, notify } from './correspondence.js';
import { ascii, bigint, int, NothingToDo, unicode } from './session.js';
import {
  pickApplication,
  pickOpenSlot,
  pickScheduledInterview,
  type Application,
  type Scene,
  type Slot,
} from './world.js';

async function setApplicationStatus(
  { session }: Scene,
  application: Application,
  status: string,
): Promise<void> {
  await session.change(
    `update dbo.Application set Status = @status, UpdatedAt = sysutcdatetime() where ApplicationId = @id`,
    { id: bigint(application.id), status: ascii(status) },
  );
}

async function sendInvitation({ session, random }: Scene, application: Application): Promise<string> {
  const row = await session.insertReturning(
    `insert into dbo.Invitation (ApplicationId, Status, SentAt, ExpiresAt, Note, UpdatedAt)
     output inserted.InvitationId as id
     values (@application, 'pending', sysutcdatetime(), dateadd(day, 2, sysutcdatetime()), @note, sysutcdatetime())`,
    { application: bigint(application.id), note: unicode(remark(random)) },
  );
  return String(row['id']);
}

/** Takes the slot and puts an interview in it. @throws NothingToDo when another session was faster. */
async function bookSlot(
  { session }: Scene,
  invitationId: string,
  slot: Slot,
  rescheduledFrom: string | null,
): Promise<string> {
  const place = { date: int(slot.dateId), slot: int(slot.no) };
  const taken = await session.change(
    `update dbo.InterviewSlot set IsOpen = 0, UpdatedAt = sysutcdatetime()
     where InterviewDateId = @date and SlotNo = @slot and IsOpen = 1`,
    place,
  );
  if (taken === 0) throw new NothingToDo('the slot was taken in the meantime');
  const row = await session.insertReturning(
    `insert into dbo.Interview (InvitationId, InterviewDateId, SlotNo, Status, RescheduledFromInterviewId, ScheduledAt, UpdatedAt)
     output inserted.InterviewId as id
     values (@invitation, @date, @slot, 'scheduled', @from, sysutcdatetime(), sysutcdatetime())`,
    { ...place, invitation: bigint(invitationId), from: bigint(rescheduledFrom) },
  );
  return String(row['id']);
}

async function openSlot({ session }: Scene, slot: Slot): Promise<void> {
  await session.change(
    `update dbo.InterviewSlot set IsOpen = 1, UpdatedAt = sysutcdatetime() where InterviewDateId = @date and SlotNo = @slot`,
    { date: int(slot.dateId), slot: int(slot.no) },
  );
}

async function cancelInterview({ session, random }: Scene, interviewId: string): Promise<void> {
  const cancelled = await session.change(
    `update dbo.Interview set Status = 'cancelled', CancelledAt = sysutcdatetime(), CancelReason = @reason, UpdatedAt = sysutcdatetime()
     where InterviewId = @id and Status = 'scheduled'`,
    { id: bigint(interviewId), reason: unicode(remark(random)) },
  );
  if (cancelled === 0) throw new NothingToDo('the interview is no longer scheduled');
}

/** A program invites an applicant. */
export async function invite(scene: Scene): Promise<void> {
  const application = await pickApplication(scene);
  const invitationId = await sendInvitation(scene, application);
  await setApplicationStatus(scene, application, 'invited');
  await notify(scene, application, 'P');
  await audit(scene, application.programId, 'create', 'Invitation', invitationId);
}

/** Invitation and interview in one transaction: no reader may ever see the second without the first. */
export async function inviteAndBook(scene: Scene): Promise<void> {
  const application = await pickApplication(scene);
  const slot = await pickOpenSlot(scene, application.programId);
  if (!slot) return addSlots(scene, application);
  const invitationId = await sendInvitation(scene, application);
  const interviewId = await bookSlot(scene, invitationId, slot, null);
  await scene.session.change(
    `update dbo.Invitation set Status = 'accepted', RespondedAt = sysutcdatetime(), UpdatedAt = sysutcdatetime()
     where InvitationId = @id`,
    { id: bigint(invitationId) },
  );
  await setApplicationStatus(scene, application, 'scheduled');
  await audit(scene, application.programId, 'create', 'Interview', interviewId);
}

/** An applicant answers a pending invitation: books a slot, or declines. */
export async function answerInvitation(scene: Scene): Promise<void> {
  const { session, random } = scene;
  const application = await pickApplication(scene);
  const pending = await session.first(
    `select top (1) v.InvitationId as invitationId, a.ApplicationId as id, a.ProgramId as programId
     from dbo.Invitation as v join dbo.Application as a on a.ApplicationId = v.ApplicationId
     where v.Status = 'pending' and v.ApplicationId >= @from order by v.ApplicationId, v.InvitationId`,
    { from: bigint(application.id) },
  );
  if (!pending) throw new NothingToDo('no invitation is pending');
  const invited: Application = { id: String(pending['id']), programId: Number(pending['programId']) };
  const invitationId = String(pending['invitationId']);
  const slot = random.chance(0.85) ? await pickOpenSlot(scene, invited.programId) : undefined;
  const answered = await session.change(
    `update dbo.Invitation set Status = @status, RespondedAt = sysutcdatetime(), UpdatedAt = sysutcdatetime()
     where InvitationId = @id and Status = 'pending'`,
    { id: bigint(invitationId), status: ascii(slot ? 'accepted' : random.pick(['declined', 'expired'])) },
  );
  if (answered === 0) throw new NothingToDo('the invitation was answered in the meantime');
  if (!slot) return audit(scene, invited.programId, 'update', 'Invitation', invitationId);
  const interviewId = await bookSlot(scene, invitationId, slot, null);
  await setApplicationStatus(scene, invited, 'scheduled');
  await session.change(
    `delete from dbo.Waitlist where InterviewDateId = @date and ApplicationId = @application`,
    {
      date: int(slot.dateId),
      application: bigint(invited.id),
    },
  );
  await notify(scene, invited, 'A');
  await audit(scene, invited.programId, 'create', 'Interview', interviewId);
}

/** An interview is cancelled and its slot opened again. */
export async function cancel(scene: Scene): Promise<void> {
  const interview = await pickScheduledInterview(scene);
  await cancelInterview(scene, interview.interviewId);
  await openSlot(scene, interview.slot);
  await setApplicationStatus(scene, interview, 'invited');
  await audit(scene, interview.programId, 'update', 'Interview', interview.interviewId);
}

/** An interview moves to another slot: cancelled, slot opened, other slot taken, new interview; all or nothing. */
export async function reschedule(scene: Scene): Promise<void> {
  const interview = await pickScheduledInterview(scene);
  const slot = await pickOpenSlot(scene, interview.programId);
  if (!slot) throw new NothingToDo('no other slot is open');
  await cancelInterview(scene, interview.interviewId);
  await openSlot(scene, interview.slot);
  await bookSlot(scene, interview.invitationId, slot, interview.interviewId);
  await notify(scene, interview, 'P');
  await audit(scene, interview.programId, 'update', 'Interview', interview.interviewId);
}

/** Three slots more on one of the program's dates; its capacity grows with them. */
async function addSlots(scene: Scene, application: Application): Promise<void> {
  const { session, random, world } = scene;
  const dates = await session.query(
    `select InterviewDateId as id from dbo.InterviewDate where ProgramId = @program and CalendarSeasonId = @season order by InterviewDateId`,
    { program: int(application.programId), season: int(world.seasonId) },
  );
  if (dates.length === 0) throw new NothingToDo('the program has no interview date');
  const date = int(Number(random.pick(dates)['id']));
  for (let i = 0; i < 3; i++) {
    await session.change(
      `insert into dbo.InterviewSlot (InterviewDateId, SlotNo, StartsAt, Minutes, Room, IsOpen, UpdatedAt)
       select @date, max(SlotNo) + 1, dateadd(minute, 45, max(StartsAt)), 40, @room, 1, sysutcdatetime()
       from dbo.InterviewSlot where InterviewDateId = @date`,
      { date, room: unicode(random.pick([null, '', 'Überlauf 2', '増設 3'])) },
    );
  }
  await session.change(
    `update dbo.InterviewDate set Capacity = Capacity + 3, UpdatedAt = sysutcdatetime() where InterviewDateId = @date`,
    { date },
  );
}

/** A coordinator opens slots: closed ones that nobody holds, or new ones. */
export async function reopenSlots(scene: Scene): Promise<void> {
  const { session, world } = scene;
  const application = await pickApplication(scene);
  const closed = await session.first(
    `select top (1) s.InterviewDateId as dateId, s.SlotNo as slotNo
     from dbo.InterviewSlot as s join dbo.InterviewDate as d on d.InterviewDateId = s.InterviewDateId
       left join dbo.Interview as i
         on i.InterviewDateId = s.InterviewDateId and i.SlotNo = s.SlotNo and i.Status <> 'cancelled'
     where d.ProgramId = @program and d.CalendarSeasonId = @season and s.IsOpen = 0 and i.InterviewId is null
     order by s.InterviewDateId, s.SlotNo`,
    { program: int(application.programId), season: int(world.seasonId) },
  );
  if (closed) await openSlot(scene, { dateId: Number(closed['dateId']), no: Number(closed['slotNo']) });
  else await addSlots(scene, application);
  await audit(scene, application.programId, 'update', 'InterviewSlot', application.id);
}
