import type { TableId, TableSchema } from '@thalamus/contracts';
import { leastCover, partitionKey } from './coverage.js';
import type { PlanInput } from './apply-plan.js';
import { cutText } from './csv-text.js';
import type { SealedBatch, StagedSegment, TableState } from './load-state.js';
import { addCoercions, type Coercions } from './row-encoder.js';
import { planTableChanges, widerType, type TableChange } from './table-change.js';

/** One staged file to COPY. */
export interface StagedFile {
  readonly key: string;
  readonly rows: number;
  readonly deletes: number;
  readonly bytes: number;
  readonly batch: number;
  readonly topic: string;
  readonly partition: number;
}

/** Files of one schema: one COPY, with that schema's column list. */
export interface CopySet {
  readonly schema: TableSchema;
  readonly files: readonly StagedFile[];
}

/** What one generation of one table gets from a plan. */
export interface TableLoad {
  readonly table: TableId;
  readonly target: string;
  readonly generation: number;
  /** The table that is written: the target, or the table beside it that is loading. */
  readonly physical: string;
  /** Schema in force after the plan. */
  readonly schema: TableSchema;
  /** To be done before the transaction. */
  readonly changes: readonly TableChange[];
  readonly copies: readonly CopySet[];
  /** Columns of the stage table with the types they have, or get, in the target. */
  readonly stageColumns: readonly { readonly name: string; readonly type: string }[];
  /** Those of them that the target has. */
  readonly insertColumns: readonly string[];
  readonly rows: number;
  readonly deletes: number;
  /** The generation becomes live with this plan. */
  readonly swap: boolean;
  /** Older generations of the table: with the swap they go. One may bear the target's name until then. */
  readonly retired: readonly TableState[];
}

interface Loads {
  readonly tables: readonly TableLoad[];
  readonly refused: readonly string[];
  /** Live generation of every table after the plan. */
  readonly live: ReadonlyMap<TableId, number>;
  /** Coercions made in the files of the plan. */
  readonly coercions: ReadonlyMap<TableId, Coercions>;
}

/** Room a loading table's name leaves for what is put behind it at the swap (`__old`). */
const longestLoadingName = 120;

/** Name of the table in which a generation loads beside its target; a long target is cut between characters. */
export function loadingName(target: string, generation: number): string {
  const suffix = `__g${generation}`;
  return cutText(target, { maxBytes: longestLoadingName - suffix.length }) + suffix;
}

/** Sorts the staged files of `chosen` batches into loads, one for each generation that matters after the plan. */
export function planTableLoads(input: PlanInput, chosen: readonly SealedBatch[]): Loads {
  const live = liveAfter(input, chosen);
  const swapped = new Set(
    [...live].filter(([table, generation]) => generation !== liveNow(input, table)).map(([table]) => table),
  );
  const { files, coercions } = collectFiles(input, chosen, live);
  for (const table of swapped) touch(files, table, live.get(table) ?? 0);
  const last = chosen.at(-1);
  const refused: string[] = [];
  const tables: TableLoad[] = [];
  for (const [table, generations] of files)
    for (const [generation, copies] of generations) {
      const swap = swapped.has(table) && live.get(table) === generation;
      const load = planLoad(input, last, { table, generation, swap, copies: [...copies.values()] });
      if (typeof load === 'string') refused.push(load);
      else tables.push(load);
    }
  tables.sort((a, b) => (a.target < b.target ? -1 : a.target > b.target ? 1 : a.generation - b.generation));
  return { tables, refused, live, coercions };
}

function liveNow({ tables }: PlanInput, table: TableId): number {
  return tables.find((entry) => entry.table === table && entry.state === 'live')?.generation ?? 0;
}

/** The highest completed generation of each table; completions of a lost generation do not count. */
function liveAfter(input: PlanInput, chosen: readonly SealedBatch[]): Map<TableId, number> {
  const live = new Map<TableId, number>();
  for (const { table, state, generation } of input.tables) if (state === 'live') live.set(table, generation);
  for (const { completed } of chosen)
    for (const { table, generation } of completed)
      if (generation > Math.max(live.get(table) ?? 0, input.losses.get(table)?.generation ?? 0))
        live.set(table, generation);
  return live;
}

/** Copy sets of one generation, by schema id. */
type CopySets = Map<number, GrowingCopySet>;
interface GrowingCopySet {
  readonly schema: TableSchema;
  readonly files: StagedFile[];
}
type FilesByGeneration = Map<TableId, Map<number, CopySets>>;

/** The copy sets of a generation, made when they are not there. */
function touch(files: FilesByGeneration, table: TableId, generation: number): CopySets {
  const generations = files.get(table) ?? new Map<number, CopySets>();
  files.set(table, generations);
  const copies = generations.get(generation) ?? new Map<number, GrowingCopySet>();
  generations.set(generation, copies);
  return copies;
}

function collectFiles(
  input: PlanInput,
  chosen: readonly SealedBatch[],
  live: ReadonlyMap<TableId, number>,
): { files: FilesByGeneration; coercions: Map<TableId, Coercions> } {
  const collected: FilesByGeneration = new Map();
  const coercions = new Map<TableId, Coercions>();
  for (const { batch } of chosen)
    for (const segment of neededSegments(input.segments.get(batch) ?? [])) {
      const { table, topic, partition, schemaId } = segment;
      const sums = coercions.get(table) ?? {};
      addCoercions(sums, segment.coercions);
      coercions.set(table, sums);
      const oldest = Math.max(live.get(table) ?? 0, (input.losses.get(table)?.generation ?? 0) + 1);
      for (const file of segment.files) {
        if (file.generation < oldest || file.rows === 0) continue;
        const copies = touch(collected, table, file.generation);
        const set = copies.get(schemaId) ?? { schema: input.schemaOf(table, schemaId), files: [] };
        copies.set(schemaId, set);
        set.files.push({ ...file, batch, topic, partition });
      }
    }
  return { files: collected, coercions };
}

function neededSegments(segments: readonly StagedSegment[]): StagedSegment[] {
  const byPartition = Map.groupBy(segments, ({ topic, partition }) => partitionKey(topic, partition));
  return [...byPartition.values()].flatMap(leastCover);
}

interface Wanted {
  readonly table: TableId;
  readonly generation: number;
  readonly swap: boolean;
  readonly copies: readonly CopySet[];
}

function planLoad(input: PlanInput, last: SealedBatch | undefined, wanted: Wanted): TableLoad | string {
  const { table, generation, swap, copies } = wanted;
  const own = input.tables.filter((entry) => entry.table === table);
  const existing = own.find((entry) => entry.generation === generation);
  const schemaId = last?.schemas[table] ?? copies.at(-1)?.schema.id ?? existing?.schemaId;
  if (schemaId === undefined) return `no schema is known for ${table}`;
  const schema = input.schemaOf(table, schemaId);
  const { changes, incompatible } = planTableChanges(existing?.columns, schema);
  if (incompatible.length > 0)
    return incompatible
      .map(({ column, have, want }) => `${table}.${column} is ${have} in the warehouse and ${want} now`)
      .join('; ');
  const columns = resultingColumns(existing, schema);
  const stageColumns = unionOfColumns([...copies.map((copy) => copy.schema), schema], columns);
  return {
    table,
    target: schema.target,
    generation,
    physical: existing?.physical ?? loadingName(schema.target, generation),
    schema,
    changes,
    copies,
    stageColumns,
    insertColumns: stageColumns.map(({ name }) => name).filter((name) => columns.has(name)),
    rows: sum(copies, 'rows'),
    deletes: sum(copies, 'deletes'),
    swap,
    retired: swap ? own.filter((entry) => entry.generation < generation) : [],
  };
}

/** Columns of the table once its changes are made. */
function resultingColumns(
  existing: TableState | undefined,
  schema: TableSchema,
): ReadonlyMap<string, string | undefined> {
  const columns = new Map<string, string | undefined>(existing?.columns);
  for (const { target, warehouseType } of schema.columns)
    columns.set(target, widerType(columns.get(target) ?? warehouseType, warehouseType));
  return columns;
}

/**
 * Older files may carry columns that the schema in force no longer has, or longer texts: the stage table takes them all;
 * what is inserted in the end is the last state of each row.
 */
function unionOfColumns(
  schemas: readonly TableSchema[],
  columns: ReadonlyMap<string, string | undefined>,
): { name: string; type: string }[] {
  const union = new Map<string, string>();
  for (const schema of schemas)
    for (const { target, warehouseType } of schema.columns) {
      const known = union.get(target) ?? columns.get(target) ?? warehouseType;
      union.set(target, widerType(known, warehouseType));
    }
  return [...union].map(([name, type]) => ({ name, type }));
}

function sum(copies: readonly CopySet[], field: 'rows' | 'deletes'): number {
  let total = 0;
  for (const { files } of copies) for (const file of files) total += file[field];
  return total;
}
