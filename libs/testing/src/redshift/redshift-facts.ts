/** How a fact is shown: a row of the answers whose statement matches, or a specification of the emulator's own. */
export type Proof =
  | { readonly refused: RegExp }
  | { readonly answered: RegExp }
  | { readonly spec: string; readonly title: string }
  /** Why nothing shows it. */
  | { readonly untested: string };

/** A behaviour of Redshift, in our words. */
export interface RedshiftFact {
  readonly says: string;
  readonly by: Proof;
}

const refused = (says: string, pattern: RegExp): RedshiftFact => ({ says, by: { refused: pattern } });
const answered = (says: string, pattern: RegExp): RedshiftFact => ({ says, by: { answered: pattern } });
const shown = (says: string, spec: string, title: string): RedshiftFact => ({ says, by: { spec, title } });
const call = (name: string): RegExp => new RegExp(`\\b${name}\\s*\\(`, 'i');

/** Functions that PostgreSQL has and Redshift has not. */
const missingFunctions = Object.fromEntries(
  `string_agg array_agg array_to_string array_append unnest format overlay encode convert_from convert_to regexp_matches
   regexp_split_to_array regexp_split_to_table bit_length justify_days justify_hours justify_interval clock_timestamp
   transaction_timestamp pg_sleep pg_advisory_lock nextval currval to_tsvector xmlforest gen_random_uuid`
    .split(/\s+/)
    .map((name) => [`9.function.${name}`, refused(`${name}() does not exist`, call(name))]),
);

/** Types of columns and casts that Redshift has not. */
const missingTypes = Object.fromEntries(
  'serial uuid json jsonb bytea money bit xml inet'
    .split(' ')
    .map((type) => [
      `9.type.${type}`,
      refused(`no column is ${type}`, new RegExp(`^create table .* ${type}\\b`, 'i')),
    ]),
);

/** Functions that Redshift has and PostgreSQL has not. */
const providedFunctions = Object.fromEntries(
  `getdate dateadd datediff date_part nvl nvl2 decode listagg len charindex strtol md5 sha1 sha2 func_sha1
   json_extract_path_text json_parse json_serialize can_json_parse convert median ratio_to_report`
    .split(/\s+/)
    .map((name) => [`9.provided.${name}`, answered(`${name}() answers as the guide says`, call(name))]),
);

const systemViews = Object.fromEntries(
  'svv_table_info stv_tbl_perm pg_table_def stl_query stv_recents svv_transactions'
    .split(' ')
    .map((view) => [`9.view.${view}`, answered(`${view} can be read`, new RegExp(`from ${view}\\b`, 'i'))]),
);

/** What section 9 of the reference names. */
export const differencesFromPostgres: Readonly<Record<string, RedshiftFact>> = {
  ...missingFunctions,
  ...missingTypes,
  ...providedFunctions,
  ...systemViews,
  '9.on-conflict': refused('INSERT takes no ON CONFLICT', /on conflict/i),
  '9.returning': refused('no statement takes RETURNING', /^insert .* returning/i),
  '9.index': refused('there are no indexes', /^create (unique )?index/i),
  '9.trigger': refused('there are no triggers', /^create trigger/i),
  '9.sequence': refused('there are no sequences', /^create sequence/i),
  '9.array-type': refused('a column is no array', /int\[\]/i),
  '9.array-constructor': refused('there are no arrays', /array\[/i),
  '9.values': refused('VALUES is no table', /from \(values/i),
  '9.generate-series': refused('generate_series() fills no table', /insert .*generate_series/i),
  '9.is-distinct': refused('no IS DISTINCT FROM', /is distinct from/i),
  '9.window-nulls': {
    says: 'a list of unsupported features names "NULLS in window functions"',
    by: {
      untested:
        'the page on window functions allows NULLS FIRST and LAST, and the Spark connector sends them',
    },
  },
  '9.rollback-to': refused('no savepoints', /^rollback to/i),
  '9.savepoint': refused('no savepoints', /^savepoint/i),
  '9.inheritance': refused('no INHERITS', /inherits/i),
  '9.partition': refused('no partitions', /partition by range/i),
  '9.tablespace': refused('no tablespaces', /tablespace/i),
  '9.check': refused('no CHECK', /check \(/i),
  '9.exclude': refused('no EXCLUDE', /exclude/i),
  '9.lateral': refused('no LATERAL', /lateral/i),
  '9.filter': refused('no FILTER', /filter \(where/i),
  '9.distinct-on': refused('no DISTINCT ON', /distinct on/i),
  '9.modifying-with': refused('WITH does not modify', /^with .*delete/i),
  '9.alter-using': refused('ALTER COLUMN takes no USING', /using name/i),
  '9.copy-stdin': refused('COPY does not read from the client', /from stdin/i),
  '9.for-update': refused('no row locks', /for update/i),
  ...Object.fromEntries(
    ['ctid', 'xmin', 'xmax', 'cmin', 'cmax', 'tableoid', 'oid'].map((column) => [
      `9.system-column.${column}`,
      refused(`${column} is no column`, new RegExp(`select ${column} from`, 'i')),
    ]),
  ),
  '9.sysdate': answered('SYSDATE is a timestamp', /\bsysdate\b/i),
  '9.top': answered('SELECT TOP n', /\btop \d/i),
  '9.approximate-count': answered('APPROXIMATE COUNT(DISTINCT …)', /approximate count/i),
  '9.table-def-path': shown(
    'pg_table_def lists schemas of the search_path only',
    'storage/table-definitions.spec.ts',
    'pg_table_def lists the tables of the search_path only',
  ),
  '9.table-def-case': answered('pg_table_def shows names in lower case', /pg_table_def.*'mixed'/i),
  '9.reserved.tag': refused("Redshift's reserved words are no names: TAG", /\(tag int\)/i),
  '9.reserved.open': refused("Redshift's reserved words are no names: OPEN", /\(open date\)/i),
  '9.reserved.snapshot': refused("Redshift's reserved words are no names: SNAPSHOT", /table snapshot/i),
  '9.reserved.quoted': answered('a reserved word between quotes is a name', /"tag"/i),
};

/** Limits and definitions (sections 2 and 3), MERGE and transactions (sections 4 and 5). */
export const limitsAndStatements: Readonly<Record<string, RedshiftFact>> = {
  '2.char-4096': refused('CHAR has 4,096 bytes at most', /char\(4097\)/i),
  '2.varchar-65535': refused('VARCHAR has 65,535 bytes at most', /varchar\(65536\)/i),
  '2.decimal-38': refused('DECIMAL has 38 digits at most', /decimal\(39/i),
  '2.decimal-scale-37': refused('37 of them behind the point at most', /decimal\(38, 38\)/i),
  '2.trailing-blanks': answered('trailing blanks do not count in comparisons', /'a' = 'a '/i),
  '2.bytes': shown(
    'lengths are bytes',
    'session/session.spec.ts',
    'VARCHAR counts bytes, without length it is 256',
  ),
  '2.decimal-types': answered('DECIMAL arithmetic has types of its own', /pricepaid \/ commission/i),
  '2.decimal-overflow': refused('DECIMAL arithmetic overflows beyond 38 digits', /d \* 100/i),
  '3.long-names': answered('names have 127 bytes', /pg_table_def where tablename = 'long_/i),
  '3.keys': shown('keys are not enforced', 'session/session.spec.ts', 'PRIMARY KEY is not enforced'),
  '3.one-column': refused('ALTER TABLE adds one column', /add column a int, add column/i),
  '3.not-null-default': refused('an added NOT NULL column needs a DEFAULT', /add column c int not null/i),
  '3.alter-type': refused('only VARCHAR is resized', /type bigint/i),
  '3.alter-null': refused('NOT NULL is not altered', /set not null/i),
  '3.alter-default': refused('DEFAULT is not altered', /set default/i),
  '3.append': answered('ALTER TABLE APPEND moves all rows', /from monthly/i),
  '4.merge-alias': refused('the target of MERGE has no alias', /merge into target t /i),
  '4.merge-query': refused('the source of MERGE is a table', /using \(select/i),
  '4.merge-self': refused('the source of MERGE is not its target', /using target/i),
  '4.merge-both': refused('MERGE has both WHEN clauses', /when matched then delete$/i),
  '4.merge-duplicates': answered('MERGE … REMOVE DUPLICATES', /from doubled/i),
  '4.truncate': shown('TRUNCATE commits', 'session/session.spec.ts', 'TRUNCATE commits'),
  '4.block': shown(
    'VACUUM and its like run outside blocks',
    'session/session.spec.ts',
    'what cannot run in a block',
  ),
  '5.1023': shown('a lost update is error 1023', 'session/session.spec.ts', 'a lost update is error 1023'),
  '5.1018': shown(
    'a table newer than the snapshot is error 1018',
    'session/session.spec.ts',
    'is error 1018',
  ),
  '5.writers': shown(
    'writers of a table take turns',
    'copy/copy-csv.spec.ts',
    'writers of a table take turns',
  ),
  '5.commit-queue': shown(
    'commits queue up',
    'session/concurrency.spec.ts',
    'commits of the whole cluster queue up',
  ),
};

/** COPY, UNLOAD and drivers (sections 1, 6, 7 and 8). */
export const transfers: Readonly<Record<string, RedshiftFact>> = {
  '1.manifest': shown(
    'mandatory files, full paths, lengths for Parquet',
    'copy/copy-refusals.spec.ts',
    'a manifest:',
  ),
  '1.null': shown('NULL and empty fields', 'copy/copy-csv.spec.ts', 'NULL and empty fields follow the table'),
  '1.nul': shown('NUL and bad UTF-8', 'copy/copy-csv.spec.ts', 'NUL and bad UTF-8 are refused by byte'),
  '1.maxerror': shown('MAXERROR', 'copy/copy-csv.spec.ts', 'MAXERROR lets so many rows go'),
  '1.errors': shown(
    'refused rows survive the rollback',
    'copy/copy-csv.spec.ts',
    'a refused row is found by its error',
  ),
  '1.roles': shown('roles are checked', 'copy/copy-csv.spec.ts', 'roles are checked against the cluster'),
  '1.json': shown('JSON by name', 'copy/copy-documents.spec.ts', 'JSON by name keeps digits'),
  '1.avro': shown('AVRO by name', 'copy/copy-documents.spec.ts', 'AVRO by name'),
  '1.json-options': shown(
    'options JSON does not take',
    'copy/copy-documents.spec.ts',
    'options that JSON does not take',
  ),
  '6.limit': shown(
    'no outermost LIMIT',
    '../../../libs/testing/src/redshift/limits.ts',
    'an UNLOAD with LIMIT',
  ),
  '6.in-the-way': shown('files in the way', 'unload/unload.spec.ts', 'files in the way are refused'),
  '6.no-rows': shown('no rows, no file', 'unload/unload.spec.ts', 'no rows leave no file'),
  '6.parts': shown(
    'a file from each slice',
    'unload/unload.spec.ts',
    'many rows leave a file from each slice',
  ),
  '6.partitions': shown(
    'PARTITION BY',
    'unload/unload-partitions.spec.ts',
    'each partition goes to its folder',
  ),
  '7.write': shown('the four formats', 'clients/spark-connector.spec.ts', 'in overwrite mode'),
  '7.error': shown('why a COPY failed', 'clients/spark-connector.spec.ts', 'a failed COPY: roll back'),
  '7.read': shown('Parquet and text', 'clients/spark-connector.spec.ts', 'reads by UNLOAD to text'),
  '7.super': shown('structs, lists, maps', 'clients/spark-pushdown.spec.ts', 'structs, lists and maps'),
  '7.pushdown': shown(
    'aggregates and joins',
    'clients/spark-pushdown.spec.ts',
    'aggregates, joins and unions',
  ),
  '8.says': shown('server_version 8.0.2', 'session/session.spec.ts', 'says it is Redshift'),
  '8.jdbc': shown('definitions by the extended protocol', 'session/session.spec.ts', 'as JDBC sends them'),
};

/** Each behaviour under a number that stays: the reference's section and the thing. */
export const redshiftFacts: Readonly<Record<string, RedshiftFact>> = {
  ...differencesFromPostgres,
  ...limitsAndStatements,
  ...transfers,
};
