import { compareReport, typeFamily, type ReportColumn } from '@thalamus/core/verify';
import type { SourceSnapshot } from '@thalamus/mssql';
import { quoteTable, readCatalog, textExpression, type Session } from '@thalamus/redshift';
import type { ReportVerification } from './verification.js';

/** A report and its question asked of the source. */
export interface ReportQuery {
  readonly report: string;
  /** One T-SQL statement that gives the report's columns. */
  readonly sql: string;
}

const shown = 10;

/** Holds a report against its question, both at one moment. */
export async function verifyReport(
  source: SourceSnapshot,
  warehouse: Session,
  reportSchema: string,
  { report, sql }: ReportQuery,
): Promise<ReportVerification> {
  const columns = await reportColumns(warehouse, reportSchema, report);
  const asked = await source.query(sql);
  if (columns.length === 0) {
    const differences = [`${reportSchema}.${report} does not exist`];
    return {
      report,
      sourceRows: asked.length,
      warehouseRows: 0,
      differences,
      differencesFound: 1,
      equal: false,
    };
  }
  const list = columns.map(
    ({ name, type }) => `${textExpression({ target: name, warehouseType: type })} as "${name}"`,
  );
  const { rows } = await warehouse.query(
    `select ${list.join(', ')} from ${quoteTable({ schema: reportSchema, table: report })}`,
  );
  const { differences, ...counts } = compareReport(columns, asked, rows);
  return {
    report,
    ...counts,
    differences: differences.slice(0, shown),
    differencesFound: differences.length,
    equal: differences.length === 0,
  };
}

/** The report's columns but for those beginning with an underscore, which say how the row came about. */
async function reportColumns(session: Session, schema: string, report: string): Promise<ReportColumn[]> {
  const catalog = await readCatalog(session, schema);
  return [...(catalog.get(report) ?? [])].flatMap(([name, type]) =>
    name.startsWith('_') || type === undefined
      ? []
      : [{ name, type: typeFamily(type) === 'NUMERIC' ? type.replace(/^\w+/, 'DECIMAL') : type }],
  );
}
