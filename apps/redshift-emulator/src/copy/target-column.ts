import type { RedshiftTypeName } from '../language/types.js';

/** A column COPY loads into. */
export interface TargetColumn {
  readonly name: string;
  readonly type: RedshiftTypeName;
  /** Bytes of CHAR, VARCHAR and VARBYTE. */
  readonly length: number;
  readonly precision: number;
  readonly scale: number;
  readonly notNull: boolean;
  readonly hasDefault: boolean;
  readonly identity: boolean;
}

const SHORT_NAMES: Readonly<Record<RedshiftTypeName, string>> = {
  smallint: 'int2',
  integer: 'int4',
  bigint: 'int8',
  numeric: 'numeric',
  real: 'float4',
  'double precision': 'float8',
  boolean: 'bool',
  date: 'date',
  'time without time zone': 'time',
  'time with time zone': 'timetz',
  'timestamp without time zone': 'timestamp',
  'timestamp with time zone': 'timestampz',
  character: 'char',
  'character varying': 'varchar',
  super: 'super',
  varbyte: 'varbyte',
};

/** The type as stl_load_errors names it. */
export function shortTypeName(column: TargetColumn): string {
  return SHORT_NAMES[column.type];
}

/** The length as stl_load_errors shows it. */
export function lengthText(column: TargetColumn): string {
  if (column.type === 'numeric') return `${column.precision}, ${column.scale}`;
  return String(column.length);
}

const BY_OID: Readonly<Record<number, RedshiftTypeName>> = {
  16: 'boolean',
  17: 'varbyte',
  20: 'bigint',
  21: 'smallint',
  23: 'integer',
  25: 'character varying',
  700: 'real',
  701: 'double precision',
  1042: 'character',
  1043: 'character varying',
  1082: 'date',
  1083: 'time without time zone',
  1114: 'timestamp without time zone',
  1184: 'timestamp with time zone',
  1266: 'time with time zone',
  1700: 'numeric',
  3802: 'super',
};

/** Redshift's type of a PostgreSQL type, or undefined for one Redshift does not have. */
export function typeOfOid(oid: number): RedshiftTypeName | undefined {
  return BY_OID[oid];
}

/** Length, precision and scale that a type modifier carries. */
export function modifierOf(
  type: RedshiftTypeName,
  modifier: number,
): Pick<TargetColumn, 'length' | 'precision' | 'scale'> {
  if (type === 'numeric' && modifier >= 4) {
    return { length: 0, precision: ((modifier - 4) >> 16) & 0xffff, scale: (modifier - 4) & 0x7ff };
  }
  if (type === 'numeric') return { length: 0, precision: 38, scale: 37 };
  if (type === 'character' || type === 'character varying') {
    return { length: modifier >= 4 ? modifier - 4 : 65_535, precision: 0, scale: 0 };
  }
  return { length: type === 'varbyte' ? 16_777_216 : 0, precision: 0, scale: 0 };
}
