/**
 * Warehouse name of a source name: lower snake_case of ASCII letters and digits.
 * `InterviewDate` → `interview_date`, `USMLEStep2` → `usmle_step2`, `Última visita` → `ultima_visita`.
 */
export function toWarehouseName(name: string): string {
  const plain = name.normalize('NFKD').replace(/\p{M}+/gu, '');
  const words = plain
    .replace(/[^A-Za-z0-9]+/g, '_')
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1_$2')
    .replace(/^_+|_+$/g, '')
    .replace(/_+/g, '_')
    .toLowerCase();
  if (words === '') return 'unnamed';
  // An identifier of Redshift starts with a letter or an underscore and holds at most 127 bytes.
  return (/^\d/.test(words) ? `_${words}` : words).slice(0, 127);
}

/** Groups of names that fold to the same warehouse name. */
export function nameCollisions(names: Iterable<{ name: string; target: string }>): Map<string, string[]> {
  const byTarget = new Map<string, string[]>();
  for (const { name, target } of names) byTarget.set(target, [...(byTarget.get(target) ?? []), name]);
  return new Map([...byTarget].filter(([, sources]) => sources.length > 1));
}

/** True when `schema.table` fits one of the patterns; `*` stands for any text, letters match in either case. */
export function matchesTable(patterns: readonly string[], schema: string, table: string): boolean {
  return patterns.some((pattern) => patternToRegExp(pattern).test(`${schema}.${table}`));
}

function patternToRegExp(pattern: string): RegExp {
  const literal = pattern.split('*').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${literal.join('.*')}$`, 'iu');
}
