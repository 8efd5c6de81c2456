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
 * @param build also compile
 */
export async function ensureSetup({ bench = false, build = true } = {}) {
  const environments = bench ? ['stack', 'bench'] : ['stack'];
  await withLock(async () => {
    const fetches = missingJarSets().length > 0 || environments.some((name) => !environmentIsCurrent(name));
    if (fetches) checkPrerequisites();
    await ensureNodeModules();
    await ensureJars();
    for (const name of environments) await ensureEnvironment(name);
    if (build) await ensureBuild();
  });
}

/** Prints what a person can mend without a stack, and anything else with it. */
export function explain(error) {
  process.stderr.write(`\n${error instanceof SetupError ? error.message : (error.stack ?? error)}\n`);
}
