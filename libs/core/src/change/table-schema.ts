import { createHash } from 'node:crypto';
import {
  PipelineError,
  tableId,
  type ColumnSchema,
  type PipelineConfig,
  type TableSchema,
} from '@thalamus/contracts';
import { nameCollisions, toWarehouseName } from './naming.js';
import type { SourceColumn, SourceTable } from './source-table.js';
import { mapType, type TypeOptions } from './type-map.js';

/** A table's shape before it has an id. */
export type TableShape = Omit<TableSchema, 'id'>;
type Omitted = TableSchema['omitted'][number];
type TableOverride = PipelineConfig['source']['overrides'][string];
type ColumnOverride = TableOverride['columns'][string];

/** Columns that TASTG adds to every table, and those that staged files carry beside. */
const reservedTargets = ['_change_version', '_committed_at', '_batch', '_op', '_offset'];

/**
 * Shape of one table as it travels.
 * @throws {PipelineError} THAL-S008 with every problem of the table: unknown types, collisions, overrides of nothing
 */
export function buildTableShape(
  source: SourceTable,
  config: Pick<PipelineConfig, 'source' | 'text'>,
): TableShape {
  const table = tableId(source.schema, source.table);
  const override = overrideOf(source, config);
  const problems: string[] = [];
  const columns: ColumnSchema[] = [];
  const omitted: Omitted[] = [];
  for (const column of source.columns) {
    const columnOverride = override?.columns[column.name] ?? {};
    const outcome = shapeColumn(column, columnOverride, source.key, config.text);
    if (typeof outcome === 'string') problems.push(`${table}, column ${column.name}: ${outcome}`);
    else if ('reason' in outcome) omitted.push(outcome);
    else columns.push(outcome);
  }
  problems.push(...tableProblems(source, table, override, columns));
  if (problems.length > 0) throw new PipelineError('THAL-S008', problems.join('; '), { context: { table } });
  const shape = {
    table,
    target: override?.rename ?? toWarehouseName(source.table),
    columns,
    omitted,
    ...(override?.distKey === undefined ? {} : { distKey: override.distKey }),
    ...(override?.sortKey === undefined ? {} : { sortKey: override.sortKey }),
  };
  return { ...shape, fingerprint: fingerprintOf(shape) };
}

/** @throws {PipelineError} THAL-S008 naming the tables that would share a name in the warehouse */
export function refuseTableCollisions(shapes: readonly TableShape[]): void {
  const collisions = nameCollisions(shapes.map(({ table, target }) => ({ name: table, target })));
  if (collisions.size === 0) return;
  const told = [...collisions].map(([target, tables]) => `${tables.join(' and ')} would both be ${target}`);
  throw new PipelineError('THAL-S008', `${told.join('; ')}: give one a rename in source.overrides`);
}

function overrideOf(source: SourceTable, config: Pick<PipelineConfig, 'source'>): TableOverride | undefined {
  const wanted = `${source.schema}.${source.table}`.toLowerCase();
  const found = Object.entries(config.source.overrides).find(([name]) => name.toLowerCase() === wanted);
  return found?.[1];
}

/** A column that travels, one that is left out, or a sentence why it is refused. */
function shapeColumn(
  column: SourceColumn,
  override: ColumnOverride,
  key: readonly string[],
  text: PipelineConfig['text'],
): ColumnSchema | Omitted | string {
  const keyOrdinal = key.indexOf(column.name) + 1;
  const isKey = keyOrdinal > 0;
  if (override.exclude) {
    if (isKey) return 'a key column cannot be excluded';
    return { name: column.name, sourceType: column.type, reason: 'excluded by the configuration' };
  }
  const options: TypeOptions = {
    maxChars: text.maxChars,
    columnMaxChars: isKey ? undefined : override.maxChars,
    binary: override.binary ?? text.binary,
    isKey,
  };
  const decision = mapType(column, options);
  const common = {
    name: column.name,
    target: override.rename ?? toWarehouseName(column.name),
    nullable: column.nullable,
    ...(isKey ? { keyOrdinal } : {}),
    ...(isKey && isCaseInsensitive(column) ? { caseInsensitive: true } : {}),
  };
  if (override.cast !== undefined) return castColumn(override.cast, override, common, decision);
  if (decision.kind === 'refused')
    return `${decision.reason}; exclude the column or give it cast and warehouseType`;
  if (decision.kind === 'omitted')
    return { name: column.name, sourceType: decision.sourceType, reason: decision.reason };
  const { mapped } = decision;
  return { ...common, ...mapped, warehouseType: override.warehouseType ?? mapped.warehouseType };
}

function castColumn(
  cast: string,
  override: ColumnOverride,
  common: Omit<ColumnSchema, 'sourceType' | 'read' | 'warehouseType'>,
  decision: ReturnType<typeof mapType>,
): ColumnSchema | string {
  if (override.warehouseType === undefined) return 'a cast needs a warehouseType';
  if (common.keyOrdinal !== undefined) return 'a key column cannot have a cast';
  if (!cast.includes('{c}')) return 'a cast must name its column as {c}';
  const sourceType = decision.kind === 'mapped' ? decision.mapped.sourceType : decision.sourceType;
  const length = /^varchar\((\d+)\)$/i.exec(override.warehouseType)?.[1];
  const text = length === undefined ? {} : { text: { maxBytes: Number(length) } };
  // Parentheses tell a configured expression from one of the type map's, whose wire form is known.
  return { ...common, sourceType, read: `(${cast})`, warehouseType: override.warehouseType, ...text };
}

const textTypes = new Set(['char', 'varchar', 'nchar', 'nvarchar']);
function isCaseInsensitive(column: SourceColumn): boolean {
  return textTypes.has(column.type) && /_CI(_|$)/i.test(column.collation ?? '');
}

function tableProblems(
  source: SourceTable,
  table: string,
  override: TableOverride | undefined,
  columns: readonly ColumnSchema[],
): string[] {
  const problems: string[] = [];
  if (source.key.length === 0) problems.push(`${table} has no primary key: add one or exclude the table`);
  for (const [target, names] of nameCollisions(columns))
    problems.push(`${table}: ${names.join(' and ')} would both be ${target}; give one a rename`);
  for (const { name, target } of columns)
    if (reservedTargets.includes(target))
      problems.push(`${table}: ${name} would be ${target}, which is ours`);
  const known = new Set(source.columns.map((column) => column.name));
  const named = [...Object.keys(override?.columns ?? {}), ...(override?.sortKey ?? []), override?.distKey];
  for (const name of named)
    if (name !== undefined && !known.has(name)) problems.push(`${table} has no column ${name}`);
  return problems;
}

function fingerprintOf(shape: Omit<TableShape, 'fingerprint'>): string {
  return createHash('sha256').update(JSON.stringify(shape)).digest('hex').slice(0, 32);
}

/** What a new shape means for the rows that were published under the old one. */
export type ShapeChange = 'same' | 'compatible' | 'incompatible';

/**
 * `compatible`: the rows already in the warehouse are right under the new shape too (a nullable column was added, a
 * bound grew). Everything else needs every row again. Change tracking reports no row for a change of shape.
 *
 * @param addedAreNull names of columns whose value in existing rows is known to be NULL (no default at the source)
 */
export function compareShapes(
  before: TableShape,
  after: TableShape,
  addedAreNull: ReadonlySet<string>,
): ShapeChange {
  if (before.fingerprint === after.fingerprint) return 'same';
  if (before.target !== after.target) return 'incompatible';
  const old = new Map(before.columns.map((column) => [column.name, column]));
  for (const column of after.columns) {
    const was = old.get(column.name);
    old.delete(column.name);
    if (was === undefined && !(column.nullable && addedAreNull.has(column.name))) return 'incompatible';
    if (was !== undefined && !isWidened(was, column)) return 'incompatible';
  }
  return old.size === 0 ? 'compatible' : 'incompatible';
}

function isWidened(was: ColumnSchema, is: ColumnSchema): boolean {
  const bytesBefore = was.text?.maxBytes ?? 0;
  const bytesAfter = is.text?.maxBytes ?? 0;
  const sameType =
    was.warehouseType === is.warehouseType ||
    (isVarchar(was.warehouseType) && isVarchar(is.warehouseType) && bytesAfter >= bytesBefore);
  return (
    sameType &&
    was.target === is.target &&
    was.read === is.read &&
    was.keyOrdinal === is.keyOrdinal &&
    was.caseInsensitive === is.caseInsensitive &&
    // The limit of the configuration decides what was cut away already.
    was.text?.maxChars === is.text?.maxChars
  );
}

const isVarchar = (type: string): boolean => type.startsWith('VARCHAR(');
