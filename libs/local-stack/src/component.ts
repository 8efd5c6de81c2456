/** One process the stack runs. */
export interface Component {
  readonly name: string;
  /** From 1; only the product's services have more than one. */
  readonly replica: number;
  readonly version: string;
  /** `host:port` where clients connect. */
  readonly address: string;
  readonly logFile: string;
  /** Names of components that must answer before this one starts. */
  readonly needs: readonly string[];
  /** Whether a stack is of no use without it; others may fail at first and are started again. */
  readonly essential: boolean;
  /**
   * Starts the process and resolves when it has answered a real request.
   *
   * @param signal aborted when the stack stops meanwhile
   */
  start(signal: AbortSignal): Promise<RunningComponent>;
}

/** How a process ended. */
export interface ExitStatus {
  readonly code: number | null;
  readonly signal: string | null;
}

/** A process that answers. */
export interface RunningComponent {
  readonly pid: number;
  /** Resolves when the process has ended, asked or not; never rejects. */
  readonly exited: Promise<ExitStatus>;
  /** Asks it to end, and ends it when it does not within its patience. */
  stop(): Promise<void>;
  /** SIGKILL, for tests of crashes. */
  kill(): Promise<void>;
}
