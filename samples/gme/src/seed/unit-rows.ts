import { createHash } from 'node:crypto';
import { Random } from './random.js';
import { applicantId, remark, type SampleRow } from './reference-rows.js';
import type { Scale } from './scale.js';
import { seededUntil } from './scale.js';
import { bodyText, date, dateTime, dateTimeOffset, longText, optionalText } from './text.js';
import type { ApplicationPlan, Unit } from './unit.js';
import { actors, applicantZones, awkwardTexts, rooms, sentences } from './vocabulary.js';

const DAY = 86_400_000;
const MINUTE = 60_000;

/** Makes one table's rows of one unit. Texts come from a generator of the row's own. */
export type UnitRows = (unit: Unit, scale: Scale, seed: number) => Generator<SampleRow>;

const facultyOf = (unit: Unit, scale: Scale, position: number): number =>
  (unit.programId - 1) * scale.facultyPerProgram + (position % scale.facultyPerProgram) + 1;

function applicationStatus(application: ApplicationPlan, random: Random): string {
  const statuses = application.interviews.map((interview) => interview.status);
  if (statuses.includes('completed')) return 'interviewed';
  if (statuses.includes('scheduled')) return 'scheduled';
  if (application.invitations.some((invitation) => invitation.status === 'withdrawn')) return 'withdrawn';
  if (application.invitations.length > 0) return 'invited';
  return random.pick(['received', 'reviewed', 'rejected']);
}

export const applicationRows: UnitRows = function* (unit, scale, seed) {
  for (const application of unit.applications) {
    const random = new Random(seed, 'application', application.id);
    const status = applicationStatus(application, random);
    const [, offset] = random.pick(applicantZones);
    const statement = random.chance(0.1) ? optionalText(random, awkwardTexts) : bodyText(random, 200);
    yield [
      application.id,
      applicantId(seed, application.applicant),
      unit.programId,
      unit.season.id,
      status,
      random.chance(0.85) ? random.int(180, 270) : null,
      random.chance(0.7) ? random.int(180, 280) : null,
      random.chance(0.6) ? random.next() * 100 : null,
      random.chance(0.3) ? random.int(1, 255) : null,
      random.chance(0.1) ? '0' : random.decimal(11, 30, 4),
      statement,
      status === 'received' ? null : facultyOf(unit, scale, application.id),
      dateTimeOffset(application.receivedAt, offset, 7, random.int(0, 9999)),
      status === 'withdrawn' ? date(application.receivedAt + 45 * DAY) : null,
      dateTime(application.receivedAt + random.int(0, DAY), 7, random.int(0, 9999)),
    ];
  }
};

export const interviewDateRows: UnitRows = function* (unit, _scale, seed) {
  for (const day of unit.dates) {
    const random = new Random(seed, 'date', day.id);
    yield [
      day.id,
      unit.programId,
      unit.season.id,
      date(day.heldOn),
      day.slots.length,
      random.pick(['virtual', 'virtual', 'onsite']),
      random.pick([null, '07:30:00', '07:45:00.1234567', '00:00:00', '23:59:59.9999999']),
      remark(random),
      dateTime(Date.UTC(unit.season.firstYear, 8, 15) + random.int(0, DAY), 7, random.int(0, 9999)),
    ];
  }
};

export const interviewSlotRows: UnitRows = function* (unit, scale, seed) {
  for (const day of unit.dates) {
    for (const slot of day.slots) {
      const random = new Random(seed, 'slot', day.id, slot.no);
      yield [
        day.id,
        slot.no,
        dateTime(slot.startsAt, 0),
        40,
        random.chance(0.3) ? null : random.pick(rooms),
        slot.free && random.chance(0.95),
        random.chance(0.5) ? facultyOf(unit, scale, slot.no) : null,
        dateTime(Date.UTC(unit.season.firstYear, 8, 16) + random.int(0, DAY), 7, random.int(0, 9999)),
      ];
    }
  }
};

export const invitationRows: UnitRows = function* (unit, _scale, seed) {
  for (const { invitations } of unit.applications) {
    for (const invitation of invitations) {
      const random = new Random(seed, 'invitation', invitation.id);
      const responded = invitation.respondedAt;
      const changed = dateTime(responded ?? invitation.sentAt, 7, random.int(0, 9999));
      yield [
        invitation.id,
        invitation.applicationId,
        invitation.replaces,
        invitation.status,
        dateTime(invitation.sentAt, 7, random.int(0, 9999)),
        dateTime(invitation.expiresAt, 3),
        responded === null ? null : dateTime(responded, 3),
        remark(random),
        changed,
      ];
    }
  }
};

export const interviewRows: UnitRows = function* (unit, _scale, seed) {
  for (const { interviews } of unit.applications) {
    for (const interview of interviews) {
      const random = new Random(seed, 'interview', interview.id);
      const { cancelledAt, scheduledAt, slot } = interview;
      const changed =
        cancelledAt ?? (interview.status === 'scheduled' ? scheduledAt : slot.startsAt + 45 * MINUTE);
      yield [
        interview.id,
        interview.invitationId,
        slot.date.id,
        slot.no,
        interview.status,
        interview.rescheduledFrom,
        dateTime(scheduledAt, 7, random.int(0, 9999)),
        cancelledAt === null ? null : dateTime(cancelledAt, 7, random.int(0, 9999)),
        cancelledAt === null ? null : remark(random),
        dateTime(changed, 7, random.int(0, 9999)),
      ];
    }
  }
};

export const waitlistRows: UnitRows = function* (unit, _scale, seed) {
  for (const application of unit.applications) {
    for (const { dateId, position } of application.waitlists) {
      const random = new Random(seed, 'waitlist', dateId, application.id);
      const added = application.receivedAt + 30 * DAY + random.int(0, DAY);
      yield [
        dateId,
        application.id,
        position,
        dateTime(added, 3),
        remark(random),
        dateTime(added, 7, random.int(0, 9999)),
      ];
    }
  }
};

export const availabilityRows: UnitRows = function* (unit, scale, seed) {
  for (let position = 0; position < scale.facultyPerProgram; position++) {
    for (const day of unit.dates) {
      const facultyId = facultyOf(unit, scale, position);
      const random = new Random(seed, 'availability', facultyId, day.id);
      if (random.chance(0.4)) continue;
      yield [
        facultyId,
        day.id,
        `0${random.int(6, 9)}:15:00`,
        random.pick(['16:00:00.000', '17:30:00.125', '23:59:59.999']),
        random.chance(0.5),
        random.chance(0.5) ? random.int(1, 12) : null,
        remark(random),
        dateTime(Date.UTC(unit.season.firstYear, 8, 20) + random.int(0, 5 * DAY), 7, random.int(0, 9999)),
      ];
    }
  }
};

export const evaluationRows: UnitRows = function* (unit, _scale, seed) {
  for (const { interviews } of unit.applications) {
    for (const interview of interviews) {
      for (const { facultyId, submittedAt } of interview.evaluations) {
        const random = new Random(seed, 'evaluation', interview.id, facultyId);
        const submitted = dateTime(submittedAt, 7, random.int(0, 9999));
        const rubric = `<rubric version="2"><item name="Fit &amp; drive">${random.int(1, 5)}</item><note>naïve ☕</note></rubric>`;
        yield [
          interview.id,
          facultyId,
          random.chance(0.9) ? random.decimal(0, 100, 2) : null,
          random.chance(0.8) ? Math.fround(random.next()) : null,
          random.chance(0.8),
          random.chance(0.2) ? optionalText(random, awkwardTexts) : bodyText(random, 500),
          random.chance(0.5) ? rubric : null,
          submitted,
          submitted,
        ];
      }
    }
  }
};

export const messageRows: UnitRows = function* (unit, scale, seed) {
  for (const application of unit.applications) {
    const random = new Random(seed, 'messages', application.id);
    let sentAt = application.receivedAt;
    for (let i = 0; i < application.messages; i++) {
      const id = application.firstMessageId + i;
      sentAt += Math.floor(random.next() * ((seededUntil - sentAt) / (application.messages - i + 1)));
      const fromProgram = random.chance(0.6);
      yield [
        id,
        application.id,
        fromProgram ? 'P' : 'A',
        fromProgram && random.chance(0.7) ? facultyOf(unit, scale, i) : null,
        i > 0 && random.chance(0.5) ? random.int(application.firstMessageId, id - 1) : null,
        random.chance(0.9) ? 0 : random.int(1, 5),
        random.chance(0.1) ? random.pick(awkwardTexts) : random.pick(sentences),
        random.chance(0.02) ? null : bodyText(random, 2000),
        dateTime(sentAt, 7, random.int(0, 9999)),
        random.chance(0.7) ? dateTime(sentAt + random.int(1, DAY), 3) : null,
      ];
    }
  }
};

export const documentRows: UnitRows = function* (unit, scale, seed) {
  for (const application of unit.applications) {
    if (!application.hasDocument) continue;
    const random = new Random(seed, 'document', application.id);
    const content = random.chance(0.05)
      ? null
      : random.bytes(random.int(0, scale.applicants > 1000 ? 1000 : 8000));
    const hash = content && random.chance(0.8) ? createHash('sha256').update(content).digest() : null;
    yield [
      random.guid(),
      application.id,
      random.pick(['Résumé.pdf', 'personal statement (final) v2.docx', '履歴書.pdf', "O'Brien 👩‍⚕️.pdf"]),
      random.pick([
        'application/pdf',
        'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
      ]),
      content?.length ?? 0,
      hash,
      content,
      dateTimeOffset(application.receivedAt, random.pick(applicantZones)[1], 3),
      dateTime(application.receivedAt, 7, random.int(0, 9999)),
    ];
  }
};

const plainDetails = awkwardTexts.filter((text) => /^[\x20-\x7e]*$/.test(text));

export const auditEntryRows: UnitRows = function* (unit, scale, seed) {
  const start = Date.UTC(unit.season.firstYear, 8, 1);
  const end = Math.min(start + 300 * DAY, seededUntil);
  for (let i = 0; i < scale.auditEntries; i++) {
    const entryNo = unit.firstAuditEntry + i;
    const random = new Random(seed, 'audit', unit.programId, entryNo);
    const at = start + Math.floor(((end - start) * (i + random.next())) / scale.auditEntries);
    const entity = random.pick(['Application', 'Invitation', 'Interview', 'Message']);
    yield [
      unit.programId,
      entryNo,
      dateTime(at, 7, random.int(0, 9999)),
      random.pick(actors),
      random.pick(['create', 'update', 'view', 'export']),
      entity,
      String(random.int(1, 1_000_000)),
      random.chance(0.01) ? asciiLongText(random) : optionalText(random, plainDetails),
      random.chance(0.7) ? random.decimal(0, 5000, 4) : null,
    ];
  }
};

/** varchar(max) of an ordinary code page: the long text without what the page does not hold. */
function asciiLongText(random: Random): string {
  return longText(random).replace(/[^\x20-\x7e]/g, '');
}
