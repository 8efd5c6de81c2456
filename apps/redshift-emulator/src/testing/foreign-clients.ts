import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A driver of another language: how its agent is started, or why it cannot be here. */
export interface ForeignClient {
  readonly name: string;
  readonly command: readonly string[];
  /** Why it cannot be started; undefined when it can. */
  readonly missing: string | undefined;
}

const project = fileURLToPath(new URL('../../', import.meta.url));
const runtime = join(project, '..', '..', '.thalamus');
const NOT_SET_UP = 'npm run setup has not installed it';

/** The Python that has the drivers. */
export const python = join(runtime, 'venv-redshift-clients', 'bin', 'python');
/** Why it is not there; undefined when it is. */
export const pythonMissing = existsSync(python) ? undefined : NOT_SET_UP;

/** One of Python's drivers, by its module's name. */
export function pythonDriver(name: string): ForeignClient {
  return { name, command: [python, clientProgram('python', 'agent.py'), name], missing: pythonMissing };
}

/** Redshift's JDBC driver; the agent is run from its source, which needs a JDK. */
export function redshiftJdbc(): ForeignClient {
  const jars = join(runtime, 'jars', 'redshift-clients');
  const agent = clientProgram('java', 'Agent.java');
  return {
    name: 'redshift-jdbc',
    command: ['java', '-XX:TieredStopAtLevel=1', '-cp', join(jars, '*'), agent],
    missing: existsSync(jars) ? javaMissing() : NOT_SET_UP,
  };
}

function javaMissing(): string | undefined {
  const { status, stdout } = spawnSync('java', ['--list-modules'], { encoding: 'utf8' });
  if (status !== 0) return 'java is not installed';
  return stdout.includes('jdk.compiler') ? undefined : 'java has no compiler (a JRE, not a JDK)';
}

/** A program of `clients/`. */
export function clientProgram(language: string, file: string): string {
  return join(project, 'clients', language, file);
}
