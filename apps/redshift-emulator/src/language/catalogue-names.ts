import type { Token } from './lexer.js';

/** Relations and functions of PostgreSQL's catalogue that differ in Redshift, see `storage/catalogue-views.sql.ts`. */
const CATALOGUE = new Set(
  'pg_class pg_attribute pg_type pg_constraint pg_index pg_attrdef pg_namespace pg_database pg_tables pg_views pg_proc pg_depend'.split(
    ' ',
  ),
);
const FUNCTIONS = new Set(['format_type', 'pg_get_constraintdef', 'pg_get_indexdef', 'pg_get_expr']);
const INFORMATION_SCHEMA = new Set(
  `tables columns schemata views table_constraints key_column_usage referential_constraints
   constraint_column_usage`.split(/\s+/),
);
const SYSTEM_RELATION = /^(pg_|svv_|svl_|stv_|stl_|sys_)/;

const isName = (token: Token | undefined): token is Token =>
  token !== undefined && (token.kind === 'word' || token.kind === 'quoted');
const isSymbol = (token: Token | undefined, symbol: string): boolean =>
  token?.kind === 'symbol' && token.value === symbol;

function neighbour(tokens: readonly Token[], index: number, step: 1 | -1): Token | undefined {
  let at = index + step;
  while (tokens[at]?.kind === 'blank') at += step;
  return tokens[at];
}

/** The emulator's relation or function in the place of PostgreSQL's own named at `index`, and where the name ends. */
export function catalogueName(
  tokens: readonly Token[],
  index: number,
): { readonly name: string; readonly next: number } | undefined {
  const token = tokens[index];
  if (!isName(token)) return undefined;
  const previous = neighbour(tokens, index, -1);
  if (isSymbol(previous, '.') || (previous?.kind === 'word' && previous.value === 'as')) return undefined;
  const dotted = isSymbol(tokens[index + 1], '.');
  const second = dotted ? tokens[index + 2] : undefined;
  if (isName(second)) {
    if (!isReplaced(token.value, second.value, tokens, index + 2)) return undefined;
    return { name: `redshift_emulator.${second.value}`, next: index + 3 };
  }
  // `pg_class.relname` names the relation by the alias that it has without one.
  if (dotted || !isReplaced('pg_catalog', token.value, tokens, index)) return undefined;
  return { name: `redshift_emulator.${token.value}`, next: index + 1 };
}

function isReplaced(schema: string, name: string, tokens: readonly Token[], last: number): boolean {
  const called = isSymbol(neighbour(tokens, last, 1), '(');
  if (schema === 'information_schema') return INFORMATION_SCHEMA.has(name) && !called;
  return schema === 'pg_catalog' && (called ? FUNCTIONS : CATALOGUE).has(name);
}

/**
 * Whether a query reads the catalogue and nothing else: such a query runs on Redshift's leader node, which takes
 * arrays and more of PostgreSQL's functions.
 *
 * @param tables as `tablesIn` gives them
 */
export function readsCatalogueOnly(tables: readonly string[]): boolean {
  return (
    tables.length > 0 &&
    tables.every((table) => {
      const [first = '', second] = table.split('.').map((part) => part.replaceAll('"', ''));
      if (second === undefined) return SYSTEM_RELATION.test(first);
      return first === 'information_schema' || first === 'pg_catalog';
    })
  );
}
