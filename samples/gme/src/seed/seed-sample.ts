import type { ConnectionPool } from 'mssql';
import { sampleTables, type SampleTable, type TableName } from '../schema.js';
import { insertStatements, setIdentityInsert } from './insert.sql.js';
import { sampleRows } from './rows.js';
import { scales, type Scale, type ScaleName } from './scale.js';

export interface SeedProgress {
  readonly table: TableName;
  /** Rows of this table that are in the database. */
  readonly rows: number;
  /** The table is complete. */
  readonly done: boolean;
}

export interface SeedOptions {
  /** How much: a name, or counts of your own. */
  readonly scale: ScaleName | Scale;
  /** The same seed gives the same rows. Default 1. */
  readonly seed?: number;
  readonly onProgress?: (progress: SeedProgress) => void;
  /** Rows in one INSERT, at most 1000 (SQL Server's limit) and the default. */
  readonly rowsPerStatement?: number;
  /** Statements under way at a time. Default 2: the next is made while the server works on the last. */
  readonly concurrency?: number;
  readonly signal?: AbortSignal;
}

export interface SeedResult {
  readonly rows: Readonly<Record<TableName, number>>;
  readonly total: number;
}

/**
 * Fills the sample's empty tables, parents before children. Rows are generated as they are sent: memory does not grow
 * with the scale. Each statement commits by itself.
 * @throws the server's error, with what was inserted so far left in place
 */
export async function seedSample(pool: ConnectionPool, options: SeedOptions): Promise<SeedResult> {
  const counts: Partial<Record<TableName, number>> = {};
  let total = 0;
  for (const table of sampleTables) {
    const rows = await seedTable(pool, table, options);
    counts[table.name] = rows;
    total += rows;
    options.onProgress?.({ table: table.name, rows, done: true });
  }
  return { rows: counts as Record<TableName, number>, total };
}

/** Tables whose rows refer to earlier rows of the same table: their statements must arrive in order. */
const selfReferencing = new Set<TableName>([
  'Institution',
  'Specialty',
  'Faculty',
  'Invitation',
  'Interview',
  'Message',
]);

async function seedTable(pool: ConnectionPool, table: SampleTable, options: SeedOptions): Promise<number> {
  const scale = typeof options.scale === 'string' ? scales[options.scale] : options.scale;
  const statements = insertStatements(
    table,
    sampleRows(table.name, scale, options.seed ?? 1),
    Math.min(options.rowsPerStatement ?? 1000, 1000),
  );
  let rows = 0;
  const lane = async (): Promise<void> => {
    for (const statement of statements) {
      options.signal?.throwIfAborted();
      await insert(pool, table, statement.sql);
      rows += statement.rows;
      options.onProgress?.({ table: table.name, rows, done: false });
    }
  };
  // A generator hands out each statement once, however many lanes draw from it.
  const lanes = selfReferencing.has(table.name) ? 1 : Math.max(1, options.concurrency ?? 2);
  await Promise.all(Array.from({ length: lanes }, lane));
  return rows;
}

/** A transaction holds its connection, and IDENTITY_INSERT belongs to the connection: without one it could end up on another. */
async function insert(pool: ConnectionPool, table: SampleTable, statement: string): Promise<void> {
  if (!table.identity) {
    await pool.request().batch(statement);
    return;
  }
  const transaction = pool.transaction();
  await transaction.begin();
  try {
    await transaction.request().batch(setIdentityInsert(table, 'on'));
    await transaction.request().batch(statement);
    await transaction.request().batch(setIdentityInsert(table, 'off'));
    await transaction.commit();
  } catch (error) {
    // The server may have rolled back by itself; the error that made it do so is the one that counts.
    await transaction.rollback().catch(() => undefined);
    throw error;
  }
}
