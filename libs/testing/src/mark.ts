/**
 * Where a tested rule is known from: Microsoft's or Amazon's documentation (`MS`, `D`), a probe of a real SQL Server (`P`),
 * what shipping connectors do (`C`), the source code of a client (`S`), reports of users (`I`), our own trials with real
 * clients (`V`). The references give each rule its mark; the title of each test repeats it.
 */
export type Mark = 'MS' | 'D' | 'P' | 'C' | 'S' | 'I' | 'V' | 'MS, P';

/** Title of a rule's test. */
export const rule = (mark: Mark, title: string): string => `${title} [${mark}]`;

/** Rules a server is known not to keep, by title, each with the reason: these are skipped aloud, not passed. */
export type KnownDifferences = Readonly<Record<string, string>>;

/** Registers a rule's test, or its skipping where the server is known to differ. */
export function keeps(
  differences: KnownDifferences,
  mark: Mark,
  title: string,
  test: () => Promise<void>,
): void {
  const reason = differences[title];
  if (reason === undefined) it(rule(mark, title), test);
  else it.skip(`${rule(mark, title)} SKIPPED: ${reason}`, test);
}
