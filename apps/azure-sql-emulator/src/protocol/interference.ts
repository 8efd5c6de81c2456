import type { LoginRequest, SqlMessage } from '../engine.js';

/** Where a server may be told to misbehave, so that clients' recovery can be tested. */
export interface Interference {
  /** False: the TCP connection is closed as soon as it is made. */
  acceptsConnections(): boolean;
  /** Messages to refuse a login with. */
  refuseLogin(request: LoginRequest): readonly SqlMessage[] | undefined;
  /** Nothing is to happen to any request: the next two need not be asked. */
  readonly idle: boolean;
  /** Runs before each request; may wait; the returned error is sent instead of running it. */
  beforeRequest(text: string): Promise<SqlMessage | undefined>;
  /** Number of result rows after which the connection is torn down; undefined: never. */
  rowsBeforeReset(text: string): number | undefined;
}

/** Leaves everything alone. */
export const NO_INTERFERENCE: Interference = {
  acceptsConnections: () => true,
  refuseLogin: () => undefined,
  idle: true,
  beforeRequest: () => Promise.resolve(undefined),
  rowsBeforeReset: () => undefined,
};
