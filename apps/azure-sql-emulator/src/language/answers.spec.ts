import type { EngineSession, ResultColumn, SqlValue } from '../engine.js';
import { plainText } from '../storage/value-codec.js';
import { TestEngine, run } from '../testing/test-engine.js';

/*
 * Questions of T-SQL with the answers Microsoft documents (data type precedence; precision, scale and length; CAST and
 * CONVERT styles; the pages of the functions): the statement, the types and the values of its first row.
 */
type Question = readonly [statement: string, types: string, values: string];

const arithmetic: readonly Question[] = [
  ['SELECT 1 + 1, 5 / 2, -7 / 2, 7 % 3, -7 % 3', 'int, int, int, int, int', '2, 2, -3, 1, -1'],
  [
    'SELECT 5.0 / 2, 1 / 3.0, 10.0 / 3',
    'numeric(7,6), numeric(8,6), numeric(8,6)',
    '2.500000, 0.333333, 3.333333',
  ],
  ['SELECT 2.0 / 3', 'numeric(7,6)', '0.666666'],
  ['SELECT CAST(1 AS decimal(10,2)) / CAST(3 AS decimal(5,1))', 'decimal(17,8)', '0.33333333'],
  ['SELECT CAST(1.5 AS decimal(5,2)) * CAST(2.5 AS decimal(5,2))', 'decimal(11,4)', '3.7500'],
  ['SELECT CAST(1.5 AS decimal(5,2)) + CAST(2.555 AS decimal(5,3))', 'decimal(7,3)', '4.055'],
  ['SELECT CAST(1 AS decimal(38,10)) * CAST(1 AS decimal(38,10))', 'decimal(38,6)', '1.000000'],
  ['SELECT 2147483648, 0.5, 1e3', 'numeric(10,0), numeric(1,1), float', '2147483648, 0.5, 1000'],
  ['SELECT CAST(5 AS tinyint) + CAST(6 AS tinyint), CAST(1 AS smallint) + 1', 'tinyint, int', '11, 2'],
  ['SELECT CAST(10 AS money) / 3, CAST(3.7 AS money) * 2', 'money, money', '33333, 74000'],
  ['SELECT 7 & 3, 5 | 2, 5 ^ 1, ~5', 'int, int, int, int', '3, 7, 4, -6'],
  ['SELECT 1 + NULL, CAST(1 AS bit) & 0', 'int, int', 'null, 0'],
  ['SELECT CAST(1 AS float) / 3, CAST(1 AS real) + 1', 'float, real', '0.3333333333333333, 2'],
  [
    'SELECT AVG(x), SUM(x), COUNT(*), COUNT_BIG(*) FROM (VALUES (1), (2), (4)) AS v(x)',
    'int, int, int, bigint',
    '2, 7, 3, 3',
  ],
  [
    'SELECT AVG(x), SUM(x) FROM (VALUES (1.5), (2.25)) AS v(x)',
    'numeric(38,6), numeric(38,2)',
    '1.875000, 3.75',
  ],
  [
    'SELECT SUM(CAST(x AS bigint)), AVG(CAST(x AS tinyint)) FROM (VALUES (1), (2)) AS v(x)',
    'bigint, int',
    '3, 1',
  ],
  [
    'SELECT ROUND(2.567, 2), ROUND(2.5, 0), ROUND(-2.5, 0), ROUND(1234, -2), ROUND(2.567, 2, 1)',
    'numeric(4,3), numeric(2,1), numeric(2,1), int, numeric(4,3)',
    '2.570, 3.0, -3.0, 1200, 2.560',
  ],
  [
    'SELECT CEILING(1.2), FLOOR(-1.2), ABS(-3), SIGN(-2), POWER(2, 10), SQRT(16)',
    'numeric(2,0), numeric(2,0), int, int, int, float',
    '2, -2, 3, -1, 1024, 4',
  ],
];

const text: readonly Question[] = [
  ["SELECT 'a' + 'b', N'a' + 'b', 'a' + NULL", 'varchar(2), nvarchar(2), varchar(2)', 'ab, ab, null'],
  ["SELECT 1 + '2', '3' * 2", 'int, int', '3, 6'],
  [
    "SELECT LEN('ab  '), DATALENGTH('ab  '), DATALENGTH(N'ab'), LEN(N'😀'), DATALENGTH(N'😀')",
    'int, int, int, int, int',
    '2, 4, 4, 2, 4',
  ],
  [
    "SELECT CASE WHEN 'abc' = 'ABC  ' THEN 1 ELSE 0 END, CASE WHEN 'é' = 'e' THEN 1 ELSE 0 END",
    'int, int',
    '1, 0',
  ],
  ["SELECT CASE WHEN 'a' = 'A' COLLATE Latin1_General_BIN2 THEN 1 ELSE 0 END", 'int', '0'],
  [
    "SELECT CASE WHEN 'a%b' LIKE 'A!%b' ESCAPE '!' THEN 1 ELSE 0 END, CASE WHEN 'x5' LIKE '[a-z][0-9]' THEN 1 ELSE 0 END, CASE WHEN 'x5' LIKE '[^a-z]%' THEN 1 ELSE 0 END",
    'int, int, int',
    '1, 1, 0',
  ],
  [
    "SELECT SUBSTRING('abcdef', 2, 3), LEFT('abc', 2), RIGHT('abc', 2), CHARINDEX('B', 'abc'), REPLACE('aBc', 'b', 'x')",
    'varchar(3), varchar(2), varchar(2), int, varchar(8000)',
    'bcd, ab, bc, 2, axc',
  ],
  [
    "SELECT STUFF('abcdef', 2, 2, 'ZZ'), REVERSE('abc'), QUOTENAME('a]b'), PATINDEX('%[0-9]%', 'ab3')",
    'varchar(8000), varchar(3), nvarchar(258), int',
    'aZZdef, cba, [a]]b], 3',
  ],
  [
    "SELECT CONCAT('a', NULL, 1), CONCAT_WS('-', 'a', NULL, 'b'), STR(123.456, 8, 2)",
    'varchar(41), varchar(4), varchar(8)',
    'a1, a-b,   123.46',
  ],
  [
    "SELECT ISNULL(CAST(NULL AS varchar(2)), 'abcd'), COALESCE(NULL, 'x', 'yy'), NULLIF(1, 1)",
    'varchar(2), varchar(2), int',
    'ab, x, null',
  ],
  [
    "SELECT STRING_AGG(x, ',') WITHIN GROUP (ORDER BY x DESC) FROM (VALUES ('a'), ('c'), ('b')) AS v(x)",
    'varchar(8000)',
    'c,b,a',
  ],
  ["SELECT N'O''Brien – ü 😀', 'a\\nb'", 'nvarchar(14), varchar(4)', "O'Brien – ü 😀, a\\nb"],
  [
    "SELECT CAST(N'日本' AS varchar(10)), CAST('abcdef' AS varchar(3)), CAST('ab' AS char(4)) + '|'",
    'varchar(10), varchar(3), varchar(5)',
    '??, abc, ab  |',
  ],
];

const styles: readonly Question[] = [
  [
    "SELECT CONVERT(char(10), CAST('2024-02-03' AS date), 23), CONVERT(varchar(10), CAST('2024-02-03' AS date), 103)",
    'char(10), varchar(10)',
    '2024-02-03, 03/02/2024',
  ],
  [
    "SELECT CONVERT(varchar(27), CAST('2024-01-31T10:11:12.1234567' AS datetime2(7)), 121), CONVERT(varchar(27), CAST('2024-01-31T10:11:12' AS datetime2(3)), 121), CONVERT(varchar(27), CAST('2024-01-31T10:11:12' AS datetime2(0)), 121)",
    'varchar(27), varchar(27), varchar(27)',
    '2024-01-31 10:11:12.1234567, 2024-01-31 10:11:12.000, 2024-01-31 10:11:12',
  ],
  [
    "SELECT CONVERT(varchar(27), CAST('0001-01-01' AS datetime2(7)), 121), CONVERT(varchar(27), CAST('9999-12-31T23:59:59.9999999' AS datetime2(7)), 121)",
    'varchar(27), varchar(27)',
    '0001-01-01 00:00:00.0000000, 9999-12-31 23:59:59.9999999',
  ],
  [
    "SELECT CONVERT(varchar(34), CAST('2024-01-31 10:11:12.1234567 +02:00' AS datetimeoffset(7)), 121), CONVERT(varchar(34), CAST('2024-01-31 10:11:12 -05:30' AS datetimeoffset(0)), 127)",
    'varchar(34), varchar(34)',
    '2024-01-31 10:11:12.1234567 +02:00, 2024-01-31T15:41:12Z',
  ],
  [
    "SELECT CONVERT(varchar(16), CAST('01:02:03.4567891' AS time(7)), 121), CONVERT(varchar(16), CAST('01:02:03' AS time(0)), 121)",
    'varchar(16), varchar(16)',
    '01:02:03.4567891, 01:02:03',
  ],
  [
    "SELECT CONVERT(varchar(23), CAST('2024-02-03 14:05:06.005' AS datetime), 121), CONVERT(varchar(30), CAST('2024-02-03 14:05:06.007' AS datetime), 0), CONVERT(varchar(30), CAST('2024-02-03 14:05:06' AS datetime), 126)",
    'varchar(23), varchar(30), varchar(30)',
    '2024-02-03 14:05:06.007, Feb  3 2024  2:05PM, 2024-02-03T14:05:06',
  ],
  [
    "SELECT CONVERT(varchar(23), CAST('2024-02-03 14:05:29.999' AS smalldatetime), 121), CONVERT(varchar(8), CAST('2024-02-03' AS datetime), 112), CONVERT(varchar(8), CAST('2024-02-03 14:05:06' AS datetime), 108)",
    'varchar(23), varchar(8), varchar(8)',
    '2024-02-03 14:06:00.000, 20240203, 14:05:06',
  ],
  [
    'SELECT CONVERT(varchar(30), CAST(1234567.8912 AS money), 0), CONVERT(varchar(30), CAST(1234567.8912 AS money), 1), CONVERT(varchar(30), CAST(-1234567.8912 AS money), 2)',
    'varchar(30), varchar(30), varchar(30)',
    '1234567.89, 1,234,567.89, -1234567.8912',
  ],
  [
    'SELECT CONVERT(varchar(32), CAST(0.1 AS float), 3), CONVERT(varchar(32), CAST(0.1 AS real), 3), CAST(CAST(1234567.5 AS float) AS varchar(20)), CAST(CAST(0.1 AS float) AS varchar(20))',
    'varchar(32), varchar(32), varchar(20), varchar(20)',
    '1.0000000000000001e-001, 1.00000001e-001, 1.23457e+006, 0.1',
  ],
  [
    'SELECT CONVERT(varchar(20), 0x0102AB, 2), CONVERT(varchar(20), 0x0102AB, 1), CONVERT(varbinary(4), 258), CAST(0x0102 AS int)',
    'varchar(20), varchar(20), varbinary(4), int',
    '0102AB, 0x0102AB, 0x00000102, 258',
  ],
  [
    'SELECT CONVERT(varchar(41), CAST(-12345678901234567890.123456789012345678 AS decimal(38,18)))',
    'varchar(41)',
    '-12345678901234567890.123456789012345678',
  ],
  [
    'SELECT CAST(1.5 AS int), CAST(-1.5 AS int), CAST(1.55 AS decimal(3,1)), CAST(2.5 AS money), CAST(CAST(2.5 AS money) AS int)',
    'int, int, decimal(3,1), money, int',
    '1, -1, 1.6, 25000, 3',
  ],
  [
    "SELECT TRY_CAST('abc' AS int), TRY_CONVERT(date, '2024-13-01'), TRY_CAST(300 AS tinyint), TRY_CAST('12' AS int)",
    'int, date, tinyint, int',
    'null, null, null, 12',
  ],
  [
    "SELECT CAST(CAST('6f9619ff-8b86-d011-b42d-00c04fc964ff' AS uniqueidentifier) AS varchar(36)), CAST(12345 AS varchar(3))",
    'varchar(36), varchar(3)',
    '6F9619FF-8B86-D011-B42D-00C04FC964FF, *',
  ],
];

const dates: readonly Question[] = [
  [
    "SELECT CONVERT(varchar(30), DATEADD(month, 1, CAST('2024-01-31' AS datetime2(0))), 121), CONVERT(varchar(10), DATEADD(day, 1, CAST('2024-02-28' AS date)), 23)",
    'varchar(30), varchar(10)',
    '2024-02-29 00:00:00, 2024-02-29',
  ],
  [
    "SELECT DATEDIFF(year, '2023-12-31', '2024-01-01'), DATEDIFF(week, '2024-01-06', '2024-01-07'), DATEDIFF(hour, '2024-01-01T00:59:59', '2024-01-01T01:00:00'), DATEDIFF(day, '2024-02-28T23:59:59', '2024-03-01')",
    'int, int, int, int',
    '1, 1, 1, 2',
  ],
  [
    "SELECT DATEPART(weekday, '2024-01-07'), DATEPART(iso_week, '2024-12-30'), DATENAME(month, '2024-01-07'), YEAR('2024-05-05')",
    'int, int, nvarchar(30), int',
    '1, 1, January, 2024',
  ],
  [
    "SELECT CONVERT(char(10), EOMONTH('2024-02-05'), 23), CONVERT(char(10), DATEFROMPARTS(2024, 2, 29), 23)",
    'char(10), char(10)',
    '2024-02-29, 2024-02-29',
  ],
  [
    "SELECT CASE WHEN CAST('2024-01-01T00:00:00+02:00' AS datetimeoffset) = '2023-12-31T22:00:00Z' THEN 1 ELSE 0 END, CONVERT(varchar(34), SWITCHOFFSET(CAST('2024-01-01T00:00:00+02:00' AS datetimeoffset(0)), '+00:00'), 121)",
    'int, varchar(34)',
    '1, 2023-12-31 22:00:00 +00:00',
  ],
];

const queries: readonly Question[] = [
  ["SELECT COUNT(*) FROM (SELECT 'a' AS x UNION SELECT 'A' UNION SELECT 'a ') AS u", 'int', '1'],
  [
    'SELECT MAX(x) FROM (SELECT 1 AS x UNION ALL SELECT 2.5 UNION ALL SELECT NULL) AS u',
    'numeric(11,1)',
    '2.5',
  ],
  ['SELECT TOP 1 x FROM (VALUES (1), (NULL), (3)) AS v(x) ORDER BY x', 'int', 'null'],
  ['SELECT TOP (1) x FROM (VALUES (1), (NULL), (3)) AS v(x) ORDER BY x DESC', 'int', '3'],
  ['WITH n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 5) SELECT MAX(i) FROM n', 'int', '5'],
  [
    'SELECT PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY x) OVER () FROM (VALUES (1), (2), (4), (9)) AS v(x)',
    'float',
    '3',
  ],
  [
    'SELECT x, ROW_NUMBER() OVER (ORDER BY x DESC), SUM(x) OVER () FROM (VALUES (1), (2)) AS v(x) ORDER BY x',
    'int, bigint, int',
    '1, 2, 3',
  ],
  ["SELECT x.n FROM (VALUES ('q')) AS v(n) CROSS APPLY (SELECT v.n + '!' AS n) AS x", 'varchar(2)', 'q!'],
  [
    "SELECT * FROM (VALUES (1, 'a', 5), (1, 'b', 7)) AS s(k, c, v) PIVOT (SUM(v) FOR c IN ([a], [b], [z])) AS p",
    'int, int, int, int',
    '1, 5, 7, null',
  ],
  [
    "SELECT MIN(x) FROM (VALUES (CAST('00000001-0000-0000-0000-000000000000' AS uniqueidentifier)), ('00000000-0000-0000-0000-000000000001')) AS v(x)",
    'uniqueidentifier',
    '00000001-0000-0000-0000-000000000000',
  ],
];

const errors: readonly (readonly [statement: string, number: number])[] = [
  ['SELECT 2147483647 + 1', 8115],
  ['SELECT CAST(300 AS tinyint)', 220],
  ["SELECT CAST('abc' AS int)", 245],
  ['SELECT 1 / 0', 8134],
  ['SELECT CAST(12345.678 AS decimal(5,2))', 8115],
  ["SELECT CAST('2024-02-30' AS date)", 241],
  ["SELECT CAST('x' AS uniqueidentifier)", 8169],
  ['SELECT CONVERT(varchar(10), 12345678901)', 8115],
  ['SELECT a FROM nosuch', 208],
  ['SELECT nosuch', 207],
  ['SELECT @nosuch', 137],
  ['SELECT FROM', 156],
  ['SELEC 1', 2812],
  ["SELECT 'abc", 105],
  ['SELECT 1 +', 102],
  ['SELECT CAST(1 AS date)', 529],
  ["SELECT SUM(x) FROM (VALUES ('a')) AS v(x)", 8117],
  ['SELECT a, b FROM (VALUES (1, 2)) AS v(a, b) GROUP BY a', 8120],
  ['SELECT nosuch(1)', 195],
  ['SELECT 1 UNION SELECT 1, 2', 205],
  ['SELECT (SELECT x FROM (VALUES (1), (2)) AS v(x))', 512],
  ['SELECT * FROM CHANGETABLE(CHANGES t, 1 + 1) AS c', 102],
  ['DECLARE c CURSOR FOR SELECT 1', 40515],
  ['BACKUP DATABASE x', 40515],
  ['EXEC nosuch', 2812],
  ['COMMIT', 3902],
  ['ROLLBACK', 3903],
  ['DROP TABLE nosuch', 3701],
];

const describeColumn = ({ type }: ResultColumn): string => {
  if (type.length !== undefined) return `${type.name}(${type.length})`;
  return type.precision === undefined ? type.name : `${type.name}(${type.precision},${type.scale ?? 0})`;
};

const shown = (value: SqlValue): string => (value === null ? 'null' : plainText(value));

describe('answers', () => {
  let engine: TestEngine;
  let session: EngineSession;

  beforeAll(async () => {
    engine = await TestEngine.start();
    session = await engine.login();
  });
  afterAll(async () => {
    await engine.stop();
  });

  const ask = async (statement: string): Promise<string> => {
    const sink = await run(session, statement);
    const [error] = sink.errors;
    if (error) return `${error.number} ${error.message}`;
    const [set] = sink.sets;
    return `${set?.columns.map(describeColumn).join(', ')} :: ${set?.rows[0]?.map(shown).join(', ')}`;
  };

  test.each([...arithmetic, ...text, ...styles, ...dates, ...queries])(
    '%s',
    async (statement, types, values) => {
      expect(await ask(statement)).toBe(`${types} :: ${values}`);
    },
  );

  test.each(errors)('%s is refused with %d', async (statement, number) => {
    const sink = await run(session, statement);
    expect(sink.errors[0]?.number).toBe(number);
  });
});
