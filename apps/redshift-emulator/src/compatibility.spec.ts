// docs/lists.md is made from what a running emulator has; UPDATE_LISTS=1 writes it, otherwise this test holds it to be current.
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { DIFFERENCES } from './differences.js';
import { MISSING_FUNCTIONS, MISSING_TYPES, SYSTEM_COLUMNS } from './language/refusals.js';
import { OWN, SHARED } from './language/settings.js';
import { REAL_LATENCY_FIGURES } from './session/latency.js';
import { startFixture, type Fixture } from './testing/fixture.js';

const page = fileURLToPath(new URL('../docs/lists.md', import.meta.url));
const LINE_LENGTH = 120;

let fixture: Fixture;
beforeAll(async () => {
  fixture = await startFixture();
});
afterAll(() => fixture[Symbol.asyncDispose]());

/** Names in lines of a readable length. */
function wrapped(names: Iterable<string>): string {
  const lines: string[] = [''];
  for (const name of [...new Set(names)].sort()) {
    const last = lines.at(-1) ?? '';
    const next = last === '' ? name : `${last} ${name}`;
    if (next.length > LINE_LENGTH) lines.push(name);
    else lines[lines.length - 1] = next;
  }
  return ['```text', ...lines, '```'].join('\n');
}

const column = async (sql: string): Promise<string[]> =>
  (await fixture.rows(sql)).map(([name]) => String(name));

/** What the emulator put into pg_catalog itself has an oid of the users' range. */
async function generated(): Promise<string> {
  const relations = await fixture.rows(
    `select c.relname, listagg(a.attname, ', ') within group (order by a.attnum) from pg_catalog.pg_class c
     join pg_catalog.pg_namespace n on n.oid = c.relnamespace join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum > 0
     where n.nspname = 'pg_catalog' and c.relkind = 'v' and c.oid >= 16384 group by 1 order by 1`,
  );
  const functions = await column(
    `select distinct proname from pg_catalog.pg_proc p join pg_catalog.pg_namespace n on n.oid = p.pronamespace
     where n.nspname = 'pg_catalog' and p.oid >= 16384`,
  );
  return [
    '# Lists',
    'Made from a running emulator by the test `src/compatibility.spec.ts`; [compatibility.md](compatibility.md) says the rest in words.',
    '## Does: system tables and views',
    ...relations.map(([name, columns]) => `- \`${String(name)}\`: ${String(columns)}`),
    '## Does: functions that PostgreSQL has not, or has with another meaning',
    wrapped(functions),
    '## Does: settings',
    `With their meaning: ${[...SHARED].sort().join(', ')}.`,
    'Kept and shown, most without effect:',
    wrapped(OWN),
    '## Refuses as Redshift does: functions',
    'In queries of anything but the catalogue:',
    wrapped(MISSING_FUNCTIONS),
    '## Refuses as Redshift does: types of casts, columns of the system',
    wrapped([...MISSING_TYPES, ...SYSTEM_COLUMNS]),
    '## Latency of `--latency real`',
    ...REAL_LATENCY_FIGURES.map(({ delay, ms, source }) => `- \`${delay}\` ${ms}: ${source}.`),
    '## Differs',
    'Where the documentation leaves room, _?_ marks the reading that was taken.',
    ...DIFFERENCES.map(({ what, unsure }) => `- ${what}${unsure && !what.includes('_?_') ? ' _?_' : ''}.`),
    '',
  ]
    .join('\n\n')
    .replaceAll(/(\n- .*)\n(?=\n- )/g, '$1');
}

test('docs/lists.md is current', async () => {
  const text = await generated();
  if (process.env['UPDATE_LISTS'] === '1') await writeFile(page, text);
  expect(await readFile(page, 'utf8')).toBe(text);
});

test('compatibility.md and README.md fit on their screens and name each other', async () => {
  const read = (name: string): Promise<string> => readFile(new URL(name, import.meta.url), 'utf8');
  const [readme, compatibility] = await Promise.all([read('../README.md'), read('../docs/compatibility.md')]);
  expect(readme).toContain('docs/compatibility.md');
  expect(readme.split('\n').length).toBeLessThan(70);
  for (const heading of [
    '## Does',
    '## Refuses as Redshift does',
    '## Refuses though Redshift takes it',
    '## Differs',
  ])
    expect(compatibility).toContain(heading);
});
