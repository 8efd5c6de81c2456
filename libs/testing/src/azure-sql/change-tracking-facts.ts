import { enablingFacts, versionFacts } from './facts/enabling-facts.js';
import type { Fact } from './facts/fact.js';
import { functionFacts } from './facts/function-facts.js';
import {
  catalogueFacts,
  failureFacts,
  procedureFacts,
  statementFacts,
  truncateFacts,
} from './facts/reading-facts.js';
import { provokedFacts, typeFacts } from './facts/type-facts.js';

/**
 * What is known of change tracking, each behaviour under a number that stays: section and place. A fact is shown by rows of
 * {@link azureSqlConformance}, by a specification elsewhere, or says why it is not tested; `change-tracking-facts.spec.ts`
 * holds this list to the rows.
 */
export const changeTrackingFacts = {
  ...enablingFacts,
  ...versionFacts,
  ...functionFacts,
  ...catalogueFacts,
  ...truncateFacts,
  ...procedureFacts,
  ...statementFacts,
  ...failureFacts,
  ...typeFacts,
  ...provokedFacts,
} satisfies Record<string, Fact>;

export type FactId = keyof typeof changeTrackingFacts;

/** All facts in their order. */
export const allFacts = (): readonly (readonly [FactId, Fact])[] =>
  Object.entries(changeTrackingFacts) as [FactId, Fact][];
