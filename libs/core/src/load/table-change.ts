import type { TableSchema } from '@thalamus/contracts';

/** A change a table of the warehouse needs before rows can be loaded. */
export type TableChange =
  | { readonly kind: 'create' }
  | { readonly kind: 'add-column'; readonly column: string; readonly type: string }
  | { readonly kind: 'widen-column'; readonly column: string; readonly from: string; readonly to: string };

/** Columns the warehouse has: name → type, undefined where the catalogue's type is not one of ours. */
export type ColumnTypes = ReadonlyMap<string, string | undefined>;

/** How a wanted type stands to the one a column has. */
export type TypeFit = 'fits' | 'widen' | 'incompatible';

const synonyms: Readonly<Record<string, string>> = {
  'CHARACTER VARYING': 'VARCHAR',
  NVARCHAR: 'VARCHAR',
  CHARACTER: 'CHAR',
  NUMERIC: 'DECIMAL',
  INT: 'INTEGER',
  INT2: 'SMALLINT',
  INT4: 'INTEGER',
  INT8: 'BIGINT',
  BOOL: 'BOOLEAN',
  FLOAT8: 'DOUBLE PRECISION',
  FLOAT4: 'REAL',
  'TIMESTAMP WITHOUT TIME ZONE': 'TIMESTAMP',
  'TIMESTAMP WITH TIME ZONE': 'TIMESTAMPTZ',
  'TIME WITHOUT TIME ZONE': 'TIME',
};

/** One spelling for each type: upper case, one blank, no synonyms. */
export function normalizeType(type: string): string {
  const parts = /^\s*([^(]+?)\s*(\(.*\))?\s*$/.exec(type.toUpperCase().replace(/\s+/g, ' '));
  const family = parts?.[1] ?? type;
  return `${synonyms[family] ?? family}${(parts?.[2] ?? '').replaceAll(' ', '')}`;
}

/** Length in bytes of a normalized VARCHAR type. */
function varcharBytes(type: string): number | undefined {
  const length = /^VARCHAR\((\d+|MAX)\)$/.exec(type)?.[1];
  return length === undefined ? undefined : length === 'MAX' ? 65_535 : Number(length);
}

export function fitType(have: string | undefined, want: string): TypeFit {
  if (have === undefined) return 'fits';
  const [from, to] = [normalizeType(have), normalizeType(want)];
  if (from === to) return 'fits';
  const [fromBytes, toBytes] = [varcharBytes(from), varcharBytes(to)];
  if (fromBytes === undefined || toBytes === undefined) return 'incompatible';
  return toBytes > fromBytes ? 'widen' : 'fits';
}

/** The type that holds values of both: the longer VARCHAR, else `a`. */
export function widerType(a: string, b: string): string {
  return fitType(a, b) === 'widen' ? b : a;
}

/** A column change that only a new generation can bring. */
export interface IncompatibleColumn {
  readonly column: string;
  readonly have: string;
  readonly want: string;
}

/**
 * What to do so that rows of `schema` fit a table that has `columns`. Columns that the source dropped stay and are NULL
 * in new rows: readers may still use them.
 */
export function planTableChanges(
  columns: ColumnTypes | undefined,
  schema: TableSchema,
): { changes: TableChange[]; incompatible: IncompatibleColumn[] } {
  if (columns === undefined) return { changes: [{ kind: 'create' }], incompatible: [] };
  const changes: TableChange[] = [];
  const incompatible: IncompatibleColumn[] = [];
  for (const { target: column, warehouseType: want } of schema.columns) {
    const have = columns.get(column);
    if (!columns.has(column)) {
      changes.push({ kind: 'add-column', column, type: want });
      continue;
    }
    const fit = fitType(have, want);
    if (fit === 'widen') changes.push({ kind: 'widen-column', column, from: have ?? '', to: want });
    if (fit === 'incompatible') incompatible.push({ column, have: have ?? '', want });
  }
  return { changes, incompatible };
}

/** A change as an operator reads it. */
export function describeTableChange(target: string, change: TableChange): string {
  switch (change.kind) {
    case 'create':
      return `create table ${target}`;
    case 'add-column':
      return `add column ${change.column} ${change.type} to ${target}`;
    case 'widen-column':
      return `widen column ${change.column} of ${target} from ${change.from} to ${change.to}`;
  }
}
