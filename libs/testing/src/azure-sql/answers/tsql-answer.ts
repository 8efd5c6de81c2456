/**
 * A value of a result in plain form: integers up to 32 bits and floats as numbers, bit as boolean; bigint, decimal and money as
 * their decimal text with every digit of their scale (money: four); character data as text; dates and times as
 * `2024-02-29`, `13:05:06.123`, `2024-02-29 13:05:06.123`, with as many digits as the type has, an offset as ` +02:00`;
 * uniqueidentifier in upper case; binary as `0x0AFF`.
 */
export type AnswerValue = string | number | boolean | null;

/** A question to SQL Server with the answer its documentation gives; never what a server printed. */
export interface TSqlAnswer {
  /** One batch. */
  readonly ask: string;
  /**
   * The rows of the batch's last result, in order; or the number (and line) of its first error; or what it prints; or, for
   * what the emulator does not build, the construct its refusal names (a real server is not asked such a question).
   */
  readonly answer:
    | readonly (readonly AnswerValue[])[]
    | { readonly error: number; readonly line?: number | undefined }
    | { readonly prints: readonly string[] }
    | { readonly refused: string };
  /** Types of the columns as T-SQL spells them: `decimal(7,6)` for both decimal and numeric, `nvarchar(max)`, `datetime2(3)`. */
  readonly types?: readonly string[] | undefined;
  /** Page of Microsoft Learn, or section of one of this project's reference pages. */
  readonly source: string;
}

/** Questions of one subject. */
export interface TSqlAnswerGroup {
  readonly title: string;
  readonly answers: readonly TSqlAnswer[];
}

type Sourceless = Omit<TSqlAnswer, 'source'>;

/** One row of one column. */
export const one = (ask: string, value: AnswerValue, type?: string): Sourceless => ({
  ask,
  answer: [[value]],
  types: type === undefined ? undefined : [type],
});

/** One row. */
export const row = (ask: string, values: readonly AnswerValue[], types?: readonly string[]): Sourceless => ({
  ask,
  answer: [values],
  types,
});

/** Any number of rows, in order. */
export const rows = (
  ask: string,
  values: readonly (readonly AnswerValue[])[],
  types?: readonly string[],
): Sourceless => ({ ask, answer: values, types });

/** One column, any number of rows, in order. */
export const column = (ask: string, values: readonly AnswerValue[]): Sourceless => ({
  ask,
  answer: values.map((value) => [value]),
});

/** The first error of the batch. */
export const fails = (ask: string, error: number, line?: number): Sourceless => ({
  ask,
  answer: { error, line },
});

/** What the batch prints. */
export const prints = (ask: string, ...lines: readonly string[]): Sourceless => ({
  ask,
  answer: { prints: lines },
});

/** What the emulator refuses by name. */
export const refused = (ask: string, construct: string): Sourceless => ({
  ask,
  answer: { refused: construct },
});

/** The page that a run of answers stands on. */
export const from = (source: string, ...answers: readonly Sourceless[]): TSqlAnswer[] =>
  answers.map((answer) => ({ ...answer, source }));
