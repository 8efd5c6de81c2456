const qualifier = (name: string): string => `CAST(DB_NAME() AS nvarchar(128)) AS ${name}`;
const owner = (schemaId: string, name: string): string =>
  `CAST(SCHEMA_NAME(${schemaId}) AS nvarchar(128)) AS ${name}`;
const ofTable = `(@table_owner IS NULL OR SCHEMA_NAME(o.schema_id) = @table_owner)
  AND (@table_qualifier IS NULL OR @table_qualifier = DB_NAME())`;

const spTables = `CREATE PROCEDURE sys.sp_tables
  @table_name nvarchar(384) = NULL, @table_owner nvarchar(384) = NULL, @table_qualifier nvarchar(128) = NULL,
  @table_type varchar(100) = NULL, @fUsePattern bit = 1 AS
SELECT ${qualifier('TABLE_QUALIFIER')}, ${owner('o.schema_id', 'TABLE_OWNER')}, o.name AS TABLE_NAME,
  CAST(CASE o.type WHEN 'U' THEN 'TABLE' ELSE 'VIEW' END AS varchar(32)) AS TABLE_TYPE, CAST(NULL AS varchar(254)) AS REMARKS
FROM sys.objects o
WHERE o.type IN ('U', 'V') AND (@table_qualifier IS NULL OR @table_qualifier = DB_NAME())
  AND (@table_name IS NULL OR CASE WHEN @fUsePattern = 1 THEN CASE WHEN o.name LIKE @table_name THEN 1 END WHEN o.name = @table_name THEN 1 END = 1)
  AND (@table_owner IS NULL OR CASE WHEN @fUsePattern = 1 THEN CASE WHEN SCHEMA_NAME(o.schema_id) LIKE @table_owner THEN 1 END WHEN SCHEMA_NAME(o.schema_id) = @table_owner THEN 1 END = 1)
  AND (@table_type IS NULL OR CHARINDEX(CASE o.type WHEN 'U' THEN '''TABLE''' ELSE '''VIEW''' END, @table_type) > 0)
ORDER BY TABLE_TYPE, TABLE_OWNER, o.name`;

const spPkeys = `CREATE PROCEDURE sys.sp_pkeys
  @table_name nvarchar(128), @table_owner nvarchar(128) = NULL, @table_qualifier nvarchar(128) = NULL AS
SELECT ${qualifier('TABLE_QUALIFIER')}, ${owner('o.schema_id', 'TABLE_OWNER')}, o.name AS TABLE_NAME, c.name AS COLUMN_NAME,
  CAST(k.key_ordinal AS smallint) AS KEY_SEQ, CAST(i.name AS nvarchar(128)) AS PK_NAME
FROM sys.indexes i
  JOIN sys.objects o ON o.object_id = i.object_id
  JOIN sys.index_columns k ON k.object_id = i.object_id AND k.index_id = i.index_id
  JOIN sys.columns c ON c.object_id = k.object_id AND c.column_id = k.column_id
WHERE i.is_primary_key = 1 AND o.name = @table_name AND ${ofTable}
ORDER BY TABLE_OWNER, o.name, k.key_ordinal`;

/** ODBC's codes differ from the catalogue's: 0 cascade, 1 no action, 2 set null, 3 set default. */
const rule = (column: string): string => `CASE ${column} WHEN 0 THEN 1 WHEN 1 THEN 0 ELSE ${column} END`;

const spFkeys = `CREATE PROCEDURE sys.sp_fkeys
  @pktable_name nvarchar(128) = NULL, @pktable_owner nvarchar(128) = NULL, @pktable_qualifier nvarchar(128) = NULL,
  @fktable_name nvarchar(128) = NULL, @fktable_owner nvarchar(128) = NULL, @fktable_qualifier nvarchar(128) = NULL AS
SELECT ${qualifier('PKTABLE_QUALIFIER')}, ${owner('p.schema_id', 'PKTABLE_OWNER')}, p.name AS PKTABLE_NAME, pc.name AS PKCOLUMN_NAME,
  ${qualifier('FKTABLE_QUALIFIER')}, ${owner('o.schema_id', 'FKTABLE_OWNER')}, o.name AS FKTABLE_NAME, c.name AS FKCOLUMN_NAME,
  CAST(k.constraint_column_id AS smallint) AS KEY_SEQ, CAST(${rule('f.update_referential_action')} AS smallint) AS UPDATE_RULE,
  CAST(${rule('f.delete_referential_action')} AS smallint) AS DELETE_RULE, f.name AS FK_NAME,
  (SELECT i.name FROM sys.indexes i WHERE i.object_id = p.object_id AND i.is_primary_key = 1) AS PK_NAME,
  CAST(7 AS smallint) AS DEFERRABILITY
FROM sys.foreign_keys f
  JOIN sys.foreign_key_columns k ON k.constraint_object_id = f.object_id
  JOIN sys.objects o ON o.object_id = f.parent_object_id
  JOIN sys.objects p ON p.object_id = f.referenced_object_id
  JOIN sys.columns c ON c.object_id = k.parent_object_id AND c.column_id = k.parent_column_id
  JOIN sys.columns pc ON pc.object_id = k.referenced_object_id AND pc.column_id = k.referenced_column_id
WHERE (@pktable_name IS NULL OR p.name = @pktable_name) AND (@pktable_owner IS NULL OR SCHEMA_NAME(p.schema_id) = @pktable_owner)
  AND (@fktable_name IS NULL OR o.name = @fktable_name) AND (@fktable_owner IS NULL OR SCHEMA_NAME(o.schema_id) = @fktable_owner)
  AND (@pktable_qualifier IS NULL OR @pktable_qualifier = DB_NAME()) AND (@fktable_qualifier IS NULL OR @fktable_qualifier = DB_NAME())
ORDER BY FKTABLE_OWNER, o.name, f.name, k.constraint_column_id`;

const spStatistics = (name: string): string => `CREATE PROCEDURE sys.${name}
  @table_name nvarchar(128), @table_owner nvarchar(128) = NULL, @table_qualifier nvarchar(128) = NULL,
  @index_name nvarchar(128) = N'%', @is_unique char(1) = 'N', @accuracy char(1) = 'Q' AS
SELECT ${qualifier('TABLE_QUALIFIER')}, ${owner('o.schema_id', 'TABLE_OWNER')}, o.name AS TABLE_NAME,
  CAST(NULL AS smallint) AS NON_UNIQUE, CAST(NULL AS nvarchar(128)) AS INDEX_QUALIFIER, CAST(NULL AS nvarchar(128)) AS INDEX_NAME,
  CAST(0 AS smallint) AS TYPE, CAST(NULL AS smallint) AS SEQ_IN_INDEX, CAST(NULL AS nvarchar(128)) AS COLUMN_NAME,
  CAST(NULL AS varchar(1)) AS COLLATION, CAST(NULL AS int) AS CARDINALITY, CAST(NULL AS int) AS PAGES, CAST(NULL AS varchar(128)) AS FILTER_CONDITION
FROM sys.objects o
WHERE o.type = 'U' AND o.name = @table_name AND ${ofTable}
UNION ALL
SELECT DB_NAME(), SCHEMA_NAME(o.schema_id), o.name, CASE WHEN i.is_unique = 1 THEN 0 ELSE 1 END, o.name, i.name,
  CASE WHEN i.index_id = 1 THEN 1 ELSE 3 END, k.key_ordinal, c.name, CASE WHEN k.is_descending_key = 1 THEN 'D' ELSE 'A' END,
  NULL, NULL, NULL
FROM sys.indexes i
  JOIN sys.objects o ON o.object_id = i.object_id
  JOIN sys.index_columns k ON k.object_id = i.object_id AND k.index_id = i.index_id
  JOIN sys.columns c ON c.object_id = k.object_id AND c.column_id = k.column_id
WHERE o.type = 'U' AND i.index_id > 0 AND k.key_ordinal > 0 AND o.name = @table_name AND ${ofTable}
  AND i.name LIKE @index_name AND (@is_unique <> 'Y' OR i.is_unique = 1)
ORDER BY NON_UNIQUE, TYPE, INDEX_NAME, SEQ_IN_INDEX`;

const spStoredProcedures = `CREATE PROCEDURE sys.sp_stored_procedures
  @sp_name nvarchar(390) = NULL, @sp_owner nvarchar(384) = NULL, @sp_qualifier nvarchar(128) = NULL, @fUsePattern bit = 1 AS
SELECT ${qualifier('PROCEDURE_QUALIFIER')}, ${owner('o.schema_id', 'PROCEDURE_OWNER')}, CAST(o.name + ';1' AS nvarchar(134)) AS PROCEDURE_NAME,
  CAST(-1 AS int) AS NUM_INPUT_PARAMS, CAST(-1 AS int) AS NUM_OUTPUT_PARAMS, CAST(-1 AS int) AS NUM_RESULT_SETS,
  CAST(NULL AS varchar(254)) AS REMARKS, CAST(2 AS smallint) AS PROCEDURE_TYPE
FROM sys.procedures o
WHERE (@sp_name IS NULL OR o.name LIKE @sp_name) AND (@sp_owner IS NULL OR SCHEMA_NAME(o.schema_id) LIKE @sp_owner)
  AND (@sp_qualifier IS NULL OR @sp_qualifier = DB_NAME())
ORDER BY PROCEDURE_OWNER, o.name`;

/** Procedures that tell of tables, keys, indexes and procedures, by name. */
export const objectProcedures: Readonly<Record<string, string>> = {
  sp_tables: spTables,
  sp_pkeys: spPkeys,
  sp_fkeys: spFkeys,
  sp_statistics: spStatistics('sp_statistics'),
  sp_statistics_100: spStatistics('sp_statistics_100'),
  sp_stored_procedures: spStoredProcedures,
};
