import { quote } from '../catalog/naming.js';
import type { Catalog } from '../catalog/catalog.js';
import type { TableDef, TriggerDef } from '../catalog/model.js';
import type { Assignment } from '../language/ast.js';
import type { BoundModification } from '../language/binder/dml-binder.js';
import { SqlError, unsupported } from '../language/errors.js';
import type { BatchRunner } from './batch-runner.js';
import { CollectingSink } from './cursors.js';
import type { Modification } from './plan.js';
import { newFrame } from './session-state.js';
import { fillImages, makeImage, plainImage, replacedBy, type Replaced } from './instead-of.js';
import { silentSink } from './session-sinks.js';

/** A statement that changes rows, and the AFTER triggers it fires. */
export const changeRows = async (runner: BatchRunner, statement: Modification): Promise<void> => {
  const { runtime, queries, sink } = runner;
  const catalog = await runtime.catalog();
  if (!catalog.hasTriggers) return queries.modify(statement, sink);
  const replaced = replacedBy(runtime, catalog, statement);
  if (replaced) return withTriggers(runner, statement, () => runInstead(runner, statement, replaced));
  const { modification } = await queries.plan(statement);
  const table = modification?.table;
  if (!table || table.temporary) return queries.modify(statement, sink);
  refuseCascades(catalog, table, statement);
  const triggers = firedBy(catalog, table, statement).filter(({ id }) => id !== runtime.frame.trigger?.id);
  if (triggers.length === 0) return queries.modify(statement, sink);
  await withTriggers(runner, statement, () => runAll(runner, statement, table, triggers));
};

const firedBy = (catalog: Catalog, table: TableDef, { kind, line }: Modification): TriggerDef[] => {
  const enabled = catalog.triggersOf(table.id).filter(({ disabled, insteadOf }) => !disabled && !insteadOf);
  if (kind !== 'merge') return enabled.filter(({ events }) => events.includes(kind));
  if (enabled.length > 0) throw unsupported('MERGE of a table with triggers', line);
  return [];
};

/** PostgreSQL cascades by itself, and would fire none of the triggers here. */
const refuseCascades = (catalog: Catalog, table: TableDef, { kind, line }: Modification): void => {
  if (kind === 'insert') return;
  const cascading = catalog
    .referencing(table.id)
    .filter(({ foreignKeys }) =>
      foreignKeys.some(
        (key) =>
          key.referencedTable === table.id && (key.onDelete !== 'no action' || key.onUpdate !== 'no action'),
      ),
    );
  const other = cascading.find(({ id }) => catalog.triggersOf(id).length > 0);
  if (other) throw unsupported(`a cascade to ${other.name}, which has triggers`, line);
};

/** The statement and its triggers are one: in the transaction that is open, or in one of their own. */
const withTriggers = async (
  runner: BatchRunner,
  statement: Modification,
  work: () => Promise<number>,
): Promise<void> => {
  const { runtime, transactions, sink } = runner;
  const own = runtime.transaction === undefined;
  if (own) transactions.begin('', undefined, silentSink);
  try {
    const count = await work();
    if (!runtime.transaction) throw endedInTrigger(statement.line);
    if (own) await transactions.commit(statement.line, silentSink);
    runtime.rowCount = count;
    runtime.done(sink, statement.kind, count);
  } catch (error) {
    if (own) await abandon(runner);
    throw error;
  }
};

/** Caught, an error leaves a transaction that can only be rolled back. */
const abandon = async ({ runtime, transactions }: BatchRunner): Promise<void> => {
  const { transaction } = runtime;
  if (!transaction) return;
  if (runtime.frame.tryDepth > 0) transaction.doomed = true;
  else await transactions.rollbackAll(silentSink);
};

const endedInTrigger = (line: number): SqlError => {
  const error = new SqlError(3609, 'The transaction ended in the trigger. The batch has been aborted.', line);
  error.endsBatch = true;
  return error;
};

const runAll = async (
  runner: BatchRunner,
  statement: Modification,
  table: TableDef,
  triggers: readonly TriggerDef[],
): Promise<number> => {
  const { runtime, queries } = runner;
  const images = imagesOf(table, runtime.nesting);
  const { line } = statement;
  const make = [images.inserted, images.deleted].flatMap((image) => [
    { sql: `drop table if exists pg_temp.${quote(image.pgName)}` },
    {
      sql: `create temporary table ${quote(image.pgName)} (like ${quote(table.pgSchema)}.${quote(table.pgName)})`,
    },
  ]);
  await queries.run(make, line, 'CREATE TABLE');
  const collected = new CollectingSink();
  await queries.modify(statement, collected, (bound) => captured(bound, statement, table, images));
  const { rowCount } = runtime;
  const columns = new Set(setNames(statement, table));
  for (const trigger of triggers) {
    runtime.rowCount = rowCount;
    await fire(runner, trigger, images, columns, line);
    if (!runtime.transaction) throw endedInTrigger(line);
  }
  return rowCount;
};

/** The trigger alone; the statement itself changes nothing. */
const runInstead = async (
  runner: BatchRunner,
  statement: Modification,
  replaced: Replaced,
): Promise<number> => {
  const { runtime, queries } = runner;
  const { line } = statement;
  const { object, trigger } = replaced;
  await runtime.checkWritable(line);
  const images = {
    inserted: plainImage(object, 'inserted', runtime.nesting),
    deleted: plainImage(object, 'deleted', runtime.nesting),
  };
  const make = [images.inserted, images.deleted].flatMap((image) => [
    { sql: `drop table if exists pg_temp.${quote(image.pgName)}` },
    { sql: makeImage(image, line) },
  ]);
  await queries.run(make, line, 'CREATE TABLE');
  const count = await fillImages(runner, statement, replaced, images);
  runtime.rowCount = count;
  await fire(runner, trigger, images, new Set(setNames(statement, images.inserted)), line);
  return count;
};

interface Images {
  readonly inserted: TableDef;
  readonly deleted: TableDef;
}

const imagesOf = (table: TableDef, level: number): Images => {
  const { tracking: _tracking, ...plain } = table;
  const image = (name: string): TableDef => ({
    ...plain,
    name,
    pgSchema: 'pg_temp',
    pgName: `${name}_${level}`,
    temporary: true,
    indexes: [],
    foreignKeys: [],
    checks: [],
  });
  return { inserted: image('inserted'), deleted: image('deleted') };
};

/** The statement as a CTE whose rows, old and new, are kept; the query behind it has a row for each of them. */
const captured = (
  bound: BoundModification,
  statement: Modification,
  table: TableDef,
  { inserted, deleted }: Images,
): string => {
  const { line, kind } = statement;
  if (bound.columns)
    throw new SqlError(
      334,
      `The target table '${table.schema}.${table.name}' of the DML statement cannot have any enabled triggers if the statement contains an OUTPUT clause without INTO clause.`,
      line,
    );
  if (statement.output) throw unsupported('OUTPUT … INTO of a table with triggers', line);
  if (bound.assigns) throw unsupported('UPDATE … SET @variable of a table with triggers', line);
  const names = table.columns.map(({ pg }) => quote(pg));
  const list = (image: string, prefix: string): string =>
    names.map((name, i) => `${image}.${name} as ${prefix}${i}`).join(', ');
  const keep = (image: TableDef, prefix: string): string =>
    `insert into pg_temp.${quote(image.pgName)} (${names.join(', ')}) select ${names.map((_, i) => `${prefix}${i}`).join(', ')} from changed_`;
  const parts = [
    ...(kind === 'delete' ? [] : [`new_ as (${keep(inserted, 'n')})`]),
    ...(kind === 'insert' ? [] : [`old_ as (${keep(deleted, 'o')})`]),
  ];
  return (
    `with changed_ as (${bound.sql} returning with (old as was_, new as is_) ${list('was_', 'o')}, ${list('is_', 'n')}), ` +
    `${parts.join(', ')} select 1 from changed_`
  );
};

/** Columns for which UPDATE(column) is true. */
const setNames = (statement: Modification, table: TableDef): string[] => {
  if (statement.kind === 'insert') return table.columns.map(({ name }) => name.toLowerCase());
  if (statement.kind !== 'update') return [];
  return statement.assignments.flatMap(({ column }: Assignment) => column?.at(-1)?.toLowerCase() ?? []);
};

/** Any error in a trigger undoes the whole transaction: it runs as under SET XACT_ABORT ON. */
const fire = async (
  runner: BatchRunner,
  trigger: TriggerDef,
  images: Images,
  columns: ReadonlySet<string>,
  line: number,
): Promise<void> => {
  const { runtime, procedures } = runner;
  const [parsed] = await runtime.parse(trigger.text, 'trigger', true);
  if (parsed?.kind !== 'createTrigger')
    throw new Error('the catalogue keeps a trigger without its CREATE TRIGGER statement');
  const frame = newFrame(trigger.name, true);
  frame.trigger = { id: trigger.id, ...images, columns };
  await procedures.inFrame(
    frame,
    async () => {
      runtime.options = { ...runtime.options, xactAbort: true };
      await runner.list(parsed.body);
    },
    line,
  );
};
