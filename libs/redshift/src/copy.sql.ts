import { quoteList, quoteLiteral, quoteTable, type TableName } from './identifier.js';

/** `iam_role 'arn'`, or the cluster's default role when none is configured. */
export function buildAuthorization(iamRole: string): string {
  return iamRole === '' ? 'iam_role default' : `iam_role ${quoteLiteral(iamRole)}`;
}

export interface CsvCopy extends TableName {
  /** Columns in the order of the file's fields. */
  readonly columns: readonly string[];
  /** `s3://bucket/key` of a manifest whose entries are mandatory. */
  readonly manifestUrl: string;
  readonly iamRole: string;
  readonly nullAs: string;
  /** Rows COPY may leave out, listed in `sys_load_error_detail`. Absent = any bad row fails the COPY. */
  readonly maxErrors?: number;
}

/**
 * COPY of gzip CSV named by a manifest. COMPUPDATE and STATUPDATE are off: analysing at each micro-batch costs more than
 * the load; Redshift's automatic ANALYZE does it in idle time.
 */
export function buildCsvCopy(copy: CsvCopy): string {
  return [
    `copy ${quoteTable(copy)} (${quoteList(copy.columns)})`,
    `from ${quoteLiteral(copy.manifestUrl)}`,
    buildAuthorization(copy.iamRole),
    `manifest`,
    `format as csv`,
    `gzip`,
    `null as ${quoteLiteral(copy.nullAs)}`,
    `timeformat 'auto'`,
    `dateformat 'auto'`,
    ...(copy.maxErrors === undefined ? [] : [`maxerror ${Math.trunc(copy.maxErrors)}`]),
    `compupdate off`,
    `statupdate off`,
  ].join('\n');
}

export interface ParquetCopy extends TableName {
  /** Parquet is loaded by position: columns in the order of the files' columns. */
  readonly columns?: readonly string[];
  /** `s3://bucket/key` of a manifest; each entry needs `meta.content_length`. */
  readonly manifestUrl: string;
  readonly iamRole: string;
}

/** COPY of Parquet named by a manifest. Redshift takes hardly an option with it (no MAXERROR, NULL AS, COMPUPDATE). */
export function buildParquetCopy(copy: ParquetCopy): string {
  return [
    `copy ${quoteTable(copy)}${copy.columns ? ` (${quoteList(copy.columns)})` : ''}`,
    `from ${quoteLiteral(copy.manifestUrl)}`,
    buildAuthorization(copy.iamRole),
    `format as parquet`,
    `manifest`,
  ].join('\n');
}

/** Rows the last COPY of this session loaded; 0 when it failed. */
export const lastCopyCount = 'select pg_last_copy_count() as copied';
