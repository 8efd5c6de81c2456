import { physicalColumn, quote } from '../catalog/naming.js';
import type { Catalog } from '../catalog/catalog.js';
import type { TableDef, TriggerDef, ViewDef } from '../catalog/model.js';
import type { Assignment, Expr, Query, SelectItem, TableRef } from '../language/ast.js';
import { DmlBinder } from '../language/binder/dml-binder.js';
import { unsupported } from '../language/errors.js';
import { affected } from './identity-sequence.js';
import type { BatchRunner } from './batch-runner.js';
import type { Modification } from './plan.js';
import type { Runtime } from './runtime.js';
import { emptyTable } from './table-changer.js';
import { storageType } from './table-definition.js';

/** What INSTEAD OF triggers see, and what they stand in for. */
export interface Replaced {
  readonly trigger: TriggerDef;
  readonly object: TableDef | ViewDef;
  /** As the statement's FROM knows it. */
  readonly target: Extract<TableRef, { kind: 'table' }>;
}

/** The INSTEAD OF trigger that acts in a statement's place, where there is one. */
export const replacedBy = (
  runtime: Runtime,
  catalog: Catalog,
  statement: Modification,
): Replaced | undefined => {
  if (!catalog.hasTriggers || statement.target.kind !== 'table') return undefined;
  const target =
    ('from' in statement ? aliased(statement.from, statement.target) : undefined) ?? statement.target;
  const object = runtime
    .environment(catalog)
    .find(target.parts.at(-2) || undefined, target.parts.at(-1) ?? '');
  if ((object?.kind !== 'table' && object?.kind !== 'view') || ('temporary' in object && object.temporary))
    return undefined;
  const found = catalog
    .triggersOf(object.id)
    .filter(({ insteadOf, disabled, id }) => insteadOf && !disabled && id !== runtime.frame.trigger?.id);
  if (found.length === 0) return undefined;
  if (statement.kind === 'merge') throw unsupported('MERGE of a table with triggers', statement.line);
  const { kind } = statement;
  const trigger = found.find(({ events }) => events.includes(kind));
  return trigger && { trigger, object, target };
};

/** The table that `UPDATE x … FROM t AS x` means. */
const aliased = (
  from: readonly TableRef[],
  { parts }: Extract<TableRef, { kind: 'table' }>,
): Extract<TableRef, { kind: 'table' }> | undefined => {
  const wanted = parts.length === 1 ? parts[0]?.toLowerCase() : undefined;
  for (const ref of from) {
    if (ref.kind === 'table' && (ref.alias ?? ref.parts.at(-1))?.toLowerCase() === wanted) return ref;
    if (ref.kind === 'join' || ref.kind === 'apply') {
      const found = aliased([ref.left, ref.right], { kind: 'table', parts, hints: [], line: ref.line });
      if (found) return found;
    }
  }
  return undefined;
};

/** `inserted` or `deleted` of an INSTEAD OF trigger: nothing of the object's constraints. */
export const plainImage = (object: TableDef | ViewDef, name: string, level: number): TableDef => ({
  ...emptyTable('dbo', name),
  pgSchema: 'pg_temp',
  pgName: `${name}_${level}`,
  temporary: true,
  columns: object.columns.map(({ id, name: column, type, ...rest }) => ({
    id,
    name: column,
    pg: physicalColumn(column),
    type: type.name === 'timestamp' ? { name: 'varbinary', length: 8 } : type,
    nullable: true,
    ...('identity' in rest && rest.identity ? { identity: rest.identity } : {}),
  })),
});

export const makeImage = (image: TableDef, line: number): string => {
  const columns = image.columns.map(
    ({ pg, type, identity }) => `${quote(pg)} ${storageType(type, line)}${identity ? ' default 0' : ''}`,
  );
  return `create temporary table ${quote(image.pgName)} (${columns.join(', ')})`;
};

/** Fills the images with the rows that the statement would have changed, and counts them. */
export const fillImages = async (
  runner: BatchRunner,
  statement: Modification,
  replaced: Replaced,
  images: { readonly inserted: TableDef; readonly deleted: TableDef },
): Promise<number> => {
  const { line } = statement;
  if (statement.output) throw unsupported('OUTPUT of a statement with an INSTEAD OF trigger', line);
  if (statement.kind === 'insert') return fillInserted(runner, statement, replaced, images.inserted);
  if (statement.kind === 'merge' || statement.top)
    throw unsupported(`${statement.kind.toUpperCase()} TOP with an INSTEAD OF trigger`, line);
  const { target, object } = replaced;
  const qualifier = [target.alias ?? target.parts.at(-1) ?? ''];
  const assignments = statement.kind === 'update' ? statement.assignments : [];
  const old = object.columns.map(({ name }): Expr => ({ kind: 'column', parts: [...qualifier, name], line }));
  const changed = object.columns.map(({ name, type }, i): Expr => {
    const assignment = assignments.find(({ column }) => column?.at(-1)?.toLowerCase() === name.toLowerCase());
    const before = old[i] ?? { kind: 'null', line };
    if (!assignment) return before;
    return { kind: 'cast', operand: newValue(assignment, before), type, attempt: false, line };
  });
  const items = [...old, ...(statement.kind === 'update' ? changed : [])].map((expr): SelectItem => ({
    expr,
    line,
  }));
  const from = statement.from.length > 0 ? statement.from : [target];
  const query: Query = {
    ctes: statement.ctes,
    body: { kind: 'select', distinct: false, items, from, where: statement.where, groupBy: [], line },
    orderBy: [],
    line,
  };
  return keep(runner, query, images, statement.kind === 'update', line);
};

const newValue = ({ op, value, variable, line }: Assignment, before: Expr): Expr => {
  if (variable !== undefined || value.kind === 'default')
    throw unsupported('this UPDATE with an INSTEAD OF trigger', line);
  if (op === '=') return value;
  return { kind: 'arithmetic', op: op.slice(0, 1) as '+', left: before, right: value, line };
};

const keep = async (
  { runtime, queries }: BatchRunner,
  query: Query,
  { inserted, deleted }: { readonly inserted: TableDef; readonly deleted: TableDef },
  isUpdate: boolean,
  line: number,
): Promise<number> => {
  const binder = new DmlBinder(runtime.environment(await runtime.catalog()));
  const { sql } = binder.bindQuery(query, undefined);
  const into = (image: TableDef, from: number): string =>
    `insert into pg_temp.${quote(image.pgName)} select ${image.columns.map((_, i) => `c${from + i}`).join(', ')} from changed_`;
  const parts = [
    `old_ as (${into(deleted, 1)})`,
    ...(isUpdate ? [`new_ as (${into(inserted, 1 + inserted.columns.length)})`] : []),
  ];
  const params = await runtime.parameters(binder.params);
  const whole = `with changed_ as materialized (${sql}), ${parts.join(', ')} select 1 from changed_`;
  const tags = await queries.run([{ sql: whole, params }], line, 'UPDATE');
  return affected(tags[0] ?? '');
};

/** The INSERT as it is, into the image. */
const fillInserted = async (
  { runtime, queries }: BatchRunner,
  statement: Extract<Modification, { kind: 'insert' }>,
  { object }: Replaced,
  image: TableDef,
): Promise<number> => {
  const { line } = statement;
  const named = new Set(statement.columns?.map((name) => name.toLowerCase()));
  const open = object.columns.filter(({ name }) => statement.columns && !named.has(name.toLowerCase()));
  if (object.kind === 'table' && object.columns.some(({ computed }) => computed))
    throw unsupported('an INSTEAD OF INSERT trigger of a table with computed columns', line);
  if (open.some((column) => 'default' in column && column.default))
    throw unsupported('an INSTEAD OF INSERT trigger beside defaults', line);
  if (statement.source.kind === 'exec') throw unsupported('INSERT … EXEC with an INSTEAD OF trigger', line);
  const environment = runtime.environment(await runtime.catalog());
  const binder = new DmlBinder({
    ...environment,
    tableVariable: (name) => (name === '@instead' ? image : environment.tableVariable(name)),
  });
  const bound = binder.bindInsert({
    ...statement,
    target: { kind: 'tableVariable', name: '@instead', line },
  });
  const params = await runtime.parameters(binder.params);
  const tags = await queries.run([{ sql: bound.sql, params }], line, 'INSERT');
  return affected(tags[0] ?? '');
};
