import type { ApplyPlan, TableLoad, TableState } from '@thalamus/core/load';
import type { TableRecord } from '@thalamus/redshift';

/** State of a loaded generation after its plan is committed. */
function stateAfter(load: TableLoad, known: readonly TableState[]): TableState {
  const before = findState(load, known);
  const columns = new Map(before?.columns);
  for (const change of load.changes) {
    if (change.kind === 'create')
      for (const { target, warehouseType } of load.schema.columns) columns.set(target, warehouseType);
    else columns.set(change.column, change.kind === 'add-column' ? change.type : change.to);
  }
  return {
    table: load.table,
    target: load.target,
    generation: load.generation,
    state: load.swap || before?.state === 'live' ? 'live' : 'loading',
    physical: load.swap ? load.target : load.physical,
    schemaId: load.schema.id,
    columns,
  };
}

function findState({ table, generation }: TableLoad, known: readonly TableState[]): TableState | undefined {
  return known.find((state) => state.table === table && state.generation === generation);
}

/** Tables of the warehouse after the plan. */
export function tablesAfter(plan: ApplyPlan, known: readonly TableState[]): TableState[] {
  const loaded = plan.tables.map((load) => stateAfter(load, known));
  const retired = new Set(plan.tables.flatMap((load) => load.retired));
  const untouched = known.filter(
    (state) =>
      !retired.has(state) &&
      !loaded.some((load) => load.table === state.table && load.generation === state.generation),
  );
  return [...untouched, ...loaded];
}

/** Records of the operations tables that the plan changes: most plans change none. */
export function tableRecords(
  plan: ApplyPlan,
  known: readonly TableState[],
): { changed: TableRecord[]; gone: TableRecord[] } {
  const changed = plan.tables
    .filter((load) => {
      const before = findState(load, known);
      return before === undefined || load.swap || before.schemaId !== load.schema.id;
    })
    .map((load) => stateAfter(load, known));
  return { changed, gone: plan.tables.flatMap((load) => load.retired) };
}
