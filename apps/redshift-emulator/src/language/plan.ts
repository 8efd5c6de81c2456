import type { ComputedColumns } from '../decimals/decimal-type.js';
import type { ResultColumn } from '../decimals/query-analysis.js';
import { refusedByRedshift, type RedshiftError } from '../errors.js';
import type { CopyStatement } from './copy-statement.js';
import type { QualifiedName } from './cursor.js';
import type { UnloadStatement } from './unload-statement.js';

/** A statement that may use names of a SELECT list as if they were columns; see `lateral-aliases.ts`. */
export interface LateralReading<Planned = Plan> {
  /** The alias of each group of references. */
  readonly aliases: readonly string[];
  /** A query that PostgreSQL can explain, with these groups substituted. */
  probe(groups: ReadonlySet<number>): string;
  /** What is planned with these groups substituted. */
  plan(groups: ReadonlySet<number>): Planned;
}

/** A query within a definition: its columns get the types that Redshift computes. */
export interface DefiningQuery<Planned> {
  readonly sql: string;
  plan(sql: string, columns: readonly ResultColumn[]): Planned;
}

/** What the session does for one statement. */
export type Plan =
  /**
   * PostgreSQL runs it. `lock`: the table it writes, whose writers take turns until they commit. `reads`: tables it
   * names, which must not be newer than the transaction's snapshot.
   */
  | {
      readonly kind: 'forward';
      readonly sql: string;
      readonly lock?: string;
      readonly reads?: readonly string[];
      readonly lateral?: LateralReading;
      /** Types of the result's columns that PostgreSQL does not know. */
      readonly columns?: ComputedColumns;
    }
  | { readonly kind: 'begin'; readonly sql: string }
  | { readonly kind: 'commit' }
  | { readonly kind: 'rollback' }
  /** Several statements of PostgreSQL's, all or none. */
  | DefinitionPlan
  | { readonly kind: 'truncate'; readonly table: string }
  | { readonly kind: 'copy'; readonly statement: CopyStatement }
  | { readonly kind: 'unload'; readonly statement: UnloadStatement }
  | { readonly kind: 'refusal'; readonly error: RedshiftError };

/** A definition (DDL): its statements run together, in a transaction of their own when none is open. */
export interface DefinitionPlan {
  readonly kind: 'definition';
  readonly steps: readonly string[];
  readonly tag: string;
  /** The command's name, when it cannot run inside a transaction block. */
  readonly outsideBlock?: string;
  readonly lateral?: LateralReading;
  readonly query?: DefiningQuery<DefinitionPlan>;
}

/** A table's name for PostgreSQL, quoted. */
export function sqlName({ schema, name }: QualifiedName): string {
  const quote = (part: string): string => `"${part.replaceAll('"', '""')}"`;
  return schema === undefined ? quote(name) : `${quote(schema)}.${quote(name)}`;
}

/** A plan that only tells why not. */
export function refuse(message: string): Plan {
  return { kind: 'refusal', error: refusedByRedshift(message) };
}
