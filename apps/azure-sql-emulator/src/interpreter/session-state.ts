import type { IsolationLevel, ResultColumn, SqlType, SqlValue } from '../engine.js';
import type { TableDef } from '../catalog/model.js';
import type { StatementOf } from '../language/ast.js';
import type { SqlError } from '../language/errors.js';

export interface Variable {
  readonly type: SqlType;
  value: SqlValue;
}

/** One batch, procedure or dynamic batch: its variables and what its functions answer. */
export interface Frame {
  readonly variables: Map<string, Variable>;
  readonly tableVariables: Map<string, TableDef>;
  readonly procedure: string | undefined;
  /** Statements of a stored procedure act with its owner's permissions. */
  readonly ownersRights: boolean;
  /** Errors being handled, innermost last (ERROR_NUMBER() and friends). */
  readonly handling: SqlError[];
  /** Set while a trigger's statements run. */
  trigger?: TriggerScope;
  tryDepth: number;
  /** How many of them are its callers'. */
  outerTries: number;
  identity: IdentitySource | undefined;
  returnStatus: number;
  /** LOCAL cursors and those in variables. */
  readonly cursors: Map<string, Cursor>;
  /** Temporary tables made in here, dropped at its end. */
  readonly temporaries: Set<string>;
}

/** A cursor; its rows are there while it is open. */
export interface Cursor {
  readonly select: StatementOf<'select'>;
  readonly scroll: boolean;
  /** Where it was declared: its query's variables are those. */
  readonly frame: Frame;
  rows: SqlValue[][] | undefined;
  columns: readonly ResultColumn[];
  /** Of the row fetched last, from 1; 0 before the first. */
  position: number;
}

/** What a trigger's statements see. */
export interface TriggerScope {
  readonly id: number;
  readonly inserted: TableDef;
  readonly deleted: TableDef;
  /** Columns in the SET list, in lower case. */
  readonly columns: ReadonlySet<string>;
}

/** Where SCOPE_IDENTITY() comes from: read from its sequence only when asked. */
export interface IdentitySource {
  readonly sequence: string;
  value: string | undefined;
}

export interface TransactionState {
  count: number;
  name: string;
  isolation: IsolationLevel;
  /** PostgreSQL has been told. */
  begun: boolean;
  /** XACT_STATE() = -1: may only be rolled back. */
  doomed: boolean;
  readonly savepoints: string[];
  /** Temporary tables as they were when it began. */
  readonly temporaries: ReadonlyMap<string, TableDef>;
  /** The catalogue was changed inside. */
  catalogChanged: boolean;
  snapshotChecked: boolean;
}

export interface SessionOptions {
  nocount: boolean;
  xactAbort: boolean;
  isolation: IsolationLevel;
  identityInsert: number | undefined;
  implicitTransactions: boolean;
  quotedIdentifier: boolean;
  lockTimeoutMs: number;
  rowCount: number;
  textSize: number;
  language: string;
  dateFirst: number;
  noexec: boolean;
  parseonly: boolean;
  fmtonly: boolean;
}

export const defaultOptions = (): SessionOptions => ({
  nocount: false,
  xactAbort: false,
  isolation: 'read committed',
  identityInsert: undefined,
  implicitTransactions: false,
  quotedIdentifier: true,
  lockTimeoutMs: -1,
  rowCount: 0,
  textSize: 2147483647,
  language: 'us_english',
  dateFirst: 7,
  noexec: false,
  parseonly: false,
  fmtonly: false,
});

export const newFrame = (procedure?: string, ownersRights = false): Frame => ({
  ownersRights,
  variables: new Map(),
  tableVariables: new Map(),
  procedure,
  handling: [],
  tryDepth: 0,
  outerTries: 0,
  identity: undefined,
  returnStatus: 0,
  cursors: new Map(),
  temporaries: new Set(),
});
