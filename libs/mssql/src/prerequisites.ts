import type { DiscoveredTable } from '@thalamus/core/capture';
import { matchesTable } from '@thalamus/core/change';
import { quoteIdentifier, quoteTable } from './identifier.js';

/** What the database says of itself. */
export interface DatabaseState {
  readonly database: string;
  readonly updateability: string;
  readonly snapshotIsolation: boolean;
  /** NULL: change tracking is off. */
  readonly isTracked: boolean;
  readonly retention: string | null;
}

export interface Selection {
  readonly tables: readonly string[];
  readonly exclude: readonly string[];
}

export interface PrerequisiteInput {
  readonly state: DatabaseState;
  readonly tables: readonly DiscoveredTable[];
  readonly selection: Selection;
}

/** Sentences an operator can act on; empty when all is well. */
export type Prerequisite = (input: PrerequisiteInput) => string[];

export function isSelected(
  selection: Selection,
  { schema, table }: { schema: string; table: string },
): boolean {
  return matchesTable(selection.tables, schema, table) && !matchesTable(selection.exclude, schema, table);
}

const isPrimary: Prerequisite = ({ state }) =>
  state.updateability === 'READ_ONLY'
    ? [`${state.database} is a read-only replica: point THALAMUS_SOURCE_HOST at the primary.`]
    : [];

const isTracked: Prerequisite = ({ state }) =>
  state.isTracked
    ? []
    : [
        `Change tracking is off: ALTER DATABASE ${quoteIdentifier(state.database)} SET CHANGE_TRACKING = ON (CHANGE_RETENTION = 7 DAYS, AUTO_CLEANUP = ON);`,
      ];

const selectsTables: Prerequisite = ({ tables, selection }) =>
  tables.some((table) => isSelected(selection, table))
    ? []
    : [
        `No table fits source.tables (${selection.tables.join(', ')}), or none is visible: GRANT SELECT and VIEW CHANGE TRACKING on the schema.`,
      ];

const tablesAreTracked: Prerequisite = ({ state, tables, selection }) =>
  tables
    .filter(
      (table) => state.isTracked && isSelected(selection, table) && table.key.length > 0 && !table.isTracked,
    )
    .map(
      (table) =>
        `${table.id} is not tracked: ALTER TABLE ${quoteTable(table.id)} ENABLE CHANGE_TRACKING; or add it to source.exclude.`,
    );

const tablesHaveKeys: Prerequisite = ({ tables, selection }) =>
  tables
    .filter((table) => isSelected(selection, table) && table.key.length === 0)
    .map((table) => `${table.id} has no primary key: add one, or add the table to source.exclude.`);

/** Everything capture needs. All are asked, and all answers are reported together. */
export const prerequisites: readonly Prerequisite[] = [
  isPrimary,
  isTracked,
  selectsTables,
  tablesHaveKeys,
  tablesAreTracked,
];

export function unmetPrerequisites(input: PrerequisiteInput): string[] {
  return prerequisites.flatMap((prerequisite) => prerequisite(input));
}
