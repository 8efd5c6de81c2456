import type { ResultColumn, ResultSink, SqlValue } from '../engine.js';
import type { StatementOf } from '../language/ast.js';
import { SqlError, unsupported } from '../language/errors.js';
import { INT, sameType } from '../language/types.js';
import type { BatchRunner } from './batch-runner.js';
import type { Cursor, Frame } from './session-state.js';

type Direction = StatementOf<'fetch'>['direction'];

const missing = (name: string, line: number): SqlError =>
  name.startsWith('@')
    ? new SqlError(
        16950,
        `The variable '${name}' does not currently have a cursor allocated to it.`,
        line,
        16,
        2,
      )
    : new SqlError(16916, `A cursor with the name '${name}' does not exist.`, line);

/** Cursors: read whole when they are opened (STATIC), and read only. */
export class Cursors {
  constructor(private readonly runner: BatchRunner) {}

  /** A local cursor goes with its batch or procedure, a global one (the default) with its session. */
  async declare(statement: StatementOf<'declareCursor'>): Promise<void> {
    const { runtime, queries } = this.runner;
    const { name, line, query, scroll } = statement;
    const local = statement.local ?? name.startsWith('@');
    const home = local ? runtime.frame.cursors : runtime.cursors;
    if (home.has(name) && !name.startsWith('@'))
      throw new SqlError(16915, `A cursor with the name '${name}' already exists.`, line);
    const select: StatementOf<'select'> = { kind: 'select', query, line };
    await queries.plan(select);
    // Its query's variables have the values of now, whatever becomes of them before OPEN.
    const variables = new Map([...runtime.frame.variables].map(([key, variable]) => [key, { ...variable }]));
    const frame = { ...runtime.frame, variables };
    home.set(name, { select, scroll, rows: undefined, columns: [], position: 0, frame });
  }

  private find(name: string, line: number): { cursor: Cursor; home: Map<string, Cursor> } {
    const { runtime } = this.runner;
    for (const home of [runtime.frame.cursors, runtime.cursors]) {
      const cursor = home.get(name);
      if (cursor) return { cursor, home };
    }
    throw missing(name, line);
  }

  async open(name: string, line: number): Promise<void> {
    const { runtime, queries } = this.runner;
    const { cursor } = this.find(name, line);
    if (cursor.rows) throw new SqlError(16905, 'The cursor is already open.', line);
    const collected = new CollectingSink();
    await this.inScope(cursor.frame, () => queries.select(cursor.select, collected));
    cursor.rows = collected.list;
    cursor.columns = collected.shape;
    cursor.position = 0;
    runtime.cursorRows = cursor.rows.length;
    runtime.rowCount = 0;
  }

  /** Variables in a cursor's query are those of where it was declared. */
  private async inScope(frame: Frame, work: () => Promise<void>): Promise<void> {
    const { runtime } = this.runner;
    const outer = runtime.frame;
    const { rowCount, nocount } = { rowCount: runtime.options.rowCount, nocount: runtime.options.nocount };
    runtime.frame = { ...frame, tryDepth: outer.tryDepth };
    runtime.options.rowCount = 0;
    try {
      await work();
    } finally {
      runtime.frame = outer;
      runtime.options.rowCount = rowCount;
      runtime.options.nocount = nocount;
    }
  }

  close(name: string, line: number): void {
    const { cursor } = this.find(name, line);
    if (!cursor.rows) throw new SqlError(16917, 'Cursor is not open.', line);
    cursor.rows = undefined;
  }

  deallocate(name: string, line: number): void {
    this.find(name, line).home.delete(name);
  }

  async fetch(statement: StatementOf<'fetch'>): Promise<void> {
    const { runtime, sink, queries } = this.runner;
    const { line, into, direction } = statement;
    const { cursor } = this.find(statement.cursor, line);
    if (!cursor.rows) throw new SqlError(16917, 'Cursor is not open.', line);
    if (direction !== 'next' && !cursor.scroll)
      throw new SqlError(
        16911,
        `fetch: The fetch type ${direction === 'absolute' || direction === 'relative' ? direction : direction} cannot be used with forward only cursors.`,
        line,
      );
    const offset = statement.offset ? Number((await queries.evaluate(statement.offset, INT)).value ?? 0) : 0;
    cursor.position = landing(direction, offset, cursor.position, cursor.rows.length);
    const row = cursor.rows[cursor.position - 1];
    runtime.fetchStatus = row ? 0 : -1;
    if (into) await this.assign(row, cursor.columns, into, line);
    else {
      sink.columns(cursor.columns);
      if (row) sink.rows([row]);
    }
    runtime.rowCount = row ? 1 : 0;
    runtime.done(sink, into ? 'other' : 'select', into ? undefined : row ? 1 : 0);
  }

  private async assign(
    row: readonly SqlValue[] | undefined,
    columns: readonly ResultColumn[],
    into: readonly string[],
    line: number,
  ): Promise<void> {
    if (into.length !== columns.length)
      throw new SqlError(
        16924,
        'Cursorfetch: The number of variables declared in the INTO list must match that of selected columns.',
        line,
      );
    const { runtime } = this.runner;
    const variables = into.map((name) => runtime.variable(name, line));
    if (!row) return;
    for (const [i, variable] of variables.entries()) {
      const column = columns[i];
      if (!column) throw unsupported('a cursor without columns', line);
      const value = row[i] ?? null;
      variable.value = sameType(column.type, variable.type)
        ? value
        : await this.runner.procedures.converted(
            { name: undefined, type: column.type, value, output: false },
            variable.type,
            line,
          );
    }
  }
}

/** One past either end, when there is no such row. */
const landing = (direction: Direction, offset: number, at: number, count: number): number => {
  const wanted = {
    next: at + 1,
    prior: at - 1,
    first: 1,
    last: Math.max(count, 1),
    absolute: offset < 0 ? count + 1 + offset : offset,
    relative: at + offset,
  }[direction];
  return Math.min(Math.max(wanted, 0), count + 1);
};

const nothing = (): void => undefined;

/** Keeps a result instead of sending it; messages are errors' business, which arrive as exceptions. */
export class CollectingSink implements ResultSink {
  readonly list: SqlValue[][] = [];
  shape: readonly ResultColumn[] = [];
  sets = 0;

  columns(columns: readonly ResultColumn[]): void {
    this.shape = columns;
    this.sets++;
  }
  rows(rows: readonly (readonly SqlValue[])[]): boolean {
    for (const row of rows) this.list.push([...row]);
    return true;
  }
  drained(): Promise<void> {
    return Promise.resolve();
  }
  message: ResultSink['message'] = nothing;
  done = nothing;
  returnValue = nothing;
  returnStatus = nothing;
  transactionBegan: ResultSink['transactionBegan'] = nothing;
  transactionEnded: ResultSink['transactionEnded'] = nothing;
  databaseChanged = nothing;
}
