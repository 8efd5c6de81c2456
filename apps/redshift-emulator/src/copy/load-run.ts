import { RedshiftError } from '../errors.js';
import { longName } from '../language/long-names.js';
import type { CopyOptions } from '../language/copy-statement.js';
import type { CopyIn } from '../session/backend-answers.js';
import type { LoadFile } from './load-source.js';
import { lengthText, shortTypeName, type TargetColumn } from './target-column.js';

/** A row that could not be loaded, as stl_load_errors keeps it. */
export interface RejectedRow {
  readonly file: string;
  readonly line: number;
  readonly column: TargetColumn | undefined;
  readonly position: number;
  readonly rawLine: string;
  readonly rawValue: string;
  readonly isNull: boolean;
  readonly code: number;
  readonly reason: string;
}

/** What one file came to. */
export interface FileResult {
  readonly url: string;
  rows: number;
  bytes: number;
  rejected: number;
}

/** More rows were refused than MAXERROR allows. */
export class TooManyErrors extends Error {
  override readonly name = 'TooManyErrors';
}

/** One COPY while it runs: counts rows, collects the refused ones, stops at MAXERROR. */
export class LoadRun {
  readonly rejected: RejectedRow[] = [];
  readonly files: FileResult[] = [];
  private rowsWritten = 0;

  constructor(
    readonly columns: readonly TargetColumn[],
    readonly options: CopyOptions,
    /** Undefined with NOLOAD. */
    readonly copyIn: CopyIn | undefined,
    readonly signal: AbortSignal,
  ) {}

  /** Rows handed to PostgreSQL, or only counted with NOLOAD. */
  get rows(): number {
    return this.rowsWritten;
  }

  beginFile(file: LoadFile): FileResult {
    const result = { url: file.url, rows: 0, bytes: 0, rejected: 0 };
    this.files.push(result);
    return result;
  }

  /** Rows are complete in the writer. */
  count(file: FileResult): void {
    file.rows += 1;
    this.rowsWritten += 1;
  }

  /** Takes over the rows of a run within this one. */
  add(inner: LoadRun): void {
    this.rowsWritten += inner.rows;
  }

  /** @throws TooManyErrors at the first refusal too many */
  reject(file: FileResult, row: Omit<RejectedRow, 'file'>): void {
    file.rejected += 1;
    this.rejected.push({ ...row, file: file.url });
    const { maxError, ignoreAllErrors } = this.options;
    if (!ignoreAllErrors && this.rejected.length >= Math.max(1, maxError)) throw new TooManyErrors();
  }

  /** Sends rows on. @throws TooManyErrors when PostgreSQL has already refused the load */
  async send(rows: Buffer | undefined): Promise<void> {
    if (this.signal.aborted) throw new RedshiftError('57014', "Query cancelled on user's request");
    if (rows === undefined || this.copyIn === undefined) return;
    if (!(await this.copyIn.write(rows))) throw new TooManyErrors();
  }
}

/** A refused row as a row of redshift_emulator.load_errors, in the order of its columns from `filename` on. */
export function rejectedValues(row: RejectedRow): unknown[] {
  const cut = (text: string, length: number): string => text.replaceAll('\0', '').slice(0, length);
  return [
    cut(row.file, 256),
    row.line,
    longName(row.column?.name ?? ''),
    row.column === undefined ? '' : shortTypeName(row.column),
    row.column === undefined ? '' : lengthText(row.column),
    row.position,
    cut(row.rawLine, 1024),
    cut(row.rawValue, 1024),
    row.code,
    cut(row.reason, 100),
    row.isNull,
  ];
}
