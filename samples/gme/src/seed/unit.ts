import { Random } from './random.js';
import { seasons, seededUntil, type Scale, type Season } from './scale.js';
import { placeOfProgram } from './reference-rows.js';

const MINUTE = 60_000;
const DAY = 86_400_000;

export type InvitationStatus = 'pending' | 'accepted' | 'declined' | 'expired' | 'withdrawn';
export type InterviewStatus = 'scheduled' | 'cancelled' | 'completed' | 'no-show';

export interface DatePlan {
  readonly id: number;
  /** Midnight of the day, as if it were UTC. */
  readonly heldOn: number;
  readonly slots: readonly SlotPlan[];
}

export interface SlotPlan {
  readonly date: DatePlan;
  readonly no: number;
  readonly startsAt: number;
  /** No interview occupies it. */
  free: boolean;
}

export interface EvaluationPlan {
  readonly facultyId: number;
  readonly submittedAt: number;
}

export interface InterviewPlan {
  readonly id: number;
  readonly invitationId: number;
  readonly slot: SlotPlan;
  readonly status: InterviewStatus;
  readonly scheduledAt: number;
  readonly cancelledAt: number | null;
  readonly rescheduledFrom: number | null;
  readonly evaluations: readonly EvaluationPlan[];
}

export interface InvitationPlan {
  readonly id: number;
  readonly applicationId: number;
  readonly replaces: number | null;
  readonly status: InvitationStatus;
  readonly sentAt: number;
  readonly expiresAt: number;
  readonly respondedAt: number | null;
}

export interface ApplicationPlan {
  readonly id: number;
  /** Position of the applicant, from 0. */
  readonly applicant: number;
  readonly receivedAt: number;
  readonly messages: number;
  readonly firstMessageId: number;
  readonly hasDocument: boolean;
  readonly invitations: readonly InvitationPlan[];
  readonly interviews: readonly InterviewPlan[];
  /** Interview dates whose waiting list it is on, with its position. */
  readonly waitlists: readonly { readonly dateId: number; readonly position: number }[];
}

/** Everything of one program in one season: a closed world, small enough to hold in memory at any scale. */
export interface Unit {
  readonly programId: number;
  readonly season: Season;
  readonly dates: readonly DatePlan[];
  readonly applications: readonly ApplicationPlan[];
  readonly firstAuditEntry: number;
}

interface Counters {
  application: number;
  date: number;
  invitation: number;
  interview: number;
  message: number;
}

/** All programs' seasons in order. Every call gives the same units with the same ids; nothing but counters is kept between two. */
export function* units(scale: Scale, seed: number): Generator<Unit> {
  const counters: Counters = { application: 0, date: 0, invitation: 0, interview: 0, message: 0 };
  for (let programId = 1; programId <= scale.programs; programId++) {
    for (const season of seasons) yield new UnitBuilder(scale, seed, programId, season, counters).build();
  }
}

class UnitBuilder {
  readonly #random: Random;
  readonly #free: SlotPlan[] = [];
  readonly #waiting = new Map<number, number>();

  constructor(
    private readonly scale: Scale,
    private readonly seed: number,
    private readonly programId: number,
    private readonly season: Season,
    private readonly counters: Counters,
  ) {
    this.#random = new Random(seed, 'unit', programId, season.id);
  }

  build(): Unit {
    const dates = this.#dates();
    for (const date of dates) this.#free.push(...date.slots);
    this.#random.shuffle(this.#free);
    const applications: ApplicationPlan[] = [];
    // Applicants step through the pool by a prime, so that nobody applies twice to one program in one season.
    const first = this.#random.int(0, this.scale.applicants - 1);
    for (let i = 0; i < this.scale.applications; i++) {
      applications.push(this.#application((first + i * 7919) % this.scale.applicants, dates));
    }
    return {
      programId: this.programId,
      season: this.season,
      dates,
      applications,
      firstAuditEntry: (this.season.id - 1) * this.scale.auditEntries + 1,
    };
  }

  #dates(): DatePlan[] {
    const { utcOffset } = placeOfProgram(this.scale, this.seed, this.programId);
    const dates: DatePlan[] = [];
    let day = Date.UTC(this.season.firstYear, 9, 20) + this.#random.int(0, 6) * DAY;
    for (let i = 0; i < this.scale.interviewDates; i++) {
      day += this.#random.int(1, Math.ceil(90 / this.scale.interviewDates)) * DAY;
      const weekday = new Date(day).getUTCDay();
      if (weekday === 0 || weekday === 6) day += (weekday === 0 ? 1 : 2) * DAY;
      const slots: SlotPlan[] = [];
      const date: DatePlan = { id: ++this.counters.date, heldOn: day, slots };
      for (let no = 1; no <= this.scale.slotsPerDate; no++) {
        const startsAt = day + (8 * 60 + (no - 1) * 45 - utcOffset * 60) * MINUTE;
        slots.push({ date, no, startsAt, free: true });
      }
      dates.push(date);
    }
    return dates;
  }

  #application(applicant: number, dates: readonly DatePlan[]): ApplicationPlan {
    const random = this.#random;
    const id = ++this.counters.application;
    const receivedAt = Date.UTC(this.season.firstYear, 8, 1) + random.int(0, 27 * 24 * 3600) * 1000;
    const invitations: InvitationPlan[] = [];
    const interviews: InterviewPlan[] = [];
    const waitlists: { dateId: number; position: number }[] = [];
    if (random.chance(0.62)) this.#invite(id, invitations, interviews);
    if (interviews.length === 0 && random.chance(0.35)) {
      const date = random.pick(dates);
      const position = (this.#waiting.get(date.id) ?? 0) + 1;
      this.#waiting.set(date.id, position);
      waitlists.push({ dateId: date.id, position });
    }
    const messages = random.int(0, this.scale.messages * 2);
    const firstMessageId = this.counters.message + 1;
    this.counters.message += messages;
    const hasDocument = random.chance(1 / this.scale.documentEvery);
    return {
      id,
      applicant,
      receivedAt,
      messages,
      firstMessageId,
      hasDocument,
      invitations,
      interviews,
      waitlists,
    };
  }

  #invite(applicationId: number, invitations: InvitationPlan[], interviews: InterviewPlan[]): void {
    const random = this.#random;
    let sentAt =
      Date.UTC(this.season.firstYear, 9, 1, 14) +
      random.int(0, 40 * 24 * 60) * MINUTE +
      random.int(0, 59_999);
    let replaces: number | null = null;
    for (let attempt = 0; attempt < 3 && sentAt < seededUntil; attempt++) {
      const expiresAt = sentAt + 2 * DAY;
      const answer = sentAt + Math.floor(random.next() ** 3 * 2 * DAY) + 20_000;
      const roll = random.next();
      const id = ++this.counters.invitation;
      const answered = roll < 0.86 && answer < seededUntil;
      const status = this.#answer(roll, answered, expiresAt);
      const respondedAt = answered ? answer : null;
      invitations.push({ id, applicationId, replaces, status, sentAt, expiresAt, respondedAt });
      if (status === 'accepted') this.#book(id, answer, interviews);
      if (status !== 'expired') return;
      replaces = id;
      sentAt = expiresAt + random.int(1, 3 * 24 * 60) * MINUTE;
    }
  }

  #answer(roll: number, answered: boolean, expiresAt: number): InvitationStatus {
    if (!answered) return expiresAt < seededUntil ? 'expired' : 'pending';
    if (roll < 0.74) return 'accepted';
    return roll < 0.82 ? 'declined' : 'withdrawn';
  }

  /** Books a slot after `from`; about one in six is cancelled, most of those book another. */
  #book(invitationId: number, from: number, interviews: InterviewPlan[]): void {
    const random = this.#random;
    let scheduledAt = from;
    let rescheduledFrom: number | null = null;
    while (scheduledAt < seededUntil) {
      const slot = this.#takeSlot(scheduledAt + DAY);
      if (!slot) return;
      const id = ++this.counters.interview;
      const latest = Math.min(slot.startsAt, seededUntil);
      const cancelledAt = random.chance(1 / 6)
        ? scheduledAt + Math.floor(random.next() * (latest - scheduledAt))
        : null;
      const status = this.#outcome(slot, cancelledAt !== null);
      const evaluations = status === 'completed' ? this.#evaluations(slot) : [];
      interviews.push({
        id,
        invitationId,
        slot,
        status,
        scheduledAt,
        cancelledAt,
        rescheduledFrom,
        evaluations,
      });
      if (cancelledAt === null) return;
      this.#free.unshift(slot);
      slot.free = true;
      if (random.chance(0.2)) return;
      rescheduledFrom = id;
      scheduledAt = cancelledAt + 1000;
    }
  }

  /** Takes the first free slot that starts after `from`; the list is short or its end fits, so that this stays cheap. */
  #takeSlot(from: number): SlotPlan | null {
    for (let i = this.#free.length - 1; i >= 0; i--) {
      const slot = this.#free[i];
      if (!slot || slot.startsAt <= from) continue;
      this.#free.splice(i, 1);
      slot.free = false;
      return slot;
    }
    return null;
  }

  #outcome(slot: SlotPlan, cancelled: boolean): InterviewStatus {
    if (cancelled) return 'cancelled';
    if (slot.startsAt >= seededUntil) return 'scheduled';
    return this.#random.chance(0.04) ? 'no-show' : 'completed';
  }

  #evaluations(slot: SlotPlan): EvaluationPlan[] {
    const random = this.#random;
    const faculty = this.scale.facultyPerProgram;
    const count = random.int(0, Math.min(3, faculty));
    const first = random.int(0, faculty - 1);
    const evaluations: EvaluationPlan[] = [];
    for (let i = 0; i < count; i++) {
      const submittedAt = slot.startsAt + random.int(45, 5 * 24 * 60) * MINUTE;
      if (submittedAt >= seededUntil) continue;
      const facultyId = (this.programId - 1) * faculty + ((first + i) % faculty) + 1;
      evaluations.push({ facultyId, submittedAt });
    }
    return evaluations;
  }
}
