import type { Mark } from '../../mark.js';

/** One behaviour of change tracking that the product relies on, or that a client has to know. */
export interface Fact {
  readonly mark: Mark;
  /** What holds, in a sentence. */
  readonly says: string;
  /** A specification elsewhere in the repository that shows it: what the product does about a behaviour is tested there. */
  readonly elsewhere?: { readonly file: string; readonly title: string };
  /** Why no test shows it. */
  readonly notTested?: string;
}

/** A fact for which the suite must have a row. */
export const fact = (mark: Mark, says: string): Fact => ({ mark, says });

/** A fact that another specification shows: its file, from the root of the repository, and a test's title there. */
export const shownIn = (mark: Mark, says: string, file: string, title: string): Fact => ({
  mark,
  says,
  elsewhere: { file, title },
});

/** A fact that nothing here can show. */
export const notTested = (mark: Mark, says: string, reason: string): Fact => ({
  mark,
  says,
  notTested: reason,
});
