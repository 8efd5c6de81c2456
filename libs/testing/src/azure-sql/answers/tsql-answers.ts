import { changeAnswers } from './change-answers.js';
import { conversionAnswers } from './conversion-answers.js';
import { documentAnswers } from './document-answers.js';
import { formatAnswers } from './format-answers.js';
import { numberAnswers } from './number-answers.js';
import { procedureAnswers } from './procedure-answers.js';
import { queryAnswers } from './query-answers.js';
import { routineAnswers } from './routine-answers.js';
import { rowsetAnswers } from './rowset-answers.js';
import { textAnswers } from './text-answers.js';
import { timeAnswers } from './time-answers.js';
import type { TSqlAnswerGroup } from './tsql-answer.js';
import { valueAnswers } from './value-answers.js';

/** Every table of questions; `azureSqlAnswers` asks them. */
export const tsqlAnswerGroups: readonly TSqlAnswerGroup[] = [
  numberAnswers,
  textAnswers,
  valueAnswers,
  conversionAnswers,
  timeAnswers,
  queryAnswers,
  rowsetAnswers,
  changeAnswers,
  procedureAnswers,
  routineAnswers,
  documentAnswers,
  formatAnswers,
];
