import { aggregateAnswers } from './aggregate-answers.js';
import type { AnswerGroup, Ask, Text } from './answer.js';
import { catalogueAnswers } from './catalogue-answers.js';
import { dateAnswers } from './date-answers.js';
import { decimalAnswers } from './decimal-answers.js';
import { documentAnswers } from './document-answers.js';
import { languageAnswers } from './language-answers.js';
import { numberAnswers } from './number-answers.js';
import { qualifyAnswers } from './qualify-answers.js';
import { refusalAnswers } from './refusal-answers.js';
import { stringAnswers } from './string-answers.js';

/** All questions, by their subjects. */
export const answerGroups: readonly AnswerGroup[] = [
  stringAnswers,
  dateAnswers,
  numberAnswers,
  decimalAnswers,
  aggregateAnswers,
  qualifyAnswers,
  documentAnswers,
  languageAnswers,
  catalogueAnswers,
  refusalAnswers,
];

/**
 * Asks a server what Redshift's documentation answers, as tests to be registered inside a `describe`. `ask` is one
 * session whose search_path begins with a schema of the tests' own; they leave their tables there.
 */
export function redshiftAnswers(ask: Ask): void {
  describe.each(answerGroups)('$title', ({ setup = [], answers = [], refusals = [] }) => {
    beforeAll(async () => {
      for (const statement of setup) await ask(statement);
    }, 60_000);

    if (answers.length > 0)
      it.each(
        answers.map(([question, answer, source]) => [oneLine(question), source, question, answer] as const),
      )('%s [%s]', async (_title, _source, question, answer) => {
        expect(await ask(question)).toEqual(rowsOf(answer));
      });

    if (refusals.length > 0)
      it.each(
        refusals.map(
          ([statement, state, message, source]) =>
            [oneLine(statement), source, statement, state, message] as const,
        ),
      )('refuses %s [%s]', async (_title, _source, statement, state, message) => {
        await expect(ask(statement)).rejects.toMatchObject({
          code: state,
          message: expect.stringMatching(message) as string,
        });
      });
  });
}

const oneLine = (statement: string): string => statement.replace(/\s+/g, ' ');

function rowsOf(answer: Text | readonly (readonly Text[])[]): readonly (readonly Text[])[] {
  return typeof answer === 'object' && answer !== null ? answer : [[answer]];
}
