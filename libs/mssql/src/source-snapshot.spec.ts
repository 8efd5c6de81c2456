import { tableId, type ColumnSchema } from '@thalamus/contracts';
import { wholeTableSql } from './source-snapshot.js';

const column = (name: string, read: string): ColumnSchema => ({
  name,
  target: 'c',
  sourceType: 'money',
  read,
  warehouseType: 'DECIMAL(19,4)',
  nullable: true,
});

describe('wholeTableSql', () => {
  it('reads every column by its expression, whatever it is called', () => {
    expect(
      wholeTableSql(tableId('Lab', 'Every ]Type'), [
        column('a]b', '{c}'),
        column('$& {c}', 'CONVERT(varchar(30), {c}, 2)'),
      ]),
    ).toBe(
      'select t.[a]]b] as __c0,\n  CONVERT(varchar(30), t.[$& {c}], 2) as __c1\nfrom [Lab].[Every ]]Type] as t',
    );
  });
});
