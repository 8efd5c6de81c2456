import { RedshiftError } from '../errors.js';
import { quoteIdentifier, quoteLiteral } from '../language/lexer.js';
import { shortName } from '../language/long-names.js';
import type { UnloadOptions } from '../language/unload-statement.js';
import type { Backend } from '../session/backend.js';
import { backendFailure } from './backend-failure.js';
import type { UnloadColumn } from './unload-columns.js';

/** What goes to one folder below the target: everything, or one partition. */
export interface UnloadPart {
  /** `column=value/…/`, empty without PARTITION BY. */
  readonly folder: string;
  readonly query: string;
  readonly columns: readonly UnloadColumn[];
}

/** As Hive names the folder of NULL. */
const NULL_FOLDER = '__HIVE_DEFAULT_PARTITION__';

/** Cuts a query into the parts that PARTITION BY asks for, in the order of their values. */
export async function unloadParts(
  query: string,
  columns: readonly UnloadColumn[],
  { partitionBy, partitionInclude }: UnloadOptions,
  backend: Backend,
): Promise<UnloadPart[]> {
  if (partitionBy.length === 0) return [{ folder: '', query, columns }];
  const missing = partitionBy.find((name) => !columns.some((column) => column.name === name));
  if (missing !== undefined) {
    throw new RedshiftError('42703', `partition column "${missing}" is not in the query's result`);
  }
  const kept = partitionInclude ? columns : columns.filter(({ name }) => !partitionBy.includes(name));
  if (kept.length === 0) {
    throw new RedshiftError('0A000', 'UNLOAD needs a column that is no partition column, or INCLUDE');
  }
  const keys = partitionBy.map((name) => `${quoteIdentifier(shortName(name))}::text`);
  const found = await backend.run(
    `select distinct ${keys.join(', ')} from (${query}) as unloaded order by ${keys.map((_key, at) => at + 1).join(', ')}`,
  );
  if (found.error !== undefined) throw backendFailure(found.error);
  const list = kept.map(({ name }) => quoteIdentifier(shortName(name))).join(', ');
  return found.rows.map((values) => ({
    folder: values.map((value, at) => `${partitionBy[at]}=${folderValue(value)}/`).join(''),
    query: `select ${list} from (${query}) as unloaded where ${keys
      .map((key, at) => `${key} is not distinct from ${literalOf(values[at] ?? null)}`)
      .join(' and ')}`,
    columns: kept,
  }));
}

function literalOf(value: string | null): string {
  return value === null ? 'null::text' : quoteLiteral(value);
}

/** What would end a folder's name, or look like an escape, is escaped as in Hive. */
function folderValue(value: string | null): string {
  if (value === null) return NULL_FOLDER;
  return value.replace(/[%/=\\\n\r\t"#*?:]/g, (character) => {
    const code = character.charCodeAt(0).toString(16).toUpperCase();
    return `%${code.padStart(2, '0')}`;
  });
}
