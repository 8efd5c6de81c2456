import type { LoginRequest, SqlMessage } from './engine.js';
import type { Interference } from './protocol/interference.js';

/** What to do wrong with requests; `match` is a case-insensitive regular expression on their text. */
interface Occasion {
  readonly match?: string;
  /** How many times; default: until cleared. */
  readonly count?: number;
}

/** Answer with an error in place of running the request. */
export interface ErrorMood extends Occasion {
  readonly number: number;
  readonly severity?: number;
  readonly state?: number;
  readonly message?: string;
}

/** Body of `POST /moods`. Each key replaces what was set before; null or false clears it. */
export interface MoodRequest {
  /** Close TCP connections as soon as they are made. */
  readonly refuseConnections?: boolean;
  /** Refuse logins with these errors (4060, 40613 ...). */
  readonly refuseLogins?: ErrorMood | null;
  readonly errors?: readonly ErrorMood[] | null;
  /** Tear the connection down after so many rows of a result. */
  readonly resetAfterRows?: (Occasion & { readonly rows: number }) | null;
  /**
   * Sessions find themselves on a read-only replica: all of them, or those that logged in with ApplicationIntent=ReadOnly.
   * They read Updateability READ_ONLY, and their writes are refused with 3906.
   */
  readonly readOnly?: 'all' | 'intent' | null;
  /** Wait before each request. */
  readonly slow?: (Occasion & { readonly milliseconds: number }) | null;
}

const KNOWN = new Set(['refuseConnections', 'refuseLogins', 'errors', 'resetAfterRows', 'readOnly', 'slow']);

/** Severity and text of the errors that Azure SQL Database throttles and fails over with. */
const TEXTS: Readonly<Record<number, readonly [severity: number, state: number, text: string]>> = {
  1205: [
    13,
    51,
    'Transaction (Process ID 51) was deadlocked on lock resources with another process and has been chosen as the deadlock victim. Rerun the transaction.',
  ],
  1222: [16, 51, 'Lock request time out period exceeded.'],
  3960: [16, 2, 'Snapshot isolation transaction aborted due to update conflict.'],
  3961: [
    16,
    1,
    'Snapshot isolation transaction failed because an object accessed by the statement has been modified by a DDL statement in another concurrent transaction since the start of this transaction.',
  ],
  4060: [11, 1, 'Cannot open database requested by the login. The login failed.'],
  10928: [20, 1, 'Resource ID: 1. The request limit for the database is 200 and has been reached.'],
  10929: [20, 1, 'Resource ID: 1. The server is currently too busy to support requests greater than 200.'],
  40197: [
    17,
    1,
    'The service has encountered an error processing your request. Please try again. Error code 4221.',
  ],
  40501: [20, 1, 'The service is currently busy. Retry the request after 10 seconds. Code: 131075'],
  40613: [17, 1, 'Database is not currently available. Please retry the connection later.'],
  49918: [16, 1, 'Cannot process request. Not enough resources to process request.'],
  49919: [16, 1, 'Cannot process create or update request. Too many operations in progress.'],
  49920: [16, 1, 'Cannot process request. Too many operations in progress for the subscription.'],
};

function messageOf(mood: ErrorMood): SqlMessage {
  const [severity, state, text] = TEXTS[mood.number] ?? [
    16,
    1,
    `Error ${mood.number} was asked for by a test.`,
  ];
  return {
    number: mood.number,
    severity: mood.severity ?? severity,
    state: mood.state ?? state,
    message: mood.message ?? text,
    line: 1,
  };
}

/** One mood with its remaining number of times. */
class Armed<T extends Occasion> {
  private left: number;
  private readonly pattern: RegExp;

  constructor(readonly mood: T) {
    this.left = mood.count ?? Number.POSITIVE_INFINITY;
    this.pattern = new RegExp(mood.match ?? '', 'i');
  }

  /** Whether it strikes this time. */
  strikes(text: string): boolean {
    if (this.left <= 0 || !this.pattern.test(text)) return false;
    this.left--;
    return true;
  }
}

function arm<T extends Occasion>(mood: T | null | undefined): Armed<T> | undefined {
  return mood === null || mood === undefined ? undefined : new Armed(mood);
}

/** The faults that a server has been told to have. */
export class Moods implements Interference {
  /** Told when sessions are to find themselves on a read-only replica, or no longer. */
  onReadOnly: (replica: 'all' | 'intent' | undefined) => void = () => undefined;
  private request: MoodRequest = {};
  private unavailableUntilMs = 0;
  private logins: Armed<ErrorMood> | undefined;
  private errors: Armed<ErrorMood>[] = [];
  private reset: Armed<Occasion & { readonly rows: number }> | undefined;
  private slow: Armed<Occasion & { readonly milliseconds: number }> | undefined;

  /** What is set, as it was asked for. */
  get current(): MoodRequest {
    return this.request;
  }

  /**
   * Takes moods on.
   * @throws Error naming a mood that does not exist here
   */
  set(request: MoodRequest): void {
    const unknown = Object.keys(request).find((key) => !KNOWN.has(key));
    if (unknown !== undefined)
      throw new Error(
        `not supported by the emulator: mood '${unknown}'; there are ${[...KNOWN].join(', ')}.`,
      );
    const { readOnly } = request;
    if (readOnly !== undefined && readOnly !== null && readOnly !== 'all' && readOnly !== 'intent')
      throw new Error("mood 'readOnly' is 'all', 'intent' or null.");
    if ('refuseLogins' in request) this.logins = arm(request.refuseLogins);
    if ('errors' in request) this.errors = (request.errors ?? []).map((mood) => new Armed(mood));
    if ('resetAfterRows' in request) this.reset = arm(request.resetAfterRows);
    if ('slow' in request) this.slow = arm(request.slow);
    this.request = { ...this.request, ...request };
    if ('readOnly' in request) this.onReadOnly(request.readOnly ?? undefined);
  }

  /** A failover: logins are refused with 40613 for so long. */
  failOver(milliseconds: number): void {
    this.unavailableUntilMs = Date.now() + milliseconds;
  }

  acceptsConnections(): boolean {
    return this.request.refuseConnections !== true;
  }

  refuseLogin(login: LoginRequest): readonly SqlMessage[] | undefined {
    if (Date.now() < this.unavailableUntilMs) return [messageOf({ number: 40613 })];
    if (this.logins?.strikes(login.applicationName) !== true) return undefined;
    return [messageOf(this.logins.mood)];
  }

  get idle(): boolean {
    return this.errors.length === 0 && this.reset === undefined && this.slow === undefined;
  }

  async beforeRequest(text: string): Promise<SqlMessage | undefined> {
    if (this.slow?.strikes(text) === true) {
      const { milliseconds } = this.slow.mood;
      await new Promise((resolve) => setTimeout(resolve, milliseconds));
    }
    const struck = this.errors.find((error) => error.strikes(text));
    return struck === undefined ? undefined : messageOf(struck.mood);
  }

  rowsBeforeReset(text: string): number | undefined {
    return this.reset?.strikes(text) === true ? this.reset.mood.rows : undefined;
  }
}
