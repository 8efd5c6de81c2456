import { Random } from './random.js';
import { seasons, seededUntil, type Scale } from './scale.js';
import { date, dateTime, optionalText } from './text.js';
import {
  applicantZones,
  firstNames,
  institutionNames,
  lastNames,
  middleNames,
  places,
  schools,
  sentences,
  specialties,
  titles,
  type Place,
} from './vocabulary.js';

/** A value as the literal writer takes it: texts, dates and decimals as strings. */
export type SampleValue = string | number | boolean | Uint8Array | null;
export type SampleRow = readonly SampleValue[];

const DAY = 86_400_000;
const EPOCH = Date.UTC(2024, 0, 1);

/** A moment between the sample's first day and the end of the seeded history. */
function updatedAt(random: Random): string {
  return dateTime(EPOCH + Math.floor(random.next() * (seededUntil - EPOCH)), 7, random.int(0, 9999));
}

export function institutionOfProgram(scale: Scale, programId: number): number {
  return ((programId - 1) % scale.institutions) + 1;
}

function placeOfInstitution(seed: number, institutionId: number): Place {
  return new Random(seed, 'place', institutionId).pick(places);
}

export function placeOfProgram(scale: Scale, seed: number, programId: number): Place {
  return placeOfInstitution(seed, institutionOfProgram(scale, programId));
}

function specialtyOfProgram(programId: number): number {
  return ((programId * 5) % specialties.length) + 1;
}

export function* institutionRows(scale: Scale, seed: number): Generator<SampleRow> {
  for (let id = 1; id <= scale.institutions; id++) {
    const random = new Random(seed, 'institution', id);
    const place = placeOfInstitution(seed, id);
    const parent = id > 3 && random.chance(0.4) ? random.int(1, 3) : null;
    const beds = random.chance(0.8) ? random.int(40, 2000) : null;
    const founded = random.chance(0.7)
      ? date(Date.UTC(random.int(1811, 2015), random.int(0, 11), random.int(1, 28)))
      : null;
    const name = `${place.city} ${random.pick(institutionNames)}${id > 20 ? ` ${id}` : ''}`;
    yield [
      id,
      parent,
      name,
      place.city,
      place.state,
      place.country,
      place.timeZone,
      random.chance(0.9) ? place.latitude : null,
      random.chance(0.9) ? place.longitude : null,
      beds,
      random.chance(0.9),
      founded,
      `${date(EPOCH + id * DAY)}T08:15:30.${random.pick(['000', '003', '007', '997'])}`,
      updatedAt(random),
    ];
  }
}

export function* specialtyRows(): Generator<SampleRow> {
  for (const [index, entry] of specialties.entries()) {
    const rate = index % 3 === 2 ? null : Math.fround(0.5 + index / 23);
    yield [index + 1, entry.code, entry.name, entry.parent, entry.years, rate];
  }
}

export function* programRows(scale: Scale, seed: number): Generator<SampleRow> {
  for (let id = 1; id <= scale.programs; id++) {
    const random = new Random(seed, 'program', id);
    const specialty = specialtyOfProgram(id);
    const entry = specialties[specialty - 1];
    const place = placeOfProgram(scale, seed, id);
    // One in three codes is shorter than its char(10): the blanks that fill it up are part of the value.
    const code = `14${String(id).padStart(id % 3 === 0 ? 7 : 8, '0')}`;
    yield [
      id,
      institutionOfProgram(scale, id),
      specialty,
      code,
      `${entry?.name ?? ''} – ${place.city} ${id}`,
      random.int(-5, 100),
      random.int(2, 40),
      random.decimal(55_000, 90_000, 4),
      random.chance(0.7) ? random.decimal(0, 99, 4) : null,
      random.chance(0.95),
      random.chance(0.6) ? `https://gme.example/programs/${id}?a=1&b='x'` : optionalText(random, ['n/a']),
      `${date(EPOCH + id * DAY)}T09:${String(id % 60).padStart(2, '0')}:00`,
      updatedAt(random),
    ];
  }
}

export function* seasonRows(): Generator<SampleRow> {
  for (const season of seasons) {
    const opens = season.id === 1 ? null : `${season.firstYear}-10-01T14:00:00`;
    yield [
      season.id,
      season.name,
      `${season.firstYear}-07-01`,
      `${season.firstYear + 1}-06-30`,
      opens,
      season.id === seasons.length,
    ];
  }
}

/** Ids are drawn from the seed and the position: any row can be referred to without having been generated. */
export function applicantId(seed: number, position: number): string {
  return new Random(seed, 'applicant-id', position).guid();
}

export function* applicantRows(scale: Scale, seed: number): Generator<SampleRow> {
  for (let i = 0; i < scale.applicants; i++) {
    const random = new Random(seed, 'applicant', i);
    const [zone] = random.pick(applicantZones);
    const middle = random.chance(0.4) ? null : random.pick(middleNames);
    const photoBytes = random.chance(0.03) ? random.int(20_000, 50_000) : random.int(100, 1500);
    const created = EPOCH + Math.floor(random.next() * 200 * DAY);
    yield [
      applicantId(seed, i),
      String(10_000_000 + i),
      random.pick(firstNames),
      middle,
      random.pick(lastNames),
      `applicant${i}@${random.pick(['mail.example', 'université.example', 'uni.example'])}`,
      optionalText(random, ['+1 (555) 010-0199', '+49 30 5550100', '0081-3-5550-0100']),
      random.pick(schools),
      random.chance(0.85)
        ? date(Date.UTC(random.int(2015, 2026), random.int(4, 6), random.int(1, 30)))
        : null,
      random.chance(0.9) ? random.chance(0.3) : null,
      random.chance(0.8) ? random.decimal(1, 4, 3) : null,
      zone,
      random.chance(0.5) ? `${String(random.int(6, 21)).padStart(2, '0')}:30:00` : null,
      random.chance(0.2)
        ? random.bytes(scale.applicants > 1000 ? Math.min(photoBytes, 1500) : photoBytes)
        : null,
      dateTime(created, 3),
      updatedAt(random),
    ];
  }
}

export function* facultyRows(scale: Scale, seed: number): Generator<SampleRow> {
  for (let programId = 1; programId <= scale.programs; programId++) {
    const first = (programId - 1) * scale.facultyPerProgram + 1;
    for (let id = first; id < first + scale.facultyPerProgram; id++) {
      const random = new Random(seed, 'faculty', id);
      yield [
        id,
        programId,
        id === first ? null : first,
        `${random.pick(firstNames)} ${random.pick(lastNames)}`,
        optionalText(random, titles),
        `faculty${id}@gme.example`,
        random.chance(0.8)
          ? date(Date.UTC(random.int(1985, 2025), random.int(0, 11), random.int(1, 28)))
          : null,
        random.chance(0.6) ? random.decimal(60, 400, 4) : null,
        random.decimal(0, 1, 2),
        random.chance(0.9),
        updatedAt(random),
      ];
    }
  }
}

/** A short remark that fits every nvarchar(200) of the sample. */
export function remark(random: Random): string | null {
  return optionalText(random, sentences);
}
