import { join } from 'node:path';
import { readReportQueries, stackConnections, verifyPipeline, type Verification } from '@thalamus/cli';
import { cloneRoot } from '@thalamus/local-stack';
import type { PipelineUnderTest } from './pipeline-under-test.js';

export interface Expectation {
  /** How many tables there must be: an empty comparison is no proof. */
  readonly tables?: number;
  /** Reports to compare with their questions asked of the source. */
  readonly reports?: readonly string[];
}

/** Source and warehouse are the same at one change version, row for row; otherwise the failing keys are shown. */
export async function expectEqual(pipeline: PipelineUnderTest, expected: Expectation): Promise<Verification> {
  const folder = join(cloneRoot, 'samples', 'gme', 'src', 'reports');
  const wanted = expected.reports ?? [];
  const reports = readReportQueries(folder).filter(({ report }) => wanted.includes(report));
  const verification = await verifyPipeline({
    config: pipeline.config,
    ...stackConnections(pipeline.stack, pipeline.config),
    reports,
    waitMs: 90_000,
  });
  expect(verification.tables.filter((table) => !table.equal)).toEqual([]);
  expect(verification.reports.filter((report) => !report.equal)).toEqual([]);
  if (expected.tables !== undefined) expect(verification.tables).toHaveLength(expected.tables);
  expect(verification.reports.map(({ report }) => report).sort()).toEqual([...wanted].sort());
  if (expected.tables !== undefined)
    expect(verification.tables.reduce((sum, table) => sum + table.sourceRows, 0)).toBeGreaterThan(0);
  return verification;
}
