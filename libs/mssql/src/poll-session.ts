import sql, { type Transaction } from 'mssql';
import {
  changeVersion,
  tableId,
  type ChangeVersion,
  type TableId,
  type TableSchema,
} from '@thalamus/contracts';
import type { DiscoveredTable, Isolation, Observation, SourceSession } from '@thalamus/core/capture';
import type { SourceRow } from '@thalamus/core/change';
import { assembleTables, flag, text, versionOrNull, whole } from './catalog-rows.js';
import { columnsSql, keysSql, rowEstimateSql, tablesSql } from './discovery.sql.js';
import { translateSourceError } from './mssql.errors.js';
import {
  changesSql,
  commitTimesSql,
  currentVersionSql,
  filledSql,
  incarnationsSql,
  probeSql,
  silentValueSql,
} from './poll.sql.js';
import { streamRows } from './row-stream.js';
import {
  abandonTransaction,
  bind,
  endTransaction,
  fetchRows,
  type NamedRow,
  type Parameters,
} from './source-connection.js';

/** Versions whose commit time one poll asks for; older ones of a huge gap count as old as the oldest told. */
const commitTimesLimit = 50_000;

/** A poll's transaction, see {@link SourceSession}. */
export class PollSession implements SourceSession {
  private open = true;

  constructor(
    private readonly transaction: Transaction,
    readonly isolation: Isolation,
  ) {}

  async observe(): Promise<Observation> {
    const [current] = await this.fetch(currentVersionSql, {}, 'asking for the current version');
    const rows = await this.fetch(incarnationsSql, {}, 'reading the incarnations of the tables');
    return {
      currentVersion: current ? versionOrNull(current, 'current_version') : null,
      tables: rows.map((row) => ({
        table: tableId(text(row, 'schema_name'), text(row, 'table_name')),
        objectId: whole(row, 'object_id'),
        beginVersion: changeVersion(text(row, 'begin_version')),
        minValid: versionOrNull(row, 'min_valid'),
      })),
    };
  }

  async discover(): Promise<DiscoveredTable[]> {
    const tables = await this.fetch(tablesSql, {}, 'reading the list of tables');
    const columns = await this.fetch(columnsSql, {}, 'reading the columns');
    const keys = await this.fetch(keysSql, {}, 'reading the primary keys');
    return assembleTables(tables, columns, keys);
  }

  probe(tables: readonly TableId[], from: ChangeVersion): Promise<TableId[]> {
    return this.found(tables, probeSql, { from }, 'probing for changes');
  }

  async emptyAmong(tables: readonly TableId[]): Promise<TableId[]> {
    const filled = new Set(await this.found(tables, filledSql, {}, 'looking for empty tables'));
    return tables.filter((table) => !filled.has(table));
  }

  async hasSilentValue(
    { id, key }: Pick<DiscoveredTable, 'id' | 'key'>,
    columns: readonly string[],
    from: ChangeVersion,
  ): Promise<boolean> {
    const query = silentValueSql(id, key, columns);
    const [row] = await this.fetch(query, { from }, `looking into new columns of ${id}`);
    return row !== undefined && flag(row, 'found');
  }

  async estimateRows(objectId: number): Promise<number> {
    const [row] = await this.fetch(rowEstimateSql, { object_id: objectId }, 'estimating rows');
    return row?.['row_count'] == null ? 0 : Math.max(0, whole(row, 'row_count'));
  }

  changes(schema: TableSchema, from: ChangeVersion, to: ChangeVersion): AsyncGenerator<SourceRow[]> {
    return this.stream(changesSql(schema), { from, to }, `reading changes of ${schema.table}`);
  }

  async commitTimes(from: ChangeVersion, to: ChangeVersion): Promise<Map<string, number>> {
    const parameters = { from, to, limit: commitTimesLimit };
    const rows = await this.fetch(commitTimesSql, parameters, 'reading commit times');
    return new Map(
      rows.map((row) => [
        text(row, 'commit_ts'),
        // Azure SQL's clock is UTC and the text carries no zone.
        Date.parse(`${text(row, 'commit_time').replace(' ', 'T')}Z`),
      ]),
    );
  }

  async commit(): Promise<void> {
    this.open = false;
    await endTransaction(this.transaction);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.open) return;
    this.open = false;
    await abandonTransaction(this.transaction);
  }

  private async found(
    tables: readonly TableId[],
    build: (tables: readonly TableId[]) => string,
    parameters: Parameters,
    doing: string,
  ): Promise<TableId[]> {
    if (tables.length === 0) return [];
    const rows = await this.fetch(build(tables), parameters, doing);
    const positions = new Set(rows.filter((row) => flag(row, 'found')).map((row) => whole(row, 'i')));
    return tables.filter((_, index) => positions.has(index));
  }

  private fetch(query: string, parameters: Parameters, doing: string): Promise<NamedRow[]> {
    return fetchRows(this.transaction, query, parameters, doing);
  }

  private async *stream(query: string, parameters: Parameters, doing: string): AsyncGenerator<SourceRow[]> {
    try {
      yield* streamRows(bind(new sql.Request(this.transaction), parameters), query);
    } catch (error) {
      throw translateSourceError(error, doing);
    }
  }
}
