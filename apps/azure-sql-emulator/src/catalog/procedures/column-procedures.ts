import { ODBC_TYPE_ROWS } from './odbc-types.js';

/** Precision, length and scale of a column `c` whose type is `t`. */
const precision = `CASE
  WHEN t.prec IS NOT NULL THEN t.prec
  WHEN t.name IN ('decimal', 'numeric') THEN c.precision
  WHEN t.name = 'time' THEN 8 + CASE WHEN c.scale > 0 THEN c.scale + 1 ELSE 0 END
  WHEN t.name = 'datetime2' THEN 19 + CASE WHEN c.scale > 0 THEN c.scale + 1 ELSE 0 END
  WHEN t.name = 'datetimeoffset' THEN 26 + CASE WHEN c.scale > 0 THEN c.scale + 1 ELSE 0 END
  WHEN c.max_length = -1 THEN 0
  WHEN t.name IN ('nchar', 'nvarchar') THEN c.max_length / 2
  ELSE c.max_length END`;
const length = `CASE
  WHEN t.len IS NOT NULL THEN t.len
  WHEN t.name IN ('decimal', 'numeric') THEN c.precision + 2
  WHEN c.max_length = -1 THEN 0
  ELSE c.max_length END`;
const scale = `CASE
  WHEN t.name IN ('decimal', 'numeric', 'time', 'datetime2', 'datetimeoffset') THEN c.scale
  ELSE t.minScale END`;
const code = `CASE WHEN @ODBCVer = 3 THEN t.code ELSE t.code2 END`;
/** Octets of character and binary columns, else NULL. */
const octets = `CASE WHEN t.code IN (1, 12, -8, -9, -2, -3) AND t.name <> 'timestamp' THEN CASE WHEN c.max_length = -1 THEN 0 ELSE c.max_length END
  WHEN t.name IN ('text', 'ntext', 'image') THEN 2147483647 END`;
/** ODBC's verbose code of dates and times, and what tells them apart. */
const verbose = `CASE WHEN t.code IN (91, 93) THEN 9 ELSE ${code} END`;
const subcode = `CASE t.code WHEN 91 THEN 1 WHEN 93 THEN 3 END`;
const typeName = `CASE WHEN c.is_identity = 1 THEN t.name + ' identity' ELSE t.name END`;

const columnsFrom = `FROM sys.columns c
  JOIN sys.objects o ON o.object_id = c.object_id
  JOIN ${ODBC_TYPE_ROWS} ON t.name = TYPE_NAME(c.user_type_id)`;

const spColumns = (name: string, version: number): string => `CREATE PROCEDURE sys.${name}
  @table_name nvarchar(384), @table_owner nvarchar(384) = NULL, @table_qualifier nvarchar(128) = NULL,
  @column_name nvarchar(384) = NULL, @NameScope int = 0, @ODBCVer int = ${version}, @fUsePattern bit = 1 AS
SELECT CAST(DB_NAME() AS nvarchar(128)) AS TABLE_QUALIFIER, CAST(SCHEMA_NAME(o.schema_id) AS nvarchar(128)) AS TABLE_OWNER,
  o.name AS TABLE_NAME, c.name AS COLUMN_NAME,
  CAST(${code} AS smallint) AS DATA_TYPE, CAST(${typeName} AS nvarchar(128)) AS TYPE_NAME,
  CAST(${precision} AS int) AS PRECISION, CAST(${length} AS int) AS LENGTH, CAST(${scale} AS smallint) AS SCALE,
  CAST(t.radix AS smallint) AS RADIX, CAST(c.is_nullable AS smallint) AS NULLABLE, CAST(NULL AS varchar(254)) AS REMARKS,
  CAST(d.definition AS nvarchar(4000)) AS COLUMN_DEF, CAST(${verbose} AS smallint) AS SQL_DATA_TYPE,
  CAST(${subcode} AS smallint) AS SQL_DATETIME_SUB, CAST(${octets} AS int) AS CHAR_OCTET_LENGTH,
  CAST((SELECT COUNT(*) FROM sys.columns e WHERE e.object_id = c.object_id AND e.column_id <= c.column_id) AS int) AS ORDINAL_POSITION,
  CAST(CASE WHEN c.is_nullable = 1 THEN 'YES' ELSE 'NO' END AS varchar(254)) AS IS_NULLABLE,
  CAST(0 AS smallint) AS SS_IS_SPARSE, CAST(0 AS smallint) AS SS_IS_COLUMN_SET, CAST(c.is_computed AS smallint) AS SS_IS_COMPUTED,
  CAST(c.is_identity AS smallint) AS SS_IS_IDENTITY, CAST(NULL AS nvarchar(128)) AS SS_UDT_CATALOG_NAME,
  CAST(NULL AS nvarchar(128)) AS SS_UDT_SCHEMA_NAME, CAST(NULL AS nvarchar(4000)) AS SS_UDT_ASSEMBLY_TYPE_NAME,
  CAST(NULL AS nvarchar(128)) AS SS_XML_SCHEMACOLLECTION_CATALOG_NAME, CAST(NULL AS nvarchar(128)) AS SS_XML_SCHEMACOLLECTION_SCHEMA_NAME,
  CAST(NULL AS nvarchar(128)) AS SS_XML_SCHEMACOLLECTION_NAME,
  CAST(CASE WHEN c.is_nullable = 1 THEN t.tokenN ELSE t.token END AS tinyint) AS SS_DATA_TYPE
${columnsFrom}
  LEFT JOIN sys.default_constraints d ON d.parent_object_id = c.object_id AND d.parent_column_id = c.column_id
WHERE o.type IN ('U', 'V') AND (@table_qualifier IS NULL OR @table_qualifier = DB_NAME())
  AND (@table_name IS NULL OR CASE WHEN @fUsePattern = 1 THEN CASE WHEN o.name LIKE @table_name THEN 1 END WHEN o.name = @table_name THEN 1 END = 1)
  AND (@table_owner IS NULL OR CASE WHEN @fUsePattern = 1 THEN CASE WHEN SCHEMA_NAME(o.schema_id) LIKE @table_owner THEN 1 END WHEN SCHEMA_NAME(o.schema_id) = @table_owner THEN 1 END = 1)
  AND (@column_name IS NULL OR CASE WHEN @fUsePattern = 1 THEN CASE WHEN c.name LIKE @column_name THEN 1 END WHEN c.name = @column_name THEN 1 END = 1)
ORDER BY TABLE_OWNER, o.name, c.column_id`;

const spSpecialColumns = (name: string): string => `CREATE PROCEDURE sys.${name}
  @table_name nvarchar(128), @table_owner nvarchar(128) = NULL, @table_qualifier nvarchar(128) = NULL,
  @col_type char(1) = 'R', @scope char(1) = 'T', @nullable char(1) = 'U', @ODBCVer int = 2 AS
SELECT CAST(CASE WHEN @col_type = 'V' THEN NULL WHEN @scope = 'C' THEN 0 ELSE 1 END AS smallint) AS SCOPE, c.name AS COLUMN_NAME,
  CAST(${code} AS smallint) AS DATA_TYPE, CAST(${typeName} AS nvarchar(128)) AS TYPE_NAME,
  CAST(${precision} AS int) AS PRECISION, CAST(${length} AS int) AS LENGTH, CAST(${scale} AS smallint) AS SCALE,
  CAST(1 AS smallint) AS PSEUDO_COLUMN
${columnsFrom}
WHERE o.type = 'U' AND o.name = @table_name AND (@table_owner IS NULL OR SCHEMA_NAME(o.schema_id) = @table_owner)
  AND (@table_qualifier IS NULL OR @table_qualifier = DB_NAME())
  AND ((@col_type = 'V' AND t.name = 'timestamp') OR (@col_type = 'R' AND EXISTS (SELECT 1 FROM sys.index_columns k
    JOIN sys.indexes i ON i.object_id = k.object_id AND i.index_id = k.index_id
    WHERE i.is_primary_key = 1 AND k.object_id = c.object_id AND k.column_id = c.column_id)))
ORDER BY c.column_id`;

const spSprocColumns = (name: string): string => `CREATE PROCEDURE sys.${name}
  @procedure_name nvarchar(390) = '%', @procedure_owner nvarchar(384) = NULL, @procedure_qualifier nvarchar(128) = NULL,
  @column_name nvarchar(384) = NULL, @ODBCVer int = 2, @fUsePattern bit = 1 AS
SELECT CAST(DB_NAME() AS nvarchar(128)) AS PROCEDURE_QUALIFIER, CAST(SCHEMA_NAME(o.schema_id) AS nvarchar(128)) AS PROCEDURE_OWNER,
  CAST(o.name + ';1' AS nvarchar(134)) AS PROCEDURE_NAME, CAST(c.name AS nvarchar(128)) AS COLUMN_NAME,
  CAST(CASE WHEN c.parameter_id = 0 THEN 5 WHEN c.is_output = 1 THEN 2 ELSE 1 END AS smallint) AS COLUMN_TYPE,
  CAST(${code} AS smallint) AS DATA_TYPE, CAST(t.name AS nvarchar(128)) AS TYPE_NAME,
  CAST(${precision} AS int) AS PRECISION, CAST(${length} AS int) AS LENGTH, CAST(${scale} AS smallint) AS SCALE,
  CAST(t.radix AS smallint) AS RADIX, CAST(CASE WHEN c.parameter_id = 0 THEN 0 ELSE 1 END AS smallint) AS NULLABLE,
  CAST(NULL AS varchar(254)) AS REMARKS, CAST(NULL AS nvarchar(4000)) AS COLUMN_DEF, CAST(${verbose} AS smallint) AS SQL_DATA_TYPE,
  CAST(${subcode} AS smallint) AS SQL_DATETIME_SUB, CAST(${octets} AS int) AS CHAR_OCTET_LENGTH,
  CAST(c.parameter_id AS int) AS ORDINAL_POSITION,
  CAST(CASE WHEN c.parameter_id = 0 THEN 'NO' ELSE 'YES' END AS varchar(254)) AS IS_NULLABLE, CAST(t.tokenN AS tinyint) AS SS_DATA_TYPE
FROM (SELECT object_id, name, parameter_id, user_type_id, max_length, precision, scale, is_output FROM sys.parameters
    UNION ALL SELECT object_id, N'@RETURN_VALUE', 0, 56, 4, 10, 0, 1 FROM sys.procedures) c
  JOIN sys.objects o ON o.object_id = c.object_id
  JOIN ${ODBC_TYPE_ROWS} ON t.name = TYPE_NAME(c.user_type_id)
WHERE o.name LIKE @procedure_name AND (@procedure_owner IS NULL OR SCHEMA_NAME(o.schema_id) LIKE @procedure_owner)
  AND (@procedure_qualifier IS NULL OR @procedure_qualifier = DB_NAME()) AND (@column_name IS NULL OR c.name LIKE @column_name)
ORDER BY PROCEDURE_OWNER, o.name, c.parameter_id`;

const spDatatypeInfo = (
  name: string,
): string => `CREATE PROCEDURE sys.${name} @data_type int = 0, @ODBCVer tinyint = 2 AS
SELECT CAST(t.name AS nvarchar(128)) AS TYPE_NAME, CAST(${code} AS smallint) AS DATA_TYPE,
  CAST(COALESCE(t.most, t.prec) AS int) AS PRECISION, CAST(t.prefix AS varchar(32)) AS LITERAL_PREFIX,
  CAST(t.suffix AS varchar(32)) AS LITERAL_SUFFIX, CAST(t.params AS varchar(32)) AS CREATE_PARAMS, CAST(1 AS smallint) AS NULLABLE,
  CAST(0 AS smallint) AS CASE_SENSITIVE, CAST(t.searchable AS smallint) AS SEARCHABLE, CAST(t.unsigned AS smallint) AS UNSIGNED_ATTRIBUTE,
  CAST(t.money AS smallint) AS MONEY, CAST(CASE WHEN t.radix = 10 THEN 0 END AS smallint) AS AUTO_INCREMENT,
  CAST(t.name AS nvarchar(128)) AS LOCAL_TYPE_NAME, CAST(t.minScale AS smallint) AS MINIMUM_SCALE,
  CAST(t.maxScale AS smallint) AS MAXIMUM_SCALE, CAST(${verbose} AS smallint) AS SQL_DATA_TYPE,
  CAST(${subcode} AS smallint) AS SQL_DATETIME_SUB, CAST(t.radix AS int) AS NUM_PREC_RADIX,
  CAST(NULL AS smallint) AS INTERVAL_PRECISION, CAST(0 AS smallint) AS USERTYPE
FROM ${ODBC_TYPE_ROWS}
WHERE @data_type = 0 OR ${code} = @data_type
ORDER BY DATA_TYPE, TYPE_NAME`;

/** Procedures that tell of columns, parameters and types, by name. */
export const columnProcedures: Readonly<Record<string, string>> = {
  sp_columns: spColumns('sp_columns', 2),
  sp_columns_90: spColumns('sp_columns_90', 2),
  sp_columns_100: spColumns('sp_columns_100', 2),
  sp_special_columns: spSpecialColumns('sp_special_columns'),
  sp_special_columns_90: spSpecialColumns('sp_special_columns_90'),
  sp_special_columns_100: spSpecialColumns('sp_special_columns_100'),
  sp_sproc_columns: spSprocColumns('sp_sproc_columns'),
  sp_sproc_columns_90: spSprocColumns('sp_sproc_columns_90'),
  sp_sproc_columns_100: spSprocColumns('sp_sproc_columns_100'),
  sp_datatype_info: spDatatypeInfo('sp_datatype_info'),
  sp_datatype_info_90: spDatatypeInfo('sp_datatype_info_90'),
  sp_datatype_info_100: spDatatypeInfo('sp_datatype_info_100'),
};
