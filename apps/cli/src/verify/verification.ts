import type { RowDifference } from '@thalamus/core/verify';

/** What was found of one table. */
export interface TableVerification {
  /** `schema.table` of the source. */
  readonly table: string;
  /** Table in TASTG. */
  readonly target: string;
  readonly sourceRows: number;
  readonly warehouseRows: number;
  /** Key ranges compared that hold a row. */
  readonly ranges: number;
  readonly differingRanges: number;
  /** Differences in the ranges looked into, some of them: see `differencesFound`. */
  readonly differences: readonly RowDifference[];
  /** All differences in the ranges looked into. */
  readonly differencesFound: number;
  /** Ranges looked into; the others differ too but their rows were not compared one by one. */
  readonly rangesOpened: number;
  /** Warehouse columns whose type has no text to compare by. */
  readonly notCompared: readonly string[];
  /** The comparison itself failed: the table or a column is not there. */
  readonly problem?: string;
  readonly equal: boolean;
}

export interface ReportVerification {
  readonly report: string;
  readonly sourceRows: number;
  readonly warehouseRows: number;
  /** Sentences, at most a few; `differencesFound` counts all. */
  readonly differences: readonly string[];
  readonly differencesFound: number;
  readonly equal: boolean;
}

export interface Verification {
  /** Change version of the source snapshot. */
  readonly version: string;
  /** Version and batch the warehouse was at: no tracked table changed between the two versions. */
  readonly warehouseVersion: string;
  readonly batch: number;
  readonly tables: readonly TableVerification[];
  readonly reports: readonly ReportVerification[];
  /** Every table and every report is equal. */
  readonly equal: boolean;
  readonly durationMs: number;
}
