import { converterOf, type Converter } from './converters.js';
import type { FileResult, LoadRun } from './load-run.js';
import { RowWriter } from './row-writer.js';
import { isBlank } from './text-converter.js';
import type { TargetColumn } from './target-column.js';

/** A parsed document. */
export type Document = unknown;
/** A column's value as text, or null. */
export type DocumentValue = string | null;

/** Loads documents (of JSON, of Avro) whose values have names, not places. */
export class DocumentLoader {
  private readonly writer = new RowWriter();
  private readonly converters: readonly Converter[];

  constructor(
    private readonly run: LoadRun,
    private readonly file: FileResult,
    private readonly find: (document: Document) => DocumentValue[],
  ) {
    this.converters = run.columns.map((column) => converterOf(column, run.options));
  }

  /** Sends the rows so far when there are enough. `bytes`: read since the last call. */
  async send(bytes: number, last: boolean): Promise<void> {
    this.file.bytes += bytes;
    if (this.writer.isFull || last) await this.run.send(this.writer.take());
  }

  load(document: Document, raw: string, line: number): void {
    if (typeof document !== 'object' || document === null) {
      return this.refuse(raw, line, { code: 1216, reason: 'Invalid JSON: a document must be an object' });
    }
    const values = this.find(document);
    this.writer.beginRow();
    for (const [index, column] of this.run.columns.entries()) {
      if (!this.loadValue(values[index] ?? null, column, index, raw, line)) return;
    }
    this.writer.endRow();
    this.run.count(this.file);
  }

  private loadValue(
    value: DocumentValue,
    column: TargetColumn,
    index: number,
    raw: string,
    line: number,
  ): boolean {
    if (this.isNull(value, column)) {
      if (column.notNull) {
        this.refuse(raw, line, {
          code: 1213,
          reason: 'Missing data for not-null field',
          column,
          isNull: true,
        });
        return false;
      }
      this.writer.null();
      return true;
    }
    const bytes = Buffer.from(value ?? '', 'utf8');
    const fault = this.converters[index]!(bytes, 0, bytes.length, this.writer);
    if (fault === undefined) return true;
    this.refuse(raw, line, { ...fault, column, value: value ?? '' });
    return false;
  }

  private isNull(value: DocumentValue, { type }: TargetColumn): boolean {
    if (value === null) return true;
    const { emptyAsNull, blanksAsNull } = this.run.options;
    const isText = type === 'character varying' || type === 'character';
    if (value === '') return !isText || emptyAsNull;
    const bytes = Buffer.from(value, 'utf8');
    return isBlank(bytes, 0, bytes.length) && (!isText || blanksAsNull);
  }

  /** A document that cannot be loaded. */
  refuse(
    raw: string,
    line: number,
    fault: {
      readonly code: number;
      readonly reason: string;
      readonly position?: number;
      readonly column?: TargetColumn;
      readonly value?: string;
      readonly isNull?: boolean;
    },
  ): void {
    this.writer.beginRow();
    this.run.reject(this.file, {
      line,
      column: fault.column,
      position: fault.position ?? 0,
      rawLine: raw.slice(0, 1024),
      rawValue: (fault.value ?? '').slice(0, 1024),
      isNull: fault.isNull ?? false,
      code: fault.code,
      reason: fault.reason,
    });
  }
}
