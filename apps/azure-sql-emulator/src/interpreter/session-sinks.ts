import type { ResultSink } from '../engine.js';

/** The answer to a request of a session that was thrown out; the severity closes its connection. */
export const refuseKilled = (sink: ResultSink): void => {
  sink.message({
    number: 596,
    severity: 21,
    state: 1,
    message: 'Cannot continue the execution because the session is in the kill state.',
    line: 1,
  });
  sink.done({ command: 'other', failed: true });
};

const nothing = (): void => undefined;
/** For what a session does without being asked. */
export const silentSink: ResultSink = {
  columns: nothing,
  rows: () => true,
  drained: () => Promise.resolve(),
  message: nothing,
  done: nothing,
  returnValue: nothing,
  returnStatus: nothing,
  transactionBegan: nothing,
  transactionEnded: nothing,
  databaseChanged: nothing,
};
