import type { ClientSink } from './backend-answers.js';
import type { Backend } from './backend.js';
import type { LastLoads } from './last-loads.js';
import type { SessionContext } from './session-context.js';

/** What a COPY or UNLOAD works with. */
export interface TransferContext {
  readonly backend: Backend;
  readonly client: ClientSink;
  readonly session: SessionContext;
  readonly lastLoads: LastLoads;
  readonly signal: AbortSignal;
}
