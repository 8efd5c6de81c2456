import { ensureBuild } from './build.mjs';
import { SetupError } from './command.mjs';
import { ensureJars, missingJarSets } from './jars.mjs';
import { withLock } from './lock.mjs';
import { ensureNodeModules } from './node-modules.mjs';
import { checkPrerequisites } from './prerequisites.mjs';
import { ensureEnvironment, environmentIsCurrent } from './python.mjs';

/**
 * Brings the clone into a state in which everything can run; does only what is missing.
 *
 * @param bench also the peers that benchmarks measure against
 * @param tests also the clients of other languages that the emulators are tested with
 * @param build also compile
 */
export async function ensureSetup({ bench = false, tests = false, build = true } = {}) {
  const environments = ['stack', ...(bench ? ['bench'] : []), ...(tests ? ['clients', 'redshift-clients'] : [])];
  await withLock(async () => {
    const fetches = missingJarSets({ tests }).length > 0 || environments.some((name) => !environmentIsCurrent(name));
    if (fetches) checkPrerequisites();
    await ensureNodeModules();
    await ensureJars({ tests });
    for (const name of environments) await ensureEnvironment(name);
    if (build) await ensureBuild();
  });
}

/** Prints what a person can mend without a stack, and anything else with it. */
export function explain(error) {
  process.stderr.write(`\n${error instanceof SetupError ? error.message : (error.stack ?? error)}\n`);
}
