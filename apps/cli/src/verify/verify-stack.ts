import { join } from 'node:path';
import type { PipelineConfig } from '@thalamus/contracts';
import { cloneRoot, type StackEndpoints } from '@thalamus/local-stack';
import { readReportQueries } from './report-queries.js';
import { closingLine, reportLines, tableHeading, tableLines } from './verification-lines.js';
import { NotCaughtUpError, verifyPipeline, type VerifyOptions } from './verify-pipeline.js';

/** The part of a local stack that verification needs. */
export interface VerifiableStack {
  readonly endpoints: Pick<StackEndpoints, 'source' | 'warehouse'>;
}

export interface VerifyStackOptions {
  readonly stack: VerifiableStack;
  readonly config: PipelineConfig;
  readonly onLine: (line: string) => void;
  /** Folder of the reports' questions; the sample's when the pipeline is the sample's. */
  readonly reports?: string;
  readonly waitMs?: number;
}

/** Connections of a local stack, for {@link verifyPipeline}. */
export function stackConnections(
  { endpoints }: VerifiableStack,
  config: PipelineConfig,
): Pick<VerifyOptions, 'source' | 'warehouse'> {
  const { source, warehouse } = endpoints;
  return {
    source: { ...source, database: config.source.database, trustCertificate: true },
    warehouse: { ...warehouse, applicationName: 'thalamus-verify' },
  };
}

/** Verifies a pipeline on a local stack and tells the result line by line. Resolves to whether all is equal. */
export async function verifyStack(options: VerifyStackOptions): Promise<boolean> {
  const { config, onLine } = options;
  const sample = config.name === 'gme' ? join(cloneRoot, 'samples', 'gme', 'src', 'reports') : undefined;
  const folder = options.reports ?? sample;
  const tell = (lines: readonly string[]): void => lines.forEach(onLine);
  onLine(tableHeading);
  try {
    const verification = await verifyPipeline({
      config,
      ...stackConnections(options.stack, config),
      reports: folder === undefined ? [] : readReportQueries(folder),
      ...(options.waitMs === undefined ? {} : { waitMs: options.waitMs }),
      onTable: (table) => tell(tableLines(table)),
      onReport: (report) => tell(reportLines(report)),
    });
    onLine(closingLine(verification));
    return verification.equal;
  } catch (error) {
    if (!(error instanceof NotCaughtUpError)) throw error;
    onLine(`NOT COMPARED: ${error.message}`);
    return false;
  }
}
