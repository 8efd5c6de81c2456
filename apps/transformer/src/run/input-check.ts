import { PipelineError } from '@thalamus/contracts';
import { splitModelTable, type TableUnload } from '@thalamus/core/transform';
import { readCatalog, type Catalog, type Session } from '@thalamus/redshift';
import type { Schemas } from './schemas.js';

/**
 * Do the tables have the columns that models declare? Asked at the first run and after swaps, because the catalogue is
 * slow; in between a difference shows as an error of UNLOAD or Spark.
 * @throws PipelineError THAL-C002 naming every difference
 */
export async function checkColumns(
  session: Session,
  schemas: Schemas,
  unloads: readonly TableUnload[],
): Promise<void> {
  const layers = new Set(unloads.map(({ table }) => splitModelTable(table).layer));
  const catalogs = new Map<string, Catalog>();
  for (const layer of layers) catalogs.set(layer, await readCatalog(session, schemas.of(layer)));
  const problems = unloads.flatMap((unload) => {
    const { layer, name } = splitModelTable(unload.table);
    return differences(unload, catalogs.get(layer)?.get(name));
  });
  if (problems.length > 0)
    throw new PipelineError(
      'THAL-C002',
      `models do not fit the warehouse's tables: ${problems.join('; ')}. Mend the declaration in the package of models, ` +
        `or the column's mapping in pipeline.yaml`,
    );
}

/** Lengths of VARCHAR do not matter to Spark; everything else would change values or fail later. */
export function differences(
  { table, columns }: TableUnload,
  actual: ReadonlyMap<string, string | undefined> | undefined,
): string[] {
  if (actual === undefined) return [`there is no table ${table}`];
  return columns.flatMap(({ name, type }) => {
    if (!actual.has(name)) return [`${table} has no column ${name}`];
    const found = actual.get(name);
    if (found === undefined || withoutLength(found) === withoutLength(type)) return [];
    return [`${table}.${name} is ${found}, declared ${type}`];
  });
}

const withoutLength = (type: string): string => type.replace(/^(VAR)?CHAR\(\d+\)$/, 'text');
