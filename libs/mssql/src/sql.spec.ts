import fc from 'fast-check';
import { tableId, type ColumnSchema, type TableSchema } from '@thalamus/contracts';
import { chunkSql, keyText } from './chunk.sql.js';
import { quoteIdentifier } from './identifier.js';
import { changesSql, filledSql, probeSql, silentValueSql } from './poll.sql.js';

const column = (name: string, sourceType: string, more: Partial<ColumnSchema> = {}): ColumnSchema => ({
  name,
  target: name,
  sourceType,
  read: '{c}',
  warehouseType: 'X',
  nullable: true,
  ...more,
});

const schemaOf = (columns: ColumnSchema[], schema = 'dbo', table = 'T'): TableSchema => ({
  id: 1,
  table: tableId(schema, table),
  target: 't',
  columns,
  omitted: [],
  fingerprint: '',
});

/** Key order is not column order; names try to leave their brackets or to be taken for placeholders. */
const hostile = schemaOf(
  [
    column("x'; drop table t--", 'decimal(9,2)', { read: 'CONVERT(varchar(41), {c})' }),
    column('b]b', 'binary(16)', { keyOrdinal: 2, read: 'CONVERT(varchar(max), {c}, 2)' }),
    column('{c}$&', 'nvarchar(50)', { keyOrdinal: 1 }),
    column('order by', 'datetime2(7)', { read: 'CONVERT(varchar(27), {c}, 121)', keyOrdinal: 3 }),
  ],
  'my.schema',
  'a]; select 1--[',
);

describe('SQL text', () => {
  it('quotes so that a name cannot end its brackets', () => {
    fc.assert(
      fc.property(fc.string(), (name) => {
        const quoted = quoteIdentifier(name);
        expect(quoted.slice(1, -1).replaceAll(']]', '')).not.toContain(']');
        expect(quoted.slice(1, -1).replaceAll(']]', ']')).toBe(name);
      }),
    );
  });

  it('reads changes', () => {
    expect(changesSql(hostile)).toMatchInlineSnapshot(`
      "select ct.SYS_CHANGE_VERSION as __version,
        ct.SYS_CHANGE_OPERATION as __operation,
        case when t.[{c}$&] is null then 0 else 1 end as __present,
        ct.[{c}$&] as __k0,
        CONVERT(varchar(max), ct.[b]]b], 2) as __k1,
        CONVERT(varchar(27), ct.[order by], 121) as __k2,
        CONVERT(varchar(41), t.[x'; drop table t--]) as __c0,
        CONVERT(varchar(max), t.[b]]b], 2) as __c1,
        t.[{c}$&] as __c2,
        CONVERT(varchar(27), t.[order by], 121) as __c3
      from CHANGETABLE(CHANGES [my.schema].[a]]; select 1--[], @from, FORCESEEK) as ct
      left outer join [my.schema].[a]]; select 1--[] as t on t.[{c}$&] = ct.[{c}$&] and t.[b]]b] = ct.[b]]b] and t.[order by] = ct.[order by]
      where ct.SYS_CHANGE_VERSION <= @to
      order by ct.SYS_CHANGE_VERSION, ct.[{c}$&], ct.[b]]b], ct.[order by]"
    `);
  });

  it('probes all tables at once', () => {
    expect(probeSql([tableId('dbo', 'A'), hostile.table])).toMatchInlineSnapshot(`
      "select 0 as i, case when exists (select 1 from CHANGETABLE(CHANGES [dbo].[A], @from) as ct) then 1 else 0 end as found
      union all
      select 1 as i, case when exists (select 1 from CHANGETABLE(CHANGES [my.schema].[a]]; select 1--[], @from) as ct) then 1 else 0 end as found"
    `);
    expect(filledSql([tableId('dbo', 'A')])).toMatchInlineSnapshot(
      `"select 0 as i, case when exists (select 1 from [dbo].[A]) then 1 else 0 end as found"`,
    );
    expect(silentValueSql(tableId('dbo', 'A'), ['k]'], ['x', 'y]'])).toMatchInlineSnapshot(`
      "select case when exists (
        select 1 from [dbo].[A] as t
        where (t.[x] is not null or t.[y]]] is not null)
          and not exists (select 1 from CHANGETABLE(CHANGES [dbo].[A], @from) as ct where ct.[k]]] = t.[k]]])
      ) then 1 else 0 end as found"
    `);
  });

  it('reads the first and the next chunk of a simple key', () => {
    const simple = schemaOf([column('Id', 'int', { keyOrdinal: 1 }), column('Name', 'nvarchar(10)')]);
    expect(chunkSql(simple, false)).toMatchInlineSnapshot(`
      "select top (@rows) t.[Id] as __c0,
        t.[Name] as __c1
      from [dbo].[T] as t
      order by t.[Id]"
    `);
    expect(chunkSql(simple, true)).toMatchInlineSnapshot(`
      "select top (@rows) t.[Id] as __c0,
        t.[Name] as __c1
      from [dbo].[T] as t
      where (t.[Id] > CAST(@k0 as int))
      order by t.[Id]"
    `);
  });

  it('expands a composite key', () => {
    expect(chunkSql(hostile, true)).toMatchInlineSnapshot(`
      "select top (@rows) CONVERT(varchar(41), t.[x'; drop table t--]) as __c0,
        CONVERT(varchar(max), t.[b]]b], 2) as __c1,
        t.[{c}$&] as __c2,
        CONVERT(varchar(27), t.[order by], 121) as __c3
      from [my.schema].[a]]; select 1--[] as t
      where t.[{c}$&] >= CAST(@k0 as nvarchar(50)) and ((t.[{c}$&] > CAST(@k0 as nvarchar(50)))
        or (t.[{c}$&] = CAST(@k0 as nvarchar(50)) and t.[b]]b] > CONVERT(binary(16), @k1, 2))
        or (t.[{c}$&] = CAST(@k0 as nvarchar(50)) and t.[b]]b] = CONVERT(binary(16), @k1, 2) and t.[order by] > CAST(@k2 as datetime2(7))))
      order by t.[{c}$&], t.[b]]b], t.[order by]"
    `);
  });

  it('sends key values as text', () => {
    expect([true, false, 5, 'x', 12n].map(keyText)).toEqual(['1', '0', '5', 'x', '12']);
    expect(() => keyText(null)).toThrow('a key cannot be NULL');
  });
});
