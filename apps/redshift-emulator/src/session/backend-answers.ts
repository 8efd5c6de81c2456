import type { ErrorFields, RedshiftError } from '../errors.js';
import type { ColumnDescription } from '../protocol/messages.js';
import type { ComputedColumns } from '../decimals/decimal-type.js';
import type { DescribedResult } from './result-columns.js';

/** PostgreSQL's transaction status: idle, in a transaction, in a failed one. */
export type TransactionStatus = 'I' | 'T' | 'E';

/** Where the answers for the client go. */
export interface ClientSink {
  /** False when the client reads too slowly; then `drained` resolves when it has caught up. */
  write(bytes: Buffer): boolean;
  drained(): Promise<void>;
}

/** What a statement sent with `Backend.run` came to. */
export interface QueryOutcome {
  readonly rows: (string | null)[][];
  readonly columns: readonly ColumnDescription[];
  readonly tag: string;
  readonly error?: ErrorFields;
}

/** What the next messages from PostgreSQL are the answer to. */
export interface Expectation {
  readonly kind: 'parse' | 'bind' | 'describe' | 'execute' | 'close' | 'sync' | 'query';
  /** Whether the client sees the answer. */
  readonly visible: boolean;
  /** The client is told this in the place of PostgreSQL's error. */
  readonly replaceError?: RedshiftError;
  /** Leading CommandCompletes of a query that the client must not see. */
  readonly hiddenCompletes?: number;
  /** The tag the client sees in the place of PostgreSQL's. */
  readonly tag?: string;
  /** What is known of the statement: where its row conversion is kept between Describe and Execute. */
  readonly result?: DescribedResult;
  /** Types of a query's columns that PostgreSQL does not know. */
  readonly columns?: ComputedColumns;
  readonly collect?: Collector;
  /** Called when PostgreSQL has answered, with its error if it gave one. */
  readonly answered?: (error?: ErrorFields) => void;
}

/** Gathers the answer to a statement of the proxy's own. */
export interface Collector {
  readonly rows: (string | null)[][];
  columns: readonly ColumnDescription[];
  tag: string;
  error?: ErrorFields;
  completes: number;
  readonly onCopyData?: (chunk: Buffer) => void;
  readonly onCopyIn?: () => void;
  readonly onNotice?: (fields: ErrorFields) => void;
  readonly done: (outcome: QueryOutcome) => void;
}

/** A running `COPY … FROM STDIN`. */
export interface CopyIn {
  /** Takes whole CopyData messages; false when PostgreSQL has already failed. */
  write(framed: Buffer): Promise<boolean>;
  finish(): Promise<QueryOutcome>;
  abort(reason: string): Promise<QueryOutcome>;
}
