import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { sampleTables, type TableName } from '../schema.js';
import type { SampleRow, SampleValue } from './reference-rows.js';
import { sampleRows } from './rows.js';
import { scales } from './scale.js';

const scale = scales.small;
const rowsOf = (table: TableName, seed = 1): SampleRow[] => [...sampleRows(table, scale, seed)];

/** Rows as objects, for reading. */
function records(table: TableName, seed = 1): Record<string, SampleValue>[] {
  const columns = sampleTables.find(({ name }) => name === table)?.columns ?? [];
  return rowsOf(table, seed).map((row) =>
    Object.fromEntries(columns.map(({ name }, i) => [name, row[i] ?? null])),
  );
}

function digest(seed: number): string {
  const hash = createHash('sha256');
  for (const { name } of sampleTables)
    for (const row of sampleRows(name, scale, seed)) hash.update(JSON.stringify(row));
  return hash.digest('hex');
}

describe('the seeded rows', () => {
  it('are the same for the same seed and others for another', () => {
    expect(digest(7)).toBe(digest(7));
    expect(digest(7)).not.toBe(digest(8));
  });

  it('number about five thousand at scale small, messages being the most', () => {
    const counts = new Map(sampleTables.map(({ name }) => [name, rowsOf(name).length]));
    const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
    expect(total).toBeGreaterThan(4000);
    expect(total).toBeLessThan(6500);
    expect(Math.max(...counts.values())).toBe(counts.get('Message'));
    expect(Math.min(...counts.values())).toBeGreaterThan(0);
  });

  it('have one value for every column of schema.sql that can be written', () => {
    const script = readFileSync(new URL('../../schema.sql', import.meta.url), 'utf8');
    for (const { name, columns } of sampleTables) {
      const body = new RegExp(`create table dbo\\.${name} \\(([\\s\\S]*?)\\n\\);`).exec(script)?.[1] ?? '';
      const declared = [
        ...body.matchAll(
          /^ {2}\[?(\w+)\]? (?!as \(|.*rowversion)(\w+(?:\([\w, ]+\))?)(?= (?:not )?null| identity)/gm,
        ),
      ]
        .filter(([, column]) => column !== 'constraint')
        .map(([, column, type]) => `${column} ${type}`);
      expect([name, ...columns.map((column) => `${column.name} ${column.type}`)]).toEqual([
        name,
        ...declared,
      ]);
      for (const row of rowsOf(name)) expect(row).toHaveLength(columns.length);
    }
  });

  it('have unique keys', () => {
    const keys: Record<TableName, number> = {
      Institution: 1,
      Specialty: 1,
      Program: 1,
      CalendarSeason: 1,
      Applicant: 1,
      Faculty: 1,
      Application: 1,
      InterviewDate: 1,
      InterviewSlot: 2,
      Invitation: 1,
      Interview: 1,
      Waitlist: 2,
      FacultyAvailability: 2,
      Evaluation: 2,
      Message: 1,
      Document: 1,
      AuditEntry: 2,
    };
    for (const { name } of sampleTables) {
      const seen = rowsOf(name).map((row) => JSON.stringify(row.slice(0, keys[name])));
      expect([name, new Set(seen).size]).toEqual([name, seen.length]);
    }
  });

  it('point to rows that exist and, within a table, to earlier ones', () => {
    const ids = (table: TableName): Set<unknown> => new Set(rowsOf(table).map((row) => row[0]));
    const references: [TableName, string, TableName][] = [
      ['Program', 'InstitutionId', 'Institution'],
      ['Program', 'SpecialtyId', 'Specialty'],
      ['Faculty', 'ProgramId', 'Program'],
      ['Application', 'ApplicantId', 'Applicant'],
      ['Application', 'ProgramId', 'Program'],
      ['Application', 'ReviewedByFacultyId', 'Faculty'],
      ['InterviewSlot', 'InterviewDateId', 'InterviewDate'],
      ['InterviewSlot', 'HostFacultyId', 'Faculty'],
      ['Invitation', 'ApplicationId', 'Application'],
      ['Interview', 'InvitationId', 'Invitation'],
      ['Waitlist', 'ApplicationId', 'Application'],
      ['Evaluation', 'InterviewId', 'Interview'],
      ['Evaluation', 'FacultyId', 'Faculty'],
      ['Message', 'ApplicationId', 'Application'],
      ['Document', 'ApplicationId', 'Application'],
      ['AuditEntry', 'ProgramId', 'Program'],
    ];
    for (const [table, column, parent] of references) {
      const parents = ids(parent);
      const orphans = records(table).filter((row) => row[column] !== null && !parents.has(row[column]));
      expect([table, column, orphans]).toEqual([table, column, []]);
    }
    const selves: [TableName, string, string][] = [
      ['Institution', 'InstitutionId', 'ParentInstitutionId'],
      ['Faculty', 'FacultyId', 'ManagerFacultyId'],
      ['Invitation', 'InvitationId', 'ReplacesInvitationId'],
      ['Interview', 'InterviewId', 'RescheduledFromInterviewId'],
      ['Message', 'MessageId', 'ReplyToMessageId'],
    ];
    for (const [table, id, self] of selves) {
      const linked = records(table).filter((row) => row[self] !== null);
      expect(linked.length).toBeGreaterThan(0);
      expect(linked.filter((row) => Number(row[self]) >= Number(row[id]))).toEqual([]);
    }
  });

  const slotKey = (row: Record<string, SampleValue>): string =>
    JSON.stringify([row['InterviewDateId'], row['SlotNo']]);

  it('never book a slot twice, and only slots of the application’s own program and season', () => {
    const invitations = new Map(records('Invitation').map((row) => [row['InvitationId'], row]));
    const applications = new Map(records('Application').map((row) => [row['ApplicationId'], row]));
    const dates = new Map(records('InterviewDate').map((row) => [row['InterviewDateId'], row]));
    const slots = new Map(records('InterviewSlot').map((row) => [slotKey(row), row]));
    const taken = new Set<string>();
    for (const interview of records('Interview')) {
      const slot = slotKey(interview);
      const application = applications.get(
        invitations.get(interview['InvitationId'] ?? null)?.['ApplicationId'] ?? null,
      );
      const day = dates.get(interview['InterviewDateId'] ?? null);
      expect([day?.['ProgramId'], day?.['CalendarSeasonId']]).toEqual([
        application?.['ProgramId'],
        application?.['CalendarSeasonId'],
      ]);
      expect(String(interview['ScheduledAt']) < String(slots.get(slot)?.['StartsAt'])).toBe(true);
      if (interview['Status'] === 'cancelled') continue;
      expect(taken.has(slot)).toBe(false);
      taken.add(slot);
      expect(slots.get(slot)?.['IsOpen']).toBe(false);
    }
    expect(taken.size).toBeGreaterThan(50);
  });

  it('hold NULLs beside empty texts, long texts, emoji and every interview status', () => {
    const middle = records('Applicant').map((row) => row['MiddleName']);
    expect(middle).toEqual(expect.arrayContaining([null, '']));
    const bodies = records('Message')
      .concat(records('Application'))
      .map((row) => String(row['Body'] ?? row['PersonalStatement'] ?? ''));
    expect(bodies.some((body) => Buffer.byteLength(body) > 40_000)).toBe(true);
    expect(bodies.some((body) => /\p{Extended_Pictographic}/u.test(body))).toBe(true);
    const statuses = new Set(records('Interview').map((row) => row['Status']));
    expect([...statuses].sort()).toEqual(['cancelled', 'completed', 'no-show', 'scheduled']);
    expect(records('Document').some((row) => row['Content'] instanceof Uint8Array)).toBe(true);
  });
});
