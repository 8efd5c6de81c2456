import {
  changeVersion,
  tableId,
  type ChangeVersion,
  type TableId,
  type TableSchema,
} from '@thalamus/contracts';
import type {
  Chunk,
  ChunkRequest,
  DiscoveredTable,
  Isolation,
  Observation,
  Source,
  SourceSession,
} from '../capture/index.js';
import { keyColumns, type SourceColumn, type SourceRow } from '../change/index.js';

/** A row of the model by column name. */
export type ModelRow = Readonly<Record<string, string | number | null>>;

interface HistoryEntry {
  readonly version: bigint;
  readonly key: string;
  readonly operation: 'I' | 'U' | 'D';
}

interface ModelTable {
  objectId: number;
  readonly schema: string;
  readonly name: string;
  columns: SourceColumn[];
  readonly key: readonly string[];
  readonly rows: Map<string, ModelRow>;
  history: HistoryEntry[];
  beginVersion: bigint;
  minValid: bigint;
  isTracked: boolean;
}

export type ModelChange =
  | { readonly table: TableId; readonly upsert: ModelRow }
  | { readonly table: TableId; readonly remove: ModelRow };

export const intColumn = (name: string, columnId: number, nullable = false): SourceColumn => ({
  name,
  columnId,
  type: 'int',
  maxLength: 4,
  precision: 10,
  scale: 0,
  collation: null,
  nullable,
  computed: false,
});

/**
 * A database with change tracking, in memory, by the documented and probed rules: one version per committed transaction,
 * net changes folded behind a base version, TRUNCATE that does not advance the version, sessions that see one snapshot.
 * Keys are whole numbers. For tests of what reads a source.
 */
export class SourceModel implements Source {
  readonly hasCommitTimes = true;
  private tables = new Map<TableId, ModelTable>();
  private version = 0n;
  private nextObjectId = 1;
  /** Rows of every table as of each version, for comparison. */
  private readonly past = new Map<bigint, ReadonlyMap<TableId, ReadonlyMap<string, ModelRow>>>();

  constructor(private readonly isolation: Isolation = 'snapshot') {
    this.remember();
  }

  get currentVersion(): ChangeVersion {
    return changeVersion(this.version);
  }

  create(schema: string, name: string, columns: SourceColumn[], key: readonly string[]): TableId {
    const id = tableId(schema, name);
    this.tables.set(id, {
      objectId: this.nextObjectId++,
      schema,
      name,
      columns,
      key,
      rows: new Map(),
      history: [],
      beginVersion: this.version,
      minValid: this.version,
      isTracked: true,
    });
    this.remember();
    return id;
  }

  /** One committed transaction. */
  transact(changes: readonly ModelChange[]): void {
    const entries: [ModelTable, Omit<HistoryEntry, 'version'>][] = [];
    for (const change of changes) {
      const table = this.table(change.table);
      const row = 'upsert' in change ? change.upsert : change.remove;
      const key = keyOf(table, row);
      const exists = table.rows.has(key);
      if ('upsert' in change) table.rows.set(key, change.upsert);
      else if (!table.rows.delete(key)) continue;
      const operation = 'remove' in change ? 'D' : exists ? 'U' : 'I';
      entries.push([table, { key, operation }]);
    }
    if (entries.length === 0) return;
    this.version++;
    for (const [table, entry] of entries)
      if (table.isTracked) table.history.push({ ...entry, version: this.version });
    this.remember();
  }

  truncate(id: TableId): void {
    const table = this.table(id);
    table.rows.clear();
    table.history = [];
    table.beginVersion = table.minValid = this.version;
    this.remember();
  }

  /** Drops the table and makes it anew with the same columns. */
  recreate(id: TableId): void {
    const { schema, name, columns, key } = this.table(id);
    this.create(schema, name, columns, key);
  }

  /** Clean-up: changes up to the present are no longer complete. */
  expire(id: TableId): void {
    const table = this.table(id);
    table.history = [];
    table.minValid = this.version;
  }

  setTracked(id: TableId, isTracked: boolean): void {
    const table = this.table(id);
    table.isTracked = isTracked;
    table.history = [];
    table.beginVersion = table.minValid = this.version;
  }

  addColumn(id: TableId, column: SourceColumn, value: string | number | null): void {
    const table = this.table(id);
    table.columns = [...table.columns, column];
    for (const [key, row] of table.rows) table.rows.set(key, { ...row, [column.name]: value });
    this.remember();
  }

  /** A copy to go back to. */
  backup(): () => void {
    const [tables, version] = [structuredClone(this.tables), this.version];
    return () => {
      this.tables = structuredClone(tables);
      this.version = version;
      for (const each of this.past.keys()) if (each > version) this.past.delete(each);
      this.remember();
    };
  }

  /** Rows of a table as of a version, by key. Changes that draw no version overwrite the present one's. */
  rowsAt(version: bigint, id: TableId): ReadonlyMap<string, ModelRow> {
    return this.past.get(version)?.get(id) ?? new Map();
  }

  openPoll(): Promise<SourceSession> {
    return Promise.resolve(new ModelSession(this.snapshot(), this.isolation));
  }

  readChunk(request: ChunkRequest): Promise<Chunk> {
    const { tables, version } = this.snapshot();
    const table = tables.get(request.schema.table);
    if (!table) throw new Error(`no table ${request.schema.table}`);
    const key = keyColumns(request.schema).map((column) => column.name);
    const after = request.after?.map(Number);
    const sorted = [...table.rows.values()]
      .map((row) => ({ row, key: key.map((name) => Number(row[name])) }))
      .sort((left, right) => compareKeys(left.key, right.key))
      .filter((each) => after === undefined || compareKeys(each.key, after) > 0);
    const taken = sorted.slice(0, request.maxRows);
    return Promise.resolve({
      version: changeVersion(version),
      rows: taken.map(({ row }) => valuesOf(row, request.schema)),
      lastKey: taken.at(-1)?.key.map(String) ?? null,
      isLast: taken.length < request.maxRows,
    });
  }

  private snapshot(): Snapshot {
    return { tables: structuredClone(this.tables), version: this.version };
  }

  private table(id: TableId): ModelTable {
    const table = this.tables.get(id);
    if (!table) throw new Error(`no table ${id}`);
    return table;
  }

  private remember(): void {
    this.past.set(this.version, new Map([...this.tables].map(([id, { rows }]) => [id, new Map(rows)])));
  }
}

interface Snapshot {
  readonly tables: ReadonlyMap<TableId, ModelTable>;
  readonly version: bigint;
}

class ModelSession implements SourceSession {
  constructor(
    private readonly snapshot: Snapshot,
    readonly isolation: Isolation,
  ) {}

  observe(): Promise<Observation> {
    const tracked = [...this.snapshot.tables].filter(([, table]) => table.isTracked);
    return Promise.resolve({
      currentVersion: changeVersion(this.snapshot.version),
      tables: tracked.map(([table, { objectId, beginVersion, minValid }]) => ({
        table,
        objectId,
        beginVersion: changeVersion(beginVersion),
        minValid: changeVersion(minValid),
      })),
    });
  }

  discover(): Promise<DiscoveredTable[]> {
    return Promise.resolve(
      [...this.snapshot.tables].map(([id, table]) => ({
        id,
        objectId: table.objectId,
        schema: table.schema,
        table: table.name,
        columns: table.columns,
        key: table.key,
        isTracked: table.isTracked,
      })),
    );
  }

  probe(tables: readonly TableId[], from: ChangeVersion): Promise<TableId[]> {
    return Promise.resolve(
      tables.filter((id) => this.table(id).history.some(({ version }) => version > from)),
    );
  }

  emptyAmong(tables: readonly TableId[]): Promise<TableId[]> {
    return Promise.resolve(tables.filter((id) => this.table(id).rows.size === 0));
  }

  hasSilentValue({ id }: { id: TableId }, columns: readonly string[], from: ChangeVersion): Promise<boolean> {
    const { rows, history } = this.table(id);
    const changed = new Set(history.filter(({ version }) => version > from).map(({ key }) => key));
    const silent = [...rows].filter(([key]) => !changed.has(key));
    return Promise.resolve(
      silent.some(([, row]) => columns.some((column) => (row[column] ?? null) !== null)),
    );
  }

  estimateRows(objectId: number): Promise<number> {
    const table = [...this.snapshot.tables.values()].find((each) => each.objectId === objectId);
    return Promise.resolve(table?.rows.size ?? 0);
  }

  async *changes(schema: TableSchema, from: ChangeVersion, to: ChangeVersion): AsyncGenerator<SourceRow[]> {
    const table = this.table(schema.table);
    const folded = netChanges(table.history, from).filter(({ version }) => version <= to);
    for (const { key, version, operation } of folded) {
      const row = table.rows.get(key);
      const values = row ? valuesOf(row, schema) : schema.columns.map(() => null);
      yield await Promise.resolve([
        [version.toString(), operation, row ? 1 : 0, ...(JSON.parse(key) as unknown[]), ...values],
      ]);
    }
  }

  commitTimes(): Promise<Map<string, number>> {
    return Promise.resolve(new Map());
  }

  commit(): Promise<void> {
    return Promise.resolve();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve();
  }

  private table(id: TableId): ModelTable {
    const table = this.snapshot.tables.get(id);
    if (!table) throw new Error(`no table ${id}`);
    return table;
  }
}

/** Microsoft's folding of the entries behind a base version, in version and key order. */
function netChanges(history: readonly HistoryEntry[], from: bigint): HistoryEntry[] {
  const byKey = Map.groupBy(
    history.filter(({ version }) => version > from),
    ({ key }) => key,
  );
  return [...byKey]
    .map(([key, entries]): HistoryEntry => {
      const [first, last] = [entries[0], entries.at(-1)];
      const operation = last?.operation === 'D' ? 'D' : first?.operation === 'I' ? 'I' : 'U';
      return { key, version: last?.version ?? 0n, operation };
    })
    .sort((left, right) =>
      left.version === right.version
        ? left.key < right.key
          ? -1
          : 1
        : left.version < right.version
          ? -1
          : 1,
    );
}

const keyOf = (table: ModelTable, row: ModelRow): string =>
  JSON.stringify(table.key.map((name) => row[name]));

const valuesOf = (row: ModelRow, schema: TableSchema): SourceRow =>
  schema.columns.map((column) => row[column.name] ?? null);

function compareKeys(left: readonly number[], right: readonly number[]): number {
  for (const [index, value] of left.entries()) {
    const other = right[index] ?? 0;
    if (value !== other) return value - other;
  }
  return 0;
}
