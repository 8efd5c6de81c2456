import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { ReportQuery } from './report-verifier.js';

/** Reads the questions in a folder: each `<report>.sql` holds one T-SQL statement. */
export function readReportQueries(folder: string): ReportQuery[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.sql'))
    .sort()
    .map((file) => ({ report: basename(file, '.sql'), sql: readFileSync(join(folder, file), 'utf8') }));
}

/** Where a pipeline keeps them: `reports` or `src/reports` beside its pipeline.yaml; undefined when it has none. */
export function reportFolderOf(configFile: string): string | undefined {
  return ['reports', 'src/reports']
    .map((folder) => join(dirname(configFile), folder))
    .find((folder) => existsSync(folder));
}
