/** One batch and what SQL Server says to it. */
export interface ErrorCase {
  readonly sql: string;
  /** Number, severity, state, line, text; a procedure's name behind it where the error has one. */
  readonly errors: readonly (readonly [number, number, number, number, string, string?])[];
  /** Rows of the batch's last result, where the batch goes on. */
  readonly rows?: readonly (readonly (string | number | null)[])[];
}

/** What the cases run on. */
export const errorSchema = [
  `CREATE TABLE dbo.Parent (Id int NOT NULL CONSTRAINT PK_Parent PRIMARY KEY, Name varchar(5) NOT NULL, Age tinyint NULL CONSTRAINT CK_Age CHECK (Age < 150), Code char(2) NULL CONSTRAINT UQ_Code UNIQUE);
   CREATE TABLE dbo.Child (Id int IDENTITY(1,1) NOT NULL PRIMARY KEY, ParentId int NULL CONSTRAINT FK_Child_Parent REFERENCES dbo.Parent (Id), Twice AS (ParentId * 2));
   CREATE UNIQUE INDEX UX_Name ON dbo.Parent (Name);
   INSERT dbo.Parent VALUES (1, 'one', 1, 'a'), (2, 'two', 2, 'b');
   INSERT dbo.Child (ParentId) VALUES (1)`,
  'CREATE PROCEDURE dbo.Fails @n int AS\nBEGIN\n  SELECT 1 / @n AS q;\n  SELECT 2 AS after_;\nEND',
  'CREATE PROCEDURE dbo.Opens AS BEGIN TRANSACTION',
  'CREATE PROCEDURE dbo.Missing AS\nSELECT * FROM dbo.NotThere;\nSELECT 3 AS after_',
  'CREATE VIEW dbo.Names AS SELECT Name FROM dbo.Parent',
] as const;

/** Constraints, conversions and arithmetic: the statement is undone and the batch goes on, or not. */
export const dataCases: readonly ErrorCase[] = [
  {
    sql: "SELECT 0;\nINSERT dbo.Parent VALUES (1, 'new', 1, 'c');\nSELECT @@ERROR, @@ROWCOUNT",
    errors: [
      [
        2627,
        14,
        1,
        2,
        "Violation of PRIMARY KEY constraint 'PK_Parent'. Cannot insert duplicate key in object 'dbo.Parent'. The duplicate key value is (1).",
      ],
    ],
    rows: [[2627, 0]],
  },
  {
    sql: "INSERT dbo.Parent VALUES (3, 'new', 1, 'a')",
    errors: [
      [
        2627,
        14,
        1,
        1,
        "Violation of UNIQUE KEY constraint 'UQ_Code'. Cannot insert duplicate key in object 'dbo.Parent'. The duplicate key value is (a ).",
      ],
    ],
  },
  {
    sql: "INSERT dbo.Parent VALUES (3, 'ONE', 1, 'd')",
    errors: [
      [
        2601,
        14,
        1,
        1,
        "Cannot insert duplicate key row in object 'dbo.Parent' with unique index 'UX_Name'. The duplicate key value is (ONE).",
      ],
    ],
  },
  {
    sql: 'INSERT dbo.Child (ParentId) VALUES (9)',
    errors: [
      [
        547,
        16,
        0,
        1,
        'The INSERT statement conflicted with the FOREIGN KEY constraint "FK_Child_Parent". The conflict occurred in database "app", table "dbo.Parent", column \'Id\'.',
      ],
    ],
  },
  {
    sql: 'DELETE dbo.Parent WHERE Id = 1',
    errors: [
      [
        547,
        16,
        0,
        1,
        'The DELETE statement conflicted with the REFERENCE constraint "FK_Child_Parent". The conflict occurred in database "app", table "dbo.Child", column \'ParentId\'.',
      ],
    ],
  },
  {
    sql: 'UPDATE dbo.Parent SET Age = 200 WHERE Id = 1',
    errors: [
      [
        547,
        16,
        0,
        1,
        'The UPDATE statement conflicted with the CHECK constraint "CK_Age". The conflict occurred in database "app", table "dbo.Parent", column \'Age\'.',
      ],
    ],
  },
  {
    sql: 'INSERT dbo.Parent (Id) VALUES (5)',
    errors: [
      [
        515,
        16,
        2,
        1,
        "Cannot insert the value NULL into column 'Name', table 'app.dbo.Parent'; column does not allow nulls. INSERT fails.",
      ],
    ],
  },
  {
    sql: 'UPDATE dbo.Parent SET Name = NULL',
    errors: [
      [
        515,
        16,
        2,
        1,
        "Cannot insert the value NULL into column 'Name', table 'app.dbo.Parent'; column does not allow nulls. UPDATE fails.",
      ],
    ],
  },
  {
    sql: "INSERT dbo.Parent (Id, Name) VALUES (6, 'abcdefgh')",
    errors: [
      [
        2628,
        16,
        1,
        1,
        "String or binary data would be truncated in table 'app.dbo.Parent', column 'Name'. Truncated value: 'abcde'.",
      ],
    ],
  },
  {
    sql: "INSERT dbo.Parent (Id, Name, Age) VALUES (6, 'x', 300)",
    errors: [[220, 16, 2, 1, 'Arithmetic overflow error for data type tinyint, value = 300.']],
  },
  {
    sql: 'SELECT 1 / 0;\nSELECT @@ERROR',
    errors: [[8134, 16, 1, 1, 'Divide by zero error encountered.']],
    rows: [[8134]],
  },
  {
    sql: "SELECT CAST('x' AS int);\nSELECT 1",
    errors: [[245, 16, 1, 1, "Conversion failed when converting the varchar value 'x' to data type int."]],
  },
  {
    sql: "SELECT CAST('today' AS date)",
    errors: [[241, 16, 1, 1, 'Conversion failed when converting date and/or time from character string.']],
  },
  {
    sql: "SELECT CAST('1,5' AS decimal(5,2))",
    errors: [[8114, 16, 5, 1, 'Error converting data type varchar to numeric.']],
  },
  {
    sql: "SELECT CAST('no-guid' AS uniqueidentifier)",
    errors: [
      [8169, 16, 2, 1, 'Conversion failed when converting from a character string to uniqueidentifier.'],
    ],
  },
  {
    sql: 'SELECT 2147483647 + 1',
    errors: [[8115, 16, 2, 1, 'Arithmetic overflow error converting expression to data type int.']],
  },
  {
    sql: 'SELECT CAST(1000.5 AS decimal(3,0))',
    errors: [[8115, 16, 8, 1, 'Arithmetic overflow error converting numeric to data type numeric.']],
  },
  {
    sql: 'SELECT (SELECT Id FROM dbo.Parent)',
    errors: [
      [
        512,
        16,
        1,
        1,
        'Subquery returned more than 1 value. This is not permitted when the subquery follows =, !=, <, <= , >, >= or when the subquery is used as an expression.',
      ],
    ],
  },
  {
    sql: 'INSERT dbo.Child (Id, ParentId) VALUES (7, 1)',
    errors: [
      [
        544,
        16,
        1,
        1,
        "Cannot insert explicit value for identity column in table 'Child' when IDENTITY_INSERT is set to OFF.",
      ],
    ],
  },
  {
    sql: 'SET IDENTITY_INSERT dbo.Child ON;\nINSERT dbo.Child (ParentId) VALUES (1);\nSET IDENTITY_INSERT dbo.Child OFF',
    errors: [
      [
        545,
        16,
        1,
        2,
        "Explicit value must be specified for identity column in table 'Child' either when IDENTITY_INSERT is set to ON or when a replication user is inserting into a NOT FOR REPLICATION identity column.",
      ],
    ],
  },
  {
    sql: 'SET IDENTITY_INSERT dbo.Parent ON',
    errors: [
      [
        8106,
        16,
        1,
        1,
        "Table 'dbo.Parent' does not have the identity property. Cannot perform SET operation.",
      ],
    ],
  },
  {
    sql: 'TRUNCATE TABLE dbo.Parent',
    errors: [
      [
        4712,
        16,
        1,
        1,
        "Cannot truncate table 'dbo.Parent' because it is being referenced by a FOREIGN KEY constraint.",
      ],
    ],
  },
];

/** Found while compiling: nothing of the batch has run. */
export const compileCases: readonly ErrorCase[] = [
  { sql: 'SELECT 1;\nSELEC 2', errors: [[102, 15, 1, 2, "Incorrect syntax near 'SELEC'."]] },
  {
    sql: 'SELECT 1 FROM',
    errors: [[102, 15, 1, 1, "Incorrect syntax near 'FROM'."]],
  },
  {
    sql: 'SELECT * FROM WHERE 1 = 1',
    errors: [[156, 15, 1, 1, "Incorrect syntax near the keyword 'WHERE'."]],
  },
  {
    sql: "SELECT 'open",
    errors: [[105, 15, 1, 1, "Unclosed quotation mark after the character string 'open'."]],
  },
  { sql: 'SELECT Nope FROM dbo.Parent', errors: [[207, 16, 1, 1, "Invalid column name 'Nope'."]] },
  {
    sql: 'SELECT 1;\nSELECT * FROM Nope;\nSELECT 2',
    errors: [[208, 16, 1, 2, "Invalid object name 'Nope'."]],
    rows: [[1]],
  },
  {
    sql: 'SELECT x.Id FROM dbo.Parent p',
    errors: [[4104, 16, 1, 1, 'The multi-part identifier "x.Id" could not be bound.']],
  },
  {
    sql: 'SELECT Id FROM dbo.Parent a, dbo.Child b',
    errors: [[209, 16, 1, 1, "Ambiguous column name 'Id'."]],
  },
  { sql: 'SELECT @x', errors: [[137, 15, 2, 1, 'Must declare the scalar variable "@x".']] },
  { sql: 'SELECT * FROM @t', errors: [[1087, 15, 2, 1, 'Must declare the table variable "@t".']] },
  {
    sql: 'DECLARE @a int; DECLARE @a int',
    errors: [
      [
        134,
        15,
        2,
        1,
        "The variable name '@a' has already been declared. Variable names must be unique within a query batch or stored procedure.",
      ],
    ],
  },
  { sql: 'SELECT nope(1)', errors: [[195, 15, 10, 1, "'nope' is not a recognized built-in function name."]] },
  { sql: 'SELECT LEN()', errors: [[174, 15, 1, 1, 'The len function requires 1 argument(s).']] },
  {
    sql: 'SELECT Name, COUNT(*) FROM dbo.Parent',
    errors: [
      [
        8120,
        16,
        1,
        1,
        "Column 'dbo.Parent.Name' is invalid in the select list because it is not contained in either an aggregate function or the GROUP BY clause.",
      ],
    ],
  },
  {
    sql: 'INSERT dbo.Parent (Id, Name) VALUES (1)',
    errors: [
      [
        109,
        15,
        1,
        1,
        'There are more columns in the INSERT statement than values specified in the VALUES clause. The number of values in the VALUES clause must match the number of columns specified in the INSERT statement.',
      ],
    ],
  },
  {
    sql: 'INSERT dbo.Parent VALUES (1)',
    errors: [[213, 16, 1, 1, 'Column name or number of supplied values does not match table definition.']],
  },
  {
    sql: 'INSERT dbo.Parent (Id, Name) SELECT 1',
    errors: [
      [
        120,
        15,
        1,
        1,
        'The select list for the INSERT statement contains fewer items than the insert list. The number of SELECT values must match the number of INSERT columns.',
      ],
    ],
  },
  {
    sql: 'UPDATE dbo.Child SET Twice = 1',
    errors: [
      [
        271,
        16,
        1,
        1,
        'The column "Twice" cannot be modified because it is either a computed column or is the result of a UNION operator.',
      ],
    ],
  },
  { sql: 'UPDATE dbo.Child SET Id = 1', errors: [[8102, 16, 1, 1, "Cannot update identity column 'Id'."]] },
  {
    sql: 'SELECT 1 UNION SELECT 1, 2',
    errors: [
      [
        205,
        16,
        1,
        1,
        'All queries combined using a UNION, INTERSECT or EXCEPT operator must have an equal number of expressions in their target lists.',
      ],
    ],
  },
  {
    sql: 'SELECT TOP 1 1\nSELECT 2\nCREATE VIEW dbo.Late AS SELECT 1 AS a',
    errors: [[111, 15, 1, 3, "'CREATE VIEW' must be the first statement in a query batch."]],
  },
  {
    sql: 'SELECT * FROM dbo.Parent a JOIN dbo.Parent a ON 1 = 1',
    errors: [[1011, 16, 1, 1, "The correlation name 'a' is specified multiple times in a FROM clause."]],
  },
  { sql: 'EXEC dbo.Nope', errors: [[2812, 16, 62, 1, "Could not find stored procedure 'dbo.Nope'."]] },
  {
    sql: 'EXEC dbo.Fails;\nSELECT 5',
    errors: [
      [
        201,
        16,
        4,
        0,
        "Procedure or function 'Fails' expects parameter '@n', which was not supplied.",
        'Fails',
      ],
    ],
    rows: [[5]],
  },
  {
    sql: 'EXEC dbo.Fails 1, 2',
    errors: [[8144, 16, 2, 0, 'Procedure or function Fails has too many arguments specified.', 'Fails']],
  },
  {
    sql: 'EXEC dbo.Fails @m = 2',
    errors: [[8145, 16, 2, 0, '@m is not a parameter for procedure Fails.', 'Fails']],
  },
];

/** Definitions. */
export const definitionCases: readonly ErrorCase[] = [
  {
    sql: 'CREATE TABLE dbo.Parent (a int)',
    errors: [[2714, 16, 6, 1, "There is already an object named 'Parent' in the database."]],
  },
  {
    sql: 'DROP TABLE dbo.Nope',
    errors: [
      [
        3701,
        11,
        5,
        1,
        "Cannot drop the table 'dbo.Nope', because it does not exist or you do not have permission.",
      ],
    ],
  },
  {
    sql: 'DROP TABLE dbo.Parent',
    errors: [
      [
        3726,
        16,
        1,
        1,
        "Could not drop object 'dbo.Parent' because it is referenced by a FOREIGN KEY constraint.",
      ],
    ],
  },
  {
    sql: 'DROP TABLE dbo.Names',
    errors: [
      [
        3705,
        16,
        1,
        1,
        "Cannot use DROP TABLE with 'dbo.Names' because 'dbo.Names' is a view. Use DROP VIEW.",
      ],
    ],
  },
  {
    sql: 'ALTER TABLE dbo.Nope ADD a int',
    errors: [
      [
        4902,
        16,
        1,
        1,
        'Cannot find the object "dbo.Nope" because it does not exist or you do not have permissions.',
      ],
    ],
  },
  {
    sql: 'ALTER TABLE dbo.Parent ADD Id int',
    errors: [
      [
        2705,
        16,
        4,
        1,
        "Column names in each table must be unique. Column name 'Id' in table 'dbo.Parent' is specified more than once.",
      ],
    ],
  },
  {
    sql: 'ALTER TABLE dbo.Parent ADD Must int NOT NULL',
    errors: [
      [
        4901,
        16,
        1,
        1,
        "ALTER TABLE only allows columns to be added that can contain nulls, or have a DEFAULT definition specified, or the column being added is an identity or timestamp column, or alternatively if none of the previous conditions are satisfied the table must be empty to allow addition of this column. Column 'Must' cannot be added to non-empty table 'Parent' because it does not satisfy these conditions.",
      ],
    ],
  },
  {
    sql: 'CREATE TABLE dbo.Twice (a int, A int)',
    errors: [
      [
        2705,
        16,
        3,
        1,
        "Column names in each table must be unique. Column name 'A' in table 'Twice' is specified more than once.",
      ],
    ],
  },
  {
    sql: 'CREATE TABLE nowhere.T (a int)',
    errors: [
      [
        2760,
        16,
        1,
        1,
        'The specified schema name "nowhere" either does not exist or you do not have permission to use it.',
      ],
    ],
  },
  {
    sql: 'CREATE TABLE dbo.T (a money2)',
    errors: [[2715, 16, 6, 1, 'Column, parameter, or variable #1: Cannot find data type money2.']],
  },
  {
    sql: 'CREATE INDEX UX_Name ON dbo.Parent (Age)',
    errors: [
      [
        1913,
        16,
        1,
        1,
        "The operation failed because an index or statistics with name 'UX_Name' already exists on table 'dbo.Parent'.",
      ],
    ],
  },
  {
    sql: 'DROP PROCEDURE dbo.Nope',
    errors: [
      [
        3701,
        11,
        5,
        1,
        "Cannot drop the procedure 'dbo.Nope', because it does not exist or you do not have permission.",
      ],
    ],
  },
  {
    sql: 'USE Nope',
    errors: [
      [911, 16, 1, 1, "Database 'Nope' does not exist. Make sure that the name is entered correctly."],
    ],
  },
  {
    sql: 'BEGIN TRANSACTION;\nALTER DATABASE CURRENT SET CHANGE_TRACKING = ON;\nROLLBACK',
    errors: [[226, 16, 6, 2, 'ALTER DATABASE statement not allowed within multi-statement transaction.']],
  },
  {
    sql: 'SELECT * FROM CHANGETABLE(CHANGES dbo.Parent, 0) AS c',
    errors: [[22105, 16, 1, 1, "Change tracking is not enabled on table 'dbo.Parent'."]],
  },
];

/** Transactions, TRY…CATCH, THROW and RAISERROR. */
export const flowCases: readonly ErrorCase[] = [
  {
    sql: 'COMMIT;\nSELECT 1',
    errors: [[3902, 16, 1, 1, 'The COMMIT TRANSACTION request has no corresponding BEGIN TRANSACTION.']],
    rows: [[1]],
  },
  {
    sql: 'ROLLBACK',
    errors: [[3903, 16, 1, 1, 'The ROLLBACK TRANSACTION request has no corresponding BEGIN TRANSACTION.']],
  },
  {
    sql: 'SAVE TRANSACTION s',
    errors: [[628, 16, 0, 1, 'Cannot issue SAVE TRANSACTION when there is no active transaction.']],
  },
  {
    sql: 'BEGIN TRANSACTION;\nROLLBACK TRANSACTION nope;\nSELECT @@TRANCOUNT;\nROLLBACK',
    errors: [[6401, 16, 1, 2, 'Cannot roll back nope. No transaction or savepoint of that name was found.']],
    rows: [[1]],
  },
  {
    sql: 'EXEC dbo.Opens;\nSELECT @@TRANCOUNT;\nROLLBACK',
    errors: [
      [
        266,
        16,
        2,
        0,
        'Transaction count after EXECUTE indicates a mismatching number of BEGIN and COMMIT statements. Previous count = 0, current count = 1.',
        'Opens',
      ],
    ],
    rows: [[1]],
  },
  {
    sql: 'EXEC dbo.Fails 0;\nSELECT 9',
    errors: [[8134, 16, 1, 3, 'Divide by zero error encountered.', 'Fails']],
    rows: [[9]],
  },
  {
    sql: 'EXEC dbo.Missing;\nSELECT 9',
    errors: [[208, 16, 1, 2, "Invalid object name 'dbo.NotThere'.", 'Missing']],
    rows: [[9]],
  },
  {
    sql: 'BEGIN TRY\n  EXEC dbo.Missing\nEND TRY\nBEGIN CATCH\n  SELECT ERROR_NUMBER(), ERROR_LINE(), ERROR_PROCEDURE()\nEND CATCH',
    errors: [],
    rows: [[208, 2, 'Missing']],
  },
  {
    sql: 'BEGIN TRY\n  SELECT * FROM dbo.NotThere\nEND TRY\nBEGIN CATCH\n  SELECT 1\nEND CATCH;\nSELECT 2',
    errors: [[208, 16, 1, 2, "Invalid object name 'dbo.NotThere'."]],
  },
  {
    sql: "EXEC ('SELECT bogus syntax here');\nSELECT 4",
    errors: [[102, 15, 1, 1, "Incorrect syntax near 'here'."]],
    rows: [[4]],
  },
  {
    sql: 'BEGIN TRY\n  SELECT 1 / 0\nEND TRY\nBEGIN CATCH\n  SELECT ERROR_NUMBER(), ERROR_SEVERITY(), ERROR_STATE(), ERROR_LINE(), ERROR_MESSAGE();\n  THROW\nEND CATCH;\nSELECT 8',
    errors: [[8134, 16, 1, 2, 'Divide by zero error encountered.']],
    rows: [[8134, 16, 1, 2, 'Divide by zero error encountered.']],
  },
  { sql: "THROW 50007, N'own words', 3;\nSELECT 1", errors: [[50007, 16, 3, 1, 'own words']] },
  {
    sql: "THROW 60, N'x', 1",
    errors: [
      [
        35100,
        16,
        10,
        1,
        'Error number 60 in the THROW statement is outside the valid range. Specify an error number in the valid range of 50000 to 2147483647.',
      ],
    ],
  },
  {
    sql: "RAISERROR (N'%s has %d of %5.2s|', 12, 4, N'Ann', 7, N'xyz');\nSELECT @@ERROR",
    errors: [[50000, 12, 4, 1, 'Ann has 7 of    xy|']],
    rows: [[50000]],
  },
  {
    sql: "RAISERROR (N'fatal', 20, 1);\nSELECT 1",
    errors: [
      [
        2754,
        16,
        1,
        1,
        'Error severity levels greater than 18 can only be specified by members of the sysadmin role, using the WITH LOG option.',
      ],
    ],
    rows: [[1]],
  },
  {
    sql: "BEGIN TRANSACTION;\nBEGIN TRY\n  SELECT CAST(N'x' AS int)\nEND TRY\nBEGIN CATCH\n  SELECT XACT_STATE();\n  COMMIT\nEND CATCH",
    errors: [
      [
        3930,
        16,
        1,
        7,
        'The current transaction cannot be committed and cannot support operations that write to the log file. Roll back the transaction.',
      ],
      [
        3998,
        16,
        1,
        1,
        'Uncommittable transaction is detected at the end of the batch. The transaction is rolled back.',
      ],
    ],
    rows: [[-1]],
  },
  {
    sql: 'SET XACT_ABORT ON;\nBEGIN TRANSACTION;\nBEGIN TRY\n  INSERT dbo.Child (ParentId) VALUES (99)\nEND TRY\nBEGIN CATCH\n  SELECT XACT_STATE(), @@TRANCOUNT;\n  ROLLBACK;\n  SELECT XACT_STATE(), @@TRANCOUNT\nEND CATCH',
    errors: [],
    rows: [[0, 0]],
  },
  {
    sql: 'SET XACT_ABORT ON;\nBEGIN TRANSACTION;\nINSERT dbo.Child (ParentId) VALUES (99);\nSELECT 1',
    errors: [
      [
        547,
        16,
        0,
        3,
        'The INSERT statement conflicted with the FOREIGN KEY constraint "FK_Child_Parent". The conflict occurred in database "app", table "dbo.Parent", column \'Id\'.',
      ],
    ],
  },
  {
    sql: "SET XACT_ABORT ON;\nBEGIN TRANSACTION;\nRAISERROR (N'not aborted', 16, 1);\nSELECT @@TRANCOUNT;\nROLLBACK",
    errors: [[50000, 16, 1, 3, 'not aborted']],
    rows: [[1]],
  },
  {
    sql: "BEGIN TRANSACTION;\nSELECT CAST('x' AS int);\nSELECT 1",
    errors: [[245, 16, 1, 2, "Conversion failed when converting the varchar value 'x' to data type int."]],
  },
  {
    sql: 'BEGIN TRANSACTION;\nINSERT dbo.Child (ParentId) VALUES (99);\nSELECT @@TRANCOUNT, XACT_STATE(), @@ROWCOUNT;\nROLLBACK',
    errors: [
      [
        547,
        16,
        0,
        2,
        'The INSERT statement conflicted with the FOREIGN KEY constraint "FK_Child_Parent". The conflict occurred in database "app", table "dbo.Parent", column \'Id\'.',
      ],
    ],
    rows: [[1, 1, 0]],
  },
  {
    sql: 'DECLARE c CURSOR FOR SELECT 1 AS a;\nFETCH NEXT FROM c;\nDEALLOCATE c;\nOPEN c',
    errors: [
      [16917, 16, 1, 2, 'Cursor is not open.'],
      [16916, 16, 1, 4, "A cursor with the name 'c' does not exist."],
    ],
  },
  {
    sql: "WAITFOR DELAY 'soon'",
    errors: [[148, 15, 1, 1, "Incorrect time syntax in time string 'soon' used with WAITFOR."]],
  },
  {
    sql: "EXEC sp_executesql N'SELECT @a', N'@a int'",
    errors: [
      [
        8178,
        16,
        1,
        0,
        "The parameterized query '(@a int)SELECT @a' expects the parameter '@a', which was not supplied.",
      ],
    ],
  },
];
