import type { SqlType } from '../engine.js';
import { isText } from '../language/types.js';
import { compatibilityViews } from './views/compatibility-views.js';
import { catalogViews } from './system-view-definitions.js';

export interface SystemViewColumn {
  readonly name: string;
  readonly type: SqlType;
  readonly nullable: boolean;
}

export interface SystemView {
  readonly columns: readonly SystemViewColumn[];
  /** A query whose outputs are c1, c2, … */
  sql(database: string): string;
}

/** Name, type, PostgreSQL expression; a type with `?` may be NULL. */
export interface ViewDefinition {
  readonly columns: readonly (readonly [name: string, type: string, pg: string])[];
  readonly from: string;
}

const typeOf = (text: string): SqlType => {
  const match = /^(\w+)(?:\((-?\d+)\))?\??$/.exec(text);
  const name = (match?.[1] ?? 'int') as SqlType['name'] | 'sysname';
  if (name === 'sysname') return { name: 'nvarchar', length: 128 };
  return match?.[2] === undefined ? { name } : { name, length: Number(match[2]) };
};

const build = (definition: ViewDefinition): SystemView => {
  const columns = definition.columns.map(([name, type]) => ({
    name,
    type: typeOf(type),
    nullable: type.endsWith('?'),
  }));
  const list = definition.columns.map(([, , pg], i) => {
    const type = (columns[i] as SystemViewColumn).type;
    return `${isText(type) ? `(${pg})::bpchar collate emu.ci` : pg} as c${i + 1}`;
  });
  const sql = `select ${list.join(', ')} from ${definition.from}`;
  return { columns, sql: () => sql };
};

const views = new Map<string, SystemView>();

/** A view of sys or INFORMATION_SCHEMA; the names are taken in any case. */
export const systemView = (schema: string | undefined, name: string): SystemView | undefined => {
  const written = (schema ?? '').toLowerCase();
  const lower = name.toLowerCase();
  // SQL Server 2000's tables were dbo's; they are found with that schema, and without any.
  const old = (written === '' || written === 'dbo') && Object.hasOwn(compatibilityViews, `sys.${lower}`);
  const key = `${old ? 'sys' : written}.${lower}`;
  let view = views.get(key);
  if (!view && Object.hasOwn(catalogViews, key)) {
    view = build(catalogViews[key]!);
    views.set(key, view);
  }
  return view;
};
