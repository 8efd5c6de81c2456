import type { InputKnowledge } from './input-knowledge.js';
import type { ModelColumn, ModelSpec } from './model-spec.js';

/** A table to unload, with the columns that the models of the run need of it. */
export interface TableUnload {
  readonly table: string;
  readonly columns: readonly ModelColumn[];
}

export interface RunPlan {
  /** The batch the run will show. */
  readonly batch: number;
  /** In dependency order. */
  readonly models: readonly ModelSpec[];
  readonly unloads: readonly TableUnload[];
  /** Models that are due but whose inputs are still loading, and those inputs. */
  readonly waiting: ReadonlyMap<string, readonly string[]>;
}

export interface PlanRunInput {
  /** In dependency order, as the package lists them. */
  readonly models: readonly ModelSpec[];
  readonly known: InputKnowledge;
  /** Batch that each published model shows. */
  readonly published: ReadonlyMap<string, number>;
  /** Input tables that no complete generation exists of yet. */
  readonly unready: ReadonlySet<string>;
}

/**
 * The run that is due at the batch up to which inputs are known: every model with an input that moved after the batch
 * it shows, every model never published, and every model that reads one of those. A model waits while an input is not
 * ready, and with it all that read it: a run never joins a new table to one that is half there.
 */
export function planRun({ models, known, published, unready }: PlanRunInput): RunPlan {
  const due = new Set<string>();
  const waiting = new Map<string, readonly string[]>();
  for (const model of models) {
    if (!isDue(model, known, published, due, waiting)) continue;
    const missing = missingInputs(model, unready, waiting);
    if (missing.length > 0) waiting.set(model.id, missing);
    else due.add(model.id);
  }
  const planned = models.filter((model) => due.has(model.id));
  return { batch: known.upTo, models: planned, unloads: tablesToUnload(planned), waiting };
}

function isDue(
  model: ModelSpec,
  known: InputKnowledge,
  published: ReadonlyMap<string, number>,
  due: ReadonlySet<string>,
  waiting: ReadonlyMap<string, readonly string[]>,
): boolean {
  const shows = published.get(model.id);
  if (shows === undefined) return true;
  return model.inputs.some(
    ({ table }) => due.has(table) || waiting.has(table) || (known.movedAt.get(table) ?? -1) > shows,
  );
}

function missingInputs(
  model: ModelSpec,
  unready: ReadonlySet<string>,
  waiting: ReadonlyMap<string, readonly string[]>,
): string[] {
  const missing = model.inputs.flatMap(
    ({ table }) => waiting.get(table) ?? (unready.has(table) ? [table] : []),
  );
  return [...new Set(missing)].sort();
}

/** Inputs that no model of the run makes, each once with the union of the columns, in the order of first mention. */
function tablesToUnload(models: readonly ModelSpec[]): TableUnload[] {
  const made = new Set(models.map((model) => model.id));
  const tables = new Map<string, Map<string, ModelColumn>>();
  for (const { table, columns } of models.flatMap((model) => model.inputs)) {
    if (made.has(table)) continue;
    const wanted = tables.get(table) ?? new Map<string, ModelColumn>();
    for (const column of columns) wanted.set(column.name, column);
    tables.set(table, wanted);
  }
  return [...tables].map(([table, columns]) => ({ table, columns: [...columns.values()] }));
}

/** TASTG tables that the models read. */
export function stagingInputs(models: readonly ModelSpec[]): string[] {
  const made = new Set(models.map((model) => model.id));
  const read = models.flatMap((model) => model.inputs.map(({ table }) => table));
  return [...new Set(read)].filter((table) => !made.has(table)).sort();
}
