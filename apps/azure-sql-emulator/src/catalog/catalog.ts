import type { PgConnection } from '../storage/pg-connection.js';
import type { AliasType, AliasTypes } from '../language/parser/type-parser.js';
import type { ObjectDef, SchemaDef, TableDef, TriggerDef } from './model.js';

const keyOf = (schema: string, name: string): string => `${schema.toLowerCase()}.${name.toLowerCase()}`;

export interface AccessEntry {
  readonly principal: string;
  /** GRANT, DENY or MEMBER (of the role named as permission). */
  readonly action: string;
  readonly permission: string;
  readonly scope: string;
  /** `schema.object`, schema, or empty for the database. */
  readonly target: string;
}

/** The objects of one database as a session sees them: read whole, never changed in place. */
export class Catalog {
  private readonly byName = new Map<string, ObjectDef>();
  private readonly byId = new Map<number, ObjectDef>();
  private readonly triggers = new Map<number, TriggerDef[]>();

  /** Grants, denials and role memberships by principal in lower case. */
  readonly access: readonly AccessEntry[];

  private constructor(
    readonly objects: readonly ObjectDef[],
    readonly schemas: readonly SchemaDef[],
    private readonly settings: ReadonlyMap<string, string>,
    access: readonly AccessEntry[],
    readonly aliasTypes: AliasTypes,
  ) {
    this.access = access;
    for (const object of objects) {
      this.byName.set(keyOf(object.schema, object.name), object);
      this.byId.set(object.id, object);
      if (object.kind === 'trigger')
        this.triggers.set(object.parent, [...(this.triggers.get(object.parent) ?? []), object]);
    }
  }

  static async load(connection: PgConnection): Promise<Catalog> {
    const objects = await connection.query(
      'select object_id, schema_name, name, kind, definition from emu.objects',
    );
    const schemas = await connection.query('select schema_id, name from emu.schemas');
    const settings = await connection.query('select name, value from emu.settings');
    const access = await connection.query(
      `select lower(principal), action, permission, scope, lower(target) from emu.permissions
       union all select lower(member), 'MEMBER', lower(role), 'database', '' from emu.role_members`,
    );
    const types = await connection.query(
      "select lower(schema_name || '.' || name), definition from emu.alias_types order by 1",
    );
    return new Catalog(
      objects.map(([id, schema, name, kind, definition]) => ({
        ...(JSON.parse(definition ?? '{}') as ObjectDef),
        id: Number(id),
        schema: schema ?? '',
        name: name ?? '',
        kind: (kind ?? 'table') as ObjectDef['kind'],
      })) as ObjectDef[],
      schemas.map(([id, name]) => ({ id: Number(id), name: name ?? '' })),
      new Map(settings.map(([name, value]) => [name ?? '', value ?? ''])),
      access.map(([principal, action, permission, scope, target]) => ({
        principal: principal ?? '',
        action: action ?? '',
        permission: permission ?? '',
        scope: scope ?? '',
        target: target ?? '',
      })),
      new Map(types.map(([key, definition]) => [key ?? '', JSON.parse(definition ?? '{}') as AliasType])),
    );
  }

  find(schema: string | undefined, name: string): ObjectDef | undefined {
    return this.byName.get(keyOf(schema ?? 'dbo', name));
  }

  table(id: number): TableDef | undefined {
    const object = this.byId.get(id);
    return object?.kind === 'table' ? object : undefined;
  }

  get hasTriggers(): boolean {
    return this.triggers.size > 0;
  }

  /** In the order they were made, which is the order they fire in. */
  triggersOf(tableId: number): readonly TriggerDef[] {
    return [...(this.triggers.get(tableId) ?? [])].sort((a, b) => a.id - b.id);
  }

  schema(name: string): SchemaDef | undefined {
    return this.schemas.find((schema) => schema.name.toLowerCase() === name.toLowerCase());
  }

  setting(name: string): string | undefined {
    return this.settings.get(name);
  }

  /** Tables with foreign keys to `id`. */
  referencing(id: number): TableDef[] {
    return this.objects.filter(
      (object): object is TableDef =>
        object.kind === 'table' && object.foreignKeys.some((key) => key.referencedTable === id),
    );
  }

  /** By the physical names PostgreSQL reports in errors. */
  physical(pgSchema: string, pgName: string): TableDef | undefined {
    return this.objects.find(
      (object): object is TableDef =>
        object.kind === 'table' && object.pgSchema === pgSchema && object.pgName === pgName,
    );
  }
}
