import { readFile } from 'node:fs/promises';

/** Reports of the sample; each has a statement that asks the same of the source. */
export const reportNames = ['interview_fill_rate', 'applicant_funnel'] as const;
export type ReportName = (typeof reportNames)[number];

/** The report's question as one T-SQL statement on the source; columns as in reports.md, ordered by the report's key. */
export function readReportQuery(name: ReportName): Promise<string> {
  return readFile(new URL(`../../src/reports/${name}.sql`, import.meta.url), 'utf8');
}
