import fc from 'fast-check';

const name = fc.constantFrom(
  'a',
  'b',
  't',
  'u',
  'dbo',
  '[x y]',
  '"q"',
  '#tmp',
  '@v',
  '@@ROWCOUNT',
  'sys.objects',
  'N',
  '',
);
const literal = fc.oneof(
  fc.integer().map(String),
  fc.constantFrom(
    'NULL',
    "N'text'",
    "''",
    "N'😀'",
    '0x',
    '0xFF',
    '1.5',
    '1e400',
    '.5',
    "'2024-02-29'",
    '99999999999999999999999999999999999999',
    '$1',
    '-0',
    "'it''s'",
  ),
);
const type = fc.constantFrom(
  'int',
  'bigint',
  'varchar(10)',
  'nvarchar(max)',
  'decimal(38,38)',
  'datetime2(7)',
  'bit',
  'nope',
  'varchar(0)',
  'decimal(99,99)',
  'xml',
  'time(9)',
);
const operator = fc.constantFrom(
  '+',
  '-',
  '*',
  '/',
  '%',
  '=',
  '<>',
  '<',
  'LIKE',
  'AND',
  'OR',
  '&',
  '|',
  'IS',
  'IN',
  '||',
);

const { expression, query } = fc.letrec<{ expression: string; query: string }>((tie) => ({
  expression: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    literal,
    name,
    fc.tuple(tie('expression'), operator, tie('expression')).map((parts) => parts.join(' ')),
    tie('expression').map((inner) => `(${inner})`),
    fc.tuple(tie('expression'), type).map(([inner, as]) => `CAST(${inner} AS ${as})`),
    fc
      .tuple(
        fc.constantFrom(
          'LEN',
          'SUBSTRING',
          'DATEADD',
          'ISNULL',
          'COUNT',
          'SUM',
          'CONVERT',
          'REPLICATE',
          'nofunc',
        ),
        fc.array(tie('expression'), { maxLength: 3 }),
      )
      .map(([f, args]) => `${f}(${args.join(', ')})`),
    fc.tuple(tie('expression'), tie('expression')).map(([a, b]) => `CASE WHEN ${a} THEN ${b} END`),
    tie('query').map((inner) => `(${inner})`),
  ),
  query: fc
    .tuple(
      fc.constantFrom('', 'TOP 1 ', 'DISTINCT ', 'TOP (2) PERCENT '),
      tie('expression'),
      name,
      fc.option(tie('expression')),
      fc.constantFrom(
        '',
        ' ORDER BY 1',
        ' GROUP BY a',
        ' UNION SELECT 1',
        ' FOR XML AUTO',
        ' OPTION (MAXDOP 1)',
      ),
    )
    .map(
      ([top, list, from, where, rest]) =>
        `SELECT ${top}${list} FROM ${from}${where === null ? '' : ` WHERE ${where}`}${rest}`,
    ),
}));

const statement: fc.Arbitrary<string> = fc.oneof(
  query,
  expression.map((value) => `SELECT ${value}`),
  fc.tuple(name, expression).map(([table, value]) => `INSERT INTO ${table} VALUES (${value})`),
  fc
    .tuple(name, name, expression, expression)
    .map(([table, column, value, where]) => `UPDATE ${table} SET ${column} = ${value} WHERE ${where}`),
  fc.tuple(name, expression).map(([table, where]) => `DELETE FROM ${table} WHERE ${where}`),
  fc.tuple(name, name, type).map(([table, column, as]) => `CREATE TABLE ${table} (${column} ${as})`),
  fc.tuple(type, expression).map(([as, value]) => `DECLARE @v ${as} = ${value}; SELECT @v`),
  fc.tuple(expression, query).map(([condition, then]) => `IF ${condition} ${then} ELSE PRINT 'no'`),
  query.map((inner) => `BEGIN TRY ${inner} END TRY BEGIN CATCH SELECT ERROR_NUMBER() END CATCH`),
  fc.constantFrom(
    'BEGIN TRAN',
    'COMMIT',
    'ROLLBACK',
    'SAVE TRAN s',
    'SET NOCOUNT ON',
    'SET XACT_ABORT ON',
    'DROP TABLE #tmp',
    "EXEC sp_executesql N'SELECT 1'",
    'THROW',
    "RAISERROR(N'x', 16, 1)",
    'GO',
    'SET FMTONLY ON',
    'SET FMTONLY OFF',
    'EXEC sp_tables',
  ),
);

/** A batch of a few statements, some characters of which may have been changed. */
export const batches: fc.Arbitrary<string> = fc
  .tuple(
    fc.array(statement, { minLength: 1, maxLength: 4 }),
    fc.constantFrom('; ', '\n', ' '),
    fc.array(
      fc.tuple(
        fc.nat(400),
        fc.oneof(
          fc.constant(''),
          fc.string({ unit: 'grapheme', maxLength: 2 }),
          fc.constantFrom("'", '"', '[', ']', '(', ')', '/*', '*/', '--', ',', '.', '@', '#', '\0'),
        ),
      ),
      { maxLength: 3 },
    ),
  )
  .map(([list, between, edits]) =>
    edits.reduce((text, [place, put]) => {
      const point = place % (text.length + 1);
      return text.slice(0, point) + put + text.slice(point + 1);
    }, list.join(between)),
  );
