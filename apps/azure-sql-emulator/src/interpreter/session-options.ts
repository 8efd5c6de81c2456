import type { StatementOf } from '../language/ast.js';
import { SqlError, unsupported } from '../language/errors.js';
import type { Runtime } from './runtime.js';

/** Options that may be set to the one value the emulator behaves by. */
const fixed: Record<string, string> = {
  ANSI_NULLS: 'ON',
  ANSI_PADDING: 'ON',
  ANSI_WARNINGS: 'ON',
  ANSI_NULL_DFLT_ON: 'ON',
  ANSI_DEFAULTS: 'ON',
  CONCAT_NULL_YIELDS_NULL: 'ON',
  ARITHABORT: 'ON',
  NUMERIC_ROUNDABORT: 'OFF',
  CURSOR_CLOSE_ON_COMMIT: 'OFF',
  ARITHIGNORE: 'OFF',
  FORCEPLAN: 'OFF',
  NOEXEC: 'OFF',
  PARSEONLY: 'OFF',
  SHOWPLAN_ALL: 'OFF',
  SHOWPLAN_TEXT: 'OFF',
  SHOWPLAN_XML: 'OFF',
  ANSI_NULL_DFLT_OFF: 'OFF',
  NO_BROWSETABLE: 'ON',
};
/** Options that change no answer whatever their value. */
const idle = new Set([
  'DEADLOCK_PRIORITY',
  'QUERY_GOVERNOR_COST_LIMIT',
  'STATISTICS IO',
  'STATISTICS TIME',
  'STATISTICS PROFILE',
  'STATISTICS XML',
  'CONTEXT_INFO',
]);

/** SET option value. */
export const setOption = async (runtime: Runtime, statement: StatementOf<'setOption'>): Promise<void> => {
  const { options } = runtime;
  const { option, line } = statement;
  const value = statement.value.toUpperCase();
  const on = value === 'ON';
  switch (option) {
    case 'NOCOUNT':
      options.nocount = on;
      return;
    case 'XACT_ABORT':
      options.xactAbort = on;
      return;
    case 'FMTONLY':
      options.fmtonly = on;
      return;
    case 'QUOTED_IDENTIFIER':
      options.quotedIdentifier = on;
      return;
    case 'IMPLICIT_TRANSACTIONS':
      options.implicitTransactions = on;
      return;
    case 'TEXTSIZE':
      options.textSize = Number(value);
      return;
    case 'LANGUAGE':
      if (!['US_ENGLISH', 'ENGLISH'].includes(value))
        throw unsupported(`SET LANGUAGE ${statement.value}`, line);
      return;
    case 'DATEFORMAT':
      if (value !== 'MDY') throw unsupported(`SET DATEFORMAT ${statement.value}`, line);
      return;
    case 'DATEFIRST':
      options.dateFirst = Number(
        value.startsWith('@') ? (runtime.variable(value.toLowerCase(), line).value ?? 7) : value,
      );
      if (!(options.dateFirst >= 1 && options.dateFirst <= 7))
        throw new SqlError(2742, `SET DATEFIRST ${statement.value} is out of range.`, line);
      return runtime.applyDateFirst();
    case 'ROWCOUNT':
      options.rowCount = Number(
        value.startsWith('@') ? (runtime.variable(value.toLowerCase(), line).value ?? 0) : value,
      );
      return;
    case 'LOCK_TIMEOUT':
      options.lockTimeoutMs = Number(value);
      return runtime.applyLockTimeout();
    case 'IDENTITY_INSERT':
      return identityInsert(runtime, statement, on);
  }
  if (idle.has(option)) return;
  const only = fixed[option];
  if (only === undefined) throw new SqlError(195, `'${option}' is not a recognized SET option.`, line, 15, 5);
  // Drivers switch ARITHABORT and the ANSI options either way at login; off is refused only where answers would differ.
  if (
    value !== only &&
    !['ARITHABORT', 'ANSI_NULL_DFLT_ON', 'ANSI_WARNINGS', 'ANSI_PADDING', 'ANSI_DEFAULTS'].includes(option)
  ) {
    throw unsupported(`SET ${option} ${value}`, line);
  }
};

const identityInsert = async (
  runtime: Runtime,
  statement: StatementOf<'setOption'>,
  on: boolean,
): Promise<void> => {
  const parts = statement.table ?? [];
  const name = parts.at(-1) ?? '';
  const catalog = await runtime.catalog();
  const table = name.startsWith('#')
    ? runtime.temporaries.get(name.toLowerCase())
    : catalog.find(parts.at(-2) || undefined, name);
  if (table?.kind !== 'table') {
    throw new SqlError(
      1088,
      `Cannot find the object "${parts.join('.')}" because it does not exist or you do not have permissions.`,
      statement.line,
      16,
      11,
    );
  }
  if (!table.columns.some((column) => column.identity)) {
    throw new SqlError(
      8106,
      `Table '${parts.join('.')}' does not have the identity property. Cannot perform SET operation.`,
      statement.line,
    );
  }
  const { options } = runtime;
  if (!on) {
    if (options.identityInsert === table.id) options.identityInsert = undefined;
    return;
  }
  if (options.identityInsert !== undefined && options.identityInsert !== table.id) {
    const other = catalog.table(options.identityInsert);
    throw new SqlError(
      8107,
      `IDENTITY_INSERT is already ON for table '${runtime.database.name}.${other?.schema ?? 'dbo'}.${other?.name ?? ''}'. Cannot perform SET operation for table '${parts.join('.')}'.`,
      statement.line,
    );
  }
  options.identityInsert = table.id;
};
