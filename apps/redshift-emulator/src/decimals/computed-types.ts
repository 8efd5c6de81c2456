import { quoteIdentifier } from '../language/lexer.js';
import type { ResultColumn } from './query-analysis.js';

/** A query whose columns have the types that Redshift computes; as it is when PostgreSQL knows them all. */
export function withComputedTypes(sql: string, columns: readonly ResultColumn[]): string {
  if (!columns.some(({ computed }) => computed !== undefined)) return sql;
  const names = columns.map(({ name }) => quoteIdentifier(name));
  if (new Set(names).size < names.length) return sql;
  const list = columns.map(({ computed }, index) => {
    const name = names[index] ?? '';
    return computed === undefined
      ? name
      : `${name}::numeric(${computed.precision},${computed.scale}) as ${name}`;
  });
  return `select ${list.join(', ')} from (${sql}) as computed`;
}
