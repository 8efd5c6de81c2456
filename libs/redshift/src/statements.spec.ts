import type { TableSchema } from '@thalamus/contracts';
import {
  besideName,
  buildAddColumn,
  buildCreateTable,
  buildCsvCopy,
  buildDelete,
  buildDropReplaced,
  buildInsert,
  buildInsertRows,
  buildParquetCopy,
  buildUnload,
  buildWidenColumn,
  checkedType,
  keyColumns,
  operationsStatements,
  publishStatements,
  quoteIdentifier,
  quoteLiteral,
  replaceGroupStatements,
  stageDefinition,
  tableDefinition,
  withSuffix,
} from './index.js';

const hostile = `we"ird, 'name'; drop table x --\n`;
const warehouseTypes = [
  'BOOLEAN',
  'SMALLINT',
  'INTEGER',
  'BIGINT',
  'DECIMAL(20,0)',
  'DOUBLE PRECISION',
  'REAL',
  'DATE',
  'TIME',
  'TIMESTAMP',
  'TIMESTAMPTZ',
  'VARCHAR(3000)',
  'VARCHAR(65535)',
  'VARBYTE(1024000)',
  'SUPER',
];
const everyType: TableSchema = {
  id: 1,
  table: 'dbo.T' as TableSchema['table'],
  target: hostile,
  columns: [
    { name: 'Key', target: 'key"1', warehouseType: 'VARCHAR(30)', keyOrdinal: 2, caseInsensitive: true },
    { name: 'Id', target: 'select', warehouseType: 'INTEGER', keyOrdinal: 1 },
    ...warehouseTypes.map((warehouseType, at) => ({ name: `C${at}`, target: `c${at}`, warehouseType })),
  ].map((column) => ({ sourceType: 'x', read: '{c}', nullable: true, ...column })),
  omitted: [],
  fingerprint: '',
};
const target = { schema: 'tastg', table: hostile };
const stage = { schema: 'taops', table: 'stage_1' };
const merge = {
  target,
  stage,
  keys: keyColumns(everyType),
  columns: everyType.columns.map((column) => column.target),
};

describe('golden statements, with hostile names and every type', () => {
  it.each([
    ['create table', buildCreateTable(tableDefinition(everyType, target))],
    [
      'create table with configured keys',
      buildCreateTable(tableDefinition({ ...everyType, distKey: 'c2', sortKey: ['c7', 'c2'] }, target)),
    ],
    [
      'create stage table',
      buildCreateTable(
        stageDefinition(
          everyType,
          [
            { name: 'select', type: 'INTEGER' },
            { name: 'key"1', type: 'VARCHAR(60)' },
          ],
          stage,
        ),
      ),
    ],
    ['add column', buildAddColumn(target, { name: 'c"x', type: 'DECIMAL(19,4)' })],
    ['widen column', buildWidenColumn(target, 'c"x', 'VARCHAR(90)')],
    [
      'copy csv',
      buildCsvCopy({
        ...stage,
        columns: ['key"1', 'select'],
        manifestUrl: "s3://bucket/a'b/manifest.json",
        iamRole: 'arn:aws:iam::1:role/load',
        nullAs: '@THALAMUS.NULL@',
      }),
    ],
    [
      'copy csv that leaves out bad rows, default role',
      buildCsvCopy({
        ...stage,
        columns: ['a'],
        manifestUrl: 's3://b/m',
        iamRole: '',
        nullAs: '@',
        maxErrors: 100,
      }),
    ],
    [
      'copy parquet',
      buildParquetCopy({ ...target, columns: ['a', 'b"'], manifestUrl: 's3://b/m', iamRole: 'arn:x' }),
    ],
    [
      'unload',
      buildUnload({
        select: `select "a" from t where b = 'it''s' and c like '50\\\\%'`,
        prefixUrl: 's3://b/p/',
        iamRole: 'arn:x',
      }),
    ],
    ['delete', buildDelete(merge)],
    ['insert', buildInsert(merge)],
    ['insert rows', buildInsertRows(stage, ['a', 'b"'], 2).text],
    [
      'swap',
      publishStatements({ target, next: besideName(target, 'g4'), replaces: true }).join(';\n') +
        ';\n' +
        buildDropReplaced({ target, next: besideName(target, 'g4'), replaces: true }),
    ],
    [
      'first swap',
      publishStatements({ target, next: besideName(target, 'g1'), replaces: false }).join(';\n'),
    ],
    [
      'replace groups',
      replaceGroupStatements({
        target,
        next: besideName(target, 'r7'),
        affected: besideName(target, 'r7_keys'),
        grain: ['program_id', 'season"'],
        columns: ['program_id', 'season"', 'rows'],
      }).join(';\n'),
    ],
    ['operations tables', operationsStatements({ operations: 'taops', others: ['tastg'] }).join(';\n')],
  ])('%s', (_name, sql) => {
    expect(sql).toMatchSnapshot();
  });
});

describe('names and literals', () => {
  it('doubles quotes, and refuses what Redshift would change silently', () => {
    expect(quoteIdentifier('a"b')).toBe('"a""b"');
    expect(() => quoteIdentifier('')).toThrow('not an identifier');
    expect(() => quoteIdentifier('a\0b')).toThrow('not an identifier');
    expect(() => quoteIdentifier('é'.repeat(64))).toThrow('longer than 127 bytes');
  });

  it('refuses a backslash, which the two dialects read differently', () => {
    expect(quoteLiteral("it's")).toBe("'it''s'");
    expect(() => quoteLiteral('a\\b')).toThrow('backslash');
  });

  it('lets only the form of a type into DDL', () => {
    for (const type of [...warehouseTypes, 'timestamp without time zone', 'VARCHAR(MAX)'])
      expect(checkedType(type)).toBe(type);
    for (const type of [
      '',
      'int; drop table x',
      'varchar(1) not null',
      'x")',
      'varchar(1',
      "int default 'x'",
    ])
      expect(() => checkedType(type)).toThrow('not a Redshift type');
  });

  it('keeps names with a suffix within the limit, on a character boundary', () => {
    const name = withSuffix('é'.repeat(63), '__g12');
    expect(Buffer.byteLength(name)).toBeLessThanOrEqual(127);
    expect(name).toBe(`${'é'.repeat(61)}__g12`);
  });
});
