import { fact, notTested } from './fact.js';

/** Types as the driver gives them, and as capture reads them (reference, section 9). */
export const typeFacts = {
  '9.1': fact('V', 'bit is a boolean'),
  '9.2': fact('V', 'tinyint, smallint and int are numbers'),
  '9.3': fact('V', 'bigint is text'),
  '9.4': fact('V', 'decimal is a double, which loses digits; capture reads text'),
  '9.5': fact('V', 'money is a double, which loses digits; style 2 gives all four decimals, style 0 two'),
  '9.6': fact('V', 'float and real are numbers; a real widens'),
  '9.7': fact('V', 'date is midnight of UTC'),
  '9.8': fact('V', 'time is a moment of 1970-01-01 in milliseconds'),
  '9.9': fact('V', 'datetime is rounded to 1/300 s'),
  '9.10': fact('V', 'smalldatetime is rounded to minutes'),
  '9.11': fact('V', 'datetime2 is cut to milliseconds by the driver; style 121 always gives the fraction'),
  '9.12': fact('V', 'datetimeoffset loses its offset in the driver; style 121 keeps it'),
  '9.13': fact('V', 'uniqueidentifier is upper case'),
  '9.14': fact('V', 'char, varchar and text are in the code page of their collation, UTF-8 included'),
  '9.15': fact('V', 'nchar, nvarchar and ntext are UTF-16'),
  '9.16': fact('V', 'binary and varbinary are bytes'),
  '9.17': fact('V', 'rowversion is 8 bytes, growing within the database'),
  '9.18': fact('V', 'xml is text'),
  '9.19': notTested(
    'V',
    'sql_variant is the value in it',
    'the emulator refuses sql_variant in expressions by name',
  ),
  '9.20': notTested(
    'V',
    'hierarchyid, geography and geometry have text forms',
    'the emulator refuses methods of these types by name',
  ),
  '9.21': notTested('V', 'json and vector come as text', 'types of SQL Server 2025, not in the emulator'),
  '9.22': fact('V', 'columns of one name become an array in node-mssql'),
  '9.23': notTested(
    'V',
    'decimal parameters go through a double in tedious',
    'a client; keys are sent as text (7.11)',
  ),
  '9.24': notTested(
    'V',
    'nanosecondDelta and nanosecondsDelta differ by an s',
    'a client; keys are sent as text (7.11)',
  ),
  '9.25': fact('V', 'uniqueidentifier sorts by bytes 10-15, 8-9, 6-7, 4-5, 0-3'),
  '9.26': notTested('V', 'useUTC = false shifts every moment', 'a client; the product leaves it on'),
  '9.27': fact('V', 'SET options and the isolation level stay in a pooled session'),
  '9.28': fact('V', 'NULL, the empty text and trailing blanks are three values'),
} as const;

/** What a test of capture must be able to provoke (reference, section 10), beyond the sections above. */
export const provokedFacts = {
  '10.1': fact('P', 'two transactions that commit in the other order than they wrote'),
  '10.2': fact(
    'P',
    'every history of the net changes with a composite key, key order other than column order',
  ),
  '10.3': fact(
    'P',
    'sixteen writers at once: versions in commit order, complete, nothing missed, nothing twice',
  ),
  '10.4': fact('MS', 'clean-up of a table that nobody writes to'),
  '10.5': fact('MS', 'a database put back, and moved past the cursor'),
  '10.6': fact('V', 'a connection that drops in the middle of rows'),
  '10.7': fact('P', 'keys of two rows swapped in one statement'),
  '10.8': fact('MS', 'a snapshot begins at the first access to data, not at BEGIN TRANSACTION'),
} as const;
