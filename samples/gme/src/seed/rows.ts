import type { TableName } from '../schema.js';
import {
  applicantRows,
  facultyRows,
  institutionRows,
  programRows,
  seasonRows,
  specialtyRows,
  type SampleRow,
} from './reference-rows.js';
import type { Scale } from './scale.js';
import * as unitRows from './unit-rows.js';
import { units } from './unit.js';

const reference: Partial<Record<TableName, (scale: Scale, seed: number) => Iterable<SampleRow>>> = {
  Institution: institutionRows,
  Specialty: specialtyRows,
  Program: programRows,
  CalendarSeason: seasonRows,
  Applicant: applicantRows,
  Faculty: facultyRows,
};

const byUnit: Partial<Record<TableName, unitRows.UnitRows>> = {
  Application: unitRows.applicationRows,
  InterviewDate: unitRows.interviewDateRows,
  InterviewSlot: unitRows.interviewSlotRows,
  Invitation: unitRows.invitationRows,
  Interview: unitRows.interviewRows,
  Waitlist: unitRows.waitlistRows,
  FacultyAvailability: unitRows.availabilityRows,
  Evaluation: unitRows.evaluationRows,
  Message: unitRows.messageRows,
  Document: unitRows.documentRows,
  AuditEntry: unitRows.auditEntryRows,
};

/**
 * The rows of one table, one at a time, values in the order of its columns. The same scale and seed give the same rows.
 * Only one program's season is in memory at any moment: tables that hang together are each generated from the same plan.
 */
export function* sampleRows(table: TableName, scale: Scale, seed: number): Generator<SampleRow> {
  const whole = reference[table];
  if (whole) {
    yield* whole(scale, seed);
    return;
  }
  const part = byUnit[table];
  if (!part) throw new TypeError(`no generator for table ${table}`);
  for (const unit of units(scale, seed)) yield* part(unit, scale, seed);
}
