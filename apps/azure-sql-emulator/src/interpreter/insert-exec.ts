import type { ResultSink, SqlValue } from '../engine.js';
import type { Expr, StatementOf } from '../language/ast.js';
import { SqlError, unsupported } from '../language/errors.js';
import { BatchRunner } from './batch-runner.js';
import { CollectingSink } from './cursors.js';

/** PostgreSQL's Bind counts parameters in 16 bits. */
const MAX_VALUES = 65_000;

/** Rows are kept, everything else goes on to the client. */
class RowCollector extends CollectingSink {
  readonly widths: number[] = [];

  constructor(client: ResultSink) {
    super();
    this.message = (message) => client.message(message);
    this.transactionBegan = () => client.transactionBegan();
    this.transactionEnded = (how) => client.transactionEnded(how);
  }

  override message: ResultSink['message'];
  override transactionBegan: ResultSink['transactionBegan'];
  override transactionEnded: ResultSink['transactionEnded'];

  override columns(columns: Parameters<ResultSink['columns']>[0]): void {
    super.columns(columns);
    this.widths.push(columns.length);
  }
}

/** INSERT … EXEC: every result of the procedure or string goes into the table. */
export const insertExec = async (runner: BatchRunner, statement: StatementOf<'insert'>): Promise<void> => {
  const { source, line } = statement;
  if (source.kind !== 'exec') return;
  const { runtime, sink } = runner;
  if (runtime.insertingFromExec) throw new SqlError(8164, 'An INSERT EXEC statement cannot be nested.', line);
  const rows = new RowCollector(sink);
  runtime.insertingFromExec = true;
  try {
    await new BatchRunner(runtime, rows).list([source.exec]);
  } finally {
    runtime.insertingFromExec = false;
  }
  if (new Set(rows.widths).size > 1 || rows.list.length === 0) {
    if (rows.list.length > 0) throw columnsDiffer(line);
    runtime.rowCount = 0;
    return runtime.done(sink, 'insert', 0);
  }
  await insertRows(runner, statement, rows);
};

const columnsDiffer = (line: number): SqlError =>
  new SqlError(213, 'Column name or number of supplied values does not match table definition.', line, 16, 7);

const insertRows = async (
  runner: BatchRunner,
  statement: StatementOf<'insert'>,
  rows: RowCollector,
): Promise<void> => {
  const { runtime, queries, sink } = runner;
  const { line } = statement;
  const width = rows.shape.length;
  if (rows.list.length * width > MAX_VALUES)
    throw unsupported(`INSERT … EXEC of more than ${MAX_VALUES} values`, line);
  const outer = runtime.frame;
  const variables = new Map(outer.variables);
  const values: Expr[][] = rows.list.map((row, r) =>
    row.map((value: SqlValue, c): Expr => {
      const name = `@exec_${r}_${c}`;
      const column = rows.shape[c];
      if (!column) throw columnsDiffer(line);
      variables.set(name, { type: column.type, value });
      return { kind: 'variable', name, line };
    }),
  );
  runtime.frame = { ...outer, variables };
  try {
    await queries.modify({ ...statement, source: { kind: 'values', rows: values } }, sink);
  } finally {
    outer.identity = runtime.frame.identity;
    runtime.frame = outer;
  }
};
