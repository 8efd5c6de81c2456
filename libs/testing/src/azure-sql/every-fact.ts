import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cloneRoot } from '@thalamus/local-stack';
import { allFacts, changeTrackingFacts, type FactId } from './change-tracking-facts.js';
import type { ConformanceRow } from './conformance-rows.js';
import type { Fact } from './facts/fact.js';

/** What is known of change tracking, held to the rows that were registered: no fact without a test, no test of no fact. */
export function everyFactIsShown(rows: readonly ConformanceRow[]): void {
  describe('every fact of change tracking', () => {
    const shown = new Set(rows.filter(({ skipped }) => skipped === undefined).flatMap(({ facts }) => facts));
    const tested = allFacts().filter(([, { notTested }]) => notTested === undefined);

    it.each(tested.map(([id, fact]) => [id, fact.says, fact] as const))('%s: %s', (id, _says, fact) => {
      expect(ways(id, fact, shown)).toHaveLength(1);
      if (fact.elsewhere) expect(titlesIn(fact.elsewhere.file)).toContain(fact.elsewhere.title);
    });

    it('has a row when it is not one that cannot be tested', () => {
      const both = allFacts().filter(([id, fact]) => ways(id, fact, shown).length !== 1);
      expect(both.map(([id]) => id)).toEqual([]);
    });

    it('is one of the list, wherever a row names one; and each row names one', () => {
      const unknown = rows.flatMap(({ facts }) => facts).filter((id) => !(id in changeTrackingFacts));
      expect(unknown).toEqual([]);
      expect(rows.filter(({ facts }) => facts.length === 0)).toEqual([]);
    });

    for (const [id, { says, notTested }] of allFacts())
      if (notTested !== undefined) it.skip(`${id}: ${says}. NOT TESTED: ${notTested}`, () => undefined);
  });
}

/** How a fact is accounted for: exactly one way is right. */
function ways(id: FactId, fact: Fact, shown: ReadonlySet<FactId>): string[] {
  return [
    ...(shown.has(id) ? ['a row'] : []),
    ...(fact.elsewhere ? ['another specification'] : []),
    ...(fact.notTested === undefined ? [] : ['a reason']),
  ];
}

/** Titles of the tests of a specification, as they are written there; what is skipped is no test. */
function titlesIn(file: string): string[] {
  const path = join(cloneRoot, file);
  const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
  const tests = text.matchAll(/\b(?:it|test)\(\s*(['"`])(.+?)\1,/g);
  const tables = text.matchAll(/\](?: as const)?\)\((['"`])(.+?)\1,/g);
  return [...tests, ...tables].map(([, , title]) => title ?? '');
}
