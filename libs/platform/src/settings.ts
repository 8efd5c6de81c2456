import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import {
  describeProblems,
  environmentSchema,
  pipelineConfigSchema,
  PipelineError,
  Topics,
  type Environment,
  type PipelineConfig,
} from '@thalamus/contracts';

/** What a service needs to know: what to keep in step, and where things are. */
export interface Settings {
  readonly config: PipelineConfig;
  readonly env: Environment;
  readonly topics: Topics;
}

/**
 * Reads the environment and the pipeline.yaml it names.
 *
 * @throws {PipelineError} THAL-X001 with every problem of both, each with its place and rule
 */
export function loadSettings(variables: NodeJS.ProcessEnv = process.env): Settings {
  const env = environmentSchema.safeParse(variables);
  const path = variables['THALAMUS_CONFIG'] ?? 'pipeline.yaml';
  const config = readConfig(path);
  const problems = [
    ...(env.success ? [] : describeProblems(env.error).map((problem) => `environment ${problem}`)),
    ...(config.problems ?? []).map((problem) => `${path} ${problem}`),
  ];
  if (!env.success || config.value === undefined || problems.length > 0)
    throw new PipelineError('THAL-X001', `the configuration is wrong:\n  - ${problems.join('\n  - ')}`);
  const { value } = config;
  return { config: value, env: env.data, topics: new Topics(value.name, value.source.database) };
}

function readConfig(path: string): { value?: PipelineConfig; problems?: string[] } {
  let document: unknown;
  try {
    document = parse(readFileSync(path, 'utf8'));
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    return { problems: [`cannot be read: ${text}; set THALAMUS_CONFIG to the path of a pipeline.yaml`] };
  }
  const parsed = pipelineConfigSchema.safeParse(document ?? {});
  return parsed.success ? { value: parsed.data } : { problems: describeProblems(parsed.error) };
}
