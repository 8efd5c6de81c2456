import { Catalog } from '../catalog/catalog.js';
import type { ObjectDef, TableDef } from '../catalog/model.js';
import { SqlError } from '../language/errors.js';
import type { PgConnection } from '../storage/pg-connection.js';
import { PgError } from '../storage/pg-error.js';
import { translateError } from './postgres-errors.js';
import { TableDefiner } from './table-definition.js';
import { Access } from './access.js';
import type { Runtime } from './runtime.js';
import { doomedError } from './command-runner.js';

export interface Change {
  readonly catalog: Catalog;
  readonly definer: TableDefiner;
  readonly connection: PgConnection;
  run(sql: string, params?: readonly (string | null)[]): Promise<(string | null)[][]>;
  save(object: ObjectDef): Promise<void>;
  remove(id: number): Promise<void>;
  touched(id: number): void;
}

/** Runs DDL: PostgreSQL's statements and the catalogue's rows in one transaction, then tells the other sessions. */
export class SchemaChanger {
  constructor(protected readonly runtime: Runtime) {}

  protected async change<T>(
    line: number,
    work: (change: Change) => Promise<T>,
    verb = 'ALTER TABLE',
    temporary = false,
  ): Promise<T> {
    const { runtime } = this;
    if (runtime.transaction?.doomed) throw doomedError(line);
    if (!temporary) await runtime.checkWritable(line);
    const catalog = await runtime.catalog();
    if (!runtime.isAdministrator && !temporary && !new Access(catalog, runtime.user).mayDefine) {
      throw new SqlError(262, `${verb} permission denied in database '${runtime.database.name}'.`, line, 14);
    }
    const ids: number[] = [];
    let fresh: Catalog | undefined;
    try {
      const result = await runtime.link.atomically(async (connection) => {
        const numbers = await connection.query(
          "select nextval('emu.object_ids') from generate_series(1, 40)",
        );
        const pool = numbers.map(([n]) => Number(n));
        const nextId = (): number => {
          const id = pool.pop();
          if (id === undefined) throw new Error('more than 40 constraints in one statement');
          return id;
        };
        const change: Change = {
          catalog,
          connection,
          definer: new TableDefiner(runtime.environment(catalog), nextId),
          run: (sql, params) => connection.query(sql, params),
          save: (object) => this.save(connection, object, ids),
          remove: async (id) => {
            ids.push(id);
            await connection.query('delete from emu.objects where object_id = $1::int', [String(id)]);
          },
          touched: (id) => ids.push(id),
        };
        const value = await work(change);
        if (runtime.transaction && ids.length > 0) fresh = await Catalog.load(connection);
        return value;
      });
      this.announce(ids, fresh);
      return result;
    } catch (error) {
      throw translateError(error instanceof PgError ? error : error, {
        catalog,
        database: runtime.database.name,
        sessionId: runtime.id,
        line,
        verb,
        snapshot: false,
        temporary: runtime.temporaries,
      });
    }
  }

  private announce(ids: readonly number[], fresh: Catalog | undefined): void {
    const { runtime } = this;
    if (ids.length === 0) return;
    if (runtime.transaction && fresh) {
      runtime.setOwnCatalog(fresh);
      for (const id of ids) runtime.changedObjects.add(id);
    } else runtime.database.changed(ids);
  }

  private async save(connection: PgConnection, object: ObjectDef, ids: number[]): Promise<void> {
    ids.push(object.id);
    const { id, schema, name, kind, ...definition } = object;
    await connection.query(
      `insert into emu.objects (object_id, schema_name, name, kind, created, modified, definition)
       values ($1::int, $2, $3, $4, emu.now_ticks(), emu.now_ticks(), $5::jsonb)
       on conflict (object_id) do update set schema_name = excluded.schema_name, name = excluded.name,
         modified = excluded.modified, definition = excluded.definition`,
      [String(id), schema, name, kind, JSON.stringify(definition)],
    );
  }

  protected objectOf(catalog: Catalog, parts: readonly string[]): ObjectDef | undefined {
    const name = parts.at(-1) ?? '';
    if (name.startsWith('#')) return this.runtime.temporaries.get(name.toLowerCase());
    return catalog.find(parts.at(-2) || undefined, name);
  }

  protected tableOf(catalog: Catalog, parts: readonly string[], line: number): TableDef {
    const object = this.objectOf(catalog, parts);
    if (object?.kind !== 'table') {
      throw new SqlError(
        4902,
        `Cannot find the object "${parts.join('.')}" because it does not exist or you do not have permissions.`,
        line,
      );
    }
    return object;
  }

  /** A changed definition: kept in the catalogue, or with the session for a temporary table. */
  protected async keep(change: Change, table: TableDef): Promise<void> {
    if (table.temporary) this.runtime.temporaries.set(table.name.toLowerCase(), table);
    else await change.save(table);
  }
}
