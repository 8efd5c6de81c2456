import type { KnownDifferences } from '../mark.js';
import { changeTrackingFacts, type FactId } from './change-tracking-facts.js';

/** A test of the suite and the facts it shows. */
export interface ConformanceRow {
  /** Title of the rows around it. */
  readonly group: string;
  readonly title: string;
  readonly facts: readonly FactId[];
  /** Why it is not run on this server. */
  readonly skipped?: string;
}

/** Registers the rows of one server, and remembers which facts they show. */
export class ConformanceRows {
  readonly all: ConformanceRow[] = [];
  private group = '';

  constructor(
    private readonly differences: KnownDifferences,
    private readonly isControlled: boolean,
  ) {}

  /** Rows that have their subject in common. */
  describe(title: string, body: () => void): void {
    this.group = title;
    describe(title, body);
  }

  /** A test inside the caller's `describe`. Its title ends with the marks of its facts and their numbers. */
  shows(facts: readonly FactId[], title: string, test: () => Promise<void> | void, timeoutMs?: number): void {
    this.register(facts, title, test, this.differences[title], timeoutMs);
  }

  /** A row that only a server with a control endpoint can be made to show. */
  provokes(facts: readonly FactId[], title: string, test: () => Promise<void>): void {
    const known = this.differences[title];
    const reason = this.isControlled ? known : 'no client can provoke it; the emulator is told to';
    this.register(facts, title, test, reason);
  }

  private register(
    facts: readonly FactId[],
    title: string,
    test: () => Promise<void> | void,
    skipped: string | undefined,
    timeoutMs?: number,
  ): void {
    const name = titleOf(facts, title);
    this.all.push({ group: this.group, title, facts, ...(skipped !== undefined && { skipped }) });
    if (skipped === undefined) it(name, async () => test(), timeoutMs);
    else it.skip(`${name} SKIPPED: ${skipped}`, async () => test());
  }
}

function titleOf(ids: readonly FactId[], title: string): string {
  const marks = new Set(ids.flatMap((id) => changeTrackingFacts[id].mark.split(', ')));
  return `${title} [${[...marks].join(', ')}] (${ids.join(', ')})`;
}
