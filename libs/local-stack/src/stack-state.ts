import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { StackError } from './local-stack.errors.js';
import type { StackPaths } from './stack-paths.js';

/** Secrets of one stack, made once. */
export interface StackSecrets {
  readonly postgres: string;
  readonly source: string;
  readonly warehouse: string;
  readonly s3AccessKey: string;
  readonly s3SecretKey: string;
  /** Of the control endpoint. */
  readonly control: string;
}

/** Where a running supervisor can be spoken to. */
export interface ControlAddress {
  /** As of `processIdentity`. */
  readonly process: string;
  readonly port: number;
}

/** Content of stack.json: what a stack remembers between runs, readable by its owner only. */
export interface StackState {
  readonly ports: Record<string, number>;
  readonly secrets: StackSecrets;
  /** Kafka's cluster id. */
  readonly clusterId: string;
  readonly control?: ControlAddress;
}

/** Letters and digits only, with one of each kind: good for connection URLs, shells and password rules alike. */
function newPassword(): string {
  return `T1a${randomBytes(18).toString('base64').replaceAll(/[+/=]/g, 'x')}`;
}

/** 16 random bytes as Kafka writes them. One that began with `-` would be read as an option by its tools. */
function newClusterId(): string {
  const id = randomBytes(16).toString('base64url');
  return id.startsWith('-') ? newClusterId() : id;
}

function newState(): StackState {
  return {
    ports: {},
    secrets: {
      postgres: newPassword(),
      source: newPassword(),
      warehouse: newPassword(),
      s3AccessKey: `THAL${randomBytes(8).toString('hex').toUpperCase()}`,
      s3SecretKey: newPassword(),
      control: newPassword(),
    },
    clusterId: newClusterId(),
  };
}

/** Reads stack.json, or undefined when this directory has never held a stack. */
export function readState(paths: StackPaths): StackState | undefined {
  if (!existsSync(paths.stateFile)) return undefined;
  try {
    return JSON.parse(readFileSync(paths.stateFile, 'utf8')) as StackState;
  } catch (cause) {
    throw new StackError(
      `${paths.stateFile} cannot be read; remove it together with ${paths.dataDir} to begin anew.`,
      {
        cause,
      },
    );
  }
}

/** Reads stack.json, or makes the first. */
export function readOrMakeState(paths: StackPaths): StackState {
  const known = readState(paths);
  if (known !== undefined) return known;
  const made = newState();
  writeState(paths, made);
  return made;
}

/** Replaces stack.json at once, so that no reader sees half of it. */
export function writeState(paths: StackPaths, state: StackState): void {
  mkdirSync(paths.dir, { recursive: true });
  const temporary = `${paths.stateFile}.${process.pid}`;
  writeFileSync(temporary, `${JSON.stringify(state, undefined, 2)}\n`, { mode: 0o600 });
  renameSync(temporary, paths.stateFile);
}
