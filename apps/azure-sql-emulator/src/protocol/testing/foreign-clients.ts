import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A driver of another language: how its agent is started, or why it cannot be here. */
export interface ForeignClient {
  readonly name: string;
  readonly command: readonly string[];
  /** Undefined: it can be started. */
  readonly missing: string | undefined;
  /** Digits of a second that its own date types keep. */
  readonly fractionDigits: number;
  /** Its bulk load carries empty values and decimals of 38 digits; DB-Library's makes NULL of the former. */
  readonly bulkIsExact: boolean;
  /** Knows UTF-8 collations. */
  readonly readsUtf8: boolean;
}

const project = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..');
const clients = join(project, 'clients');
const runtime = join(project, '..', '..', '.thalamus');

/** Undefined when the command succeeds, else the end of what it said. */
function failure(
  command: string,
  args: readonly string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): string | undefined {
  const { status, stderr, error } = spawnSync(command, args, { encoding: 'utf8', ...options });
  if (error) return `${command} is not installed`;
  return status === 0 ? undefined : stderr.trim().split('\n').slice(-3).join(' ');
}

function fingerprint(folder: string): string {
  const hash = createHash('sha256');
  for (const name of readdirSync(folder).sort()) hash.update(name).update(readFileSync(join(folder, name)));
  return hash.digest('hex').slice(0, 16);
}

export function pymssql(): ForeignClient {
  const python = join(runtime, 'venv-clients', 'bin', 'python');
  return {
    name: 'pymssql',
    command: [python, join(clients, 'python', 'agent.py')],
    missing: existsSync(python) ? undefined : 'npm run setup has not installed it',
    fractionDigits: 6,
    readsUtf8: true,
    bulkIsExact: false,
  };
}

/** Compiled once for each state of its source; needs a JDK, which a machine with Maven usually has. */
export function mssqlJdbc(): ForeignClient {
  const folder = join(clients, 'java');
  const jars = join(runtime, 'jars', 'clients');
  const classes = join(runtime, 'clients', `java-${fingerprint(folder)}`);
  const missing = (): string | undefined => {
    if (!existsSync(jars)) return 'npm run setup has not installed it';
    if (existsSync(classes)) return undefined;
    if (failure('javac', ['-version']) !== undefined) return 'javac is not installed (a JDK)';
    const sources = readdirSync(folder).filter((name) => name.endsWith('.java'));
    const fresh = `${classes}.${process.pid}`;
    const problem = failure('javac', ['-cp', join(jars, '*'), '-d', fresh, ...sources], { cwd: folder });
    if (problem !== undefined) throw new Error(`the Java agent does not compile: ${problem}`);
    renameSync(fresh, classes);
    return undefined;
  };
  return {
    name: 'mssql-jdbc',
    command: ['java', '-XX:TieredStopAtLevel=1', '-cp', `${classes}${delimiter}${join(jars, '*')}`, 'Agent'],
    missing: missing(),
    fractionDigits: 7,
    readsUtf8: true,
    bulkIsExact: true,
  };
}

/** Built with the machine's own Go; its modules come through Go's ordinary proxy, checked against `go.sum`. */
export function goMssqldb(): ForeignClient {
  const folder = join(clients, 'go');
  const program = join(runtime, 'clients', `go-${fingerprint(folder)}`);
  const missing = (): string | undefined => {
    if (existsSync(program)) return undefined;
    const env = {
      ...process.env,
      GOMODCACHE: join(runtime, 'clients', 'go-modules'),
      GOCACHE: join(runtime, 'clients', 'go-cache'),
      GOFLAGS: '-mod=readonly -modcacherw',
      GOTOOLCHAIN: 'local',
    };
    mkdirSync(dirname(program), { recursive: true });
    const unavailable = failure('go', ['mod', 'download'], { cwd: folder, env });
    if (unavailable !== undefined) return unavailable;
    const problem = failure('go', ['build', '-o', program, '.'], { cwd: folder, env });
    if (problem !== undefined) throw new Error(`the Go agent does not build: ${problem}`);
    return undefined;
  };
  return {
    name: 'go-mssqldb',
    command: [program],
    missing: missing(),
    fractionDigits: 7,
    readsUtf8: false,
    bulkIsExact: true,
  };
}
