import {
  isPipelineError,
  PipelineError,
  type Checkpoint,
  type PipelineConfig,
  type TableId,
} from '@thalamus/contracts';
import type { DiscoveredTable, ObservedShape, SourceSession } from '@thalamus/core/capture';
import {
  buildTableShape,
  compareShapes,
  keyColumns,
  refuseTableCollisions,
  type TableShape,
} from '@thalamus/core/change';
import { isSelected } from '@thalamus/mssql';
import type { SchemaRegistry } from './schema-registry.js';

/**
 * Compares the shapes a poll's transaction sees with those the rows were published under.
 * @throws {PipelineError} THAL-S008 with every problem of every table
 */
export async function observeShapes(
  session: Pick<SourceSession, 'discover' | 'hasSilentValue'>,
  checkpoint: Checkpoint,
  registry: SchemaRegistry,
  config: PipelineConfig,
): Promise<Map<TableId, ObservedShape>> {
  const discovered = await session.discover();
  const tables = discovered.filter((table) => table.isTracked && isSelected(config.source, table));
  const shapes = buildAll(tables, config);
  refuseTableCollisions(shapes);
  const observed = new Map<TableId, ObservedShape>();
  for (const shape of shapes) {
    const change = await changeOf(shape, session, checkpoint, registry);
    const { id, fingerprint } = registry.resolve(shape);
    observed.set(shape.table, { schemaId: id, fingerprint, ...change });
  }
  return observed;
}

function buildAll(tables: readonly DiscoveredTable[], config: PipelineConfig): TableShape[] {
  const problems: string[] = [];
  const shapes = tables.flatMap((table) => {
    try {
      return [buildTableShape(table, config)];
    } catch (error) {
      if (!isPipelineError(error)) throw error;
      problems.push(error.message.replace(/^THAL-S008: /, ''));
      return [];
    }
  });
  if (problems.length > 0)
    throw new PipelineError('THAL-S008', `the source cannot be mapped:\n  - ${problems.join('\n  - ')}`);
  return shapes;
}

async function changeOf(
  shape: TableShape,
  session: Pick<SourceSession, 'hasSilentValue'>,
  checkpoint: Checkpoint,
  registry: SchemaRegistry,
): Promise<Pick<ObservedShape, 'change' | 'detail'>> {
  const known = checkpoint.tables[shape.table];
  if (!known || known.fingerprint === shape.fingerprint) return { change: 'same', detail: '' };
  const before = registry.byId(shape.table, known.schemaId);
  if (!before) return { change: 'incompatible', detail: `schema ${known.schemaId} is no longer known` };
  const had = new Set(before.columns.map((column) => column.name));
  const added = shape.columns.filter((column) => !had.has(column.name)).map((column) => column.name);
  // Change tracking reports no row for an added column, so a default would never arrive: look whether there is one.
  const isNull =
    added.length > 0 &&
    !(await session.hasSilentValue({ id: shape.table, key: keyNames(shape) }, added, checkpoint.version));
  const change = compareShapes(before, shape, new Set(isNull ? added : []));
  return { change, detail: describeChange(before, shape) };
}

const keyNames = (shape: TableShape): string[] => keyColumns(shape).map((column) => column.name);

function describeChange(before: TableShape, after: TableShape): string {
  const [old, now] = [before, after].map(
    ({ columns }) => new Map(columns.map((column) => [column.name, JSON.stringify(column)])),
  );
  const names = new Set([...(old?.keys() ?? []), ...(now?.keys() ?? [])]);
  const changes = [...names].flatMap((name) => {
    const [was, is] = [old?.get(name), now?.get(name)];
    if (was === is) return [];
    return [was === undefined ? `${name} added` : is === undefined ? `${name} dropped` : `${name} altered`];
  });
  return changes.join(', ') || 'name, keys or settings of the table changed';
}
