import { createHash } from 'node:crypto';

/*
 * THE ONE RULE of physical names. A T-SQL schema, table or column is kept in PostgreSQL under its name in lower case
 * (T-SQL names differ by case nowhere in the default collation); the spelling it was given is kept in the catalogue only.
 * Two exceptions: a name that PostgreSQL or the emulator needs itself gets the prefix `_u_`, and a name of more than
 * 63 bytes is cut and ends in a hash. Temporary tables (`#t`) and table variables (`@t`) live in pg_temp.
 * Keys, constraints and indexes have physical names of the emulator's own (`k<number>`), because T-SQL lets every table
 * have an index of the same name.
 */

const takenSchemas = new Set([
  'emu',
  'ct',
  'sys',
  'information_schema',
  'public',
  'pg_catalog',
  'pg_toast',
  'pg_temp',
]);
const takenColumns = new Set(['ctid', 'xmin', 'xmax', 'cmin', 'cmax', 'tableoid', 'oid']);

const shorten = (name: string): string => {
  if (Buffer.byteLength(name) <= 63) return name;
  const hash = createHash('sha256').update(name).digest('hex').slice(0, 10);
  let head = name;
  while (Buffer.byteLength(head) > 52) head = head.slice(0, -1);
  return `${head}_${hash}`;
};

const reservedPrefix = (name: string): boolean => name.startsWith('_u_') || name.startsWith('pg_');

export const physicalSchema = (name: string): string => {
  const lower = name.toLowerCase();
  return shorten(takenSchemas.has(lower) || reservedPrefix(lower) ? `_u_${lower}` : lower);
};

export const physicalTable = (name: string): string => shorten(name.toLowerCase());

export const physicalColumn = (name: string): string => {
  const lower = name.toLowerCase();
  return shorten(takenColumns.has(lower) || lower.startsWith('_u_') ? `_u_${lower}` : lower);
};

/** Quotes an identifier for PostgreSQL. */
export const quote = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** Quotes a string literal for PostgreSQL (standard_conforming_strings is on). */
export const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** Quotes an identifier for T-SQL. */
export const bracket = (name: string): string => `[${name.replaceAll(']', ']]')}]`;
