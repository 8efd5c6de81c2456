import { PipelineError } from '@thalamus/contracts';
import type { TableUnload } from '@thalamus/core/transform';
import { buildAuthorization } from './copy.sql.js';
import { quoteIdentifier, quoteLiteral, quoteTable, type TableName } from './identifier.js';

export interface Unload {
  /** The query. Redshift allows no LIMIT in its outermost SELECT. */
  readonly select: string;
  /** `s3://bucket/prefix/`: the prefix of the files; end it with `/`. */
  readonly prefixUrl: string;
  readonly iamRole: string;
  /** Off writes one file in the order of the query. Default on. */
  readonly parallel?: boolean;
}

/**
 * UNLOAD to Parquet (Snappy) with a manifest at `<prefix>manifest`. Existing files are overwritten, not removed, so give
 * each unload its own prefix. Zero rows may leave no file.
 */
export function buildUnload({ select, prefixUrl, iamRole, parallel = true }: Unload): string {
  return [
    `unload (${quoteQuery(select)})`,
    `to ${quoteLiteral(prefixUrl)}`,
    buildAuthorization(iamRole),
    `format as parquet`,
    `manifest verbose`,
    `allowoverwrite`,
    ...(parallel ? [] : ['parallel off']),
  ].join('\n');
}

/** UNLOAD reads its query as a literal in which quotes and backslashes are doubled. */
function quoteQuery(select: string): string {
  if (select.includes('\0')) throw new PipelineError('THAL-X002', 'a query must not hold NUL');
  return `'${select.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
}

/** The query of a model's input: the columns it needs. TIME has no counterpart in Spark: it travels as text. */
export function buildInputSelect({ columns }: TableUnload, table: TableName): string {
  const list = columns.map(({ name, type }) => {
    const quoted = quoteIdentifier(name);
    return type === 'TIME' ? `cast(${quoted} as varchar(16)) as ${quoted}` : quoted;
  });
  return `select ${list.join(', ')}\nfrom ${quoteTable(table)}`;
}
