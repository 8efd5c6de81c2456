// Proves that the import rules bite: feeds each one a forbidden import and expects exactly that error. Plain ESLint
// without Nx's project graph skips the rule silently, which is why this runs as part of `npm test`.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ESLint } from 'eslint';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** [project, statement, what the message must say] */
const cases = [
  ['libs/contracts', "import '@thalamus/core';", 'Circular dependency'],
  ['libs/contracts', "import 'pg';", 'type:contracts'],
  ['libs/core', "import 'pg';", 'type:core'],
  ['libs/core', "import '@thalamus/mssql';", 'Circular dependency'],
  ['libs/mssql', "import '@nestjs/common';", 'type:adapter'],
  ['libs/mssql', "import 'kafkajs';", 'scope:mssql'],
  ['libs/kafka', "import '@thalamus/redshift';", 'type:adapter'],
  ['libs/redshift', "import 'mssql';", 'scope:redshift'],
  ['libs/object-store', "import 'pg';", 'scope:object-store'],
  ['libs/spark', "import 'kafkajs';", 'scope:spark'],
  ['libs/platform', "import '@thalamus/redshift';", 'type:platform'],
  ['apps/capture', "import 'kafkajs';", 'type:service'],
  ['apps/azure-sql-emulator', "import '@thalamus/core';", 'type:emulator'],
  ['samples/gme', "import '@thalamus/core';", 'type:sample'],
  ['libs/core', 'export const now = Date.now();', 'core reads no clock'],
  ['libs/core', "import 'node:fs';", 'core does no I/O'],
];

const eslint = new ESLint({
  cwd: root,
  // The probes are not part of a tsconfig: rules that need types stay out of it.
  overrideConfig: [
    {
      files: ['**/canary-*/*.ts'],
      languageOptions: { parserOptions: { projectService: false, project: null } },
    },
  ],
  ruleFilter: ({ ruleId }) => ['@nx/enforce-module-boundaries', 'no-restricted-properties', 'no-restricted-syntax'].includes(ruleId),
});

let failed = 0;
for (const [project, statement, expected] of cases) {
  const folder = mkdtempSync(join(root, project, 'src', 'canary-'));
  try {
    const file = join(folder, 'probe.ts');
    writeFileSync(file, `${statement}\n`);
    const [result] = await eslint.lintFiles([relative(root, file)]);
    const messages = result?.messages.map((each) => each.message) ?? [];
    const bites = messages.some((text) => text.includes(expected));
    if (!bites) failed++;
    console.log(`${bites ? 'ok  ' : 'FAIL'} ${project}: ${statement}${bites ? '' : `  (expected "${expected}", got: ${messages.join(' | ') || 'nothing'})`}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
console.log(`lint canary: ${cases.length - failed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
