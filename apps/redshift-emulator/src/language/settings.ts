import { notSupportedByEmulator } from '../errors.js';
import type { Cursor } from './cursor.js';
import { quoteIdentifier, quoteLiteral, render } from './lexer.js';
import type { Plan } from './plan.js';
import { planShowObjects } from './show-objects.js';

/** Settings that PostgreSQL has under the same name and meaning. */
export const SHARED = new Set(
  'search_path statement_timeout datestyle timezone client_encoding application_name extra_float_digits client_min_messages'.split(
    ' ',
  ),
);

/** Settings only Redshift has; they are kept and shown, under `redshift.`, and change nothing unless said otherwise. */
export const OWN = new Set(
  `query_group wlm_query_slot_count enable_result_cache_for_session enable_case_sensitive_identifier
   analyze_threshold_percent describe_field_name_in_uppercase enable_vacuum_boost json_serialization_enable
   json_serialization_parse_nested_strings max_concurrency_scaling_clusters max_cursor_result_set_size
   mv_enable_aqmv_for_session navigate_super_null_on_error parse_super_null_on_error cast_super_null_on_error
   pg_federation_repeatable_read stored_proc_log_min_messages timestamp_format use_fips_ssl activity_monitor
   error_on_nondeterministic_update spectrum_enable_pseudo_columns default_geometry_encoding
   enable_numeric_rounding datashare_break_glass_session_var enable_case_sensitive_super_attribute
   downcase_delimited_identifier metadata_view_compatibility`
    .split(/\s+/)
    .filter(Boolean),
);

/** SET and RESET; the cursor stands at the word. */
export function planSet(cursor: Cursor): Plan {
  const reset = cursor.next().value === 'reset';
  cursor.accept('session');
  const local = cursor.accept('local') ? 'local ' : '';
  if (cursor.at('authorization') || cursor.at('transaction') || cursor.at('characteristics')) {
    return planSessionSet(cursor);
  }
  if (cursor.accept('time', 'zone')) {
    return { kind: 'forward', sql: `set ${local}timezone to ${render(cursor.rest())}` };
  }
  const name = cursor.identifier();
  const setting = settingName(name);
  if (reset) return { kind: 'forward', sql: name === 'all' ? 'reset all' : `reset ${setting}` };
  if (!cursor.accept('to')) cursor.expectSymbol('=');
  const value =
    setting.startsWith('redshift.') && !cursor.at('default')
      ? quoteLiteral(ownValue(cursor))
      : render(cursor.rest());
  return { kind: 'forward', sql: `set ${local}${setting} to ${value}` };
}

function ownValue(cursor: Cursor): string {
  return cursor
    .rest()
    .filter(({ kind }) => kind !== 'blank')
    .map(({ value }) => value)
    .join('');
}

function settingName(name: string): string {
  if (SHARED.has(name) || name === 'all') return name;
  if (OWN.has(name)) return `redshift.${name}`;
  throw notSupportedByEmulator(`setting ${name}`);
}

/** SET SESSION AUTHORIZATION passes; SET TRANSACTION changes nothing, as every level is the database's. */
function planSessionSet(cursor: Cursor): Plan {
  if (cursor.accept('authorization')) {
    return { kind: 'forward', sql: `set session authorization ${render(cursor.rest())}` };
  }
  return {
    kind: 'forward',
    sql: "select pg_catalog.set_config('redshift.transaction_level', 'database', false) where false",
  };
}

/** SHOW of a setting; the cursor stands at the word. */
export function planShow(cursor: Cursor): Plan {
  cursor.next();
  if (cursor.accept('all')) return { kind: 'forward', sql: 'show all' };
  const objects = planShowObjects(cursor);
  if (objects !== undefined) return objects;
  for (const word of ['table', 'view', 'external', 'grants', 'model', 'procedure', 'datashares']) {
    if (cursor.at(word)) throw notSupportedByEmulator(`SHOW ${word.toUpperCase()}`);
  }
  if (cursor.accept('time', 'zone')) return { kind: 'forward', sql: 'show timezone' };
  if (cursor.accept('transaction', 'isolation', 'level')) {
    return { kind: 'forward', sql: `select 'serializable'::varchar as transaction_isolation` };
  }
  const name = cursor.identifier();
  if (name === 'server_version') return { kind: 'forward', sql: `select '8.0.2'::varchar as server_version` };
  if (name === 'is_superuser' || name === 'session_authorization' || SHARED.has(name)) {
    return { kind: 'forward', sql: `show ${name}` };
  }
  return {
    kind: 'forward',
    sql: `select coalesce(current_setting(${quoteLiteral(settingName(name))}, true), 'default')::varchar as ${quoteIdentifier(name)}`,
  };
}
