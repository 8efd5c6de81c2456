import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { parse } from 'yaml';
import {
  describeProblems,
  environmentSchema,
  pipelineConfigSchema,
  type PipelineConfig,
} from '@thalamus/contracts';
import { cloneRoot, findStack, defaultStackDir } from '@thalamus/local-stack';
import { readReportQueries, reportFolderOf } from './report-queries.js';
import { closingLine, reportLines, tableHeading, tableLines } from './verification-lines.js';
import { NotCaughtUpError, verifyPipeline, type VerifyOptions } from './verify-pipeline.js';
import { stackConnections } from './verify-stack.js';

interface VerifyFlags {
  readonly config: string;
  readonly wait: number;
  readonly keys: number;
  readonly reports?: string | false;
  readonly stack: string;
  readonly json: boolean;
}

const seconds = (text: string): number => {
  const value = Number(text);
  if (!Number.isFinite(value) || value < 0) throw new InvalidArgumentError('a number, 0 or more');
  return value;
};

/** `thalamus verify`: exit code 0 when the warehouse equals its source, 1 when not, 2 for a wrong configuration. */
export function verifyCommand(): Command {
  return new Command('verify')
    .description('compare the warehouse with its source, row for row, and the reports with their questions')
    .addOption(
      new Option('--config <file>', 'pipeline.yaml')
        .env('THALAMUS_CONFIG')
        .default(join(cloneRoot, 'samples', 'gme', 'pipeline.yaml'), "the sample's"),
    )
    .option('--wait <seconds>', 'how long the warehouse may take to come to where the source is', seconds, 60)
    .option('--keys <n>', 'differing rows shown of each table', seconds, 20)
    .option(
      '--reports <folder>',
      'folder of <report>.sql, T-SQL for the source (default: reports beside the config)',
    )
    .option('--no-reports', 'compare tables only')
    .option(
      '--stack <folder>',
      'running local stack to verify, when THALAMUS_SOURCE_HOST is not set',
      defaultStackDir,
    )
    .option('--json', 'print the result as JSON', false)
    .action(async (flags: VerifyFlags) => {
      process.exitCode = await verify(flags);
    });
}

async function verify(flags: VerifyFlags): Promise<number> {
  const config = readConfig(flags.config);
  if (!config) return 2;
  const folder = flags.reports === false ? undefined : (flags.reports ?? reportFolderOf(flags.config));
  const tell = (lines: readonly string[]): void => {
    if (!flags.json) process.stdout.write(lines.map((line) => `${line}\n`).join(''));
  };
  try {
    const connections = await connectionsOf(flags, config);
    tell([tableHeading]);
    const verification = await verifyPipeline({
      config,
      ...connections,
      reports: folder === undefined ? [] : readReportQueries(folder),
      waitMs: flags.wait * 1000,
      differencesShown: flags.keys,
      onTable: (table) => tell(tableLines(table)),
      onReport: (report) => tell(reportLines(report)),
    });
    tell([closingLine(verification)]);
    if (flags.json) process.stdout.write(`${JSON.stringify(verification, undefined, 2)}\n`);
    return verification.equal ? 0 : 1;
  } catch (error) {
    if (!(error instanceof NotCaughtUpError)) throw error;
    if (flags.json) process.stdout.write(`${JSON.stringify({ equal: false, problem: error.message })}\n`);
    process.stderr.write(`not compared: ${error.message}\n`);
    return 1;
  }
}

/** What the environment says, or where the running local stack is. */
async function connectionsOf(
  flags: VerifyFlags,
  config: PipelineConfig,
): Promise<Pick<VerifyOptions, 'source' | 'warehouse'>> {
  if (process.env['THALAMUS_SOURCE_HOST'] === undefined) {
    const stack = findStack(flags.stack);
    if (!stack)
      throw new Error(
        `no stack runs in ${flags.stack}: npm run stack:up, or set THALAMUS_SOURCE_HOST and its like`,
      );
    return stackConnections(await stack.describe(), config);
  }
  const env = environmentSchema.parse(process.env);
  return {
    source: {
      host: env.THALAMUS_SOURCE_HOST,
      port: env.THALAMUS_SOURCE_PORT,
      database: config.source.database,
      user: env.THALAMUS_SOURCE_USER,
      password: env.THALAMUS_SOURCE_PASSWORD,
      encrypt: env.THALAMUS_SOURCE_ENCRYPT,
      trustCertificate: env.THALAMUS_SOURCE_TRUST_CERTIFICATE,
    },
    warehouse: {
      host: env.THALAMUS_WAREHOUSE_HOST,
      port: env.THALAMUS_WAREHOUSE_PORT,
      database: env.THALAMUS_WAREHOUSE_DATABASE,
      user: env.THALAMUS_WAREHOUSE_USER,
      password: env.THALAMUS_WAREHOUSE_PASSWORD,
      ssl: env.THALAMUS_WAREHOUSE_SSL,
      applicationName: 'thalamus-verify',
    },
  };
}

function readConfig(file: string): PipelineConfig | undefined {
  const parsed = pipelineConfigSchema.safeParse(parse(readFileSync(file, 'utf8')) ?? {});
  if (parsed.success) return parsed.data;
  process.stderr.write(
    `${file} is wrong:\n${describeProblems(parsed.error)
      .map((problem) => `  - ${problem}\n`)
      .join('')}`,
  );
  return undefined;
}
