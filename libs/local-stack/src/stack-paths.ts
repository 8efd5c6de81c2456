import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Root of the clone: this file lies in libs/local-stack/src or libs/local-stack/dist. */
export const cloneRoot = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..');

/** What the set-up installed, shared by every stack of this clone. */
export const installed = {
  kafkaJars: join(cloneRoot, '.thalamus', 'jars', 'kafka'),
  sparkJars: join(cloneRoot, '.thalamus', 'jars', 'spark'),
  python: join(cloneRoot, '.thalamus', 'venv', 'bin', 'python'),
  weed: join(cloneRoot, '.thalamus', 'venv', 'bin', 'weed'),
  node: join(cloneRoot, 'node_modules', '.bin', 'node'),
} as const;

/** Where `npm run stack:up` keeps its data. */
export const defaultStackDir = join(cloneRoot, '.thalamus');

/** The files of one stack. */
export interface StackPaths {
  readonly dir: string;
  readonly stateFile: string;
  readonly lockFile: string;
  readonly logsDir: string;
  readonly dataDir: string;
  dataOf(component: string): string;
  logOf(component: string, replica: number): string;
}

/** Derives every path of a stack from its directory. */
export function stackPaths(dir: string): StackPaths {
  const logsDir = join(dir, 'logs');
  const dataDir = join(dir, 'data');
  return {
    dir,
    stateFile: join(dir, 'stack.json'),
    lockFile: join(dir, 'stack.lock'),
    logsDir,
    dataDir,
    dataOf: (component) => join(dataDir, component),
    logOf: (component, replica) =>
      join(logsDir, replica === 1 ? `${component}.log` : `${component}-${replica}.log`),
  };
}
