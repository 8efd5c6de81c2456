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
  tables.some((table) => isSelected(selection, table) && table.isTracked)
    ? []
    : [
        `No tracked table fits source.tables (${selection.tables.join(', ')}): ALTER TABLE … ENABLE CHANGE_TRACKING on each, and GRANT SELECT and VIEW CHANGE TRACKING on the schema.`,
      ];

/** Tables the configuration names one by one must be there and be tracked. */
const namedTablesAreTracked: Prerequisite = ({ tables, selection }) =>
  selection.tables
    .filter((pattern) => !pattern.includes('*'))
    .flatMap((name) => {
      const found = tables.filter(({ schema, table }) => matchesTable([name], schema, table));
      if (found.length === 0) return [`${name} does not exist, or this login may not see it.`];
      return found.filter((table) => !table.isTracked && isSelected(selection, table)).map(howToTrack);
    });

function howToTrack(table: DiscoveredTable): string {
  return table.key.length === 0
    ? `${table.id} has no primary key: add one and switch change tracking on, or take it out of source.tables.`
    : `${table.id} is not tracked: ALTER TABLE ${quoteTable(table.id)} ENABLE CHANGE_TRACKING; or take it out of source.tables.`;
}

/** Tables that a pattern with * finds but that are not tracked: they stay out, and it is said how they would come in. */
export function untrackedTables({ tables, selection }: Omit<PrerequisiteInput, 'state'>): string[] {
  return tables.filter((table) => !table.isTracked && isSelected(selection, table)).map(howToTrack);
}

/** Everything capture needs. All are asked, and all answers are reported together. */
export const prerequisites: readonly Prerequisite[] = [
  isPrimary,
  isTracked,
  selectsTables,
  namedTablesAreTracked,
];

export function unmetPrerequisites(input: PrerequisiteInput): string[] {
  return prerequisites.flatMap((prerequisite) => prerequisite(input));
}
