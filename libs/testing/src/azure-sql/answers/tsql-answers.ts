import { changeAnswers } from './change-answers.js';
import { conversionAnswers } from './conversion-answers.js';
import { numberAnswers } from './number-answers.js';
import { procedureAnswers } from './procedure-answers.js';
import { queryAnswers } from './query-answers.js';
import { textAnswers } from './text-answers.js';
import { timeAnswers } from './time-answers.js';
import type { TSqlAnswerGroup } from './tsql-answer.js';

/** Every table of questions; `azureSqlAnswers` asks them. */
export const tsqlAnswerGroups: readonly TSqlAnswerGroup[] = [
  numberAnswers,
  textAnswers,
  conversionAnswers,
  timeAnswers,
  queryAnswers,
  changeAnswers,
  procedureAnswers,
];
