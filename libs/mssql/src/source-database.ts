import sql, { type ConnectionPool } from 'mssql';
import { PipelineError, type TableSchema } from '@thalamus/contracts';
import type { Chunk, ChunkRequest, DiscoveredTable, Isolation, Source } from '@thalamus/core/capture';
import { keyColumns, type SourceRow } from '@thalamus/core/change';
import { assembleTables, text, textOrNull, versionOrNull, whole } from './catalog-rows.js';
import { chunkSql, keyText } from './chunk.sql.js';
import { columnsSql, databaseStateSql, keysSql, tablesSql } from './discovery.sql.js';
import { errorNumber, translateSourceError } from './mssql.errors.js';
import { commitTimesSql, currentVersionSql } from './poll.sql.js';
import { PollSession } from './poll-session.js';
import { unmetPrerequisites, untrackedTables, type DatabaseState, type Selection } from './prerequisites.js';
import { sizeOfRow, streamRows } from './row-stream.js';
import {
  beginTransaction,
  bind,
  connectPool,
  fetchRows,
  inTransaction,
  type SourceOptions,
} from './source-connection.js';

/** The source. Knows its isolation: SNAPSHOT where the database allows it. */
export class SourceDatabase implements Source, AsyncDisposable {
  private constructor(
    private readonly pool: ConnectionPool,
    readonly state: DatabaseState,
    /** False: VIEW DATABASE STATE is missing, so there are no commit times. */
    readonly hasCommitTimes: boolean,
  ) {}

  /** @throws {PipelineError} THAL-S001, THAL-S003 */
  static async open(options: SourceOptions): Promise<SourceDatabase> {
    const pool = await connectPool(options);
    try {
      return new SourceDatabase(pool, await readState(pool), await canReadCommitTimes(pool));
    } catch (error) {
      await pool.close();
      throw error;
    }
  }

  get isolation(): Isolation {
    return this.state.snapshotIsolation ? 'snapshot' : 'read committed';
  }

  /** Every user table the login may see. */
  async discover(): Promise<DiscoveredTable[]> {
    const tables = await fetchRows(this.pool, tablesSql, {}, 'reading the list of tables');
    const columns = await fetchRows(this.pool, columnsSql, {}, 'reading the columns');
    const keys = await fetchRows(this.pool, keysSql, {}, 'reading the primary keys');
    return assembleTables(tables, columns, keys);
  }

  /**
   * @returns a sentence for each table that a pattern finds but that is left out, because it is not tracked
   * @throws {PipelineError} THAL-S005 or THAL-S006 with every unmet prerequisite
   */
  async requirePrerequisites(selection: Selection): Promise<string[]> {
    const { state } = this;
    const tables = await this.discover();
    const unmet = unmetPrerequisites({ state, tables, selection });
    if (unmet.length === 0) return untrackedTables({ tables, selection });
    const code = state.updateability === 'READ_ONLY' ? 'THAL-S005' : 'THAL-S006';
    throw new PipelineError(code, `the source is not ready:\n  - ${unmet.join('\n  - ')}`);
  }

  async openPoll(): Promise<PollSession> {
    return new PollSession(await beginTransaction(this.pool, this.isolation), this.isolation);
  }

  /** Reads one chunk in a transaction of its own, its version first. */
  async readChunk(request: ChunkRequest): Promise<Chunk> {
    const { schema, after } = request;
    const parameters: Record<string, string | number> = { rows: request.maxRows };
    after?.forEach((value, index) => (parameters[`k${index}`] = value ?? ''));
    return inTransaction(this.pool, this.isolation, async (transaction) => {
      // Version first: rows read later are at least as new, and what changes after it comes again with a poll.
      const [current] = await fetchRows(transaction, currentVersionSql, {}, 'asking for the current version');
      const version = current && versionOrNull(current, 'current_version');
      if (version == null)
        throw new PipelineError('THAL-S006', 'change tracking was switched off for the database');
      try {
        const query = bind(new sql.Request(transaction), parameters);
        const stream = streamRows(query, chunkSql(schema, after !== null));
        return { version, ...(await collect(stream, request)) };
      } catch (error) {
        throw translateSourceError(error, `reading a chunk of ${schema.table}`);
      }
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.pool.close();
  }
}

async function collect(
  stream: AsyncGenerator<SourceRow[]>,
  { schema, maxRows, maxBytes }: ChunkRequest,
): Promise<Omit<Chunk, 'version'>> {
  const rows: SourceRow[] = [];
  let bytes = 0;
  let isCut = false;
  for await (const some of stream) {
    rows.push(...some);
    for (const row of some) bytes += sizeOfRow(row);
    if (bytes >= maxBytes && rows.length < maxRows) {
      isCut = true;
      break;
    }
  }
  const last = rows.at(-1);
  const lastKey = last ? keyPositions(schema).map((at) => keyText(last[at])) : null;
  return { rows, lastKey, isLast: !isCut && rows.length < maxRows };
}

function keyPositions(schema: TableSchema): number[] {
  return keyColumns(schema).map((column) => schema.columns.indexOf(column));
}

async function readState(pool: ConnectionPool): Promise<DatabaseState> {
  const [row] = await fetchRows(pool, databaseStateSql, {}, 'reading the state of the database');
  if (!row) throw new PipelineError('THAL-S003', 'sys.databases does not show the database to this login');
  const retention = textOrNull(row, 'retention_period');
  return {
    database: text(row, 'db'),
    updateability: textOrNull(row, 'updateability') ?? 'READ_WRITE',
    snapshotIsolation: whole(row, 'snapshot_isolation_state') === 1,
    isTracked: versionOrNull(row, 'current_version') !== null,
    retention:
      retention === null
        ? null
        : `${retention} ${textOrNull(row, 'retention_period_units_desc') ?? ''}`.trim(),
  };
}

const permissionDenied = new Set([229, 262, 297, 300]);

async function canReadCommitTimes(pool: ConnectionPool): Promise<boolean> {
  try {
    await fetchRows(pool, commitTimesSql, { from: 0n, to: 0n, limit: 1 }, 'reading commit times');
    return true;
  } catch (error) {
    if (permissionDenied.has(errorNumber(error) ?? 0)) return false;
    throw error;
  }
}
