import { setTimeout as sleep } from 'node:timers/promises';
import type { ConnectionPool } from 'mssql';
import { Random } from '../seed/random.js';
import { correspond, deleteMessage, readMessage } from './correspondence.js';
import { answerInvitation, cancel, invite, inviteAndBook, reopenSlots, reschedule } from './scheduling.js';
import { inTransaction, isConflict, NothingToDo } from './session.js';
import {
  conductInterview,
  joinWaitlist,
  leaveWaitlist,
  moveOnWaitlist,
  refileDocument,
  reviseEvaluation,
  updateApplicant,
} from './upkeep.js';
import { readWorld, type Scene, type World } from './world.js';

const operations = {
  correspond: { weight: 40, run: correspond },
  readMessage: { weight: 6, run: readMessage },
  deleteMessage: { weight: 3, run: deleteMessage },
  invite: { weight: 8, run: invite },
  inviteAndBook: { weight: 5, run: inviteAndBook },
  answerInvitation: { weight: 10, run: answerInvitation },
  cancel: { weight: 5, run: cancel },
  reschedule: { weight: 5, run: reschedule },
  reopenSlots: { weight: 3, run: reopenSlots },
  conductInterview: { weight: 4, run: conductInterview },
  reviseEvaluation: { weight: 3, run: reviseEvaluation },
  updateApplicant: { weight: 3, run: updateApplicant },
  joinWaitlist: { weight: 2, run: joinWaitlist },
  moveOnWaitlist: { weight: 2, run: moveOnWaitlist },
  leaveWaitlist: { weight: 1, run: leaveWaitlist },
  refileDocument: { weight: 1, run: refileDocument },
} satisfies Record<string, { weight: number; run: (scene: Scene) => Promise<void> }>;

export type OperationKind = keyof typeof operations;
export const operationKinds = Object.keys(operations) as OperationKind[];

export interface OperationReport {
  readonly kind: OperationKind;
  /** `skipped`: there was nothing to do, or another session was faster; nothing was changed. */
  readonly outcome: 'done' | 'skipped' | 'failed';
  readonly changedRows: number;
  /** Transactions begun for it: more than one after conflicts. */
  readonly attempts: number;
  readonly durationMs: number;
  readonly error?: unknown;
}

export interface TrafficOptions {
  /** The seeded sample. Needs at least `connections` connections. */
  readonly pool: ConnectionPool;
  /** Operations (transactions) begun in a second. */
  readonly ratePerSecond: number;
  /** Draws the sequence of operations. Default 1. */
  readonly seed?: number;
  /** Stops the simulator: operations under way are finished first. */
  readonly signal: AbortSignal;
  readonly onOperation?: (report: OperationReport) => void;
  /** Default 4. */
  readonly connections?: number;
}

export interface TrafficSummary {
  readonly done: number;
  readonly skipped: number;
  readonly failed: number;
  readonly changedRows: number;
  readonly conflicts: number;
}

/** Conflicts of one operation before it is given up. */
const MAX_ATTEMPTS = 12;
/** Failures in a row (server gone, schema missing) before the simulator gives up. */
const MAX_FAILURES = 40;

/**
 * Works on the sample like its users until the signal aborts. In every committed state each interview has its invitation
 * and no slot holds two scheduled interviews.
 * @throws the last error after 40 failures in a row, or when the sample is not seeded
 */
export async function runTraffic(options: TrafficOptions): Promise<TrafficSummary> {
  const world = await readWorld(options.pool);
  const pace = new Pace(options.ratePerSecond);
  const summary = { done: 0, skipped: 0, failed: 0, changedRows: 0, conflicts: 0 };
  let failuresInARow = 0;
  const lane = async (number: number): Promise<void> => {
    const random = new Random(options.seed ?? 1, 'traffic', number);
    while (await pace.next(options.signal)) {
      const report = await perform(options.pool, world, random);
      summary[report.outcome] += 1;
      summary.changedRows += report.changedRows;
      summary.conflicts += report.attempts - 1;
      options.onOperation?.(report);
      failuresInARow = report.outcome === 'failed' ? failuresInARow + 1 : 0;
      if (failuresInARow >= MAX_FAILURES) throw report.error;
    }
  };
  await Promise.all(Array.from({ length: options.connections ?? 4 }, (_, number) => lane(number)));
  return summary;
}

/** Draws an operation by weight. */
export function drawOperation(random: Random): OperationKind {
  let roll = random.next() * operationKinds.reduce((sum, kind) => sum + operations[kind].weight, 0);
  for (const kind of operationKinds) {
    roll -= operations[kind].weight;
    if (roll < 0) return kind;
  }
  return 'correspond';
}

async function perform(pool: ConnectionPool, world: World, random: Random): Promise<OperationReport> {
  const kind = drawOperation(random);
  const started = performance.now();
  for (let attempts = 1; ; attempts++) {
    const report = { kind, attempts, changedRows: 0 };
    try {
      const changedRows = await inTransaction(pool, (session) =>
        operations[kind].run({ session, random, world }),
      );
      return { ...report, changedRows, outcome: 'done', durationMs: performance.now() - started };
    } catch (error) {
      const durationMs = performance.now() - started;
      if (error instanceof NothingToDo) return { ...report, outcome: 'skipped', durationMs };
      if (!isConflict(error) || attempts >= MAX_ATTEMPTS)
        return { ...report, outcome: 'failed', durationMs, error };
      await sleep(random.int(1, 20 * attempts));
    }
  }
}

/** Hands out start times at an even rate. When the server cannot keep up, the lost time is not made up for in a burst. */
class Pace {
  #due = performance.now();

  constructor(private readonly ratePerSecond: number) {}

  /** Resolves when the next operation is due: true, or false once the signal has aborted. */
  async next(signal: AbortSignal): Promise<boolean> {
    const now = performance.now();
    const due = Math.max(this.#due, now - 250);
    this.#due = due + 1000 / this.ratePerSecond;
    if (due > now && !signal.aborted) {
      await sleep(due - now, undefined, { signal }).catch((error: unknown) => {
        if (!signal.aborted) throw error;
      });
    }
    return !signal.aborted;
  }
}
