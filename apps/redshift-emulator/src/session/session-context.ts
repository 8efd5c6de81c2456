import type { Isolation } from '../language/plan-statement.js';
import type { ObjectStores } from '../s3/object-stores.js';
import type { Storage } from '../storage/storage.js';
import type { CommitQueue } from './commit-queue.js';
import type { Moods } from './moods.js';
import type { QueryHistory } from './query-history.js';
import type { SerializationGraph } from './serialization-graph.js';

/** What all sessions share. */
export interface ServerContext {
  readonly storage: Storage;
  readonly stores: ObjectStores;
  readonly isolation: Isolation;
  readonly commits: CommitQueue;
  /** Under serializable isolation only. */
  readonly serialization: SerializationGraph | undefined;
  readonly moods: Moods;
  readonly history: QueryHistory;
  /** Where UNLOAD and COPY of Parquet keep their files meanwhile. */
  readonly temporaryDirectory: string;
  readonly log: (line: string) => void;
}

/** What is known of one session. */
export interface SessionContext {
  readonly server: ServerContext;
  readonly user: string;
  readonly userId: number;
  readonly database: string;
  readonly pid: number;
  /** What `query_group` is set to. */
  label: string;
  /** Aborted by a CancelRequest, or when the client leaves; renewed for each statement. */
  abort: AbortController;
}
