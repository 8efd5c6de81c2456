import { notSupportedByEmulator, RedshiftError } from '../errors.js';
import type { Cursor } from './cursor.js';
import { quoteLiteral } from './lexer.js';
import type { Plan } from './plan.js';

/** What SHOW lists, by the words behind it; each reads a system view that has its columns. */
type Lister = (cursor: Cursor) => Listing;

interface Listing {
  readonly columns: string;
  readonly from: string;
  /** The column that LIKE looks at and rows are ordered by. */
  readonly name: string;
  readonly order?: string;
  readonly where?: readonly string[];
}

const LISTERS: Readonly<Record<string, Lister>> = {
  databases: () => ({
    columns: `datname::varchar as database_name, datdba::int as database_owner, 'local'::varchar as database_type, null::varchar as database_acl,
      null::varchar as parameters, i.isolation_level as database_isolation_level`,
    from: 'redshift_emulator.pg_database cross join pg_catalog.stv_db_isolation_level i',
    name: 'datname',
  }),
  schemas: (cursor) => {
    const [database] = scope(cursor, 'database', 1);
    return {
      columns:
        'database_name, schema_name, schema_owner, schema_type, schema_acl, source_database, schema_option',
      from: 'pg_catalog.svv_all_schemas',
      name: 'schema_name',
      where: equals(['database_name', database]),
    };
  },
  tables: (cursor) => {
    const [schema, database] = scope(cursor, 'schema', 2);
    return {
      columns: `database_name, schema_name, table_name, case table_type when 'VIEW' then 'VIEW' else 'TABLE' end::varchar as table_type, table_acl, remarks`,
      from: 'pg_catalog.svv_all_tables',
      name: 'table_name',
      where: equals(['schema_name', schema], ['database_name', database]),
    };
  },
  columns: (cursor) => {
    const [table, schema, database] = scope(cursor, 'table', 3);
    return {
      columns:
        'database_name, schema_name, table_name, column_name, ordinal_position, column_default, is_nullable, data_type, character_maximum_length, numeric_precision, numeric_scale, remarks',
      from: 'pg_catalog.svv_all_columns',
      name: 'column_name',
      order: 'ordinal_position',
      where: equals(['table_name', table], ['schema_name', schema], ['database_name', database]),
    };
  },
};

/** Parts of the name behind FROM SCHEMA and its like, the last first. */
function scope(cursor: Cursor, kind: string, most: number): (string | undefined)[] {
  cursor.expect('from', kind);
  const parts = [cursor.identifier()];
  while (cursor.acceptSymbol('.')) parts.push(cursor.identifier());
  if (parts.length > most)
    throw new RedshiftError('42601', 'improper qualified name (too many dotted names)');
  return parts.reverse();
}

function equals(...pairs: readonly (readonly [column: string, value: string | undefined])[]): string[] {
  return pairs.flatMap(([column, value]) =>
    value === undefined ? [] : [`${column} = ${quoteLiteral(value)}`],
  );
}

/** SHOW DATABASES, SCHEMAS, TABLES and COLUMNS; the cursor stands behind SHOW. Undefined when it shows something else. */
export function planShowObjects(cursor: Cursor): Plan | undefined {
  const word = Object.keys(LISTERS).find((each) => cursor.at(each));
  const lister = word === undefined ? undefined : LISTERS[word];
  if (word === undefined || lister === undefined) return undefined;
  cursor.next();
  if (cursor.at('from', 'data')) throw notSupportedByEmulator(`SHOW ${word.toUpperCase()} FROM DATA CATALOG`);
  const { columns, from, name, order = name, where = [] } = lister(cursor);
  const conditions = [...where];
  if (cursor.accept('like')) conditions.push(`${name} like ${quoteLiteral(cursor.string())}`);
  const limit = cursor.accept('limit') ? ` limit ${cursor.integer()}` : '';
  if (!cursor.atEnd) throw cursor.unexpected();
  const filter = conditions.length === 0 ? '' : ` where ${conditions.join(' and ')}`;
  return { kind: 'forward', sql: `select ${columns} from ${from}${filter} order by ${order}${limit}` };
}
