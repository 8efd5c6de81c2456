/** A type as ODBC's catalogue functions describe it. */
interface OdbcType {
  readonly name: string;
  /** ODBC's code; dates and times have another one in version 2. */
  readonly code: number;
  readonly code2?: number;
  /** Digits, characters or bytes; null: the column's own. */
  readonly precision: number | null;
  /** Bytes as ODBC transfers it; null: the column's own. */
  readonly length: number | null;
  readonly radix: number | null;
  /** TDS tokens of the type that is NOT NULL, and of the nullable one. */
  readonly tokens: readonly [number, number];
  readonly prefix?: string;
  readonly parameters?: string;
  readonly searchable?: number;
  readonly unsigned?: boolean;
  readonly money?: boolean;
  readonly scales?: readonly [number, number];
  /** Precision of the type itself, where columns have their own. */
  readonly most?: number;
  readonly caseSensitive?: boolean;
}

const number = { radix: 10, unsigned: false } as const;
const text = { precision: null, length: null, radix: null, prefix: "'", searchable: 3 } as const;
const binary = { precision: null, length: null, radix: null, prefix: '0x' } as const;
const time = { radix: null, prefix: "'", searchable: 3 } as const;

export const ODBC_TYPES: readonly OdbcType[] = [
  { name: 'bit', code: -7, precision: 1, length: 1, radix: null, tokens: [50, 50], scales: [0, 0] },
  {
    ...number,
    name: 'tinyint',
    code: -6,
    precision: 3,
    length: 1,
    tokens: [48, 38],
    unsigned: true,
    scales: [0, 0],
  },
  { ...number, name: 'smallint', code: 5, precision: 5, length: 2, tokens: [52, 38], scales: [0, 0] },
  { ...number, name: 'int', code: 4, precision: 10, length: 4, tokens: [56, 38], scales: [0, 0] },
  { ...number, name: 'bigint', code: -5, precision: 19, length: 8, tokens: [63, 108], scales: [0, 0] },
  {
    ...number,
    name: 'decimal',
    code: 3,
    precision: null,
    length: null,
    tokens: [55, 106],
    parameters: 'precision,scale',
    scales: [0, 38],
    most: 38,
  },
  {
    ...number,
    name: 'numeric',
    code: 2,
    precision: null,
    length: null,
    tokens: [63, 108],
    parameters: 'precision,scale',
    scales: [0, 38],
    most: 38,
  },
  {
    ...number,
    name: 'money',
    code: 3,
    precision: 19,
    length: 21,
    tokens: [60, 110],
    prefix: '$',
    money: true,
    scales: [4, 4],
  },
  {
    ...number,
    name: 'smallmoney',
    code: 3,
    precision: 10,
    length: 12,
    tokens: [122, 110],
    prefix: '$',
    money: true,
    scales: [4, 4],
  },
  { ...number, name: 'float', code: 6, precision: 15, length: 8, tokens: [62, 109] },
  { ...number, name: 'real', code: 7, precision: 7, length: 4, tokens: [59, 109] },
  { ...time, name: 'date', code: 91, code2: -9, precision: 10, length: 6, tokens: [0, 0] },
  {
    ...time,
    name: 'time',
    code: -154,
    code2: -9,
    precision: null,
    length: 12,
    tokens: [0, 0],
    parameters: 'scale',
    scales: [0, 7],
    most: 16,
  },
  {
    ...time,
    name: 'datetime',
    code: 93,
    code2: 11,
    precision: 23,
    length: 16,
    tokens: [61, 111],
    scales: [3, 3],
  },
  {
    ...time,
    name: 'smalldatetime',
    code: 93,
    code2: 11,
    precision: 16,
    length: 16,
    tokens: [58, 111],
    scales: [0, 0],
  },
  {
    ...time,
    name: 'datetime2',
    code: 93,
    code2: -9,
    precision: null,
    length: 16,
    tokens: [0, 0],
    parameters: 'scale',
    scales: [0, 7],
    most: 27,
  },
  {
    ...time,
    name: 'datetimeoffset',
    code: -155,
    code2: -9,
    precision: null,
    length: 20,
    tokens: [0, 0],
    parameters: 'scale',
    scales: [0, 7],
    most: 34,
  },
  { ...text, name: 'char', code: 1, tokens: [47, 39], parameters: 'length', most: 8000 },
  { ...text, name: 'varchar', code: 12, tokens: [39, 39], parameters: 'max length', most: 8000 },
  {
    ...text,
    name: 'text',
    code: -1,
    precision: 2_147_483_647,
    length: 2_147_483_647,
    tokens: [35, 35],
    searchable: 1,
  },
  { ...text, name: 'nchar', code: -8, tokens: [47, 39], prefix: "N'", parameters: 'length', most: 4000 },
  {
    ...text,
    name: 'nvarchar',
    code: -9,
    tokens: [39, 39],
    prefix: "N'",
    parameters: 'max length',
    most: 4000,
  },
  {
    ...text,
    name: 'ntext',
    code: -10,
    precision: 1_073_741_823,
    length: 2_147_483_646,
    tokens: [35, 35],
    prefix: "N'",
    searchable: 1,
  },
  { ...text, name: 'xml', code: -152, precision: 0, length: 0, tokens: [0, 0], prefix: "N'", searchable: 0 },
  {
    ...text,
    name: 'uniqueidentifier',
    code: -11,
    precision: 36,
    length: 16,
    tokens: [37, 37],
    searchable: 2,
  },
  { ...binary, name: 'binary', code: -2, tokens: [45, 37], parameters: 'length', most: 8000 },
  { ...binary, name: 'varbinary', code: -3, tokens: [37, 37], parameters: 'max length', most: 8000 },
  {
    ...binary,
    name: 'image',
    code: -4,
    precision: 2_147_483_647,
    length: 2_147_483_647,
    tokens: [34, 34],
    searchable: 0,
  },
  { ...binary, name: 'timestamp', code: -2, precision: 8, length: 8, tokens: [45, 45] },
];

const sql = (value: string | number | null | undefined): string =>
  value === null || value === undefined
    ? 'NULL'
    : typeof value === 'number'
      ? String(value)
      : `'${value.replaceAll("'", "''")}'`;

const flag = (value: boolean | undefined): string => (value === undefined ? 'NULL' : value ? '1' : '0');

const row = (type: OdbcType): string => {
  const textual = type.precision === null && type.prefix?.endsWith("'") === true;
  const suffix = type.prefix?.endsWith("'") === true ? "'" : undefined;
  const values = [
    ...[sql(type.name), sql(type.code), sql(type.code2 ?? type.code), sql(type.precision), sql(type.length)],
    ...[sql(type.radix), sql(type.tokens[0]), sql(type.tokens[1]), sql(type.prefix), sql(suffix)],
    ...[
      sql(type.parameters),
      flag(textual),
      sql(type.searchable ?? 2),
      flag(type.unsigned),
      flag(type.money ?? false),
    ],
    ...[sql(type.scales?.[0]), sql(type.scales?.[1]), sql(type.most)],
  ];
  return `(${values.join(', ')})`;
};

/** The types as a derived table of T-SQL; NULL stands first in no column, so that each has its type. */
export const ODBC_TYPE_ROWS = `(VALUES ${ODBC_TYPES.map(row).join(', ')}) AS t(name, code, code2, prec, len, radix, token, tokenN, prefix, suffix, params, textual, searchable, unsigned, money, minScale, maxScale, most)`;
