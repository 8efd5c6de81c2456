import type { Expr, Parameter, Query, Statement, TypeRef } from './ast.js';
import type { TableElements } from './table-ast.js';

interface Node {
  readonly line: number;
}

export type DefinitionMode = 'create' | 'alter' | 'createOrAlter';

/** Where a cursor is kept: by name, or in a variable. */
export interface CursorRef extends Node {
  readonly name: string;
}

export type FetchDirection = 'next' | 'prior' | 'first' | 'last' | 'absolute' | 'relative';

/** Options of a sequence as they were written; absent ones keep what they were, or take the default. */
export interface SequenceOptions {
  readonly start?: string | undefined;
  readonly restart?: string | true | undefined;
  readonly increment?: string | undefined;
  /** A number, or `none`. */
  readonly min?: string | undefined;
  readonly max?: string | undefined;
  readonly cycle?: boolean | undefined;
}

/** What CREATE FUNCTION makes: a value, the rows of one query, or those its statements put into a table. */
export type FunctionBody =
  | (TableElements & {
      readonly kind: 'table';
      readonly variable: string;
      readonly statements: readonly Statement[];
    })
  | { readonly kind: 'scalar'; readonly returns: TypeRef; readonly statements: readonly Statement[] }
  | { readonly kind: 'inline'; readonly query: Query };

export type TriggerEvent = 'insert' | 'update' | 'delete';

/** Databases, functions, triggers, sequences, synonyms, types, cursors and DBCC. */
export type RoutineStatement =
  | (Node & { kind: 'createDatabase'; database: string; collation?: string | undefined })
  | (Node & { kind: 'dropDatabase'; databases: readonly string[]; ifExists: boolean })
  | (Node & {
      kind: 'createFunction';
      name: readonly string[];
      parameters: readonly Parameter[];
      body: FunctionBody;
      text: string;
      mode: DefinitionMode;
    })
  | (Node & {
      kind: 'createTrigger';
      insteadOf: boolean;
      name: readonly string[];
      table: readonly string[];
      events: readonly TriggerEvent[];
      body: readonly Statement[];
      text: string;
      mode: DefinitionMode;
    })
  | (Node & {
      kind: 'switchTrigger';
      names: readonly (readonly string[])[] | 'all';
      table: readonly string[];
      enable: boolean;
    })
  | (Node & {
      kind: 'createSequence';
      name: readonly string[];
      type: TypeRef | undefined;
      options: SequenceOptions;
      alter: boolean;
    })
  | (Node & { kind: 'createSynonym'; name: readonly string[]; target: readonly string[] })
  | (Node & {
      kind: 'createType';
      name: readonly string[];
      type: TypeRef;
      nullable: boolean | undefined;
    })
  | (Node & TableElements & { kind: 'createTableType'; name: readonly string[]; text: string })
  | (Node & {
      kind: 'declareCursor';
      name: string;
      query: Query;
      scroll: boolean;
      local: boolean | undefined;
    })
  | (Node & { kind: 'openCursor' | 'closeCursor' | 'deallocateCursor'; cursor: string })
  | (Node & {
      kind: 'fetch';
      cursor: string;
      direction: FetchDirection;
      offset?: Expr | undefined;
      into: readonly string[] | undefined;
    })
  | (Node & { kind: 'dbcc'; command: string; args: readonly Expr[] });
