import { changeAnswers } from './change-answers.js';
import { conversionAnswers } from './conversion-answers.js';
import { numberAnswers } from './number-answers.js';
import { procedureAnswers } from './procedure-answers.js';
import { queryAnswers } from './query-answers.js';
import { textAnswers } from './text-answers.js';
import { timeAnswers } from './time-answers.js';
import type { AnswerValue, TSqlAnswer, TSqlAnswerGroup } from './tsql-answer.js';

/** Every table of questions. */
export const tsqlAnswerGroups: readonly TSqlAnswerGroup[] = [
  numberAnswers,
  textAnswers,
  conversionAnswers,
  timeAnswers,
  queryAnswers,
  changeAnswers,
  procedureAnswers,
];

/** What a server said to a batch. */
export interface TSqlReply {
  /** The last result's types, spelled as in {@link TSqlAnswer.types}; left out where the client does not tell them. */
  readonly types?: readonly string[] | undefined;
  /** The last result's rows, as {@link AnswerValue} says; a client that has only a float for a decimal may give that. */
  readonly rows: readonly (readonly AnswerValue[])[];
  /** PRINT and messages of severity 10 and less. */
  readonly printed: readonly string[];
  /** Errors in their order. */
  readonly errors: readonly { readonly number: number; readonly message: string; readonly line: number }[];
}

/** Runs one batch in a session that is in no transaction, and leaves it so. */
export type AskTSql = (batch: string) => Promise<TSqlReply>;

/**
 * Asks a server what SQL Server's documentation answers, as tests to be registered inside a `describe`.
 *
 * @param of `emulator` also asks what the emulator refuses by name
 */
export function tsqlAnswers(ask: AskTSql, of: 'emulator' | 'server'): void {
  describe.each(tsqlAnswerGroups.map((group) => [group.title, group] as const))('%s', (_title, group) => {
    const asked = group.answers.filter(({ answer }) => of === 'emulator' || !('refused' in answer));
    it.each(asked.map((answer) => [oneLine(answer.ask), answer.source, answer] as const))(
      '%s [%s]',
      async (_ask, _source, answer) => {
        compare(answer, await ask(answer.ask));
      },
    );
  });
}

const oneLine = (batch: string): string => batch.replace(/\s+/g, ' ');

function compare({ answer, types }: TSqlAnswer, reply: TSqlReply): void {
  const [error] = reply.errors;
  if ('error' in answer) {
    expect(error).toMatchObject({
      number: answer.error,
      ...(answer.line === undefined ? {} : { line: answer.line }),
    });
    return;
  }
  if ('refused' in answer) {
    expect(error).toMatchObject({ number: 40515 });
    expect(error?.message).toContain('not supported by the emulator');
    expect(error?.message).toContain(answer.refused);
    return;
  }
  expect(error).toBeUndefined();
  if ('prints' in answer) {
    expect(reply.printed).toEqual(answer.prints);
    return;
  }
  expect(reply.rows.map((row, r) => row.map((value, c) => seen(answer[r]?.[c], value)))).toEqual(answer);
  if (types && reply.types) expect(reply.types).toEqual(types);
}

/** A client's float where the table has the digits of a decimal: the same number will do. */
const seen = (expected: AnswerValue | undefined, actual: AnswerValue): AnswerValue =>
  typeof expected === 'string' && typeof actual === 'number' && Number(expected) === actual
    ? expected
    : actual;
