import { PipelineError } from '@thalamus/contracts';

/** Longest identifier Redshift keeps, in UTF-8 bytes; it silently truncates longer ones. */
export const maxIdentifierBytes = 127;

/**
 * A quoted identifier. Redshift folds names to lower case even when quoted, so callers give lower case names.
 * @throws PipelineError THAL-X002 for an empty name, one with NUL, or one Redshift would silently truncate.
 */
export function quoteIdentifier(name: string): string {
  if (name === '' || name.includes('\0'))
    throw new PipelineError('THAL-X002', `not an identifier: ${JSON.stringify(name)}`);
  if (Buffer.byteLength(name) > maxIdentifierBytes)
    throw new PipelineError(
      'THAL-X002',
      `the identifier ${name} is longer than ${maxIdentifierBytes} bytes; rename it in pipeline.yaml`,
    );
  return `"${name.replaceAll('"', '""')}"`;
}

/** A table, by schema and name. */
export interface TableName {
  readonly schema: string;
  readonly table: string;
}

/** `"schema"."table"`. */
export function quoteTable({ schema, table }: TableName): string {
  return `${quoteIdentifier(schema)}.${quoteIdentifier(table)}`;
}

/** Comma separated quoted identifiers. */
export function quoteList(names: readonly string[]): string {
  return names.map(quoteIdentifier).join(', ');
}

/**
 * A string literal for statements that take no parameters (COPY, UNLOAD, DDL). Redshift reads a backslash inside a plain
 * literal as an escape and PostgreSQL does not, so a text with one is refused here: pass it as a parameter.
 * @throws PipelineError THAL-X002
 */
export function quoteLiteral(text: string): string {
  if (/[\\\0]/.test(text))
    throw new PipelineError(
      'THAL-X002',
      `a literal must not hold a backslash or NUL: ${JSON.stringify(text)}`,
    );
  return `'${text.replaceAll("'", "''")}'`;
}

/**
 * Shortens a name to Redshift's limit on a character boundary, leaving room for `suffix`.
 * Two long names may meet; callers put what makes them different into the suffix.
 */
export function withSuffix(name: string, suffix: string): string {
  const room = maxIdentifierBytes - Buffer.byteLength(suffix);
  let kept = name;
  while (Buffer.byteLength(kept) > room) kept = [...kept].slice(0, -1).join('');
  return kept + suffix;
}
