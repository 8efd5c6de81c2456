import type { PgCommand } from './pg-command.js';

/** Commands that travelled together, and how far PostgreSQL has come with them. */
export interface PgPipeline {
  readonly commands: readonly PgCommand[];
  at: number;
  readonly tags: string[];
  /** Texts sent to be parsed, in order, until PostgreSQL says that it has them. */
  readonly parsing: string[];
  parsed: number;
  error: Error | undefined;
  readonly resolve: (tags: string[]) => void;
  readonly reject: (error: Error) => void;
}
