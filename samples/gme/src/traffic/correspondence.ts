import { bodyText } from '../seed/text.js';
import { actors, awkwardTexts, sentences } from '../seed/vocabulary.js';
import { ascii, bigint, int, NothingToDo, unicode } from './session.js';
import { pickApplication, pickFaculty, type Application, type Scene } from './world.js';

/** Appends to the program's audit trail. Its numbers have no gaps; two sessions may draw the same one, and one then tries again. */
export async function audit(
  scene: Scene,
  programId: number,
  action: string,
  entity: string,
  key: string,
): Promise<void> {
  await scene.session.change(
    `insert into dbo.AuditEntry (ProgramId, EntryNo, HappenedAt, Actor, Action, Entity, EntityKey, Details, DurationMs)
     select @program, coalesce(max(EntryNo), 0) + 1, sysutcdatetime(), @actor, @action, @entity, @key, @details,
            cast(@duration as decimal(19, 4))
     from dbo.AuditEntry where ProgramId = @program`,
    {
      program: int(programId),
      actor: unicode(scene.random.pick(actors)),
      action: ascii(action),
      entity: ascii(entity),
      key: ascii(key),
      details: ascii(scene.random.pick([null, '', `{"by":"traffic"}`])),
      duration: ascii(scene.random.decimal(0, 900, 4)),
    },
  );
}

/** Writes one message of the application; `SentAt` is the server's clock, so that its way can be timed. */
export async function notify(
  scene: Scene,
  application: Application,
  direction: 'A' | 'P',
  replyTo?: string,
): Promise<void> {
  const { random, session } = scene;
  const sender =
    direction === 'P' && random.chance(0.5) ? await pickFaculty(scene, application.programId) : null;
  await session.change(
    `insert into dbo.Message (ApplicationId, Direction, SenderFacultyId, ReplyToMessageId, Importance, Subject, Body, SentAt)
     values (@application, @direction, @sender, @replyTo, @importance, @subject, @body, sysutcdatetime())`,
    {
      application: bigint(application.id),
      direction: ascii(direction),
      sender: int(sender),
      replyTo: bigint(replyTo ?? null),
      importance: int(random.chance(0.9) ? 0 : random.int(1, 5)),
      subject: unicode(random.chance(0.1) ? random.pick(awkwardTexts) : random.pick(sentences)),
      body: unicode(random.chance(0.02) ? null : bodyText(random, 200)),
    },
  );
}

async function latestMessage(
  { session }: Scene,
  application: Application,
  condition: string,
): Promise<string | undefined> {
  const row = await session.first(
    `select top (1) m.MessageId as id from dbo.Message as m where m.ApplicationId = @application and ${condition}
     order by m.SentAt desc, m.MessageId desc`,
    { application: bigint(application.id) },
  );
  return row ? String(row['id']) : undefined;
}

/** One to three messages between a program and an applicant. */
export async function correspond(scene: Scene): Promise<void> {
  const application = await pickApplication(scene);
  const replyTo = await latestMessage(scene, application, '1 = 1');
  const count = scene.random.int(1, 3);
  for (let i = 0; i < count; i++) {
    await notify(scene, application, scene.random.chance(0.5) ? 'P' : 'A', i === 0 ? replyTo : undefined);
  }
}

/** The latest unread message is read. */
export async function readMessage(scene: Scene): Promise<void> {
  const application = await pickApplication(scene);
  const id = await latestMessage(scene, application, 'm.ReadAt is null');
  if (!id) throw new NothingToDo('no unread message');
  await scene.session.change(`update dbo.Message set ReadAt = sysutcdatetime() where MessageId = @id`, {
    id: bigint(id),
  });
}

/** A message that nobody replied to is deleted. */
export async function deleteMessage(scene: Scene): Promise<void> {
  const application = await pickApplication(scene);
  const id = await latestMessage(
    scene,
    application,
    'not exists (select 1 from dbo.Message as r where r.ReplyToMessageId = m.MessageId)',
  );
  if (!id) throw new NothingToDo('no message without a reply');
  const deleted = await scene.session.change(
    `delete from dbo.Message
     where MessageId = @id and not exists (select 1 from dbo.Message as r where r.ReplyToMessageId = @id)`,
    { id: bigint(id) },
  );
  if (deleted === 0) throw new NothingToDo('the message was answered in the meantime');
  await audit(scene, application.programId, 'delete', 'Message', id);
}
