/**
 * Registers tests that need a real server, which is named by an environment variable. Without it they are skipped aloud:
 * one skipped test whose title says what was not tested and how it can be.
 */
export function onRealServer(title: string, variables: readonly string[], register: () => void): void {
  const missing = variables.filter((name) => (process.env[name] ?? '') === '');
  if (missing.length === 0) describe(title, register);
  else
    describe(title, () =>
      it.skip(`SKIPPED: ${missing.join(', ')} not set, see docs/conformance.md`, () => undefined),
    );
}

/** The value of a variable that {@link onRealServer} found set. */
export function required(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set`);
  return value;
}
