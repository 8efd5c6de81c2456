import type { SqlType } from '../../engine.js';
import { isText } from '../types.js';
import { unsupported } from '../errors.js';

/** A bound expression: PostgreSQL text with the T-SQL type it stands for. */
export interface Typed {
  readonly pg: string;
  readonly type: SqlType;
  readonly nullable: boolean;
  /**
   * Character data comes in two PostgreSQL forms: columns are `bpchar` with a collation, whose comparisons ignore case and
   * trailing blanks as T-SQL's do; computed text is `text`, whose functions keep trailing blanks.
   */
  readonly raw?: boolean;
  /** Bare NULL, which takes the type of what it meets. */
  readonly untyped?: boolean;
  /** A literal: integers among them take their own number of digits as precision. */
  readonly constant?: boolean;
  /** The text of a character literal. */
  readonly literalText?: string;
  /** Where the collation comes from: an explicit COLLATE beats a column's, which beats the database's. */
  readonly collationFrom?: 'explicit' | 'column';
  /** JSON that FOR JSON takes as it is: of JSON_QUERY or another FOR JSON. */
  readonly json?: boolean;
  /** Set for a plain column, for catalogue questions (identity, computed) about results. */
  readonly identity?: boolean;
  readonly computed?: boolean;
}

export const DEFAULT_COLLATION = 'SQL_Latin1_General_CP1_CI_AS';

/** PostgreSQL's collation for a T-SQL collation name. */
export const pgCollation = (name: string | undefined, line = 0): string => {
  const upper = (name ?? DEFAULT_COLLATION).toUpperCase();
  if (upper === 'DATABASE_DEFAULT' || upper === 'CATALOG_DEFAULT') return 'emu.ci';
  if (/_BIN2?(_UTF8)?$/.test(upper)) return '"C"';
  if (upper.includes('_CI_AI')) return 'emu.ci_ai';
  if (upper.includes('_CI_AS')) return 'emu.ci';
  if (upper.includes('_CS_AS')) return 'emu.cs';
  throw unsupported(`collation ${name}`, line);
};

export const isCaseSensitive = (name: string | undefined): boolean => /_CS_|_BIN/i.test(name ?? '');

/** Text form, for functions. */
export const asText = (e: Typed): string => (e.raw ? `emu.s(${e.pg})` : e.pg);

/** Form whose comparisons are T-SQL's, for =, <, GROUP BY, DISTINCT, ORDER BY and as a query's output. */
export const asKey = (e: Typed, collation = e.type.collation): string => {
  if (!isText(e.type)) return e.pg;
  if (e.raw && collation === e.type.collation) return e.pg;
  return `(${e.pg})::bpchar collate ${pgCollation(collation)}`;
};

export const typed = (pg: string, type: SqlType, nullable = true): Typed => ({ pg, type, nullable });
