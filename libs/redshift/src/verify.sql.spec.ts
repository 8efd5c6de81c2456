import { buildTextPage, textExpression } from './verify.sql.js';

const column = (target: string, warehouseType: string, keyOrdinal?: number) => ({
  target,
  warehouseType,
  ...(keyOrdinal === undefined ? {} : { keyOrdinal }),
});

describe('buildTextPage', () => {
  const columns = [
    column('note', 'VARCHAR(300)'),
    column('serial"x', 'VARCHAR(60)', 2),
    column('taken_at', 'TIMESTAMP', 1),
    column('is_set', 'BOOLEAN'),
  ];

  it('reads the first page in key order', () => {
    expect(buildTextPage({ schema: 'tastg', table: 'reading' }, columns, 100, false)).toBe(
      [
        'select "note" as c0,',
        '  "serial""x" as c1,',
        '  cast("taken_at" as varchar(64)) as c2,',
        `  case when "is_set" then 'true' when not "is_set" then 'false' end as c3`,
        'from "tastg"."reading"',
        'order by "taken_at", "serial""x"',
        'limit 100',
      ].join('\n'),
    );
  });

  it('goes on behind a composite key', () => {
    expect(buildTextPage({ schema: 'tastg', table: 'reading' }, columns, 100, true)).toContain(
      [
        'where ("taken_at" > cast($1 as TIMESTAMP))',
        '  or ("taken_at" = cast($1 as TIMESTAMP) and "serial""x" > cast($2 as VARCHAR(60)))',
      ].join('\n'),
    );
  });
});

describe('textExpression', () => {
  it('keeps every type exact', () => {
    const of = (type: string): string => textExpression(column('c', type));
    expect(
      ['VARCHAR(9)', 'DECIMAL(38,10)', 'DOUBLE PRECISION', 'TIMESTAMPTZ', 'VARBYTE(8)', 'DATE'].map(of),
    ).toEqual([
      '"c"',
      'cast("c" as varchar(64))',
      '"c"',
      `cast("c" at time zone 'UTC' as varchar(40))`,
      `from_varbyte("c", 'hex')`,
      'cast("c" as varchar(64))',
    ]);
  });
});
