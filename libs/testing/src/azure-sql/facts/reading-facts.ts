import { fact, notTested, shownIn } from './fact.js';

const planSpec = 'libs/core/src/capture/poll-plan.spec.ts';
const captureSpec = 'apps/capture/src/capture.spec.ts';
const batchSpec = 'libs/core/src/capture/batch.spec.ts';
const sqlSpec = 'libs/mssql/src/sql.spec.ts';

/** The catalogue (reference, section 4). */
export const catalogueFacts = {
  '4.1': fact(
    'MS',
    'sys.change_tracking_databases tells period, unit (1 minutes, 2 hours, 3 days) and clean-up',
  ),
  '4.2': fact('MS', 'sys.change_tracking_tables tells versions and whether columns are tracked'),
  '4.3': fact('MS', 'sys.dm_tran_commit_table tells the commit time of each version'),
  '4.4': fact('MS', 'a version first seen by a poll was committed after the poll before'),
  '4.5': notTested(
    'MS',
    'sys.dm_tran_commit_table needs VIEW DATABASE STATE',
    'the emulator lets every user read it',
  ),
  '4.6': fact('MS', 'sys.internal_tables lists change_tracking_<object_id>'),
  '4.7': notTested('MS', 'sys.syscommittab keeps the commits', 'only the administrator connection reads it'),
  '4.8': notTested(
    'MS',
    'dbo.MSChange_tracking_history tells of clean-ups',
    'the clean-up task of the real service writes it',
  ),
  '4.9': fact('MS', "DATABASEPROPERTYEX(…, 'IsChangeTrackingEnabled') is 1 or 0"),
  '4.10': fact('MS', "DATABASEPROPERTYEX(…, 'Updateability') is READ_ONLY on a readable secondary"),
  '4.11': fact('MS', 'sys.databases tells whether SNAPSHOT and READ COMMITTED SNAPSHOT are on'),
  '4.12': shownIn(
    'MS',
    'clean-up counts the retention from the commit time; AUTO_CLEANUP = OFF stops it',
    'apps/azure-sql-emulator/src/change-tracking/switches.spec.ts',
    'drops what is older than the retention period, for idle tables too, and not under a snapshot',
  ),
  '4.13': fact('MS', 'sys.sp_flush_CT_internal_table_on_demand cleans up a table when asked'),
  '4.14': fact('MS', 'sys.sp_flush_commit_table_on_demand cleans up commits when asked'),
  '4.15': notTested('MS', 'the clean-up task can die until a failover', 'a failure of the real service'),
  '4.16': notTested(
    'MS',
    'the clean-up task comes every 30 minutes',
    'too long to wait for; its work is 4.12',
  ),
  '4.17': fact('MS', 'reading changes needs SELECT and VIEW CHANGE TRACKING, on the table or its schema'),
  '4.18': notTested(
    'MS',
    'who may see nothing of a table finds no row of it in the catalogue',
    'the emulator shows every user the whole catalogue',
  ),
} as const;

/** TRUNCATE (reference, section 5). */
export const truncateFacts = {
  '5.1': fact('P', 'TRUNCATE empties the history and moves min_valid to the current version, which stays'),
  '5.2': fact('P', 'a cursor that was behind is below min_valid after it'),
  '5.3': fact('P', 'a cursor that was caught up is still valid: only begin_version tells'),
  '5.4': shownIn(
    'C',
    'capture keeps object_id and begin_version with its cursor and begins anew when either differs',
    planSpec,
    'sees a table %s although its cursor is valid',
  ),
  '5.5': fact('MS', 'a table that had no change since ENABLE is truncated without any trace in its versions'),
  '5.6': fact('MS', 'sys.partitions then has no rows of it'),
  '5.7': shownIn(
    'C',
    'capture sees that truncation by the rows that are gone',
    captureSpec,
    'notices a truncation that no version tells of',
  ),
  '5.8': shownIn(
    'C',
    'after a reload, rows that are not in the source any more go from the target',
    captureSpec,
    'begins a new generation when a table is %s',
  ),
} as const;

/** The procedure of synchronisation (reference, section 6). */
export const procedureFacts = {
  '6.1': fact('MS', 'in a SNAPSHOT transaction no change is above the version that was read first'),
  '6.2': fact('MS', 'in a SNAPSHOT transaction tables, changes and version are of one moment'),
  '6.3': fact('MS', 'in a SNAPSHOT transaction a clean-up takes nothing away'),
  '6.4': fact('MS', 'in READ COMMITTED a clean-up between two statements makes changes disappear'),
  '6.5': shownIn(
    'MS',
    'without SNAPSHOT capture looks again behind its reads, and throws the poll away',
    captureSpec,
    'throws a poll away when a table was truncated while it was read without SNAPSHOT',
  ),
  '6.6': fact('MS', 'a row changed again behind the bound drops out of a poll and comes with the next'),
  '6.7': fact('MS', 'READ COMMITTED SNAPSHOT makes one statement consistent, two of them not'),
  '6.8': fact('MS', 'a row inserted behind the first version and read with the table comes again'),
  '6.9': fact('MS', 'a row deleted behind its chunk comes as D'),
  '6.10': fact('MS', 'a key moved over the cursor comes as D and I'),
  '6.11': shownIn(
    'MS',
    'a load whose history was lost begins anew',
    planSpec,
    'names the reason of a request unless history is lost as well',
  ),
  '6.12': fact('C', 'a row that is gone is told from a row of NULLs by a key column of the table'),
} as const;

/** Statements as they stand in the reference (section 7). */
export const statementFacts = {
  '7.1': fact('MS', 'discovery of tables, incarnations and validity'),
  '7.2': fact('MS', 'columns with their types, alias types resolved'),
  '7.3': fact('MS', 'primary keys in key order, with their direction'),
  '7.4': fact('MS', "the database's state in one row"),
  '7.5': fact('MS', 'a chunk behind a composite key, in its expanded and its sargable form'),
  '7.6': fact('C', 'one probe for all tables'),
  '7.7': fact('MS', 'a poll joined with its table, in order of version and key'),
  '7.8': fact('MS', 'a page behind a version and a key'),
  '7.9': fact('MS', 'how near each table is to losing history'),
  '7.10': fact('MS', 'EXISTS over a count is always true'),
  '7.11': shownIn(
    'C',
    'versions travel as bigint, keys as text with a cast',
    sqlSpec,
    'sends key values as text',
  ),
  '7.12': notTested(
    'MS',
    'an nvarchar parameter against a varchar key forces a scan',
    'a matter of plans, which the emulator does not have',
  ),
} as const;

/** What can go wrong (reference, section 8). */
export const failureFacts = {
  '8.1': shownIn(
    'C',
    'a cursor below min_valid: capture loads the table anew',
    captureSpec,
    'begins a new generation when a table is %s',
  ),
  '8.2': fact('C', 'a database put back to an earlier state: the cursor is above the current version'),
  '8.3': shownIn(
    'C',
    'capture loads everything anew then',
    planSpec,
    'tells version NULL, version 0 and a version that went back apart',
  ),
  '8.4': fact('MS', 'changes behind a restore use versions again: past the cursor nothing shows it'),
  '8.5': shownIn(
    'MS',
    'NULL as a version is an alarm, not a zero',
    planSpec,
    'lets tables that are gone or give no version stand still',
  ),
  '8.6': shownIn(
    'C',
    'cursors of idle tables move on with the others',
    captureSpec,
    'mirrors the source whatever happens, each consistent batch being the source at its version',
  ),
  '8.7': fact('MS', 'DDL in between: 207, 208 and 22105'),
  '8.8': fact('MS', 'DDL behind a snapshot: 3961'),
  '8.9': notTested(
    'MS',
    'an update of a unique clustered column had I and D in the wrong order (KB4135113)',
    'mended in 2017; the product applies deletions first whatever the order',
  ),
  '8.10': fact('P', 'a key that differs in case is one key, told in its first spelling'),
  '8.11': fact('P', 'a key that differs in trailing blanks is one key'),
  '8.12': shownIn(
    'MS',
    'capture refuses a readable secondary',
    'libs/mssql/src/prerequisites.spec.ts',
    'are all reported together, each with its remedy',
  ),
  '8.13': fact('C', 'CHANGES is strictly behind its version: the stored version is passed as it is'),
  '8.14': shownIn(
    'C',
    'the cursor is kept apart from data: a table without rows has one',
    batchSpec,
    'swaps in what is loaded, lists what is not, and begins the next batch where it ends',
  ),
  '8.15': fact(
    'MS',
    'SNAPSHOT in a database that does not allow it is 3952 at the first table, not at BEGIN',
  ),
  '8.16': shownIn(
    'MS',
    'deadlock, conflict, DDL and lock timeout are tried again',
    'libs/mssql/src/mssql.errors.spec.ts',
    '%j is %s',
  ),
  '8.17': fact('MS', 'a later writer of a row loses against the snapshot before it: 3960'),
  '8.18': fact('MS', 'two transactions that wait for each other: one of them is 1205'),
  '8.19': fact('MS', 'waiting longer than LOCK_TIMEOUT is 1222'),
  '8.20': fact('MS', 'throttling is a request that fails with its number'),
  '8.21': fact('MS', 'a wrong password is 18456, a missing permission 229'),
  '8.22': fact('MS', 'SNAPSHOT and READ COMMITTED SNAPSHOT are on in a database of Azure SQL'),
  '8.23': notTested(
    'MS',
    'USE of another database is refused by Azure SQL',
    'the emulator takes it, so that scripts of SQL Server load',
  ),
  '8.24': notTested(
    'V',
    'tedious tries a login again three times, 500 ms apart, after six numbers',
    "the driver's own; the product tries again by its own rules",
  ),
} as const;
