import type { StackEndpoints } from './endpoints.js';
import type { StackPaths } from './stack-paths.js';
import type { StackState } from './stack-state.js';

/** What components are made from. */
export interface StackPlan {
  readonly paths: StackPaths;
  readonly state: StackState;
  /** Durability given up, data removed at stop. */
  readonly ephemeral: boolean;
  /** Path of the pipeline.yaml the services read. */
  readonly configFile: string;
  /** Added to every service's environment. */
  readonly serviceEnv: Readonly<Record<string, string>>;
  readonly endpoints: StackEndpoints;
  /** The port assigned to a name; an unknown name is a mistake in the caller. */
  readonly port: (name: string) => number;
}

/** `loader` and `loader-2`: names of ports and logs. */
export function replicaName(name: string, replica: number): string {
  return replica === 1 ? name : `${name}-${replica}`;
}
