import { baseSql, datetimeoffsetSql } from './base.sql.js';
import { binarySql } from './binaries.sql.js';
import { catalogSql } from './catalog.sql.js';
import { documentSql } from './documents.sql.js';
import { formatTimeSql } from './format-time.sql.js';
import { formatSql } from './format.sql.js';
import { jsonModifySql } from './json-modify.sql.js';
import { jsonSql } from './json.sql.js';
import { numberSql } from './numbers.sql.js';
import { stringSql } from './strings.sql.js';
import { temporalTextSql } from './temporal-text.sql.js';
import { temporalSql } from './temporal.sql.js';
import { textSql } from './text.sql.js';

/** Everything a database needs before the first statement of T-SQL; safe to run again. */
export const preludeSql = [
  'set client_min_messages = warning; set check_function_bodies = off;',
  baseSql,
  datetimeoffsetSql,
  textSql,
  binarySql,
  numberSql,
  stringSql,
  jsonSql,
  jsonModifySql,
  documentSql,
  temporalSql,
  temporalTextSql,
  formatSql,
  formatTimeSql,
  catalogSql,
].join('\n');
