import { readFile } from 'node:fs/promises';
import { answerGroups } from './answers/redshift-answers.js';
import { redshiftFacts } from './redshift-facts.js';

const EMULATOR = '../../../../apps/redshift-emulator/src/';

/** A fact without a row is a gap in the tests; a fact that is shown nowhere says so. */
describe('every fact of the Redshift reference', () => {
  const oneLine = (statement: string): string => statement.replace(/\s+/g, ' ');
  const questions = answerGroups.flatMap(({ answers = [] }) =>
    answers.map(([question]) => oneLine(question)),
  );
  const refusals = answerGroups.flatMap(({ refusals = [] }) =>
    refusals.map(([statement]) => oneLine(statement)),
  );

  it.each(Object.entries(redshiftFacts))('%s has a row', async (_id, { by }) => {
    if ('refused' in by) expect(refusals.filter((each) => by.refused.test(each))).not.toEqual([]);
    else if ('answered' in by) expect(questions.filter((each) => by.answered.test(each))).not.toEqual([]);
    else if ('untested' in by) expect(by.untested).toMatch(/\w{3}/);
    else {
      const text = await readFile(new URL(`${EMULATOR}${by.spec}`, import.meta.url), 'utf8');
      expect(text.split('\n').filter((line) => line.includes(by.title))).not.toEqual([]);
    }
  });
});
