import type { ComponentName } from './component-catalogue.js';
import type { OutsideServers, StackEndpoints } from './endpoints.js';
import type { StackPaths } from './stack-paths.js';

/** How a stack is started. */
export interface StackOptions {
  /** Directory of its data, logs and stack.json. One stack at a time may use it. */
  readonly dir: string;
  /** Default: all. */
  readonly components?: readonly ComponentName[];
  /** How many of a service run; default 1, loader 2. */
  readonly replicas?: Readonly<Partial<Record<ComponentName, number>>>;
  /** Give durability up, and remove the directory at stop. Default false. */
  readonly ephemeral?: boolean;
  /** Remove what an earlier stack left in this directory before starting. Default false. */
  readonly fresh?: boolean;
  /** The services' pipeline.yaml, absolute or from the clone's root; default the sample's. */
  readonly config?: string;
  /** Database the Azure SQL emulator makes at its first start; default the sample's. */
  readonly sourceDatabase?: string;
  /** Servers that run elsewhere, in place of the stack's own; leave their components out. */
  readonly servers?: OutsideServers;
  /** Environment added to every service. */
  readonly serviceEnv?: Readonly<Record<string, string>>;
  /** Ends a start that goes on; nothing is left running then. */
  readonly signal?: AbortSignal;
  /** Receives one line an event: started, answers, died, stopped. */
  readonly log?: (line: string) => void;
}

/** One replica of a component, to be handled by tests and operators. */
export interface StackService {
  start(): Promise<void>;
  stop(): Promise<void>;
  /** SIGKILL; stays down until started. */
  kill(): Promise<void>;
}

/** State of one replica as status shows it. */
export interface ServiceStatus {
  readonly name: string;
  readonly replica: number;
  readonly state: string;
  readonly pid?: number;
  readonly address: string;
  readonly version: string;
  readonly log: string;
  readonly problem?: string;
}

/** A running stack; it ends with this process, however that ends. */
export interface LocalStack extends AsyncDisposable {
  readonly paths: StackPaths;
  readonly endpoints: StackEndpoints;
  status(): ServiceStatus[];
  /** One replica; a service's higher replicas come into being when they are first named. */
  service(name: string, replica?: number): StackService;
  /** Ends everything within 10 s. May be called again. */
  stop(): Promise<void>;
  /** Resolves once the stack has been stopped, by `stop()` or by `npm run stack:down`. */
  readonly stopped: Promise<void>;
}
