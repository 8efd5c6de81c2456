import type { LastLoads } from './last-loads.js';
import type { SessionContext } from './session-context.js';

/** Writes one statement of a session down for the system tables. */
export interface PastStatements {
  /** Waits for what ran before, when the statement reads about it. */
  ready(sql: string): Promise<void>;
  /** Records that the statement, which began when this was made, has ended. */
  record(sql: string, error: string | undefined): void;
}

/** To be made when the statement begins. */
export function pastStatements(context: SessionContext, lastLoads: LastLoads): PastStatements {
  const started = new Date();
  const { history } = context.server;
  lastLoads.latestId = undefined;
  return {
    ready: async (sql) => {
      if (history.isReadBy(sql)) await history.flush();
    },
    record: (text, error) => {
      const { userId, pid, database, label } = context;
      const id = lastLoads.latestId;
      history.record({ id, userId, pid, database, label, text, started, ended: new Date(), error });
    },
  };
}
