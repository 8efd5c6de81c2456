import type { SqlValue } from '../engine.js';
import type { Runtime } from './runtime.js';

const VERSION = 'Microsoft SQL Azure (RTM) - 12.0.2000.8 \n\tazure-sql-emulator on PostgreSQL 18';

/** What @@ROWCOUNT, ERROR_NUMBER() and the like answer now, by their names in lower case. */
export const sessionValues = (runtime: Runtime): Record<string, SqlValue> => {
  const error = runtime.frame.handling.at(-1);
  return {
    '@@rowcount': runtime.rowCount,
    rowcount_big: BigInt(runtime.rowCount),
    '@@error': runtime.lastError,
    '@@trancount': runtime.transaction?.count ?? 0,
    '@@spid': runtime.id,
    '@@version': VERSION,
    '@@servername': 'azure-sql-emulator',
    '@@servicename': 'azure-sql-emulator',
    '@@language': runtime.options.language,
    '@@langid': 0,
    '@@datefirst': runtime.options.dateFirst,
    '@@nestlevel': runtime.nesting,
    '@@options': 5432,
    '@@lock_timeout': runtime.options.lockTimeoutMs,
    '@@max_precision': 38,
    '@@microsoftversion': 0x0c0007d0,
    '@@procid': 0,
    '@@textsize': runtime.options.textSize,
    '@@cursor_rows': runtime.cursorRows,
    '@@fetch_status': runtime.fetchStatus,
    '@@max_connections': 32767,
    xact_state: runtime.transaction ? (runtime.transaction.doomed ? -1 : 1) : 0,
    error_number: error ? error.number : null,
    error_message: error ? error.message : null,
    error_severity: error ? error.severity : null,
    error_state: error ? error.state : null,
    error_line: error ? error.line : null,
    error_procedure: error?.procedure ?? null,
    suser_sname: runtime.user,
    suser_name: runtime.user,
    original_login: runtime.user,
    system_user: runtime.user,
    user_name: runtime.isAdministrator ? 'dbo' : runtime.user,
    host_name: runtime.login.hostName,
    app_name: runtime.login.applicationName,
    current_transaction_id: BigInt(runtime.id),
    has_perms: 1,
    rand: Math.random(),
  };
};
