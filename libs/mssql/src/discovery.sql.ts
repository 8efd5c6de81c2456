/** Every user table, tracked or not: what is missing for capture is told before it starts. */
export const tablesSql = `select t.object_id, s.name as schema_name, t.name as table_name,
  case when ct.object_id is null then 0 else 1 end as is_tracked
from sys.tables as t
join sys.schemas as s on s.schema_id = t.schema_id
left join sys.change_tracking_tables as ct on ct.object_id = t.object_id
order by s.name, t.name`;

/** Columns of all user tables. Alias types resolve to their base type; CLR types have none. */
export const columnsSql = `select c.object_id, c.column_id, c.name, ty.name as user_type, bt.name as base_type,
  c.max_length, c.precision, c.scale, c.collation_name, c.is_nullable, c.is_computed
from sys.columns as c
join sys.tables as t on t.object_id = c.object_id
join sys.types as ty on ty.user_type_id = c.user_type_id
left join sys.types as bt on bt.user_type_id = c.system_type_id
order by c.object_id, c.column_id`;

/** Primary keys in key order, which is CHANGETABLE's order and not the table's. */
export const keysSql = `select ic.object_id, ic.key_ordinal, c.name
from sys.indexes as i
join sys.index_columns as ic on ic.object_id = i.object_id and ic.index_id = i.index_id
join sys.columns as c on c.object_id = ic.object_id and c.column_id = ic.column_id
where i.is_primary_key = 1 and ic.key_ordinal > 0
order by ic.object_id, ic.key_ordinal`;

/** What must be right before capture can start. */
export const databaseStateSql = `select DB_NAME() as db, DATABASEPROPERTYEX(DB_NAME(), 'Updateability') as updateability,
  d.snapshot_isolation_state, ctd.retention_period, ctd.retention_period_units_desc,
  CHANGE_TRACKING_CURRENT_VERSION() as current_version
from sys.databases as d
left join sys.change_tracking_databases as ctd on ctd.database_id = d.database_id
where d.database_id = DB_ID()`;

/** Rows of a table by the catalog's own count: for progress, never for decisions. */
export const rowEstimateSql = `select sum(p.rows) as row_count
from sys.partitions as p
where p.object_id = @object_id and p.index_id in (0, 1)`;
