import { refusedByRedshift } from '../errors.js';
import { readsCatalogueOnly } from './catalogue-names.js';
import type { Token } from './lexer.js';
import { tablesIn } from './tables-in.js';

/** Functions that PostgreSQL has and Redshift has not. */
export const MISSING_FUNCTIONS = new Set(
  `string_agg array_agg array_append array_prepend array_cat array_length array_to_string string_to_array array_ndims
   array_position array_remove array_replace unnest format overlay encode convert_from convert_to
   regexp_matches regexp_match regexp_split_to_array regexp_split_to_table bit_length justify_days justify_hours
   justify_interval clock_timestamp transaction_timestamp statement_timestamp pg_sleep pg_sleep_for pg_sleep_until
   pg_advisory_lock pg_advisory_xact_lock pg_try_advisory_lock pg_try_advisory_xact_lock pg_advisory_unlock
   pg_advisory_unlock_all pg_advisory_lock_shared nextval currval setval lastval
   json_agg jsonb_agg json_build_object jsonb_build_object json_object_agg jsonb_object_agg to_json to_jsonb row_to_json
   json_each jsonb_each json_array_elements jsonb_array_elements jsonb_set jsonb_path_query json_populate_record
   to_tsvector to_tsquery plainto_tsquery ts_rank ts_headline xmlelement xmlagg xmlforest xmlparse xpath
   gen_random_uuid uuid_generate_v4 pg_notify make_date make_time make_timestamp make_interval age_in
   corr covar_pop covar_samp regr_slope regr_intercept regr_r2 mode scale width_bucket num_nonnulls num_nulls
   tstzrange tsrange int4range int8range numrange daterange dblink lo_import lo_export
   digest hmac crypt gen_salt pg_read_file pg_ls_dir current_schemas_array bool_xor every grouping_sets`
    .split(/\s+/)
    .filter(Boolean),
);

/** System columns of PostgreSQL's rows. */
export const SYSTEM_COLUMNS = new Set(['ctid', 'xmin', 'xmax', 'cmin', 'cmax', 'tableoid']);

/** Type names behind `::` or CAST … AS. */
export const MISSING_TYPES = new Set(
  'bytea uuid json jsonb money xml inet cidr macaddr tsvector tsquery bit int4range int8range numrange tsrange tstzrange daterange regclass_array'.split(
    ' ',
  ),
);

interface View {
  readonly words: readonly Token[];
  readonly index: number;
  /** Lower-case value of the n-th token from here, `''` where there is none; quoted identifiers and strings are `''`. */
  at(offset: number): string;
}

function viewOf(words: readonly Token[], index: number): View {
  const at = (offset: number): string => {
    const token = words[index + offset];
    return token === undefined || token.kind === 'quoted' || token.kind === 'string' ? '' : token.value;
  };
  return { words, index, at };
}

/**
 * Refuses what PostgreSQL would take and Redshift does not, so that it cannot hide in tests.
 *
 * @throws RedshiftError naming the construct
 */
export function refuseForeignSyntax(tokens: readonly Token[]): void {
  if (readsCatalogueOnly(tablesIn(tokens))) return;
  const words = tokens.filter(({ kind }) => kind !== 'blank');
  let depth = 0;
  const start = viewOf(words, 0).at(0);
  for (let index = 0; index < words.length; index += 1) {
    const token = words[index]!;
    if (token.kind === 'symbol') {
      if (token.value === '(') depth += 1;
      else if (token.value === ')') depth -= 1;
      else refuseSymbol(viewOf(words, index));
    } else if (token.kind === 'word') refuseWord(viewOf(words, index), depth, start);
  }
}

function refuseSymbol(view: View): void {
  const symbol = view.at(0);
  // SUPER navigation (`c[0]`) is Redshift's; arrays (`ARRAY[…]`, `'{}'::int[]`) are not.
  if (symbol === '[' && (view.at(-1) === 'array' || view.at(1) === ']')) {
    throw refusedByRedshift('arrays are not supported');
  }
}

function refuseWord(view: View, depth: number, start: string): void {
  const word = view.at(0);
  if (view.at(-1) === '.') return;
  if (view.at(1) === '(') {
    refuseCall(word, view);
    if (MISSING_FUNCTIONS.has(word)) {
      throw refusedByRedshift(`function ${word}() is not supported by Redshift`);
    }
  }
  if (SYSTEM_COLUMNS.has(word) && view.at(1) !== '(') {
    throw refusedByRedshift(`system column "${word}" is not supported`);
  }
  const casts = view.at(-1) === '::' || (view.at(-1) === 'as' && view.at(1) === ')');
  if (casts && MISSING_TYPES.has(word))
    throw refusedByRedshift(`type "${word}" is not supported by Redshift`);
  const found = CLAUSES[word]?.(view, depth, start);
  if (found !== undefined) throw refusedByRedshift(`${found} is not supported`);
}

function refuseCall(word: string, view: View): void {
  if (word === 'filter' && view.at(-1) === ')' && view.at(2) === 'where') {
    throw refusedByRedshift('FILTER clause is not supported');
  }
  if (word === 'values' && ['(', 'from', 'join', ','].includes(view.at(-1)) && !insertsHere(view)) {
    throw refusedByRedshift('VALUES list used as a table is not supported');
  }
  if (
    word === 'generate_series' &&
    view.words.some(({ kind, value }) => kind === 'word' && value === 'insert')
  ) {
    throw refusedByRedshift(
      'Specified types or functions (one per INFO message) not supported on Redshift tables.',
    );
  }
}

/** `insert into t (values)` does not exist; `( values (…` behind FROM does. */
function insertsHere(view: View): boolean {
  return view.at(-1) === ',' && view.words[0]?.value === 'insert';
}

type Clause = (view: View, depth: number, start: string) => string | undefined;

const CLAUSES: Readonly<Record<string, Clause>> = {
  on: (view) => (view.at(1) === 'conflict' ? 'ON CONFLICT' : undefined),
  returning: (view, depth, start) => {
    const statement = ['insert', 'update', 'delete', 'merge'].includes(start) && depth === 0;
    const asName = ['=', ',', '.', ')'].includes(view.at(1)) || ['.', ',', 'set', 'as'].includes(view.at(-1));
    return statement && !asName ? 'RETURNING' : undefined;
  },
  lateral: (view) => (['(', 'unnest'].includes(view.at(1)) ? 'LATERAL' : undefined),
  distinct: (view) => {
    if (view.at(-1) === 'is' || (view.at(-1) === 'not' && view.at(-2) === 'is')) {
      return view.at(1) === 'from' ? 'IS DISTINCT FROM' : undefined;
    }
    return view.at(1) === 'on' && view.at(2) === '(' ? 'DISTINCT ON' : undefined;
  },
  only: (view) => (['from', 'update'].includes(view.at(-1)) ? 'ONLY (inheritance)' : undefined),
  tablesample: () => 'TABLESAMPLE',
  with: (view) =>
    view.at(1) === 'ordinality' || view.at(1) === 'ties' ? 'WITH ORDINALITY / WITH TIES' : undefined,
  for: (view) => {
    const mode = view.at(1);
    return ['update', 'share'].includes(mode) && view.at(-1) !== '('
      ? `SELECT FOR ${mode.toUpperCase()}`
      : undefined;
  },
  insert: dataModifyingCte,
  update: dataModifyingCte,
  delete: dataModifyingCte,
  current: (view) => (view.at(1) === 'of' ? 'WHERE CURRENT OF' : undefined),
  groups: (view) =>
    view.at(1) === 'between' || view.at(1) === 'unbounded' ? 'GROUPS window frames' : undefined,
};

function dataModifyingCte(view: View): string | undefined {
  const inCte = view.at(-1) === '(' && ['as', 'materialized'].includes(view.at(-2));
  return inCte ? 'data-modifying WITH' : undefined;
}
