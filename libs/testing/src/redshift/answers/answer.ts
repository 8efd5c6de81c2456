/** A value as the server writes it in text. */
export type Text = string | null;

/**
 * A question to Redshift with the answer its documentation gives, and the page of the developer guide it stands on. Never
 * what a server printed. One value stands for a single row of a single column.
 */
export type Answer = readonly [question: string, answer: Text | readonly (readonly Text[])[], source: string];

/** A statement that Redshift refuses: SQLSTATE, words of the message, page of the developer guide. */
export type Refusal = readonly [statement: string, sqlState: string, message: RegExp, source: string];

/** Questions that share tables. */
export interface AnswerGroup {
  readonly title: string;
  /** Run once, before the questions. */
  readonly setup?: readonly string[];
  readonly answers?: readonly Answer[];
  readonly refusals?: readonly Refusal[];
}

/** Runs one statement and returns its rows as text; rejects with the driver's error, which has `code` and `message`. */
export type Ask = (statement: string) => Promise<readonly (readonly Text[])[]>;
