import { firstServerError, SourceClient, type Answer } from '@thalamus/mssql';
import { documented, seen, typeText } from './answer-form.js';
import type { TSqlAnswer } from './answers/tsql-answer.js';
import { tsqlAnswerGroups } from './answers/tsql-answers.js';
import type { AzureSqlAddress } from './conformance-database.js';

/** Longest part of a batch that a title shows. */
const shownLength = 150;

export interface AnswersOptions {
  /** The emulator is also asked what it must refuse by name, which a real server would answer. */
  readonly isEmulator?: boolean;
}

/**
 * Questions of T-SQL with the answers Microsoft documents, as tests to be registered inside a `describe`; each title names
 * its page. Asked through the driver of the product, which reads decimals as doubles: more digits than those are the concern
 * of `azureSqlConformance`'s types.
 */
export function azureSqlAnswers(
  address: () => AzureSqlAddress,
  { isEmulator = false }: AnswersOptions = {},
): void {
  let opened: SourceClient | undefined;
  const client = (): SourceClient => {
    if (opened === undefined) throw new Error('not connected; see the error of the set-up');
    return opened;
  };
  describe('answers as documented', () => {
    beforeAll(async () => {
      opened = await SourceClient.open(address());
    });
    afterAll(() => opened?.[Symbol.asyncDispose]());
    afterEach(() => client().run('if @@trancount > 0 rollback transaction'));

    for (const { title, answers } of tsqlAnswerGroups)
      describe(title, () => {
        it.each(
          answers
            .filter(({ answer }) => isEmulator || !('refused' in answer))
            .map((question) => [titleOf(question), question] as const),
        )('%s', async (_title, question) => {
          const { outcome, columns } = await askOf(client(), question);
          expect(outcome).toEqual(expected(question, columns));
        });
      });
  });
}

interface Asked {
  readonly outcome: unknown;
  readonly columns: Answer['columns'];
}

async function askOf(client: SourceClient, { ask, answer, types }: TSqlAnswer): Promise<Asked> {
  try {
    const { rows, columns, messages } = await client.ask(ask);
    if ('prints' in answer) return { outcome: { prints: messages }, columns };
    const values = rows.map((row) => columns.map((column, at) => seen(row[at], column)));
    return { outcome: { rows: values, ...(types && { types: columns.map(typeText) }) }, columns };
  } catch (error) {
    const told = firstServerError(error);
    if (told === undefined) throw error;
    const { number, line } = told;
    if ('refused' in answer)
      return { outcome: { error: number, says: (error as Error).message }, columns: [] };
    const hasLine = 'error' in answer && answer.line !== undefined;
    return { outcome: { error: number, ...(hasLine && { line }) }, columns: [] };
  }
}

function expected({ answer, types }: TSqlAnswer, columns: Answer['columns']): unknown {
  if ('prints' in answer) return { prints: answer.prints };
  if ('refused' in answer) return { error: 40515, says: expect.stringContaining(answer.refused) as unknown };
  if ('error' in answer)
    return { error: answer.error, ...(answer.line !== undefined && { line: answer.line }) };
  return {
    rows: answer.map((row) => row.map((value, at) => documented(value, columns[at]))),
    ...(types && { types }),
  };
}

function titleOf({ ask, source }: TSqlAnswer): string {
  const line = ask.replace(/\s+/g, ' ').trim();
  return `${line.length > shownLength ? `${line.slice(0, shownLength)}…` : line} (${source})`;
}
