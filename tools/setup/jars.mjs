import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { run } from './command.mjs';
import { folderSize, readableSize, step } from './progress.mjs';
import { fingerprint, root, runtimeDir } from './workspace.mjs';

const STAMP = '.made-from';

/** Sets of jars, each from a POM: the local stack's, and JDBC's drivers for the tests. */
const JAR_SETS = [
  { name: 'kafka', title: 'Kafka from Maven', pom: 'libs/local-stack/maven/kafka-pom.xml' },
  { name: 'spark', title: 'S3 for Spark from Maven', pom: 'libs/local-stack/maven/spark-pom.xml' },
  {
    name: 'clients',
    title: 'SQL Server for Java from Maven',
    pom: 'apps/azure-sql-emulator/clients/java/pom.xml',
    onlyFor: 'tests',
  },
  {
    name: 'redshift-clients',
    title: 'Redshift for Java from Maven',
    pom: 'apps/redshift-emulator/clients/java/pom.xml',
    onlyFor: 'tests',
  },
];

const folderOf = ({ name }) => join(runtimeDir, 'jars', name);

function isCurrent(set) {
  const stamp = join(folderOf(set), STAMP);
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === fingerprint([set.pom]);
}

/** Maven prints `Downloaded from …: … (55 MB at 3 MB/s)`. */
function downloadedBytes(line) {
  const found = /^.*Downloaded from .*\(([\d.]+) (B|kB|MB) at /.exec(line);
  return found === null ? 0 : Number(found[1]) * { B: 1, kB: 1e3, MB: 1e6 }[found[2]];
}

async function fetch(set) {
  const folder = folderOf(set);
  const temporary = `${folder}.new`;
  rmSync(temporary, { recursive: true, force: true });
  mkdirSync(dirname(folder), { recursive: true });
  await step(set.title, async (report) => {
    let bytes = 0;
    report(() => readableSize(bytes));
    await run(
      'mvn',
      ['-B', '-f', set.pom, 'dependency:copy-dependencies', `-DoutputDirectory=${temporary}`],
      {
        cwd: root,
        onLine: (line) => (bytes += downloadedBytes(line)),
      },
    );
    const size = readableSize(folderSize(temporary));
    report(() => size);
  });
  writeFileSync(join(temporary, STAMP), fingerprint([set.pom]));
  rmSync(folder, { recursive: true, force: true });
  renameSync(temporary, folder);
}

export const missingJarSets = ({ tests }) =>
  JAR_SETS.filter((set) => (tests || set.onlyFor !== 'tests') && !isCurrent(set));

export async function ensureJars(wanted) {
  for (const set of missingJarSets(wanted)) await fetch(set);
}
