import type { ChangeVersion, TableId } from '@thalamus/contracts';
import type { ShapeChange } from '../change/index.js';

/** What a poll's transaction sees of one table, before any row is read. */
export interface ObservedTable {
  readonly table: TableId;
  readonly objectId: number;
  readonly beginVersion: ChangeVersion;
  /** Oldest version from which changes are complete. NULL: no permission on the table, or tracking was switched off. */
  readonly minValid: ChangeVersion | null;
}

/** What a poll's transaction sees of the database, in one snapshot. */
export interface Observation {
  /** NULL: change tracking is off for the database. 0 is a version like any other. */
  readonly currentVersion: ChangeVersion | null;
  /** The sync group's tables that have change tracking. */
  readonly tables: readonly ObservedTable[];
}

/** How a table's shape stands to the one its rows were published under. */
export interface ObservedShape {
  readonly schemaId: number;
  readonly fingerprint: string;
  readonly change: ShapeChange;
  /** What changed, for people. */
  readonly detail: string;
}
