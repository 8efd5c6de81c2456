import type { RowDifference } from '@thalamus/core/verify';
import type { ReportVerification, TableVerification, Verification } from './verification.js';

const count = (value: number): string => value.toLocaleString('en');

export const tableHeading = `${'table'.padEnd(32)} ${'source rows'.padStart(12)} ${'warehouse'.padStart(12)} ${'ranges'.padStart(7)}  result`;

/** One line for an equal table; for another also what differs, key by key. */
export function tableLines(table: TableVerification): string[] {
  const head = `${table.table.padEnd(32)} ${count(table.sourceRows).padStart(12)} ${count(table.warehouseRows).padStart(12)} ${count(table.ranges).padStart(7)}`;
  const lines = [`${head}  ${table.equal ? 'equal' : 'DIFFERENT'}`];
  if (table.problem) lines.push(`  ${table.problem}`);
  if (table.notCompared.length > 0)
    lines.push(`  not compared (no text form): ${table.notCompared.join(', ')}`);
  if (table.equal) return lines;
  lines.push(...table.differences.flatMap(differenceLines));
  const hidden = table.differencesFound - table.differences.length;
  if (hidden > 0) lines.push(`  and ${count(hidden)} more in the ranges looked into`);
  if (table.differingRanges > table.rangesOpened)
    lines.push(
      `  ${count(table.differingRanges)} of ${count(table.ranges)} ranges differ; ${table.rangesOpened} were looked into`,
    );
  return lines;
}

const meanings = {
  missing: 'missing in the warehouse',
  extra: 'only in the warehouse',
  different: 'different',
  duplicate: 'more than once in the warehouse',
} as const;

function differenceLines({ kind, key, columns }: RowDifference): string[] {
  return [
    `  ${key}: ${meanings[kind]}`,
    ...columns.map(
      ({ column, source, warehouse }) =>
        `    ${column}: ${JSON.stringify(source)} at the source, ${JSON.stringify(warehouse)} in the warehouse`,
    ),
  ];
}

export function reportLines(report: ReportVerification): string[] {
  const head = `${`report ${report.report}`.padEnd(32)} ${count(report.sourceRows).padStart(12)} ${count(report.warehouseRows).padStart(12)} ${''.padStart(7)}`;
  const hidden = report.differencesFound - report.differences.length;
  return [
    `${head}  ${report.equal ? 'equal' : 'DIFFERENT'}`,
    ...report.differences.map((difference) => `  ${difference}`),
    ...(hidden > 0 ? [`  and ${count(hidden)} more`] : []),
  ];
}

export function closingLine({
  equal,
  version,
  warehouseVersion,
  batch,
  tables,
  reports,
  durationMs,
}: Verification): string {
  const rows = tables.reduce((sum, table) => sum + table.sourceRows, 0);
  const wrong = [...tables, ...reports].filter((part) => !part.equal).length;
  const at = `source version ${version}, warehouse version ${warehouseVersion} (batch ${batch})`;
  const seconds = (durationMs / 1000).toFixed(1);
  return equal
    ? `Equal: ${count(rows)} rows of ${tables.length} tables and ${reports.length} reports; ${at}; ${seconds} s`
    : `DIFFERENT: ${wrong} of ${tables.length + reports.length} tables and reports; ${at}; ${seconds} s`;
}
