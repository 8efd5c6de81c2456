import { buildTableShape, mapType, wireForm, type SourceColumn } from './index.js';
import { pipelineConfigSchema } from '@thalamus/contracts';

const column = (type: string, more: Partial<SourceColumn> = {}): SourceColumn => ({
  name: 'c',
  columnId: 1,
  type,
  maxLength: 4,
  precision: 0,
  scale: 0,
  collation: null,
  nullable: true,
  computed: false,
  ...more,
});
const options = { maxChars: 1000, binary: 'omit', isKey: false } as const;

function line(source: SourceColumn, more: Partial<Parameters<typeof mapType>[1]> = {}): string {
  const decision = mapType(source, { ...options, ...more });
  if (decision.kind !== 'mapped') return `${decision.kind}: ${decision.reason}`;
  const { mapped } = decision;
  const notes = [mapped.text && JSON.stringify(mapped.text), mapped.truncatesFraction && 'truncates'];
  return [mapped.sourceType, mapped.read, mapped.warehouseType, wireForm(mapped), ...notes]
    .filter(Boolean)
    .join(' | ');
}

describe('type map', () => {
  it('has a line for every built-in type', () => {
    const declared: SourceColumn[] = [
      ...['bit', 'tinyint', 'smallint', 'int', 'bigint', 'money', 'smallmoney', 'float', 'real'].map((type) =>
        column(type),
      ),
      column('decimal', { precision: 9, scale: 2 }),
      column('numeric', { precision: 19, scale: 0 }),
      column('decimal', { precision: 38, scale: 38 }),
      column('date'),
      column('time', { scale: 7 }),
      column('datetime'),
      column('smalldatetime'),
      column('datetime2', { scale: 3 }),
      column('datetime2', { scale: 7 }),
      column('datetimeoffset', { scale: 7 }),
      column('char', { maxLength: 10 }),
      column('varchar', { maxLength: 50 }),
      column('varchar', { maxLength: 50, collation: 'Latin1_General_100_CI_AS_SC_UTF8' }),
      column('varchar', { maxLength: 8000 }),
      column('nchar', { maxLength: 20 }),
      column('nvarchar', { maxLength: 100 }),
      column('nvarchar', { maxLength: -1 }),
      column('text', { maxLength: 16 }),
      column('ntext', { maxLength: 16 }),
      column('xml', { maxLength: -1 }),
      column('json', { maxLength: -1 }),
      column('uniqueidentifier'),
      column('varbinary', { maxLength: 16 }),
      column('image'),
      column('timestamp'),
      column('hierarchyid'),
      column('geography', { maxLength: -1 }),
      column('sql_variant'),
      column('vector'),
      column('dbo.MyClrType'),
    ];
    expect(declared.map((each) => line(each)).join('\n')).toMatchInlineSnapshot(`
      "bit | {c} | BOOLEAN | boolean
      tinyint | {c} | SMALLINT | number
      smallint | {c} | SMALLINT | number
      int | {c} | INTEGER | number
      bigint | {c} | BIGINT | digits
      money | CONVERT(varchar(30), {c}, 2) | DECIMAL(20,4) | digits
      smallmoney | CONVERT(varchar(30), {c}, 2) | DECIMAL(10,4) | digits
      float | CONVERT(varchar(32), {c}, 3) | DOUBLE PRECISION | digits
      real | CONVERT(varchar(32), {c}, 3) | REAL | digits
      decimal(9,2) | CONVERT(varchar(41), {c}) | DECIMAL(9,2) | digits
      numeric(19,0) | CONVERT(varchar(41), {c}) | DECIMAL(20,0) | digits
      decimal(38,38) | CONVERT(varchar(41), {c}) | VARCHAR(41) | digits | {"maxBytes":41}
      date | CONVERT(char(10), {c}, 23) | DATE | digits
      time(7) | CONVERT(varchar(16), {c}, 121) | TIME | digits | truncates
      datetime | CONVERT(varchar(23), {c}, 121) | TIMESTAMP | digits
      smalldatetime | CONVERT(varchar(23), {c}, 121) | TIMESTAMP | digits
      datetime2(3) | CONVERT(varchar(27), {c}, 121) | TIMESTAMP | digits
      datetime2(7) | CONVERT(varchar(27), {c}, 121) | TIMESTAMP | digits | truncates
      datetimeoffset(7) | CONVERT(varchar(34), {c}, 121) | TIMESTAMPTZ | digits | truncates
      char(10) | {c} | VARCHAR(30) | text | {"maxBytes":30}
      varchar(50) | {c} | VARCHAR(150) | text | {"maxBytes":150}
      varchar(50) | {c} | VARCHAR(50) | text | {"maxBytes":50}
      varchar(8000) | {c} | VARCHAR(24000) | text | {"maxBytes":24000}
      nchar(10) | {c} | VARCHAR(30) | text | {"maxBytes":30}
      nvarchar(50) | {c} | VARCHAR(150) | text | {"maxBytes":150}
      nvarchar(max) | {c} | VARCHAR(3000) | text | {"maxChars":1000,"maxBytes":3000}
      text | CONVERT(varchar(max), {c}) | VARCHAR(3000) | any | {"maxChars":1000,"maxBytes":3000}
      ntext | CONVERT(nvarchar(max), {c}) | VARCHAR(3000) | any | {"maxChars":1000,"maxBytes":3000}
      xml | CONVERT(nvarchar(max), {c}) | VARCHAR(3000) | any | {"maxChars":1000,"maxBytes":3000}
      json | CONVERT(nvarchar(max), {c}) | VARCHAR(3000) | any | {"maxChars":1000,"maxBytes":3000}
      uniqueidentifier | {c} | VARCHAR(36) | digits
      omitted: binary columns are left out; opt in with binary: hex
      omitted: binary columns are left out; opt in with binary: hex
      omitted: rowversion is left out; opt in with binary: hex
      hierarchyid | {c}.ToString() | VARCHAR(4000) | any | {"maxBytes":4000}
      geography | CASE WHEN {c} IS NULL THEN NULL ELSE CONCAT('SRID=', {c}.STSrid, ';', {c}.STAsText()) END | VARCHAR(65535) | any | {"maxBytes":65535}
      sql_variant | CASE WHEN {c} IS NULL THEN NULL ELSE CONCAT('{"type":"', CONVERT(nvarchar(128), SQL_VARIANT_PROPERTY({c}, 'BaseType')), '","value":"', STRING_ESCAPE(CONVERT(nvarchar(4000), {c}), 'json'), '"}') END | VARCHAR(65535) | any | {"maxBytes":65535}
      refused: type vector has no mapping
      refused: type dbo.MyClrType has no mapping"
    `);
  });

  it('keeps the seventh digit of a key, as text: keys 100 ns apart are two rows', () => {
    expect(line(column('datetime2', { scale: 7 }), { isKey: true })).toBe(
      'datetime2(7) | CONVERT(varchar(27), {c}, 121) | VARCHAR(27) | digits | {"maxBytes":27}',
    );
    expect(line(column('time', { scale: 3 }), { isKey: true })).toBe(
      'time(3) | CONVERT(varchar(16), {c}, 121) | TIME | digits',
    );
  });

  it('opts in to binary, and lets a binary key travel in any case', () => {
    const id = column('binary', { maxLength: 16 });
    expect(line(id, { binary: 'hex' })).toBe(
      'binary(16) | CONVERT(varchar(max), {c}, 2) | VARBYTE(16) | digits',
    );
    expect(line(id, { isKey: true })).toBe(
      'binary(16) | CONVERT(varchar(max), {c}, 2) | VARBYTE(16) | digits',
    );
    expect(line(column('rowversion'), { binary: 'hex' })).toContain('BIGINT');
    expect(line(column('image'), { binary: 'hex' })).toContain('VARBYTE(1024000)');
  });

  it('cuts a column at a limit of its own', () => {
    expect(line(column('nvarchar', { maxLength: -1 }), { columnMaxChars: 65_535 })).toContain(
      'VARCHAR(65535)',
    );
    expect(line(column('nvarchar', { maxLength: 200 }), { columnMaxChars: 20 })).toContain('VARCHAR(60)');
  });
});

describe('table shape', () => {
  const config = (source: object = {}) =>
    pipelineConfigSchema.parse({ name: 'gme', source: { database: 'gme', ...source } });
  const table = (columns: SourceColumn[], key = ['Id']) => ({
    schema: 'dbo',
    table: 'InterviewSlot',
    columns: [column('int', { name: 'Id', nullable: false }), ...columns],
    key,
  });

  it('refuses what it does not know, naming every such column', () => {
    const source = table([column('vector', { name: 'Embedding' }), column('MyType', { name: 'Odd' })]);
    expect(() => buildTableShape(source, config())).toThrow(
      /THAL-S008.*dbo\.InterviewSlot, column Embedding: type vector.*column Odd: type MyType/,
    );
  });

  it('refuses names that collide, names of ours and a table without key', () => {
    const source = table(
      [
        column('int', { name: 'USMLEStep2' }),
        column('int', { name: 'usmle_step2' }),
        column('int', { name: '_batch' }),
      ],
      [],
    );
    const problems = /no primary key.*USMLEStep2 and usmle_step2 would both be usmle_step2/;
    expect(() => buildTableShape(source, config())).toThrow(problems);
    const ours = table([column('int', { name: '_committed_at' })]);
    const renamed = config({
      overrides: { 'dbo.InterviewSlot': { columns: { _committed_at: { rename: '_batch' } } } },
    });
    expect(() => buildTableShape(ours, renamed)).toThrow(/_committed_at would be _batch/);
    const staged = config({
      overrides: { 'dbo.InterviewSlot': { columns: { _committed_at: { rename: '_op' } } } },
    });
    expect(() => buildTableShape(ours, staged)).toThrow(/_committed_at would be _op, which is ours/);
  });

  it('follows the overrides', () => {
    const source = table([
      column('vector', { name: 'Embedding' }),
      column('nvarchar', { name: 'Notes', maxLength: -1 }),
      column('int', { name: 'Secret' }),
    ]);
    const overrides = {
      'dbo.interviewslot': {
        rename: 'slots',
        columns: {
          Embedding: { cast: 'CONVERT(varchar(100), {c})', warehouseType: 'VARCHAR(100)' },
          Notes: { maxChars: 10, rename: 'memo' },
          Secret: { exclude: true },
        },
      },
    };
    const shape = buildTableShape(source, config({ overrides }));
    expect(shape.target).toBe('slots');
    expect(shape.omitted).toEqual([
      { name: 'Secret', sourceType: 'int', reason: 'excluded by the configuration' },
    ]);
    expect(shape.columns.map((each) => [each.target, each.warehouseType, wireForm(each)])).toEqual([
      ['id', 'INTEGER', 'number'],
      ['embedding', 'VARCHAR(100)', 'any'],
      ['memo', 'VARCHAR(30)', 'text'],
    ]);
  });

  it('refuses an override of nothing and a cast without its type', () => {
    const overrides = {
      'dbo.InterviewSlot': { columns: { Nope: {}, Id: { exclude: true } }, sortKey: ['Gone'] },
    };
    expect(() => buildTableShape(table([]), config({ overrides }))).toThrow(
      /column Id: a key column cannot be excluded; .*no column Nope; .*no column Gone/,
    );
    const cast = { 'dbo.InterviewSlot': { columns: { X: { cast: '{c}' } } } };
    expect(() => buildTableShape(table([column('int', { name: 'X' })]), config({ overrides: cast }))).toThrow(
      /a cast needs a warehouseType/,
    );
  });
});
