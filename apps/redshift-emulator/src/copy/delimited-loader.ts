import type { CopyOptions } from '../language/copy-statement.js';
import { converterOf, type Converter } from './converters.js';
import { isBlank } from './text-converter.js';
import { DelimitedReader, type DelimitedRecord } from './delimited-reader.js';
import type { FileResult, LoadRun } from './load-run.js';
import { RowWriter } from './row-writer.js';
import type { TargetColumn } from './target-column.js';

/** What a field means before its type is looked at. */
type Meaning = 'null' | 'value';

/** Loads one CSV or TEXT file. */
export class DelimitedLoader {
  private readonly reader: DelimitedReader;
  private readonly writer = new RowWriter();
  private readonly converters: readonly Converter[];
  private readonly nullText: Buffer;
  private headersLeft: number;

  constructor(
    private readonly run: LoadRun,
    private readonly file: FileResult,
    /** The unquoted null string is NULL and nothing else is: for files the emulator has written itself. */
    private readonly exactNulls = false,
  ) {
    const { options, columns } = run;
    this.reader = new DelimitedReader({
      kind: options.format === 'csv' ? 'csv' : 'text',
      delimiter: (options.delimiter ?? (options.format === 'csv' ? ',' : '|')).charCodeAt(0),
      quote: options.quote.charCodeAt(0),
      escape: options.escape,
      removeQuotes: options.removeQuotes,
    });
    this.converters = columns.map((column) => converterOf(column, options));
    this.nullText = Buffer.from(options.nullAs, 'utf8');
    this.headersLeft = options.ignoreHeader;
  }

  /** Takes the file's bytes in order. */
  async push(chunk: Buffer, last: boolean): Promise<void> {
    this.file.bytes += chunk.length;
    this.reader.push(chunk, last, (record) => this.load(record));
    if (this.writer.isFull || last) await this.run.send(this.writer.take());
  }

  private load(record: DelimitedRecord): void {
    if (this.headersLeft > 0) {
      this.headersLeft -= 1;
      return;
    }
    const { options } = this.run;
    if (options.ignoreBlankLines && record.raw.length === 0) return;
    if (record.fault !== undefined) return this.refuseRecord(record, record.fault);
    const { columns } = this.run;
    if (record.count > columns.length && !isTrailingDelimiter(record, columns.length)) {
      return this.refuseRecord(record, {
        code: 1202,
        reason: 'Extra column(s) found',
        field: columns.length,
      });
    }
    if (record.count < columns.length && !options.fillRecord) {
      return this.refuseRecord(record, {
        code: 1203,
        reason: 'Delimiter not found',
        field: record.count - 1,
      });
    }
    this.writer.beginRow();
    for (let index = 0; index < columns.length; index += 1) {
      if (!this.loadField(record, index, columns[index]!, options)) return;
    }
    this.writer.endRow();
    this.run.count(this.file);
  }

  /** False when the row was refused. */
  private loadField(
    record: DelimitedRecord,
    index: number,
    column: TargetColumn,
    options: CopyOptions,
  ): boolean {
    const present = index < record.count;
    const source = present ? record.sources[index]! : this.nullText;
    const start = present ? (record.starts[index] ?? 0) : 0;
    const end = present ? (record.ends[index] ?? 0) : 0;
    if (this.meaning(source, start, end, column, options) === 'null') {
      if (column.notNull) {
        const missing = { code: 1213, reason: 'Missing data for not-null field', position: 0 };
        this.refuseField(record, index, column, missing, true);
        return false;
      }
      this.writer.null();
      return true;
    }
    const fault = this.converters[index]!(source, start, end, this.writer);
    if (fault === undefined) return true;
    this.refuseField(record, index, column, fault, false);
    return false;
  }

  /** Rules for NULL and empty fields; a field equal to the null string is NULL whether quoted or not. */
  private meaning(
    source: Buffer,
    start: number,
    end: number,
    column: TargetColumn,
    options: CopyOptions,
  ): Meaning {
    const { nullText } = this;
    const length = end - start;
    const isMark = length === nullText.length && source.compare(nullText, 0, length, start, end) === 0;
    if (this.exactNulls) return isMark ? 'null' : 'value';
    const isText = column.type === 'character varying' || column.type === 'character';
    // An absent field is filled as an empty one.
    if (isMark && (length > 0 || !isText || options.given.has('null'))) return 'null';
    if (length === 0) return isText && !options.emptyAsNull ? 'value' : 'null';
    const first = source[start];
    if (first !== 0x20 && first !== 0x09) return 'value';
    if (!isBlank(source, start, end)) return 'value';
    return isText && !options.blanksAsNull ? 'value' : 'null';
  }

  private refuseRecord(
    record: DelimitedRecord,
    fault: { code: number; reason: string; field: number; position?: number },
  ): void {
    this.writer.beginRow();
    this.run.reject(this.file, {
      line: record.line,
      column: this.run.columns[fault.field],
      position: fault.position ?? 0,
      rawLine: record.raw.toString('utf8', 0, 1024),
      rawValue: this.rawField(record, fault.field),
      isNull: false,
      code: fault.code,
      reason: fault.reason,
    });
  }

  private refuseField(
    record: DelimitedRecord,
    index: number,
    column: TargetColumn,
    fault: { code: number; reason: string; position: number },
    isNull: boolean,
  ): void {
    this.writer.beginRow();
    this.run.reject(this.file, {
      line: record.line,
      column,
      position: fault.position,
      rawLine: record.raw.toString('utf8', 0, 1024),
      rawValue: this.rawField(record, index),
      isNull,
      code: fault.code,
      reason: fault.reason,
    });
  }

  private rawField(record: DelimitedRecord, index: number): string {
    if (index >= record.count || index < 0) return '';
    const start = record.starts[index] ?? 0;
    const end = Math.min(record.ends[index] ?? 0, start + 1024);
    return record.sources[index]!.toString('utf8', start, end);
  }
}

/** A delimiter behind the last column is taken as the end of the record. */
function isTrailingDelimiter(record: DelimitedRecord, columns: number): boolean {
  return (
    record.count === columns + 1 && record.starts[columns] === record.ends[columns] && !record.quoted[columns]
  );
}
