/** How much to generate. */
export interface Scale {
  readonly institutions: number;
  readonly programs: number;
  readonly applicants: number;
  readonly facultyPerProgram: number;
  /** For each program in each season. */
  readonly applications: number;
  readonly interviewDates: number;
  readonly slotsPerDate: number;
  readonly auditEntries: number;
  /** On average, for each application. */
  readonly messages: number;
  /** One application in so many has a document. */
  readonly documentEvery: number;
}

export const scaleNames = ['small', 'medium', 'large'] as const;
export type ScaleName = (typeof scaleNames)[number];

/** small ≈ 5 thousand rows, medium ≈ 500 thousand, large ≈ 10 million. */
export const scales: Readonly<Record<ScaleName, Scale>> = {
  small: {
    institutions: 6,
    programs: 8,
    applicants: 160,
    facultyPerProgram: 3,
    applications: 20,
    interviewDates: 3,
    slotsPerDate: 5,
    auditEntries: 24,
    messages: 4,
    documentEvery: 5,
  },
  medium: {
    institutions: 40,
    programs: 60,
    applicants: 12_000,
    facultyPerProgram: 6,
    applications: 260,
    interviewDates: 12,
    slotsPerDate: 10,
    auditEntries: 300,
    messages: 6,
    documentEvery: 10,
  },
  large: {
    institutions: 180,
    programs: 400,
    applicants: 120_000,
    facultyPerProgram: 8,
    applications: 500,
    interviewDates: 20,
    slotsPerDate: 12,
    auditEntries: 800,
    messages: 11,
    documentEvery: 10,
  },
};

export interface Season {
  readonly id: number;
  readonly name: string;
  readonly firstYear: number;
}

export const seasons: readonly Season[] = [
  { id: 1, name: '2024-2025', firstYear: 2024 },
  { id: 2, name: '2025-2026', firstYear: 2025 },
  { id: 3, name: '2026-2027', firstYear: 2026 },
];

/** The moment at which the seeded history ends: seasons 1 and 2 are over, season 3 is in full swing. */
export const seededUntil = Date.UTC(2026, 10, 20);
